"""The widget's socket: one contact's conversation, live. Its frames are in widget_frames.py.

The first frame is `hello` with the token; until it has come nothing is told, and after ten seconds without it the
socket is closed (4401: ask for a new token). A frame that is not ours gets an `error` frame, ten of them end the
socket. See widget.py for what the token proves.
"""

import asyncio
import contextlib
import json
from typing import Any
from uuid import UUID

import structlog
from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import ValidationError

from echo_app.api import widget_frames as frames
from echo_app.api.dependencies import BadToken, contact_of
from echo_app.api.widget import frames_after, opening_frame, post
from echo_app.errors import EchoError, Invalid
from echo_app.kit.ids import decode
from echo_app.realtime import News, Subscription, bus
from echo_app.tenancy import Actor

log = structlog.get_logger(__name__)

HELLO_SECONDS = 10
# The widget pings every 25 seconds; a connection silent for longer than two of them is gone.
SILENCE_SECONDS = 60
MOST_STRANGE_FRAMES = 10
LARGEST_FRAME = 256_000
NEEDS_TOKEN = 4401
NOT_OURS = 4400
CRASHED = 1011

router = APIRouter()


class BadFrame(Invalid):
    """This frame is not one of the widget's."""


@router.websocket("/widget/v1/socket")
async def socket(websocket: WebSocket) -> None:
    """Serves one widget until either side closes."""
    await websocket.accept()
    try:
        hello = frames.Hello.model_validate(
            await asyncio.wait_for(_receive(websocket), timeout=HELLO_SECONDS)
        )
        actor = contact_of(hello.token)
    except (TimeoutError, BadFrame, ValidationError, BadToken):
        await websocket.close(NEEDS_TOKEN)
        return
    except WebSocketDisconnect:
        return
    try:
        await _Connection(websocket, actor).run(hello)
    except WebSocketDisconnect:
        return
    except Exception as error:
        log.error("widget.socket_crashed", exc_info=error)
        # The widget connects again and sends what was not acknowledged.
        await websocket.close(CRASHED)


class _Connection:
    def __init__(self, websocket: WebSocket, actor: Actor) -> None:
        self._websocket = websocket
        self._actor = actor
        self._conversation_id: UUID | None = None
        self._news: Subscription | None = None
        self._seq = 0
        self._telling: asyncio.Task[None] | None = None
        self._sending = asyncio.Lock()

    async def run(self, hello: frames.Hello) -> None:
        try:
            await self._open(hello)
            await self._listen()
        except TimeoutError:
            await self._websocket.close(1001)
        finally:
            self._leave()

    async def _open(self, hello: frames.Hello) -> None:
        while True:
            try:
                opening, conversation_id = await opening_frame(self._actor, hello.conversation_id)
                break
            except EchoError as error:
                # The database is away: the widget stays connected and is served when it is back.
                await self._send(frames.failure(error))
                await asyncio.sleep(1)
        self._seq = opening["lastSeq"]
        await self._send(opening)
        if conversation_id is not None:
            self._follow(conversation_id, self._seq)

    async def _listen(self) -> None:
        strange = 0
        while True:
            try:
                values = await asyncio.wait_for(_receive(self._websocket), timeout=SILENCE_SECONDS)
                await self._take(values)
            except BadFrame as error:
                strange += 1
                if strange >= MOST_STRANGE_FRAMES:
                    await self._websocket.close(NOT_OURS)
                    return
                await self._send(frames.failure(error))

    async def _take(self, values: dict[str, Any]) -> None:
        """One frame of the contact. Raises BadFrame."""
        try:
            match values.get("type"):
                case "send":
                    await self._post(frames.Send.model_validate(values))
                case "typing":
                    frames.Typing.model_validate(values)
                    self._tell_typing()
                case "seen":
                    frames.Seen.model_validate(values)
                case "ping":
                    frames.Ping.model_validate(values)
                    await self._send({"type": "pong"})
                case _:
                    raise BadFrame()
        except ValidationError as wrong:
            raise BadFrame() from wrong

    async def _post(self, body: frames.Send) -> None:
        try:
            acknowledgement = await post(self._actor, body)
        except EchoError as error:
            await self._send(frames.failure(error, body.client_message_id))
            return
        await self._send(acknowledgement)
        conversation_id = decode("conv", acknowledgement["conversationId"])
        if conversation_id != self._conversation_id:
            self._follow(conversation_id, 0)

    def _follow(self, conversation_id: UUID, seq: int) -> None:
        """Tells this conversation from now on, beginning with what was stored after `seq`."""
        self._leave()
        self._conversation_id, self._seq = conversation_id, seq
        self._news = bus.subscribe(conversation_id=conversation_id)
        self._telling = asyncio.create_task(self._tell(self._news, conversation_id))

    def _leave(self) -> None:
        if self._news is not None:
            self._news.close()
        if self._telling is not None:
            self._telling.cancel()
        self._news = self._telling = None

    async def _tell(self, news: Subscription, conversation_id: UUID) -> None:
        # A closed socket ends this task; whoever reads from it finds out by itself.
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await self._catch_up(conversation_id)
            async for item in news:
                if passing := frames.ephemeral(item):
                    await self._send(passing)
                elif item.seq is None or item.seq > self._seq:
                    await self._catch_up(conversation_id)

    async def _catch_up(self, conversation_id: UUID) -> None:
        try:
            for frame in await frames_after(self._actor, conversation_id, self._seq):
                self._seq = max(self._seq, frame["seq"])
                await self._send(frame)
        except EchoError as error:
            # Said again, and made up for, at the resync that follows when the database is back.
            log.warning("widget.catch_up_failed", code=error.code)

    def _tell_typing(self) -> None:
        if self._conversation_id is not None:
            bus.broadcast(
                News(
                    "typing",
                    str(self._actor.tenant_id),
                    str(self._conversation_id),
                    body={"author": "contact", "name": ""},
                )
            )

    async def _send(self, frame: dict[str, Any]) -> None:
        async with self._sending:
            await self._websocket.send_text(json.dumps(frame, ensure_ascii=False, separators=(",", ":")))


async def _receive(websocket: WebSocket) -> dict[str, Any]:
    """The next frame as an object. Raises BadFrame for bytes, for what is no JSON object and for a too large one."""
    received = await websocket.receive()
    if received["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(received.get("code", 1000))
    text = received.get("text")
    if text is None or len(text) > LARGEST_FRAME:
        raise BadFrame()
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        raise BadFrame() from None
    if not isinstance(values, dict):
        raise BadFrame()
    return values
