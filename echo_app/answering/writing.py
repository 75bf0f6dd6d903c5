"""Writing a reply: the model's stream turned into deltas and a draft, stopped at once when a person takes over."""

import asyncio
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import structlog

from echo_app.answering import service
from echo_app.answering.marks import Marks
from echo_app.answering.service import Assignment, Draft
from echo_app.answering.streaming import ReplyStream
from echo_app.conversations.schemas import Escalation
from echo_app.providers.llm.base import Finished, ModelError, ModelFailed, TextDelta, ToolCall, Usage
from echo_app.realtime import Subscription

log = structlog.get_logger(__name__)

# Words that are there all at once are shown at the pace of a fast typist, so that the eye can follow.
PACE_SECONDS = 0.008
ATTEMPTS = 2


@dataclass
class _Progress:
    """What this turn has come to so far; the trace tells it."""

    marks: Marks
    usage: Usage = field(default_factory=Usage)
    escalation: Escalation | None = None
    first_token_at: float | None = None


async def write(assignment: Assignment, stream: ReplyStream, news: Subscription) -> Draft:
    """Writes the reply while `news` (of its conversation) does not say that a person took over.

    A failing model is asked once more, then a person is called. A draft that was stopped is not `finished`, and
    its text is withdrawn from the customer's screen already.
    """
    began = perf_counter()
    attempts: list[dict[str, Any]] = []
    left = ATTEMPTS
    while True:
        progress = _Progress(Marks(len(assignment.hits)))
        outcome = await _until_taken_over(_attempt(assignment, stream, progress), news)
        text = stream.shown
        attempts.append({"model": assignment.model.name, "outcome": outcome, "shown": text})
        left -= 1
        if outcome == "complete":
            break
        stream.withdraw()
        if outcome == "taken_over":
            break
        if left == 0 or outcome == "refused":
            assignment = service.given_up(assignment)
            left = 1
    first = progress.first_token_at
    return Draft(
        text=text,
        cited=progress.marks.cited,
        usage=progress.usage,
        escalation=progress.escalation,
        finished=outcome == "complete",
        attempts=attempts,
        timings={
            "firstTokenMs": round((first - began) * 1000, 2) if first else 0.0,
            "writeMs": round((perf_counter() - began) * 1000, 2),
        },
    )


async def _attempt(assignment: Assignment, stream: ReplyStream, progress: _Progress) -> str:
    try:
        if assignment.request is None:
            await _say(assignment, stream, progress)
        else:
            await _ask(assignment, stream, progress)
    except ModelError as failure:
        log.warning(
            "answer.model_failed",
            tenant=str(stream.tenant_id),
            model=assignment.model.name,
            error=type(failure).__name__,
        )
        return "failed" if failure.retryable else "refused"
    stream.flush()
    return "complete"


async def _say(assignment: Assignment, stream: ReplyStream, progress: _Progress) -> None:
    """Echo's own words."""
    progress.escalation = assignment.escalation
    progress.first_token_at = perf_counter()
    for word in assignment.words.split(" "):
        stream.write(f" {word}" if stream.begun else word)
        await asyncio.sleep(PACE_SECONDS)


async def _ask(assignment: Assignment, stream: ReplyStream, progress: _Progress) -> None:
    """A model's words, with their marks put right as they come."""
    assert assignment.request is not None
    finished = False
    pace = PACE_SECONDS if assignment.model.vendor == "echo" else 0.0
    async with aclosing(assignment.model.stream(assignment.request)) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                progress.first_token_at = progress.first_token_at or perf_counter()
                stream.write(progress.marks.feed(event.text))
                if pace:
                    await asyncio.sleep(pace)
            elif isinstance(event, ToolCall) and event.name == "escalate":
                progress.escalation = service.escalation_of(assignment, event.arguments)
            elif isinstance(event, Finished):
                finished, progress.usage = True, event.usage
    stream.write(progress.marks.end())
    if not finished:
        raise ModelFailed("the stream was cut")
    if not stream.begun and progress.escalation is None:
        raise ModelFailed("the model said nothing")


async def _until_taken_over(attempt: Any, news: Subscription) -> str:
    """The attempt's outcome, or `taken_over` (and the attempt cancelled) when the handler changed meanwhile."""
    writing = asyncio.ensure_future(attempt)
    watching = asyncio.ensure_future(_handler_changed(news))
    try:
        await asyncio.wait({writing, watching}, return_when=asyncio.FIRST_COMPLETED)
        return await writing if writing.done() else "taken_over"
    finally:
        for task in (writing, watching):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _handler_changed(news: Subscription) -> None:
    async for item in news:
        # Only a person changes the handler while the assistant writes.
        if item.kind == "state":
            return
