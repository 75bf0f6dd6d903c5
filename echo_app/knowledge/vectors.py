"""A tenant's vectors, as they are stored: spaces (one embedder each), and the two tables behind them.

A space is `exact` while the tenant is small and `large` when it has grown (see `growth.py`); who writes or deletes
vectors names the space and need not know which.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from echo_app.kit.clock import now
from echo_app.kit.ids import new_id
from echo_app.knowledge.indexing import vector_text
from echo_app.models.vector import INDEXED_LENGTHS

State = Literal["building", "active", "retired"]
Tier = Literal["exact", "large"]

# The embedder that needs no key, and the length of its vectors.
KEYLESS = ("wordllama", 256)

# Lower than any id.
BEFORE_ALL = UUID(int=0)

_WRITTEN_AT_ONCE = 1_000

_SPACE = (
    "SELECT id, embedder, dimensions, state, tier, done, total FROM vector_spaces WHERE tenant_id = :tenant"
)

_CREATE = text(
    """
    INSERT INTO vector_spaces (id, tenant_id, embedder, dimensions, state, tier, done, total, created_at)
    VALUES (:id, :tenant, :embedder, :dimensions, :state, :tier, 0, :total, :at) ON CONFLICT DO NOTHING
    """
)

_INSERT = """
    INSERT INTO {table} (chunk_id, space_id, tenant_id, source, language, {dimensions_column} embedding)
    SELECT row.id, :space, :tenant, sources.number, coalesce(documents.language, sources.language, 'en'),
        {dimensions} CAST(row.embedding AS vector)
    FROM unnest(CAST(:ids AS uuid[]), CAST(:embeddings AS text[])) WITH ORDINALITY AS row (id, embedding, place)
    JOIN chunks ON chunks.id = row.id AND chunks.tenant_id = :tenant
    JOIN documents ON documents.id = chunks.document_id
    JOIN sources ON sources.id = documents.source_id
    {order} ON CONFLICT DO NOTHING
"""
_INSERT_EXACT = text(
    _INSERT.format(table="chunk_vectors", dimensions_column="", dimensions="", order="ORDER BY place")
)
# In no order: a graph built from passages sorted by their subject loses a part of the true neighbours.
_INSERT_LARGE = text(
    _INSERT.format(
        table="large_vectors",
        dimensions_column="dimensions,",
        dimensions=":dimensions,",
        order="ORDER BY random()",
    )
)

_MISSING = text(
    """
    SELECT chunks.id, documents.title, chunks.heading, chunks.content
    FROM chunks JOIN documents ON documents.id = chunks.document_id
    WHERE chunks.tenant_id = :tenant AND chunks.id > :after
        AND NOT EXISTS (SELECT FROM chunk_vectors v WHERE v.chunk_id = chunks.id AND v.space_id = :space)
        AND NOT EXISTS (SELECT FROM large_vectors v WHERE v.chunk_id = chunks.id AND v.space_id = :space)
    ORDER BY chunks.id LIMIT :limit
    """
)


@dataclass(frozen=True)
class Space:
    """One row of vector_spaces. `done` of `total` passages are embedded while it is being built."""

    id: UUID
    embedder: str
    dimensions: int
    state: State
    tier: Tier
    done: int
    total: int


@dataclass(frozen=True)
class Unembedded:
    """A passage that has no vector in a space yet, with the words of its place."""

    chunk_id: UUID
    title: str
    heading: str
    content: str


async def find_space(tx: AsyncSession, tenant_id: UUID, state: State = "active") -> Space | None:
    """The tenant's active space, or the one that is being built."""
    row = (
        await tx.execute(text(f"{_SPACE} AND state = :state"), {"tenant": tenant_id, "state": state})
    ).first()
    return Space(*row) if row else None


async def active_space(tx: AsyncSession, tenant_id: UUID, embedder: str, dimensions: int) -> Space:
    """The tenant's active space; made for this embedder when the tenant has none yet."""
    space = await find_space(tx, tenant_id)
    if space is None:
        await _create(tx, tenant_id, embedder, dimensions, "active", "exact", 0)
        # Another transaction may have been first.
        space = await find_space(tx, tenant_id)
        assert space is not None
    return space


async def build_space(
    tx: AsyncSession, tenant_id: UUID, embedder: str, dimensions: int, *, tier: Tier, total: int
) -> Space:
    """A space beside the active one, to be filled; the one that was being built, if any, is given up."""
    unfinished = await find_space(tx, tenant_id, "building")
    if unfinished is not None:
        await delete_space(tx, tenant_id, unfinished)
    await _create(tx, tenant_id, embedder, dimensions, "building", tier, total)
    space = await find_space(tx, tenant_id, "building")
    assert space is not None
    return space


async def activate_space(tx: AsyncSession, tenant_id: UUID, space: Space) -> None:
    """From now on this space is searched; the one before is retired, its vectors still there."""
    values = {"tenant": tenant_id, "space": space.id}
    await tx.execute(
        text("UPDATE vector_spaces SET state = 'retired' WHERE tenant_id = :tenant AND state = 'active'"),
        values,
    )
    await tx.execute(
        text("UPDATE vector_spaces SET state = 'active' WHERE tenant_id = :tenant AND id = :space"), values
    )


async def set_space(
    tx: AsyncSession, tenant_id: UUID, space_id: UUID, *, done: int, total: int, tier: Tier | None = None
) -> None:
    """Notes how far the building has come, and the tier when it changes."""
    await tx.execute(
        text(
            "UPDATE vector_spaces SET done = :done, total = :total, tier = coalesce(CAST(:tier AS varchar), tier)"
            " WHERE tenant_id = :tenant AND id = :space"
        ),
        {"tenant": tenant_id, "space": space_id, "done": done, "total": total, "tier": tier},
    )


async def delete_space(tx: AsyncSession, tenant_id: UUID, space: Space) -> None:
    """Deletes a space with its vectors."""
    values = {"tenant": tenant_id, "space": space.id}
    for table in ("chunk_vectors", "large_vectors"):
        await tx.execute(text(f"DELETE FROM {table} WHERE tenant_id = :tenant AND space_id = :space"), values)
    await tx.execute(text("DELETE FROM vector_spaces WHERE tenant_id = :tenant AND id = :space"), values)


async def insert_vectors(
    tx: AsyncSession,
    tenant_id: UUID,
    space: Space,
    chunk_ids: Sequence[UUID],
    vectors: Sequence[Sequence[float]],
) -> None:
    """Stores the vectors of chunks that are stored already, their document's language with them. Those that the space
    has are kept."""
    large = space.tier == "large"
    common: dict[str, Any] = {"tenant": tenant_id, "space": space.id}
    if large:
        common["dimensions"] = space.dimensions
    # As text, a vector takes ten times its memory: a long document's are never all written out at once.
    for start in range(0, len(chunk_ids), _WRITTEN_AT_ONCE):
        end = start + _WRITTEN_AT_ONCE
        values = common | {
            "ids": list(chunk_ids[start:end]),
            "embeddings": [vector_text(vector) for vector in vectors[start:end]],
        }
        await tx.execute(_INSERT_LARGE if large else _INSERT_EXACT, values)


async def list_unembedded(
    tx: AsyncSession, tenant_id: UUID, space: Space, *, after: UUID = BEFORE_ALL, limit: int = 500
) -> list[Unembedded]:
    """Passages without a vector in the space, in the order of their ids, from behind `after` on."""
    values = {"tenant": tenant_id, "space": space.id, "after": after, "limit": limit}
    return [Unembedded(*row) for row in (await tx.execute(_MISSING, values)).all()]


def tier_for(chunks: int, dimensions: int, threshold: int) -> Tier:
    """The tier that suits so many vectors of that length."""
    return "large" if chunks > threshold and dimensions in INDEXED_LENGTHS else "exact"


async def _create(
    tx: AsyncSession, tenant_id: UUID, embedder: str, dimensions: int, state: State, tier: Tier, total: int
) -> None:
    values = {
        "id": new_id(),
        "tenant": tenant_id,
        "embedder": embedder,
        "dimensions": dimensions,
        "state": state,
        "tier": tier,
        "total": total,
        "at": now(),
    }
    await tx.execute(_CREATE, values)
