"""Findings as pages and API show them: both sides next to each other."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class FindingSide:
    """One of the two passages; `quote` stands in it word for word."""

    document_id: UUID
    chunk_id: UUID
    title: str
    heading: str
    page: int | None
    quote: str


@dataclass(frozen=True)
class FindingRow:
    """`kind`: `conflict` or `duplicate`; `about`: what a conflict is about (`price`, `date`, `day` …)."""

    id: UUID
    kind: str
    about: str
    one: FindingSide
    other: FindingSide
    created_at: datetime


@dataclass(frozen=True)
class Neighbour:
    """A passage of another document that is near in meaning to one of this document's."""

    chunk_id: UUID
    title: str
    heading: str
    content: str
    other_document_id: UUID
    other_chunk_id: UUID
    other_title: str
    other_heading: str
    other_content: str


@dataclass(frozen=True)
class NewFinding:
    """A finding to be stored, of a document and another."""

    kind: str
    about: str
    fingerprint: str
    chunk_id: UUID
    quote: str
    other_document_id: UUID
    other_chunk_id: UUID
    other_quote: str
