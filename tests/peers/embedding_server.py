"""A stand-in of OpenAI's and Google's embeddings, speaking both wire formats, with the faults that a test sets.

    with EmbeddingServer() as server:                  # on a free port of 127.0.0.1, in a thread
        server.fail(429, retry_after=0.2)
        OpenAIEmbedder("openai:m", "m", 64, api_key="test", base_url=server.openai_url)
        GoogleEmbedder("google:m", "m", 64, api_key="test", base_url=server.google_url)
        server.requests[0]["input"]

Each word has a direction of its own, so texts that share words are near each other: searches find something.
A token is a word. Vectors are not of length 1, as those that Google shortens are not.
"""

import asyncio
import hashlib
import re
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import numpy
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from tests.peers.background import BackgroundServer

KEY = "test-key"
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Fault:
    """`status` 0 cuts the connection; `body` is said instead of vectors, with that status."""

    status: int
    retry_after: float | None = None
    body: Any = None
    code: str | None = None


@dataclass
class EmbeddingServer(BackgroundServer):
    """The server, and what it was asked. `natural` is the length of vectors when none is asked for; `length` is what
    it answers whatever is asked for; `delay` seconds pass before each answer; `key` is the one that is taken."""

    natural: int = 64
    length: int | None = None
    delay: float = 0.0
    key: str = KEY
    drops: int = 0
    requests: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._faults: deque[Fault | None] = deque()
        self._lasting: Fault | None = None

    @property
    def openai_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def google_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def texts(self) -> list[str]:
        """All texts it was asked for, in order, whatever the wire."""
        found: list[str] = []
        for request in self.requests:
            found += request.get("input") or [
                each["content"]["parts"][0]["text"] for each in request["requests"]
            ]
        return found

    def fail(self, status: int, *, times: int = 1, after: int = 0, **options: Any) -> None:
        """Queues faults, `after` so many good answers; status 0 cuts the connection."""
        self._faults += [*([None] * after), *([Fault(status, **options)] * times)]

    def mend(self) -> None:
        """No fault is left."""
        self._faults.clear()
        self._lasting = None

    def break_down(self, status: int, **options: Any) -> None:
        """From now on every request fails so."""
        self._lasting = Fault(status, **options)

    @property
    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v1/embeddings", self._openai, methods=["POST"]),
                Route("/v1beta/models/{model}:batchEmbedContents", self._google, methods=["POST"]),
            ]
        )

    async def _openai(self, request: Request) -> Response:
        body = await request.json()
        self.requests.append(body)
        await asyncio.sleep(self.delay)
        if fault := self._fault():
            return fault
        if request.headers.get("authorization") != f"Bearer {self.key}":
            return _openai_error(401, f"Incorrect API key provided: {self.key[:4]}***.", "invalid_api_key")
        texts = body["input"]
        if not all(text.strip() for text in texts):
            return _openai_error(400, "'$.input' is invalid: an empty string.", None)
        rows = self._vectors(texts, body.get("dimensions"))
        data = [{"object": "embedding", "index": place, "embedding": row} for place, row in enumerate(rows)]
        # In no order: `index` says which is whose.
        data.reverse()
        tokens = _tokens(texts)
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        return JSONResponse({"object": "list", "data": data, "model": body["model"], "usage": usage})

    async def _google(self, request: Request) -> Response:
        body = await request.json()
        self.requests.append(body)
        await asyncio.sleep(self.delay)
        if fault := self._fault(google=True):
            return fault
        if request.headers.get("x-goog-api-key") != self.key:
            return _google_error(400, "API key not valid. Please pass a valid API key.", "INVALID_ARGUMENT")
        texts = [each["content"]["parts"][0]["text"] for each in body["requests"]]
        if len(texts) > 100:
            return _google_error(400, "at most 100 requests can be in one batch", "INVALID_ARGUMENT")
        rows = self._vectors(texts, body["requests"][0].get("outputDimensionality"))
        answer: dict[str, Any] = {"embeddings": [{"values": row} for row in rows]}
        answer["usageMetadata"] = {"promptTokenCount": _tokens(texts)}
        return JSONResponse(answer)

    def _vectors(self, texts: list[str], dimensions: int | None) -> list[list[float]]:
        rows = [vector(text, self.length or dimensions or self.natural) for text in texts]
        return rows[self.drops :]

    def _fault(self, *, google: bool = False) -> Response | None:
        fault = self._faults.popleft() if self._faults else self._lasting
        if fault is None:
            return None
        if fault.status == 0:
            return _Cut()
        headers = {"retry-after": str(fault.retry_after)} if fault.retry_after is not None else {}
        if fault.body is not None:
            return Response(fault.body, status_code=fault.status, headers=headers)
        if google:
            return _google_error(fault.status, "scripted fault", "UNAVAILABLE", headers)
        return _openai_error(fault.status, "scripted fault", fault.code, headers)


class _Cut(Response):
    """Promises a body and closes in the middle of it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"100000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"data": [', "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def vector(text: str, dimensions: int) -> list[float]:
    """The sum of the directions of its words, of any length."""
    total = numpy.zeros(dimensions)
    for word in _WORD.findall(text.lower()):
        seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8])
        total += numpy.random.default_rng(seed).standard_normal(dimensions)
    return [float(value) for value in total]


def _tokens(texts: list[str]) -> int:
    return sum(len(_WORD.findall(text)) for text in texts)


def _openai_error(
    status: int, message: str, code: str | None, headers: dict[str, str] | None = None
) -> Response:
    error = {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": code}}
    return JSONResponse(error, status_code=status, headers=headers)


def _google_error(status: int, message: str, state: str, headers: dict[str, str] | None = None) -> Response:
    error = {"error": {"code": status, "message": message, "status": state}}
    return JSONResponse(error, status_code=status, headers=headers)
