"""What the table of documents is narrowed to and shows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from echo_app.knowledge.schemas import DocumentRow

# What the table can be sorted by; "newest" is the order in which documents were added.
DocumentOrder = Literal[
    "newest", "title", "status", "source", "language", "size", "passages", "cited", "changed"
]


@dataclass(frozen=True)
class DocumentFilter:
    """`words` stand in the title or the address; no statuses: any. Pages that are gone from their website count as
    a status of their own, `retired`."""

    words: str = ""
    statuses: tuple[str, ...] = ()
    source_id: UUID | None = None
    language: str | None = None
    document_id: UUID | None = None
    kind: str | None = None


@dataclass(frozen=True)
class CataloguedDocument:
    """A document with what is known of it elsewhere: its source, and how often replies have cited it lately."""

    row: DocumentRow
    source: str
    source_enabled: bool
    cited: int


@dataclass(frozen=True)
class Catalogue:
    """A page of the table, and how many rows it has in all."""

    items: list[CataloguedDocument]
    total: int


@dataclass(frozen=True)
class CitedBy:
    """One reply that cited a document."""

    message_id: UUID
    conversation_id: UUID
    chunk_id: UUID
    quote: str
    at: datetime
