from datetime import datetime
from typing import Any
from uuid import UUID

from pgvector.sqlalchemy import Vector
from sqlalchemy import BigInteger, Column, Computed, Index, SmallInteger, literal_column, text
from sqlalchemy.dialects.postgresql import BIT
from sqlmodel import Field

from echo_app.models.base import Identified, Tenanted, moment

# The lengths of vectors for which large tenants have an index.
INDEXED_LENGTHS = (256, 384, 512, 768, 1024, 1536, 3072)


class VectorSpace(Identified, Tenanted, table=True):
    """A tenant's vectors of one embedder: all of one length, comparable with one another and with nothing else."""

    __tablename__ = "vector_spaces"
    __table_args__ = (
        Index("vector_spaces_active", "tenant_id", unique=True, postgresql_where=text("state = 'active'")),
        Index(
            "vector_spaces_building", "tenant_id", unique=True, postgresql_where=text("state = 'building'")
        ),
    )

    # The embedder's name: `wordllama`, `openai:text-embedding-3-small`, `compatible:<model>` …
    embedder: str
    dimensions: int
    # `building`, `failed` (to be built; what is done is kept), `active` (the one that is searched) or `retired`.
    state: str = "active"
    # `exact`: its vectors are in chunk_vectors; `large`: in large_vectors.
    tier: str = "exact"
    # Passages embedded of those there are, while it is being built.
    done: int = 0
    total: int = 0
    # What building it has used and cost so far, and what trouble there was.
    tokens: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    cost_micro_dollars: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    error_code: str | None = None
    error: str | None = None
    created_at: datetime = moment()


class _Vector(Tenanted):
    chunk_id: UUID = Field(foreign_key="chunks.id", primary_key=True, ondelete="CASCADE")
    # Refers to nothing: deleting a space would otherwise look through everybody's vectors.
    space_id: UUID = Field(primary_key=True)
    # What a search may be narrowed by: the source's number, and the document's language.
    source: int
    language: str


class ChunkVector(_Vector, table=True):
    """A chunk's embedding, searched exactly: no vector index for a tenant's ten thousand.

    `signs` are those of its numbers: all of a tenant's are read for a question, out of the index alone.
    """

    __tablename__ = "chunk_vectors"
    __table_args__ = (
        Index(
            "chunk_vectors_by_signs",
            "tenant_id",
            "space_id",
            "chunk_id",
            postgresql_include=["source", "language", "signs"],
        ),
    )

    embedding: Any = Field(sa_column=Column(Vector(), nullable=False))
    signs: Any = Field(
        default=None,
        sa_column=Column(
            BIT(varying=True), Computed("binary_quantize(embedding)", persisted=True), nullable=False
        ),
    )


class LargeVector(_Vector, table=True):
    """A large tenant's embedding, found by the HNSW index of its length (migration 0006 makes them)."""

    __tablename__ = "large_vectors"
    __table_args__ = (
        Index("large_vectors_by_space", "tenant_id", "space_id"),
        *(
            Index(
                f"large_vectors_{length}",
                literal_column(f"(embedding::halfvec({length}))").label("halves"),
                postgresql_using="hnsw",
                postgresql_ops={"halves": "halfvec_ip_ops"},
                postgresql_with={"m": 16, "ef_construction": 100},
                postgresql_where=text(f"dimensions = {length}"),
            )
            for length in INDEXED_LENGTHS
        ),
    )

    dimensions: int = Field(sa_type=SmallInteger)
    embedding: Any = Field(sa_column=Column(Vector(), nullable=False))
