"""Requests that wait for news: long polls, `?wait=` and streams. When the process stops, they end at once with
what they have, so that nobody is cut off in the middle of an answer."""

import asyncio

from echo_app.realtime import News, Subscription


class Waiters:
    """The waits of one process."""

    def __init__(self) -> None:
        self._waits: set[asyncio.Task[News | None]] = set()
        self.ended = False

    async def next(self, news: Subscription, timeout: float) -> News | None:
        """The next news; None after `timeout` seconds, or as soon as the process stops."""
        if self.ended:
            return None
        wait = asyncio.create_task(news.get(timeout))
        self._waits.add(wait)
        try:
            await asyncio.wait({wait})
            return None if wait.cancelled() else wait.result()
        finally:
            self._waits.discard(wait)
            wait.cancel()

    def end(self) -> None:
        """No request waits any more, now or later."""
        self.ended = True
        for wait in self._waits:
            wait.cancel()


waiters = Waiters()
