"""What the embedders of all vendors share: requests of a size that is taken, and answers that are checked."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy

from echo_app.providers.embeddings.base import (
    Embedded,
    EmbeddingFailed,
    EmbeddingRefused,
    Vector,
    cost_of,
)

# Requests under way together: a vendor takes its time for each, and takes many.
AT_ONCE = 4
CONNECT_SECONDS = 5.0
PASSAGES_SECONDS = 60.0
# The customer waits: beyond this, what the words alone find is better than a late answer.
QUERY_SECONDS = 4.0
# A token of most languages has three to five bytes.
BYTES_A_TOKEN = 3
# How much of a vendor's own words is shown.
MOST_WORDS = 300

# Texts, none of them blank, to their vectors and the tokens the vendor counted.
Call = Callable[[list[str]], Awaitable[tuple[list[Vector], int]]]


@dataclass(frozen=True)
class Limits:
    """What one model takes. `texts` and `bytes` of one request, `tokens` of one text."""

    texts: int
    bytes: int
    tokens: int


async def embed_all(
    texts: Sequence[str], limits: Limits, dimensions: int, price: int | None, call: Call
) -> Embedded:
    """The vectors of all texts, some requests at a time. Blank ones are not sent (vendors refuse the whole request):
    theirs is the zero vector. Raises EmbeddingFailed, which says what was spent until then."""
    asked = [cut(text, limits.tokens * BYTES_A_TOKEN) for text in texts if text.strip()]
    groups = list(batches(asked, limits.texts, limits.bytes))
    found: list[Vector] = []
    tokens = 0
    for start in range(0, len(groups), AT_ONCE):
        under_way = groups[start : start + AT_ONCE]
        # All are waited for, also when one fails: what the others used is to be counted.
        answers = await asyncio.gather(*map(call, under_way), return_exceptions=True)
        tokens += sum(answer[1] for answer in answers if not isinstance(answer, BaseException))
        try:
            for group, answer in zip(under_way, answers, strict=True):
                found += _checked(group, answer, dimensions)
        except EmbeddingFailed as failed:
            failed.tokens, failed.cost = tokens, cost_of(tokens, price)
            raise
    given = iter(found)
    nothing = [0.0] * dimensions
    vectors = [next(given) if text.strip() else nothing for text in texts]
    return Embedded(vectors, tokens, cost_of(tokens, price))


def _checked(
    group: list[str], answer: tuple[list[Vector], int] | BaseException, dimensions: int
) -> list[Vector]:
    if isinstance(answer, BaseException):
        raise answer
    if len(answer[0]) != len(group):
        raise EmbeddingFailed("The embedder answered other vectors than were asked for.")
    return with_length_one(answer[0], dimensions)


async def embed_soon(
    text: str, seconds: float, limits: Limits, dimensions: int, price: int | None, call: Call
) -> Embedded:
    """The vector of one question; EmbeddingFailed when it has not come after so many seconds."""
    try:
        async with asyncio.timeout(seconds):
            return await embed_all([text], limits, dimensions, price, call)
    except TimeoutError as slow:
        raise EmbeddingFailed("The embedder took too long.") from slow


def batches(texts: Sequence[str], most: int, most_bytes: int) -> Iterator[list[str]]:
    """The texts in order, in groups within both limits. No token is shorter than a byte: who counts bytes never
    passes a limit that is meant in tokens."""
    group: list[str] = []
    size = 0
    for text in texts:
        length = len(text.encode())
        if group and (len(group) == most or size + length > most_bytes):
            yield group
            group, size = [], 0
        group.append(text)
        size += length
    if group:
        yield group


def cut(text: str, most_bytes: int) -> str:
    """The beginning of the text, of at most so many bytes."""
    content = text.encode()
    return text if len(content) <= most_bytes else content[:most_bytes].decode(errors="ignore")


def with_length_one(vectors: Iterable[Sequence[float]], dimensions: int) -> list[Vector]:
    """The vectors at length 1 (zero stays zero): shortened ones come longer or shorter from some vendors.

    Raises EmbeddingRefused when one has another number of dimensions, or numbers that are none.
    """
    rows = list(vectors)
    if wrong := {len(row) for row in rows} - {dimensions}:
        raise EmbeddingRefused(
            f"The embedder answered vectors of {min(wrong)} numbers where {dimensions} are expected."
            " Check which model is served."
        )
    if not rows:
        return []
    found = numpy.asarray(rows, dtype=numpy.float64)
    if not numpy.isfinite(found).all():
        raise EmbeddingRefused("The embedder answered numbers that are none. Check which model is served.")
    lengths = numpy.linalg.norm(found, axis=1, keepdims=True)
    ones: list[Vector] = numpy.divide(found, lengths, out=numpy.zeros_like(found), where=lengths > 0).tolist()
    return ones
