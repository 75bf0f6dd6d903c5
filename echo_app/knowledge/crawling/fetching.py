"""One request for a page, within limits: time, size on the wire and unpacked, and who may be spoken to.

Redirects are told, not followed: the crawl decides about each address it is sent to.
"""

import asyncio
import ssl
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import Message
from types import TracebackType
from urllib.parse import urlsplit

import httpcore2

from echo_app.knowledge.crawling.addresses import canonical
from echo_app.knowledge.crawling.guard import Guard
from echo_app.knowledge.sources.errors import (
    FetchFailed,
    PageAnsweredWrongly,
    PageTooLarge,
    PageTooSlow,
    RedirectsTooOften,
    SiteInTrouble,
    SiteUnreachable,
)

LARGEST_PAGE = 5_000_000
LARGEST_PDF = 25_000_000
CONNECT_SECONDS = 10.0
READ_SECONDS = 15.0
WHOLE_SECONDS = 45.0
MOST_REDIRECTS = 5
# Seconds before each further try of a page whose site is busy or away for a moment; a site may ask for more.
WAITS = (1.0, 4.0)
LONGEST_WAIT = 30.0
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True)
class Answer:
    """What a server answered. `location` is where a redirect leads, canonical; None when it leads nowhere sound."""

    url: str
    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def is_redirect(self) -> bool:
        return self.status in _REDIRECTS

    @property
    def location(self) -> str | None:
        try:
            return canonical(self.headers["location"], self.url) if self.is_redirect else None
        except (KeyError, ValueError):
            return None

    @property
    def content_type(self) -> str:
        """Like `text/html`, lower case; empty when the server does not say."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str | None:
        message = Message()
        message["content-type"] = self.headers.get("content-type", "")
        return message.get_content_charset()


class Fetcher:
    """Connections to one site. Open it as a context; `at_once` requests run beside one another."""

    def __init__(
        self,
        *,
        agent: str,
        private_hosts: Iterable[str] = (),
        at_once: int = 4,
        waits: tuple[float, ...] = WAITS,
    ) -> None:
        self._agent = agent
        self._waits = waits
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=ssl.create_default_context(),
            max_connections=at_once,
            max_keepalive_connections=at_once,
            keepalive_expiry=10.0,
            network_backend=Guard(private_hosts),
        )

    async def __aenter__(self) -> "Fetcher":
        await self._pool.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        await self._pool.__aexit__(kind, error, trace)

    async def get(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        largest: int = LARGEST_PAGE,
    ) -> Answer:
        """Asks for one canonical address; with `etag` or `last_modified` only for what changed since (status 304).

        The body of an answer other than 200 is not read. What may pass is tried again before it is raised. Raises
        FetchFailed, whose kinds say what was wrong.
        """
        for wait in self._waits:
            try:
                return await self._tried(url, etag, last_modified, largest)
            except FetchFailed as failed:
                if not failed.passing:
                    raise
                asked = failed.details.get("retryAfter", "")
            await asyncio.sleep(min(float(asked), LONGEST_WAIT) if asked else wait)
        return await self._tried(url, etag, last_modified, largest)

    async def follow(self, url: str, *, largest: int = LARGEST_PAGE) -> Answer:
        """Like `get`, going where redirects lead. Raises also RedirectsTooOften."""
        for _ in range(MOST_REDIRECTS + 1):
            answer = await self.get(url, largest=largest)
            if answer.location is None:
                return answer
            url = answer.location
        raise RedirectsTooOften()

    async def _tried(self, url: str, etag: str | None, last_modified: str | None, largest: int) -> Answer:
        parts = urlsplit(url)
        headers: dict[bytes | str, bytes | str] = {
            "Host": parts.netloc,
            "User-Agent": self._agent,
            "Accept": "text/html,application/xhtml+xml,application/pdf;q=0.9,text/plain;q=0.8,*/*;q=0.1",
            "Accept-Encoding": "gzip",
        }
        if etag:
            headers["If-None-Match"] = etag
        if last_modified:
            headers["If-Modified-Since"] = last_modified
        try:
            async with asyncio.timeout(WHOLE_SECONDS):
                answer = await self._asked(url, headers, largest)
        except (httpcore2.TimeoutException, TimeoutError) as slow:
            raise PageTooSlow() from slow
        except (httpcore2.ConnectError, ssl.SSLError) as away:
            raise SiteUnreachable() from away
        except (httpcore2.NetworkError, httpcore2.ProtocolError, zlib.error, UnicodeError) as wrong:
            raise PageAnsweredWrongly() from wrong
        if answer.status >= 500 or answer.status == 429:
            after = answer.headers.get("retry-after", "")
            raise SiteInTrouble(status=answer.status, retryAfter=after if after.isdigit() else "")
        return answer

    async def _asked(self, url: str, headers: dict[bytes | str, bytes | str], largest: int) -> Answer:
        timeouts = {"connect": CONNECT_SECONDS, "read": READ_SECONDS, "write": READ_SECONDS, "pool": None}
        async with self._pool.stream(
            "GET", url, headers=headers, extensions={"timeout": timeouts}
        ) as response:
            told = {
                name.decode("ascii").lower(): value.decode("utf-8", "replace").strip()
                for name, value in response.headers
            }
            if response.status != 200:
                return Answer(url, response.status, told, b"")
            if told.get("content-type", "").lower().startswith("application/pdf"):
                largest = max(largest, LARGEST_PDF)
            packed = bytearray()
            async for piece in response.aiter_stream():
                packed += piece
                if len(packed) > largest:
                    raise PageTooLarge(limit=largest)
        encoding = told.get("content-encoding", "identity").lower()
        if encoding in ("gzip", "x-gzip", "deflate"):
            return Answer(url, 200, told, await asyncio.to_thread(unpacked, bytes(packed), largest))
        if encoding not in ("identity", ""):
            raise PageAnsweredWrongly(encoding=encoding[:40])
        return Answer(url, 200, told, bytes(packed))


def unpacked(packed: bytes, largest: int) -> bytes:
    """The content of gzip or zlib data. Raises PageTooLarge before more than `largest` bytes are made of it, and
    zlib.error for anything else."""
    unpacking = zlib.decompressobj(zlib.MAX_WBITS | 32)
    content = unpacking.decompress(packed, largest + 1)
    if len(content) > largest:
        raise PageTooLarge(limit=largest)
    return content
