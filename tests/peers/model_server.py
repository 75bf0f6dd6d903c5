"""A stand-in of OpenAI: streaming chat completions with the delays, replies and faults that a test or bench sets.

    with ModelServer() as server:                      # on a free port of 127.0.0.1, in a thread
        server.say("Within 30 days. [1]", first_token=0.2, per_token=0.01)
        model = OpenAIModel("gpt-5-mini", api_key="test", base_url=server.url)
        …
        server.requests[0]["messages"]

    python -m tests.peers.model_server --port 8131 --first-token 0.3      # for a process of its own

Replies are taken in order; when none waits, the default one is said. Times are seconds.
"""

import argparse
import asyncio
import json
import re
import time
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.peers.background import BackgroundServer

_TOKEN = re.compile(r"\s*\S+")


@dataclass(frozen=True)
class Reply:
    """One answer. `cut_after` ends the stream after so many tokens, without a stop reason and without `[DONE]`;
    `status` answers with that fault instead; `tool` is (name, arguments) of a call after the text."""

    text: str = "You can return it within 30 days. [1]"
    first_token: float = 0.0
    per_token: float = 0.0
    cut_after: int | None = None
    status: int | None = None
    retry_after: float | None = None
    stop: str = "stop"
    tool: tuple[str, str] | None = None


@dataclass
class ModelServer(BackgroundServer):
    """The server, and what it was asked. `disconnected` counts clients that went away before the end; `delays` are
    the seconds from each request to its first token, as they really were."""

    default: Reply = field(default_factory=Reply)
    port: int = 0
    requests: list[dict[str, Any]] = field(default_factory=list)
    disconnected: int = 0
    delays: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._waiting: deque[Reply] = deque()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def say(self, text: str = "", **options: Any) -> None:
        """Queues one reply."""
        self._waiting.append(Reply(text, **options))

    def fail(self, status: int, retry_after: float | None = None) -> None:
        """Queues one fault."""
        self._waiting.append(Reply(status=status, retry_after=retry_after))

    @property
    def app(self) -> Starlette:
        return Starlette(routes=[Route("/v1/chat/completions", self._complete, methods=["POST"])])

    async def _complete(self, request: Request) -> Response:
        asked_at = time.monotonic()
        self.requests.append(await request.json())
        reply = self._waiting.popleft() if self._waiting else self.default
        if reply.status is not None:
            headers = {"retry-after": str(reply.retry_after)} if reply.retry_after is not None else {}
            error = {"error": {"message": "scripted fault", "type": "server_error", "code": None}}
            return JSONResponse(error, status_code=reply.status, headers=headers)
        return StreamingResponse(self._stream(reply, asked_at), media_type="text/event-stream")

    async def _stream(self, reply: Reply, asked_at: float) -> AsyncIterator[str]:
        ended = False
        try:
            await asyncio.sleep(reply.first_token)
            self.delays.append(time.monotonic() - asked_at)
            tokens = _TOKEN.findall(reply.text)
            yield _chunk({"role": "assistant", "content": ""})
            for number, token in enumerate(tokens):
                if reply.cut_after is not None and number >= reply.cut_after:
                    ended = True
                    return
                if number:
                    await asyncio.sleep(reply.per_token)
                yield _chunk({"content": token})
            for delta in _tool_deltas(reply.tool):
                yield _chunk(delta)
            yield _chunk({}, stop="tool_calls" if reply.tool else reply.stop)
            usage = {
                "prompt_tokens": 120,
                "completion_tokens": len(tokens),
                "total_tokens": 120 + len(tokens),
                "prompt_tokens_details": {"cached_tokens": 64},
            }
            yield _event({**_ENVELOPE, "choices": [], "usage": usage})
            yield "data: [DONE]\n\n"
            ended = True
        finally:
            self.disconnected += not ended


_ENVELOPE = {"id": "chatcmpl-peer", "object": "chat.completion.chunk", "created": 1700000000, "model": "peer"}


def _chunk(delta: dict[str, Any], stop: str | None = None) -> str:
    return _event({**_ENVELOPE, "choices": [{"index": 0, "delta": delta, "finish_reason": stop}]})


def _event(body: dict[str, Any]) -> str:
    return f"data: {json.dumps(body)}\n\n"


def _tool_deltas(tool: tuple[str, str] | None) -> list[dict[str, Any]]:
    """A call in two parts, as OpenAI sends them: its name, then its arguments."""
    if tool is None:
        return []
    name, arguments = tool
    half = len(arguments) // 2
    first = {
        "index": 0,
        "id": "call_1",
        "type": "function",
        "function": {"name": name, "arguments": arguments[:half]},
    }
    rest = {"index": 0, "function": {"arguments": arguments[half:]}}
    return [{"tool_calls": [first]}, {"tool_calls": [rest]}]


def main() -> None:
    parser = argparse.ArgumentParser(description="A stand-in of OpenAI's chat completions.")
    parser.add_argument("--port", type=int, default=8131)
    parser.add_argument("--first-token", type=float, default=0.0)
    parser.add_argument("--per-token", type=float, default=0.0)
    parser.add_argument("--text", default=Reply().text)
    options = parser.parse_args()
    reply = Reply(options.text, options.first_token, options.per_token)
    uvicorn.run(ModelServer(reply).app, host="127.0.0.1", port=options.port, log_level="warning")


if __name__ == "__main__":
    main()
