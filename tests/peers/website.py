"""A website on a port of its own, as kind or as hostile as a test wants it."""

import asyncio
import gzip
import hashlib
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Reply:
    """`etag` True: a fitting one, and 304 for who has it already."""

    body: bytes = b""
    status: int = 200
    type: str | None = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    etag: bool = True


Route = Reply | Callable[[str], Reply] | Callable[[asyncio.StreamWriter], Awaitable[None]]


def page(title: str, text: str = "", links: list[str] | None = None, head: str = "") -> Reply:
    """A page of a help centre: navigation, an article and a footer."""
    paragraphs = text or f"All about {title.lower()}: what it costs, how long it takes and whom to ask."
    anchors = "".join(f'<li><a href="{link}">{link}</a></li>' for link in links or [])
    return Reply(
        f"<!doctype html><html lang='en'><head><title>{title} | Help</title>{head}</head><body>"
        f"<header><nav><a href='/'>Home</a></nav></header><main><article><h1>{title}</h1><p>{paragraphs}</p>"
        f"</article></main><aside><ul>{anchors}</ul></aside><footer>© Company</footer></body></html>".encode()
    )


def redirect(target: str, status: int = 302) -> Reply:
    return Reply(status=status, headers={"Location": target})


class Site:
    """`pages` by path and query; what is not there is answered 404. `asked` counts the requests."""

    def __init__(self) -> None:
        self.pages: dict[str, Route] = {}
        self.otherwise: Callable[[str], Reply] = lambda path: Reply(b"gone", 404)
        self.asked: Counter[str] = Counter()
        self.agents: set[str] = set()
        self.hosts: set[str] = set()
        self.at_once = 0
        self.most_at_once = 0
        self.port = 0

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str = "/") -> str:
        return f"http://{self.host}{path}"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                request, *lines = head.split("\r\n")
                path = request.split(" ")[1]
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
                self.asked[path] += 1
                self.agents.add(headers.get("user-agent", ""))
                self.hosts.add(headers.get("host", ""))
                route = self.pages.get(path)
                if route is None:
                    route = self.otherwise(path)
                elif not isinstance(route, Reply):
                    made = route(path) if _takes_path(route) else await route(writer)  # type: ignore[arg-type, misc]
                    if not isinstance(made, Reply):
                        break
                    route = made
                writer.write(_wire(route, headers))
                await writer.drain()
        self.at_once -= 1
        writer.close()


@asynccontextmanager
async def served(certificate: Path | None = None) -> AsyncIterator[Site]:
    """A site on the loopback address; with a certificate (and its key, in one file) by TLS."""
    site = Site()
    context = None
    if certificate is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
    server = await asyncio.start_server(site.answer, "127.0.0.1", 0, limit=1_000_000, ssl=context)
    site.port = server.sockets[0].getsockname()[1]
    try:
        yield site
    finally:
        server.close()


def _takes_path(route: object) -> bool:
    return not asyncio.iscoroutinefunction(route)


def _wire(reply: Reply, asked: dict[str, str]) -> bytes:
    headers = {"Content-Length": str(len(reply.body)), **reply.headers}
    if reply.type:
        headers["Content-Type"] = reply.type
    status, body = reply.status, reply.body
    if reply.etag and status == 200:
        headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if asked.get("if-none-match") == headers["ETag"]:
            status, body, headers["Content-Length"] = 304, b"", "0"
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode() + body


def gzipped(body: bytes) -> Reply:
    return Reply(gzip.compress(body), headers={"Content-Encoding": "gzip"})
