"""Refuses request bodies that are too large before anything reads them into memory or onto the disk."""

import json

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from echo_app.errors import TooLarge, render

MEGABYTE = 1_048_576
LARGEST_DOCUMENT = 26 * MEGABYTE
LARGEST_BODY = 1 * MEGABYTE
# A client that has announced a too large body mostly sends it before it reads the answer: so much is let past.
MOST_DRAINED = 100 * MEGABYTE


class RequestTooLarge(TooLarge):
    """The request is larger than what is taken here. A document may have 25 MB, everything else 1 MB."""


class BodyLimit:
    """ASGI middleware over our own routes; what Reflex serves itself keeps Reflex's limits."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(("/api/", "/auth/", "/widget/")):
            await self._app(scope, receive, send)
            return
        limit = LARGEST_DOCUMENT if scope["path"].startswith("/api/v1/documents") else LARGEST_BODY
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > limit:
            await _drain(receive, min(int(declared), MOST_DRAINED))
            await _refuse(send)
            return
        await self._counted(scope, receive, send, limit)

    async def _counted(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        """A body without a length is counted as it comes."""
        taken = 0
        started = False

        async def counting() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > limit:
                raise RequestTooLarge(limit=limit)
            return message

        async def noting(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, counting, noting)
        except RequestTooLarge:
            if started:
                raise
            await _refuse(send)


async def _drain(receive: Receive, most: int) -> None:
    left = most
    while left > 0:
        message = await receive()
        if message["type"] != "http.request":
            return
        left -= len(message.get("body", b""))
        if not message.get("more_body", False):
            return


async def _refuse(send: Send) -> None:
    body = json.dumps(render(RequestTooLarge())).encode()
    await send(
        {
            "type": "http.response.start",
            "status": RequestTooLarge.status,
            "headers": [
                (b"content-type", b"application/json"),
                (b"content-length", str(len(body)).encode()),
                (b"connection", b"close"),
            ],
        }
    )
    await send({"type": "http.response.body", "body": body})
