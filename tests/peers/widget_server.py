"""A server that speaks the widget's protocol (`widget_embed/src/protocol.ts`), for the widget's own tests and for working on
it without the product: `python -m tests.peers.widget_server 8120` and open `http://127.0.0.1:8120/shop`.

It keeps everything in memory, answers every message with the next of `replies`, and has switches for what goes wrong on
the way. Tests call it from their own thread; whatever touches its state runs on its loop by `run`.
"""

import asyncio
import json
import sys
import threading
import time
import uuid
from collections import deque
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

ASSETS = Path(__file__).parents[2] / "assets" / "widget"
TENANT = "ten_" + "0" * 32
Frame = dict[str, Any]


def citation(number: int, title: str, quote: str, page: int | None = None) -> dict[str, Any]:
    return {
        "documentId": f"doc_{number:032x}",
        "chunkId": f"chk_{number:032x}",
        "title": title,
        "quote": quote,
        "url": "https://fjordkettle.example/help",
        "page": page,
    }


@dataclass
class Reply:
    """What the assistant says: in deltas of `step` characters, `pause` seconds apart."""

    text: str = (
        "Yes. Unopened kettles can be sent back within **47 days** [1]. For a fault like humming the warranty applies "
        "instead: 9 years on the heating plate [2]."
    )
    citations: list[dict[str, Any]] = field(
        default_factory=lambda: [
            citation(1, "Returns", "Unopened kettles can be sent back within 47 days.", page=3),
            citation(2, "Warranty", "The heating plate has a warranty of 9 years."),
        ]
    )
    step: int = 6
    pause: float = 0.02
    withdraw_after: int | None = None  # characters shown, then withdrawn; nothing follows by itself
    escalates: bool = False


@dataclass
class Conversation:
    id: str
    token: str
    handler: str = "assistant"
    status: str = "open"
    agent: str | None = None
    events: list[Frame] = field(default_factory=list)

    @property
    def summary(self) -> Frame:
        return {"id": self.id, "handler": self.handler, "status": self.status, "agentName": self.agent}


class WidgetServer:
    def __init__(self, port: int = 0) -> None:
        self.port = port
        self.token_delay = 0.0
        self.refuse_sockets = False
        self.refuse_posts: tuple[int, str, str] | None = None
        self.lose_acks = 0  # so many messages are taken, and the line is cut before the acknowledgement
        self.valid_tokens_from = 0
        self.replies: deque[Reply] = deque()
        self.greeting = "Hello. Ask me about kettles, orders and returns."
        self.sent: list[Frame] = []
        self.received: list[Frame] = []
        self.tokens = 0
        self._conversations: dict[str, Conversation] = {}
        self._by_client_id: dict[str, Frame] = {}
        self._queues: dict[str, set[asyncio.Queue[Frame]]] = {}
        self._sockets: set[WebSocket] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    # --- life ----------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        config = uvicorn.Config(self._app(), host="127.0.0.1", port=self.port, log_level="warning", lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        while not self._server.started:
            if not self._thread.is_alive():
                raise RuntimeError("the widget's peer server did not start")
            time.sleep(0.01)
        self.port = self._server.servers[0].sockets[0].getsockname()[1]

    def stop(self) -> None:
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(5)

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def shop(self) -> str:
        """A page of another origin that embeds the widget."""
        return f"http://127.0.0.1:{self.port}/shop"

    def _serve(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._loop.run_until_complete(self._server.serve())

    # --- what the tenant's people do -----------------------------------------------------------------------------------

    @property
    def latest(self) -> Conversation:
        return list(self._conversations.values())[-1]

    def messages(self) -> list[tuple[str, str]]:
        """Author and text of every message of every conversation, in order."""
        frames = [event for each in self._conversations.values() for event in each.events if event["type"] == "message"]
        return [(frame["message"]["author"], frame["message"]["content"]) for frame in frames]

    async def take_over(self, name: str) -> None:
        self.latest.handler, self.latest.agent = "agent", name
        self._state(self.latest)

    async def hand_back(self) -> None:
        self.latest.handler, self.latest.agent = "assistant", None
        self._state(self.latest)

    async def agent_says(self, text: str) -> None:
        self._add(self.latest, "agent", self.latest.agent, text)

    async def agent_types(self) -> None:
        self._tell(self.latest, {"type": "typing", "author": "agent", "name": self.latest.agent})

    async def resolve(self) -> None:
        self.latest.status = "resolved"
        self._state(self.latest)

    async def drop_sockets(self) -> None:
        for socket in list(self._sockets):
            await socket.close(1012)

    # --- the conversation ----------------------------------------------------------------------------------------------

    def _add(self, conversation: Conversation, author: str, name: str | None, text: str, **more: Any) -> Frame:
        message = {
            "id": more.pop("id", "msg_" + uuid.uuid4().hex),
            "sessionId": conversation.id,
            "author": author,
            "authorName": name,
            "content": text,
            "citations": more.pop("citations", []),
            "createdAt": datetime.now(UTC).isoformat(),
        }
        frame = {"type": "message", "seq": len(conversation.events) + 1, "message": message}
        conversation.events.append(frame)
        self._tell(conversation, frame)
        return frame

    def _state(self, conversation: Conversation) -> None:
        frame = {"type": "state", "seq": len(conversation.events) + 1, "conversationId": conversation.id}
        frame |= {key: value for key, value in conversation.summary.items() if key != "id"}
        conversation.events.append(frame)
        self._tell(conversation, frame)

    def _tell(self, conversation: Conversation, frame: Frame) -> None:
        for queue in self._queues.get(conversation.token, ()):
            queue.put_nowait(frame)

    def _post(self, token: str, body: Frame) -> Frame:
        """The acknowledgement of a message, or the error it met."""
        client_id = body["clientMessageId"]
        if client_id in self._by_client_id:
            return self._by_client_id[client_id]
        if self.refuse_posts:
            _, code, message = self.refuse_posts
            return {"type": "error", "code": code, "message": message, "clientMessageId": client_id}
        conversation = self._conversations.get(body["conversationId"] or "")
        if conversation is None:
            conversation = Conversation("conv_" + uuid.uuid4().hex, token)
            self._conversations[conversation.id] = conversation
        if conversation.status == "resolved":
            message = "This conversation is resolved."
            return {"type": "error", "code": "conversation_closed", "message": message, "clientMessageId": client_id}
        frame = self._add(conversation, "contact", None, body["content"])
        ack = {"type": "ack", "clientMessageId": client_id, "conversationId": conversation.id, "seq": frame["seq"]}
        ack |= {"messageId": frame["message"]["id"], "createdAt": frame["message"]["createdAt"]}
        self._by_client_id[client_id] = ack
        if conversation.handler == "assistant":
            task = asyncio.create_task(self._answer(conversation, body["content"]))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return ack

    async def _answer(self, conversation: Conversation, question: str) -> None:
        person = Reply("I am asking a person to answer here.", [], escalates=True)
        reply = self.replies.popleft() if self.replies else person if "person" in question else Reply()
        reply_id = "msg_" + uuid.uuid4().hex
        await asyncio.sleep(reply.pause * 10)
        end = len(reply.text) if reply.withdraw_after is None else reply.withdraw_after
        for offset in range(0, end, reply.step):
            if conversation.handler != "assistant":
                return self._tell(conversation, {"type": "reset", "replyId": reply_id, "attempt": 1})
            text = reply.text[offset : min(offset + reply.step, end)]
            delta = {"type": "delta", "replyId": reply_id, "attempt": 1, "offset": offset, "text": text}
            self._tell(conversation, delta)
            await asyncio.sleep(reply.pause)
        if reply.withdraw_after is not None:
            return self._tell(conversation, {"type": "reset", "replyId": reply_id, "attempt": 1})
        self._add(conversation, "assistant", "Echo", reply.text, id=reply_id, citations=reply.citations)
        if reply.escalates:
            conversation.handler = "queue"
            self._state(conversation)

    def _ready(self, token: str, conversation_id: str | None, after: int) -> Frame:
        conversation = self._conversations.get(conversation_id or "")
        if conversation is None or not after:
            after = 0
            mine = [each for each in self._conversations.values() if each.token == token and each.status == "open"]
            conversation = mine[-1] if mine else None
        events = conversation.events[after:] if conversation else []
        return {
            "type": "ready",
            "conversation": conversation.summary if conversation else None,
            "messages": [event["message"] for event in events if event["type"] == "message"],
            "lastSeq": len(conversation.events) if conversation else 0,
        }

    # --- the wire ------------------------------------------------------------------------------------------------------

    def _valid(self, token: str) -> bool:
        return token.startswith("token-") and int(token[6:]) > self.valid_tokens_from

    async def _socket(self, socket: WebSocket) -> None:
        if self.refuse_sockets:
            return await socket.close(1008)
        await socket.accept()
        hello = await socket.receive_json()
        self.received.append(hello)
        if not self._valid(hello["token"]):
            return await socket.close(4401)
        token, queue = hello["token"], asyncio.Queue[Frame]()
        queue.put_nowait(self._ready(token, hello["conversationId"], hello["after"]))
        self._queues.setdefault(token, set()).add(queue)
        self._sockets.add(socket)
        writing = asyncio.create_task(self._write(socket, queue))
        try:
            while True:
                frame = await socket.receive_json()
                self.received.append(frame)
                if frame["type"] == "send":
                    answer = self._post(token, frame)
                    if self.lose_acks:
                        self.lose_acks -= 1
                        return await socket.close(1012)
                    queue.put_nowait(answer)
                elif frame["type"] == "ping":
                    queue.put_nowait({"type": "pong"})
        except (WebSocketDisconnect, RuntimeError):
            pass  # the browser left, or a test cut the line
        finally:
            writing.cancel()
            self._sockets.discard(socket)
            self._queues[token].discard(queue)

    async def _write(self, socket: WebSocket, queue: asyncio.Queue[Frame]) -> None:
        while True:
            frame = await queue.get()
            self.sent.append(frame)
            await socket.send_text(json.dumps(frame))

    async def _token(self, _: Request) -> Response:
        await asyncio.sleep(self.token_delay)
        self.tokens += 1
        return JSONResponse({"token": f"token-{self.tokens}", "contactId": f"con_{self.tokens:032x}"})

    async def _message(self, request: Request) -> Response:
        token = request.headers["authorization"].removeprefix("Bearer ")
        if not self._valid(token):
            return _error(401, "unauthenticated", "The token is not valid.")
        body = await request.json()
        self.received.append({"type": "send", **body})
        answer = self._post(token, body)
        if answer["type"] == "error":
            return _error(self.refuse_posts[0] if self.refuse_posts else 409, answer["code"], answer["message"])
        return JSONResponse(answer)

    async def _events(self, request: Request) -> Response:
        token = request.headers["authorization"].removeprefix("Bearer ")
        if not self._valid(token):
            return _error(401, "unauthenticated", "The token is not valid.")
        query = request.query_params
        conversation, after = self._conversations.get(query["conversationId"]), int(query["after"])
        frames: list[Frame] = []
        if conversation is None or not after:
            ready = self._ready(token, query["conversationId"], after)
            frames = [ready] if ready["conversation"] or query["wait"] == "0" else []
        else:
            frames = conversation.events[after:]
        if not frames and query["wait"] != "0":
            queue = asyncio.Queue[Frame]()
            self._queues.setdefault(token, set()).add(queue)
            try:
                frames = [await asyncio.wait_for(queue.get(), float(query["wait"]))]
            except TimeoutError:
                frames = []
            finally:
                self._queues[token].discard(queue)
        self.sent += frames
        return JSONResponse({"frames": frames})

    async def _citation(self, request: Request) -> Response:
        number = int(request.path_params["number"])
        for conversation in self._conversations.values():
            for event in conversation.events:
                message = event.get("message", {})
                if message.get("id") == request.path_params["message"]:
                    cited = message["citations"][number - 1]
                    before = "You may change your mind. "
                    after = " Pack it as it came, and write the order number on the parcel.\n\nThe money is back in five days."
                    passage = {"heading": "Sending things back", "before": before, "after": after}
                    return JSONResponse(passage | {key: cited[key] for key in ("title", "page", "quote", "url")})
        return _error(404, "not_found", "There is no such citation.")

    # --- pages and files -----------------------------------------------------------------------------------------------

    async def _frame(self, request: Request) -> Response:
        query = request.query_params
        config = {"tenantId": request.path_params["tenant"], "name": "Fjordkettle", "assistant": "Echo", "greeting": self.greeting}
        config |= {"theme": query["theme"], "locale": query["locale"]}
        page = (ASSETS / "frame.html").read_text()
        version = json.loads((ASSETS / "manifest.json").read_text())["version"]
        values = {"title": "Fjordkettle", "config": json.dumps(config).replace("<", "\\u003c"), "version": version}
        for name, value in (values | {"theme": query["theme"], "lang": "en"}).items():
            page = page.replace("{{" + name + "}}", value)
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
            f"form-action 'none'; frame-ancestors http://127.0.0.1:{self.port}"
        )
        return _zipped(page.encode(), "text/html; charset=utf-8", {"Content-Security-Policy": policy})

    async def _file(self, request: Request) -> Response:
        name = request.path_params.get("name", "widget.js")
        kind = {"js": "text/javascript", "css": "text/css", "json": "application/json"}[name.rsplit(".", 1)[1]]
        headers = {"Content-Encoding": "gzip", "Cache-Control": "no-cache"}
        return Response((ASSETS / f"{name}.gz").read_bytes(), media_type=kind + "; charset=utf-8", headers=headers)

    async def _shop(self, request: Request) -> Response:
        name, options = request.query_params.get("name", "echo"), {"tenantId": TENANT}
        options |= {key: value for key, value in request.query_params.items() if key in ("theme", "position", "locale")}
        page = SHOP.replace("NAME", name).replace("ORIGIN", self.origin).replace("OPTIONS", json.dumps(options))
        policy = f"default-src 'none'; script-src 'nonce-shop' {self.origin}; style-src 'nonce-shop'; frame-src {self.origin}"
        return HTMLResponse(page, headers={"Content-Security-Policy": policy})

    async def _blank(self, request: Request) -> Response:
        """A page of another origin into which a test puts what it wants."""
        return HTMLResponse("<!doctype html><html lang=en><title>Blank</title><body><button id=own>Own</button></body></html>")

    def _app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/shop", self._shop),
                Route("/blank", self._blank),
                Route("/widget.js", self._file),
                Route("/widget/frame/{tenant}", self._frame),
                Route("/widget/v1/tokens", self._token, methods=["POST"]),
                Route("/widget/v1/messages", self._message, methods=["POST"]),
                Route("/widget/v1/messages/{message}/citations/{number}", self._citation),
                Route("/widget/v1/events", self._events),
                WebSocketRoute("/widget/v1/socket", self._socket),
                Route("/widget/{name}", self._file),
            ]
        )


def _error(status: int, code: str, message: str) -> Response:
    return JSONResponse({"error": {"code": code, "message": message, "details": {}}}, status)


def _zipped(body: bytes, media_type: str, headers: dict[str, str]) -> Response:
    import gzip

    return Response(gzip.compress(body, 9), media_type=media_type, headers={"Content-Encoding": "gzip", **headers})


SHOP = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Fjordkettle</title><style nonce="shop">
:root { color-scheme: light dark } body { margin: 0; background: #e9e6df; color: #1b1b19; font-family: Georgia, serif }
main { max-width: 880px; margin: 60px auto; padding: 0 24px } h1 { font-size: 40px; font-weight: 500 }
p { font-size: 17px; line-height: 27px; max-width: 52ch }
div, button, echo-widget { margin: 40px; border: 9px solid red; display: block }
@media (prefers-color-scheme: dark) { body { background: #23211d; color: #eee } }
</style>
<main><h1>Water, quietly hot.</h1><p>Fjordkettle makes four kettles and nothing else. Each is repaired for nine years, in
Bergen, by the person who built it.</p></main>
<script nonce="shop">
(function (w, d, n) {
  w.EchoWidget = n; w[n] = w[n] || function () { (w[n].q = w[n].q || []).push(arguments) };
  var s = d.createElement('script'); s.id = n; s.async = 1; s.src = 'ORIGIN/widget.js'; d.head.appendChild(s)
})(window, document, 'NAME');
window.heard = [];
['ready', 'open', 'close', 'message', 'unread'].forEach(function (event) {
  window['NAME']('on', event, function (detail) { window.heard.push([event, detail]) });
});
window['NAME']('init', OPTIONS);
</script></html>"""


if __name__ == "__main__":
    server = WidgetServer(int(sys.argv[1]))
    server.start()
    print(server.shop)
    server._thread.join()
