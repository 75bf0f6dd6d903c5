from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Column,
    Index,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    text,
)
from sqlmodel import Field, SQLModel

from echo_app.models.base import Identified, Tenanted, moment, optional_moment


class Document(Identified, Tenanted, table=True):
    """Something to read, of one source. `text` is what was read out of the original bytes."""

    __tablename__ = "documents"
    __table_args__ = (
        # The same bytes uploaded twice are one document; a page is known by its address.
        Index(
            "documents_by_sha256",
            "tenant_id",
            "sha256",
            unique=True,
            postgresql_where=text("kind = 'file'"),
        ),
        Index(
            "documents_by_url",
            "source_id",
            "url",
            unique=True,
            postgresql_where=text("kind = 'page'"),
        ),
        Index("documents_by_source", "source_id"),
        Index(
            "documents_uncompared",
            "tenant_id",
            postgresql_where=text("status = 'ready' AND compared_version <> version"),
        ),
        # How much of its quota a tenant uses.
        Index("documents_by_size", "tenant_id", postgresql_include=["size_bytes"]),
        Index(
            "documents_under_way",
            "updated_at",
            postgresql_where=text("status IN ('queued', 'processing')"),
        ),
    )

    source_id: UUID = Field(foreign_key="sources.id", ondelete="CASCADE")
    # `file`, `page` (of a website) or `snippet`.
    kind: str = "file"
    title: str
    # ISO 639-1; None until it is known.
    language: str | None = None
    # `markdown`, `text`, `html`, `csv`, `pdf` or `docx`.
    format: str
    # `queued`, `processing`, `ready`, `failed` or `cancelled`.
    status: str = "queued"
    error_code: str | None = None
    error: str | None = None
    size_bytes: int
    sha256: str
    storage_key: str
    url: str | None = None
    # A page's: what its server calls this version, the hash of its main text, and where it leads (for a crawl that
    # is told "not modified").
    etag: str | None = None
    last_modified: str | None = None
    text_sha256: str | None = None
    links: list[str] = Field(
        default_factory=list, sa_column=Column(ARRAY(String), nullable=False, server_default="{}")
    )
    # A retired document is never found: its page is gone from the website.
    retired_at: datetime | None = optional_moment()
    text: str = ""
    pages: int | None = None
    # How far reading it has come; 0 of 0 before it began.
    pages_done: int = 0
    pages_total: int = 0
    chunks_done: int = 0
    chunks_total: int = 0
    started_at: datetime | None = optional_moment()
    chunk_count: int = 0
    token_total: int = 0
    # Terms in the bodies of its passages: for the average length that BM25 compares with.
    term_total: int = 0
    version: int = 1
    # The version that was last compared with the other documents (conflicts and duplicates).
    compared_version: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    created_by: UUID | None = None
    created_at: datetime = moment()
    updated_at: datetime = moment()


class Chunk(Identified, Tenanted, table=True):
    """A passage: `document.text[start_offset:end_offset]`, with its heading path and page."""

    __tablename__ = "chunks"

    document_id: UUID = Field(foreign_key="documents.id", ondelete="CASCADE", index=True)
    position: int
    heading: str = ""
    page: int | None = None
    start_offset: int
    end_offset: int
    content: str
    token_count: int


class Posting(SQLModel, table=True):
    """A term in one field of a chunk, for BM25: equality on text is leakproof, so the key serves under
    row-level security. It goes with its document: see migration 0004 for what it does not refer to."""

    __tablename__ = "postings"
    __table_args__ = (
        PrimaryKeyConstraint(
            "tenant_id",
            "term",
            "chunk_id",
            "field",
            postgresql_include=["frequency", "length", "source", "language"],
        ),
        Index("postings_by_document", "document_id"),
    )

    tenant_id: UUID = Field(primary_key=True)
    term: str = Field(primary_key=True)
    chunk_id: UUID = Field(primary_key=True)
    # 0: title and headings, 1: body.
    field: int = Field(
        primary_key=True,
        sa_type=SmallInteger,
        sa_column_kwargs={"autoincrement": False},
    )
    document_id: UUID = Field(foreign_key="documents.id", ondelete="CASCADE")
    frequency: int = Field(sa_type=SmallInteger)
    # Terms in that field of that chunk.
    length: int = Field(sa_type=SmallInteger)
    # What a search may be narrowed by: the source's number, and the document's language.
    source: int
    language: str
