"""A server that speaks the widget's protocol (`widget_embed/src/protocol.ts`), for the widget's own tests and for
working on it without the product: `python -m tests.peers.widget_server 8120` and open
`http://127.0.0.1:8120/shop`.

It has switches for what goes wrong on the way. Tests call it from their own thread; whatever touches its state runs
on its loop by `run`.
"""

import asyncio
import gzip
import json
import sys
import threading
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from tests.peers.widget_desk import Desk, Frame

ASSETS = Path(__file__).parents[2] / "assets" / "widget"
TENANT = "ten_" + "0" * 32
PASSAGE = {
    "heading": "Sending things back",
    "before": "You may change your mind. ",
    "after": " Pack it as it came, and write the order number on the parcel.\n\nThe money is back in five days.",
}


class WidgetServer(Desk):
    def __init__(self, port: int = 0) -> None:
        super().__init__()
        self.port = port
        self.token_delay = 0.0
        self.refuse_sockets = False
        self.lose_acks = 0  # so many messages are taken, and the line is cut before the acknowledgement
        self.valid_tokens_from = 0
        self.greeting = "Hello. Ask me about kettles, orders and returns."
        self.sent: list[Frame] = []
        self.received: list[Frame] = []
        self.tokens = 0
        self._sockets: set[WebSocket] = set()

    # --- life ----------------------------------------------------------------------------

    def start(self) -> None:
        config = uvicorn.Config(
            self._app(), host="127.0.0.1", port=self.port, log_level="warning", lifespan="off"
        )
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
        # A runner ends what is still waiting when the server stops: nothing of it outlives its test.
        with asyncio.Runner() as runner:
            self._loop = runner.get_loop()
            runner.run(self._server.serve())

    async def drop_sockets(self) -> None:
        for socket in list(self._sockets):
            await socket.close(1012)

    # --- the wire ------------------------------------------------------------------------

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
        queue.put_nowait(self._ready(token, hello["conversationId"]))
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
            status = self.refuse_posts[0] if self.refuse_posts else 409
            return _error(status, answer["code"], answer["message"])
        return JSONResponse(answer)

    async def _events(self, request: Request) -> Response:
        token = request.headers["authorization"].removeprefix("Bearer ")
        if not self._valid(token):
            return _error(401, "unauthenticated", "The token is not valid.")
        query = request.query_params
        conversation, after = self._conversations.get(query["conversationId"]), int(query["after"])
        if conversation is None or not after:
            return JSONResponse({"frames": [self._ready(token, query["conversationId"])]})
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
                    fields = {key: cited[key] for key in ("title", "page", "quote", "url")}
                    return JSONResponse(PASSAGE | fields)
        return _error(404, "not_found", "There is no such citation.")

    # --- pages and files -----------------------------------------------------------------

    async def _frame(self, request: Request) -> Response:
        query = request.query_params
        config = {
            "tenantId": request.path_params["tenant"],
            "name": "Fjordkettle",
            "assistant": "Echo",
            "greeting": self.greeting,
            "theme": query["theme"],
            "locale": query["locale"],
        }
        page = (ASSETS / "frame.html").read_text()
        version = json.loads((ASSETS / "manifest.json").read_text())["version"]
        values = {
            "title": "Fjordkettle",
            "config": json.dumps(config).replace("<", "\\u003c"),
            "version": version,
            "theme": query["theme"],
            "lang": "en",
        }
        for name, value in values.items():
            page = page.replace("{{" + name + "}}", value)
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
            f"form-action 'none'; frame-ancestors http://127.0.0.1:{self.port}"
        )
        return _zipped(page.encode(), "text/html; charset=utf-8", {"Content-Security-Policy": policy})

    async def _file(self, request: Request) -> Response:
        name = request.path_params.get("name", "widget.js")
        kinds = {"js": "text/javascript", "css": "text/css", "json": "application/json"}
        return Response(
            (ASSETS / f"{name}.gz").read_bytes(),
            media_type=kinds[name.rsplit(".", 1)[1]],
            headers={"Content-Encoding": "gzip", "Cache-Control": "no-cache"},
        )

    async def _shop(self, request: Request) -> Response:
        query = request.query_params
        options = {"tenantId": TENANT} | {key: value for key, value in query.items() if key != "name"}
        page = SHOP.replace("ORIGIN", self.origin).replace("OPTIONS", json.dumps(options))
        page = page.replace("NAME", query.get("name", "echo"))
        policy = (
            f"default-src 'none'; script-src 'nonce-shop' {self.origin}; style-src 'nonce-shop'; "
            f"frame-src {self.origin}"
        )
        return HTMLResponse(page, headers={"Content-Security-Policy": policy})

    async def _blank(self, request: Request) -> Response:
        """A page of another origin into which a test puts what it wants."""
        return HTMLResponse("<!doctype html><html lang=en><title>Blank</title><button id=own>Own</button>")

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
    headers = {"Content-Encoding": "gzip", **headers}
    return Response(gzip.compress(body, 9), media_type=media_type, headers=headers)


SHOP = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Fjordkettle</title><style nonce="shop">
:root { color-scheme: light dark }
body { margin: 0; background: #e9e6df; color: #1b1b19; font-family: Georgia, serif }
main { max-width: 880px; margin: 60px auto; padding: 0 24px } h1 { font-size: 40px; font-weight: 500 }
p { font-size: 17px; line-height: 27px; max-width: 52ch }
div, button, echo-widget { margin: 40px; border: 9px solid red; display: block }
@media (prefers-color-scheme: dark) { body { background: #23211d; color: #eee } }
</style>
<main><h1>Water, quietly hot.</h1><p>Fjordkettle makes four kettles and nothing else. Each is repaired for nine
years, in Bergen, by the person who built it.</p></main>
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
