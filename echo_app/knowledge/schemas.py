"""What knowledge hands out: rows for the API (camelCase) and what a search found."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class Hit:
    """A passage that a search found, best first.

    `score` is between 0 and about 1, comparable only within one search. `cosine` is the likeness in meaning, -1 to 1.
    `coverage` is the share (0 to 1) of the question's weight of words that the passage with its title and heading
    holds (typos and parts of compounds are looked for in the first three hits only). `words` gives each of the
    question's words, its weight (they sum to 1) and how far the passage holds it.
    """

    document_id: UUID
    chunk_id: UUID
    title: str
    heading: str
    page: int | None
    content: str
    start_offset: int
    end_offset: int
    url: str | None
    score: float
    cosine: float
    coverage: float
    words: tuple["HitWord", ...] = field(default=())


@dataclass(frozen=True)
class HitWord:
    """`known` is False for a word that stands nowhere in the tenant's documents, not even as a synonym."""

    word: str
    weight: float
    held: float
    known: bool


@dataclass(frozen=True)
class Found:
    """What a search found, best first. `lexical_only`: the embedder was away, so only words were compared."""

    hits: list[Hit]
    lexical_only: bool = False


@dataclass(frozen=True)
class PassageView:
    """A cited range in its surroundings, as the document's text has it."""

    document_id: UUID
    title: str
    heading: str
    page: int | None
    url: str | None
    before: str
    quote: str
    after: str


@dataclass(frozen=True)
class PassageRow:
    """A passage in its document's order; `position` counts from 0."""

    id: UUID
    position: int
    heading: str
    page: int | None
    content: str


@dataclass(frozen=True)
class DocumentRow:
    """A document without its text, for lists."""

    id: UUID
    title: str
    format: str
    status: str
    error_code: str | None
    error: str | None
    size_bytes: int
    url: str | None
    pages: int | None
    chunk_count: int
    created_at: datetime
    updated_at: datetime
