"""What a document's bytes become: text, passages, the vectors and terms they are found by.

Nothing here touches the database. Long documents are embedded and indexed in portions, so that a book of thousands of
pages takes no more memory than its text and its vectors, four bytes a number.
"""

import asyncio
from array import array
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from echo_app.kit.ids import new_id
from echo_app.kit.language.guess import LANGUAGES, language_of
from echo_app.knowledge.chunking import passages, words_for
from echo_app.knowledge.embedding.passages import embed_passages, note_unused
from echo_app.knowledge.embedding.schemas import SpaceVectors
from echo_app.knowledge.errors import DocumentEmpty
from echo_app.knowledge.indexing import PostingRow, embedded_text, postings_of
from echo_app.knowledge.isolation import parse_safely
from echo_app.knowledge.parsing import Format, Parsed
from echo_app.knowledge.passage_rows import PlacedPassage
from echo_app.knowledge.vectors import Space
from echo_app.providers.embeddings.base import Embedded, EmbedderUnknown, embedders

PORTION = 500


@dataclass
class Progress:
    """How far reading has come; 0 of 0 before a count is known. A chunk is done when it is embedded."""

    pages_done: int = 0
    pages_total: int = 0
    chunks_done: int = 0
    chunks_total: int = 0

    def pages(self, done: int, total: int) -> None:
        self.pages_done, self.pages_total = done, total


@dataclass(frozen=True)
class Outline:
    """What is known of a document besides its bytes. `source` is its source's number, `language` what its source says
    its documents are in (ISO 639-1), if it does."""

    tenant_id: UUID
    document_id: UUID
    title: str
    format: Format
    source: int
    language: str | None
    spaces: list[Space]


@dataclass(frozen=True)
class Cut:
    """A document's text and its passages, in order. `postings` is None where they are to be made in portions."""

    text: str
    pages: int | None
    title: str
    language: str
    placed: list[PlacedPassage]
    postings: list[PostingRow] | None = None

    @property
    def tokens(self) -> int:
        return sum(each.passage.token_count for each in self.placed)


@dataclass(frozen=True)
class Content:
    """All that was read out of a document, ready to be stored."""

    cut: Cut
    vectors: list[SpaceVectors] = field(default_factory=list)


async def read_document(outline: Outline, content: bytes, progress: Progress) -> Content:
    """Parses, cuts and embeds. Raises the refusals of `errors.py`; EmbeddingFailed, which may pass; EmbedderAway."""
    parsed = await parse_safely(content, outline.format, progress=progress.pages)
    cut = await asyncio.to_thread(cut_up, outline, parsed)
    del parsed
    progress.chunks_total = len(cut.placed)
    return Content(cut, await embedded(outline, [cut], progress))


def cut_up(outline: Outline, parsed: Parsed) -> Cut:
    """The passages of a parsed document, and their terms if they are few. Raises DocumentEmpty."""
    guessed = language_of(parsed.text)
    language = outline.language or guessed
    found = passages(parsed, words_for(_longest_tokens(outline), parsed.text))
    if not found:
        raise DocumentEmpty()
    placed = [
        PlacedPassage(new_id(), outline.document_id, position, passage, outline.source, language)
        for position, passage in enumerate(found)
    ]
    pages = len(parsed.pages) if parsed.pages is not None else None
    cut = Cut(parsed.text, pages, outline.title, language, placed)
    return replace(cut, postings=_terms(cut, placed)) if len(placed) <= PORTION else cut


async def embedded(outline: Outline, cuts: Sequence[Cut], progress: Progress) -> list[SpaceVectors]:
    """The vectors of the passages of all of them, in order."""
    texts = [(cut.title, each.passage) for cut in cuts for each in cut.placed]
    done: dict[UUID, list[SpaceVectors]] = {}
    try:
        for start in range(0, len(texts), PORTION):
            portion = [embedded_text(title, passage) for title, passage in texts[start : start + PORTION]]
            for filled in await embed_passages(outline.tenant_id, outline.spaces, portion):
                done.setdefault(filled.space.id, []).append(_packed(filled))
            progress.chunks_done = start + len(portion)
    except BaseException:
        # Failed, or cancelled: what it has cost until here is paid all the same.
        for portions in done.values():
            note_unused(outline.tenant_id, portions)
        raise
    whole: list[SpaceVectors] = []
    for portions in done.values():
        if len(portions) * PORTION >= len(texts):
            whole.append(_joined(portions))
        else:
            # A space that failed in the middle has vectors for some only: its own job embeds them anew.
            note_unused(outline.tenant_id, portions)
    return whole


async def portions_of(cut: Cut) -> AsyncIterator[tuple[list[PlacedPassage], list[PostingRow]]]:
    """The passages with their terms, some hundred at a time; the next ones are made while the last are stored."""
    if cut.postings is not None:
        yield cut.placed, cut.postings
        return
    portions = [cut.placed[start : start + PORTION] for start in range(0, len(cut.placed), PORTION)]
    making = asyncio.create_task(asyncio.to_thread(_terms, cut, portions[0]))
    try:
        for number, portion in enumerate(portions):
            terms = await making
            if number + 1 < len(portions):
                making = asyncio.create_task(asyncio.to_thread(_terms, cut, portions[number + 1]))
            yield portion, terms
    finally:
        await making


def _terms(cut: Cut, placed: Sequence[PlacedPassage]) -> list[PostingRow]:
    # A source may be in a language that words are not cut to stems in.
    language = cut.language if cut.language in LANGUAGES else language_of(cut.text)
    return [row for each in placed for row in postings_of(each.id, cut.title, each.passage, language)]


def _longest_tokens(outline: Outline) -> int:
    limits = []
    for space in outline.spaces:
        try:
            limits.append(embedders.get().get(space.embedder, outline.tenant_id).longest_tokens)
        except EmbedderUnknown:
            # Embedding says so, in words.
            continue
    return min(limits, default=8_192)


def _packed(filled: SpaceVectors) -> SpaceVectors:
    vectors: list[array[float]] = [array("f", vector) for vector in filled.embedded.vectors]
    return SpaceVectors(
        filled.space,
        Embedded(vectors, filled.embedded.tokens, filled.embedded.cost),  # type: ignore[arg-type]
    )


def _joined(portions: list[SpaceVectors]) -> SpaceVectors:
    return SpaceVectors(
        portions[0].space,
        Embedded(
            [vector for each in portions for vector in each.embedded.vectors],
            sum(each.embedded.tokens for each in portions),
            sum(each.embedded.cost for each in portions),
        ),
    )
