from datetime import datetime
from typing import Any
from uuid import UUID

from pgvector.sqlalchemy import Vector
from sqlalchemy import Column, Computed, Index, PrimaryKeyConstraint, SmallInteger, UniqueConstraint
from sqlalchemy.dialects.postgresql import BIT
from sqlmodel import Field, SQLModel

from echo_app.models.base import Identified, Tenanted, moment

# wordllama's; a tenant's vectors all have one length.
VECTOR_LENGTH = 256


class Document(Identified, Tenanted, table=True):
    """A source given to the knowledge base. `text` is what was read out of the original bytes."""

    __tablename__ = "documents"
    __table_args__ = (
        UniqueConstraint("tenant_id", "sha256"),
        # Every search asks how many passages there are.
        Index("documents_by_chunks", "tenant_id", postgresql_include=["chunk_count"]),
    )

    title: str
    # `markdown`, `text`, `html` or `pdf`.
    format: str
    # `queued`, `processing`, `ready` or `failed`.
    status: str = "queued"
    error_code: str | None = None
    error: str | None = None
    size_bytes: int
    sha256: str
    storage_key: str
    url: str | None = None
    text: str = ""
    pages: int | None = None
    chunk_count: int = 0
    token_total: int = 0
    version: int = 1
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


class ChunkVector(Tenanted, table=True):
    """A chunk's embedding, searched exactly: no vector index for a tenant's ten thousand.

    `signs` are those of its numbers: all of a tenant's are read for a question, out of the index alone.
    """

    __tablename__ = "chunk_vectors"
    __table_args__ = (Index("chunk_vectors_by_signs", "tenant_id", "chunk_id", postgresql_include=["signs"]),)

    chunk_id: UUID = Field(foreign_key="chunks.id", primary_key=True, ondelete="CASCADE")
    embedding: Any = Field(sa_column=Column(Vector(VECTOR_LENGTH), nullable=False))
    signs: Any = Field(
        default=None,
        sa_column=Column(
            BIT(VECTOR_LENGTH),
            Computed(f"binary_quantize(embedding)::bit({VECTOR_LENGTH})", persisted=True),
            nullable=False,
        ),
    )


class Posting(SQLModel, table=True):
    """A term in one field of a chunk, for BM25: equality on text is leakproof, so the key serves under
    row-level security. It goes with its document: see migration 0004 for what it does not refer to."""

    __tablename__ = "postings"
    __table_args__ = (
        PrimaryKeyConstraint(
            "tenant_id", "term", "chunk_id", "field", postgresql_include=["frequency", "length"]
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
    frequency: int
    # Terms in that field of that chunk.
    length: int
