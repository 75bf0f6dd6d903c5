"""What happened, told to every process: on commit by NOTIFY, and reply deltas as they are written.

Two kinds of news travel on one channel. A *notice* says that something was stored, by ids only; whoever hears
it loads what changed through the services. An *ephemeral* (`delta`, `reset`, `typing`) is stored nowhere, so it
carries its few words itself.

A process hears its own ephemerals at once and those of others through its one LISTEN connection. When that
connection was lost, subscribers get one `resync`: something may have been missed, read again.
"""

import asyncio
import json
import os
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

import psycopg
import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from echo_app.kit.statements import fetch

log = structlog.get_logger(__name__)

CHANNEL = "echo"
# NOTIFY takes 8,000 bytes; a longer text is sent in pieces by its author.
LONGEST_PAYLOAD = 7_900
QUEUE_LENGTH = 1_000


@dataclass(frozen=True)
class News:
    """`kind` is an event's kind (`message`, `state`, `document`, …), `delta`, `reset`, `typing` or `resync`."""

    kind: str
    tenant_id: str
    conversation_id: str | None = None
    seq: int | None = None
    subject_id: str | None = None
    body: dict[str, Any] | None = None


class Subscription:
    """The news of one tenant or one conversation, in order: iterate, and close when done."""

    def __init__(self, leave: Callable[["Subscription"], None]) -> None:
        self._queue: asyncio.Queue[News | None] = asyncio.Queue()
        self._leave = leave
        self._overflowed = False

    def __aiter__(self) -> "Subscription":
        return self

    async def __anext__(self) -> News:
        news = await self._queue.get()
        if news is None:
            raise StopAsyncIteration
        return news

    async def get(self, timeout: float) -> News | None:
        """The next news, or None when nothing came for `timeout` seconds or the subscription is closed."""
        with suppress(TimeoutError):
            return await asyncio.wait_for(self._queue.get(), timeout)
        return None

    def put(self, news: News) -> None:
        if self._queue.qsize() >= QUEUE_LENGTH:
            # A reader this far behind is told to read again instead of being fed the backlog.
            while not self._queue.empty():
                self._queue.get_nowait()
            news = News("resync", news.tenant_id)
        self._queue.put_nowait(news)

    def close(self) -> None:
        self._leave(self)
        self._queue.put_nowait(None)

    def __enter__(self) -> "Subscription":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


class Bus:
    """One process's ears: open it once with the database's address."""

    def __init__(self) -> None:
        self._by_tenant: dict[str, set[Subscription]] = defaultdict(set)
        self._by_conversation: dict[str, set[Subscription]] = defaultdict(set)
        self._callbacks: dict[str, list[Callable[[News], None]]] = defaultdict(list)
        self._conninfo = ""
        self._origin = ""
        self._listening: asyncio.Task[None] | None = None
        self._sending: asyncio.Task[None] | None = None
        self._outbox: asyncio.Queue[str] = asyncio.Queue()
        self.connected = asyncio.Event()
        self.reconnections = 0

    async def open(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._origin = f"{os.getpid()}.{id(self)}"
        self._outbox = asyncio.Queue()
        self._listening = asyncio.create_task(self._listen(), name="realtime.listen")
        self._sending = asyncio.create_task(self._send(), name="realtime.send")

    async def close(self) -> None:
        for task in (self._listening, self._sending):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        self._listening = self._sending = None
        self.connected.clear()

    def subscribe(
        self, *, tenant_id: UUID | None = None, conversation_id: UUID | None = None
    ) -> Subscription:
        """All news of a tenant, or only those of one conversation."""
        shelf, key = (
            (self._by_conversation, str(conversation_id))
            if conversation_id
            else (self._by_tenant, str(tenant_id))
        )

        def leave(subscription: Subscription) -> None:
            shelf[key].discard(subscription)
            if not shelf[key]:
                del shelf[key]

        subscription = Subscription(leave)
        shelf[key].add(subscription)
        return subscription

    def on(self, kind: str, callback: Callable[[News], None]) -> None:
        """Calls back at every news of that kind, whosesoever, for as long as the process lives."""
        self._callbacks[kind].append(callback)

    def broadcast(self, news: News) -> None:
        """Tells an ephemeral to this process now and to the others as soon as the connection allows.

        The body must fit `LONGEST_PAYLOAD` bytes of JSON; a larger one raises ValueError.
        """
        payload = _packed(news, self._origin)
        self._deliver(news)
        self._outbox.put_nowait(payload)

    def _deliver(self, news: News) -> None:
        for callback in self._callbacks.get(news.kind, ()):
            callback(news)
        for subscription in list(self._by_tenant.get(news.tenant_id, ())):
            subscription.put(news)
        if news.conversation_id:
            for subscription in list(self._by_conversation.get(news.conversation_id, ())):
                subscription.put(news)

    async def _listen(self) -> None:
        first = True
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    self._conninfo, autocommit=True, connect_timeout=3
                ) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    self.connected.set()
                    if not first:
                        self.reconnections += 1
                        self._resync_everybody()
                    first = False
                    async for notification in connection.notifies():
                        self._hear(notification.payload)
            except psycopg.Error as lost:
                log.warning("realtime.lost", reason=type(lost).__name__)
            self.connected.clear()
            await asyncio.sleep(0.25)

    async def _send(self) -> None:
        while True:
            payload = await self._outbox.get()
            try:
                async with await psycopg.AsyncConnection.connect(
                    self._conninfo, autocommit=True, connect_timeout=3
                ) as connection:
                    while True:
                        await connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, payload))
                        payload = await self._outbox.get()
            except psycopg.Error as lost:
                # Ephemerals are worth nothing late: what waited while the database was away is dropped.
                log.warning("realtime.ephemerals_dropped", reason=type(lost).__name__)
                while not self._outbox.empty():
                    self._outbox.get_nowait()
                await asyncio.sleep(0.25)

    def _hear(self, payload: str) -> None:
        values = json.loads(payload)
        if values.pop("origin", None) == self._origin:
            return
        self._deliver(News(**values))

    def _resync_everybody(self) -> None:
        for callback in self._callbacks.get("resync", ()):
            callback(News("resync", ""))
        for tenant_id, subscriptions in list(self._by_tenant.items()):
            for subscription in list(subscriptions):
                subscription.put(News("resync", tenant_id))
        for conversation_id, subscriptions in list(self._by_conversation.items()):
            for subscription in list(subscriptions):
                subscription.put(News("resync", "", conversation_id=conversation_id))


bus = Bus()


async def publish(session: AsyncSession, news: News) -> None:
    """Tells a notice to every process when the caller's transaction commits, and nobody if it does not."""
    await fetch(session, "SELECT pg_notify('echo', %(payload)s)", {"payload": _packed(news)})


def _packed(news: News, origin: str | None = None) -> str:
    values = {name: value for name, value in asdict(news).items() if value is not None}
    if origin:
        values["origin"] = origin
    payload = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    if len(payload.encode()) > LONGEST_PAYLOAD:
        raise ValueError("too large for one notification")
    return payload
