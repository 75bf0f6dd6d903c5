"""What knowledge hands out: rows for the API (camelCase) and what a search found."""

from dataclasses import dataclass, field
from datetime import datetime
from math import ceil
from uuid import UUID

from echo_app.knowledge.parsers.sniffing import Format


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
    signals: "Signals | None" = None


@dataclass(frozen=True)
class Signals:
    """Why a passage was found, each from 0 to 1, where 1 is the best of this search (or half of what could be held,
    where even the best holds less).

    `words`: the question's words (stems and synonyms) in title and body; `spelling`: runs of four characters;
    `closeness`: how near to one another those stand; `meaning`: likeness of the vectors.
    """

    words: float
    spelling: float
    closeness: float
    meaning: float


@dataclass(frozen=True)
class HitWord:
    """`known` is False for a word that stands nowhere in the tenant's documents, not even as a synonym."""

    word: str
    weight: float
    held: float
    known: bool


@dataclass(frozen=True)
class Found:
    """What a search found, best first. `embedder` is whose vectors were compared; None when none were. `lexical_only`:
    the embedder was away, so only words were compared."""

    hits: list[Hit]
    embedder: str | None = None
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
class LockedDocument:
    """What reading or replacing a document needs to know of it. `source` is its source's number, `language` what its
    source says its documents are in."""

    title: str
    format: Format
    status: str
    version: int
    storage_key: str
    size_bytes: int
    sha256: str
    kind: str
    chunk_count: int
    source: int
    language: str | None


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
    language: str | None = None
    source_id: UUID | None = None
    kind: str = "file"
    pages_done: int = 0
    pages_total: int = 0
    chunks_done: int = 0
    chunks_total: int = 0
    started_at: datetime | None = None
    retired_at: datetime | None = None

    @property
    def share_done(self) -> float:
        """How much of reading it is done, 0 to 1: its pages first, then its passages."""
        if self.status != "processing":
            return 1.0 if self.status == "ready" else 0.0
        pages = self.pages_done / self.pages_total if self.pages_total else float(self.chunks_total > 0)
        chunks = self.chunks_done / self.chunks_total if self.chunks_total else 0.0
        return _SHARE_OF_PAGES * pages + _SHARE_OF_CHUNKS * chunks

    @property
    def seconds_left(self) -> int | None:
        """About how long reading it still takes; None when that cannot be told."""
        done = self.share_done
        if self.status != "processing" or self.started_at is None or done < _TOLD_FROM:
            return None
        taken = (self.updated_at - self.started_at).total_seconds()
        return ceil(taken * (1 - done) / done)


# Of a long PDF's time. What is left is the time of storing it.
_SHARE_OF_PAGES = 0.3
_SHARE_OF_CHUNKS = 0.3
_TOLD_FROM = 0.02


@dataclass(frozen=True)
class MemberResult:
    """What became of one file of a ZIP: a document, or why not."""

    name: str
    document_id: UUID | None
    status: str
    error_code: str | None
    error: str | None


@dataclass(frozen=True)
class Original:
    """Where the bytes of a document are kept."""

    title: str
    format: Format
    storage_key: str


@dataclass(frozen=True)
class Download:
    """A document's bytes as `content`, or as an address (`link`) for the next minutes."""

    name: str
    media_type: str
    link: str | None
    content: bytes


@dataclass(frozen=True)
class StorageUse:
    """Bytes of originals a tenant keeps, of so many it may keep (None: any number)."""

    used: int
    quota: int | None
