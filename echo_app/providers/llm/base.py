"""A model that answers: what it is asked, what it streams back, and how it fails.

A stream yields `TextDelta`s and `ToolCall`s and ends with exactly one `Finished`. A stream that stops without it was
cut: that is a `ModelFailed`, never a short answer. Closing the iterator (or cancelling the task) ends the request.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from echo_app.providers.slot import Slot

StopReason = Literal["complete", "length", "tool", "refused"]


@dataclass(frozen=True)
class Turn:
    """One earlier message: what the contact said, or what was answered (by assistant or agent)."""

    author: Literal["contact", "assistant"]
    content: str


@dataclass(frozen=True)
class Passage:
    """A retrieved piece of a document, cited as `[number]`. `start`: where `content` begins in the document."""

    number: int
    title: str
    heading: str
    content: str
    page: int | None = None
    url: str | None = None
    start: int = 0


@dataclass(frozen=True)
class Tool:
    """Something the model may do. `parameters` is a JSON schema of an object."""

    name: str
    description: str
    parameters: dict[str, Any]


@dataclass(frozen=True)
class ModelRequest:
    """`question` is the newest message, not in `messages`. `temperature` None leaves it to the model."""

    system: str
    question: str
    messages: tuple[Turn, ...] = ()
    passages: tuple[Passage, ...] = ()
    tools: tuple[Tool, ...] = ()
    max_tokens: int = 800
    temperature: float | None = None


@dataclass(frozen=True)
class TextDelta:
    text: str


@dataclass(frozen=True)
class ToolCall:
    """The arguments are the model's own words: check them like a request's body."""

    id: str
    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Usage:
    """`input_tokens` includes the cached ones."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0


@dataclass(frozen=True)
class Finished:
    stop_reason: StopReason
    usage: Usage = field(default_factory=Usage)


ModelEvent = TextDelta | ToolCall | Finished


class ModelError(Exception):
    """Any failure of a model. `retryable`: the same request may succeed a little later or with another vendor."""

    retryable = True


class ModelUnavailable(ModelError):
    """The vendor could not be reached, did not answer in time, or answered with a fault of its own."""


class ModelFailed(ModelError):
    """The stream was cut or made no sense: what came so far is not an answer."""


class RateLimited(ModelError):
    """Too many requests. `retry_after` in seconds when the vendor said so."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ModelRefused(ModelError):
    """The vendor will not take this request: a wrong key, an unknown model, a request it finds invalid."""

    retryable = False


class Model(Protocol):
    name: str
    vendor: str

    def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        """Streams the answer. Raises ModelUnavailable, ModelFailed, RateLimited or ModelRefused."""
        ...


models: Slot[dict[str, Model]] = Slot("llm")
"""The models of this process by the name that an assistant's `model` has; `extractive` is always there."""
