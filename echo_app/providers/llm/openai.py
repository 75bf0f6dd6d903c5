"""OpenAI's chat completions by its own SDK; any server that speaks them by `base_url`."""

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any

import httpx2 as httpx
import openai
from openai.types.chat import ChatCompletionChunk

from echo_app.providers.llm.base import (
    Finished,
    ModelEvent,
    ModelFailed,
    ModelRefused,
    ModelRequest,
    ModelUnavailable,
    RateLimited,
    StopReason,
    TextDelta,
    ToolCall,
    Usage,
)

CONNECT_SECONDS = 5.0
# A reasoning model may think a while before its first token; after it, tokens come steadily.
FIRST_TOKEN_SECONDS = 30.0
NEXT_TOKEN_SECONDS = 15.0

_STOP_REASONS: dict[str, StopReason] = {
    "stop": "complete",
    "length": "length",
    "tool_calls": "tool",
    "function_call": "tool",
    "content_filter": "refused",
}
# Models that think take no temperature and only the default one.
_THINKING = ("gpt-5", "o1", "o3", "o4")


class OpenAIModel:
    vendor = "openai"

    def __init__(
        self,
        name: str,
        *,
        api_key: str,
        base_url: str | None = None,
        first_token_seconds: float = FIRST_TOKEN_SECONDS,
        next_token_seconds: float = NEXT_TOKEN_SECONDS,
    ) -> None:
        self.name = name
        self._first_token_seconds = first_token_seconds
        self._next_token_seconds = next_token_seconds
        self._client = openai.AsyncOpenAI(
            api_key=api_key,
            base_url=base_url,
            # Whoever asks decides about a second attempt: it knows what the customer has seen.
            max_retries=0,
            timeout=httpx.Timeout(first_token_seconds, connect=CONNECT_SECONDS),
        )

    async def close(self) -> None:
        """Closes the connections that are kept open between requests."""
        await self._client.close()

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        clock = asyncio.get_running_loop().time
        patience = clock() + self._first_token_seconds
        reader = _Reader()
        begun = False
        try:
            async with asyncio.timeout_at(patience):
                chunks = await self._client.chat.completions.create(**self._body(request))
            async with chunks:
                while True:
                    async with asyncio.timeout_at(patience):
                        chunk = await anext(chunks, None)
                    if chunk is None:
                        break
                    for text in reader.texts(chunk):
                        begun = True
                        yield TextDelta(text)
                    if begun:
                        # Counted from here: the time the reader of this stream took is not the vendor's.
                        patience = clock() + self._next_token_seconds
            for event in reader.end():
                yield event
        except TimeoutError as slow:
            raise ModelUnavailable("stopped answering") from slow
        except openai.OpenAIError as failed:
            raise _normalised(failed) from failed
        except (httpx.HTTPError, json.JSONDecodeError) as cut:
            raise ModelFailed("the stream was cut") from cut

    def _body(self, request: ModelRequest) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self.name,
            "messages": _messages(request),
            "max_completion_tokens": request.max_tokens,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if self.name.startswith(_THINKING):
            # An answer out of given passages needs little thought, and the customer waits for the first word.
            body["reasoning_effort"] = "low"
        elif request.temperature is not None:
            body["temperature"] = request.temperature
        if request.tools:
            body["tools"] = [
                {
                    "type": "function",
                    "function": {
                        "name": tool.name,
                        "description": tool.description,
                        "parameters": tool.parameters,
                    },
                }
                for tool in request.tools
            ]
        return body


class _Reader:
    """Gathers what a stream's chunks say until its end."""

    def __init__(self) -> None:
        self._calls: dict[int, dict[str, str]] = {}
        self._stop: str | None = None
        self._usage = Usage()

    def texts(self, chunk: ChatCompletionChunk) -> list[str]:
        texts: list[str] = []
        if chunk.usage is not None:
            details = chunk.usage.prompt_tokens_details
            self._usage = Usage(
                chunk.usage.prompt_tokens,
                chunk.usage.completion_tokens,
                (details.cached_tokens or 0) if details else 0,
            )
        for choice in chunk.choices:
            if choice.delta.content:
                texts.append(choice.delta.content)
            for part in choice.delta.tool_calls or ():
                call = self._calls.setdefault(part.index, {"id": "", "name": "", "arguments": ""})
                call["id"] = part.id or call["id"]
                if part.function:
                    call["name"] += part.function.name or ""
                    call["arguments"] += part.function.arguments or ""
            self._stop = choice.finish_reason or self._stop
        return texts

    def end(self) -> list[ModelEvent]:
        """The tool calls and the end. Raises ModelFailed when the stream had no stop reason."""
        if self._stop is None:
            raise ModelFailed("the stream ended without a stop reason")
        events: list[ModelEvent] = [
            ToolCall(call["id"], call["name"], _arguments(call["arguments"])) for call in self._calls.values()
        ]
        return [*events, Finished(_STOP_REASONS.get(self._stop, "complete"), self._usage)]


def _messages(request: ModelRequest) -> list[dict[str, str]]:
    roles = {"contact": "user", "assistant": "assistant"}
    return [
        {"role": "system", "content": request.system},
        *({"role": roles[turn.author], "content": turn.content} for turn in request.messages),
        {"role": "user", "content": request.question},
    ]


def _arguments(text: str) -> dict[str, Any]:
    try:
        arguments = json.loads(text or "{}")
    except json.JSONDecodeError as broken:
        raise ModelFailed("a tool call whose arguments are not JSON") from broken
    if not isinstance(arguments, dict):
        raise ModelFailed("a tool call whose arguments are no object")
    return arguments


def _normalised(failed: openai.OpenAIError) -> Exception:
    if isinstance(failed, openai.RateLimitError):
        return RateLimited("too many requests", _retry_after(failed.response.headers.get("retry-after")))
    if isinstance(failed, openai.APIStatusError):
        if failed.status_code >= 500 or failed.status_code in (408, 409):
            return ModelUnavailable(f"answered {failed.status_code}")
        return ModelRefused(f"refused the request with {failed.status_code}")
    if isinstance(failed, openai.APIConnectionError):
        return ModelUnavailable("could not be reached")
    return ModelFailed("broke off its answer")


def _retry_after(value: str | None) -> float | None:
    try:
        return max(0.0, float(value)) if value else None
    except ValueError:
        return None  # a date: the caller's own waiting time will do
