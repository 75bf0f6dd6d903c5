"""What follows when documents were read: common terms counted anew, vectors moved to the table with an index when there
are many, and documents compared with the others. One job does it, and one at most is waiting.
"""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from echo_app import jobs
from echo_app.knowledge.retrieval import COMMON
from echo_app.knowledge.vectors import Space

# Above this many, comparing all of a tenant's vectors takes longer than walking a graph of them.
LARGE = 40_000
# Vectors moved in one transaction: the index takes some milliseconds for each.
BATCH = 500

# The row is locked until the commit. The job begins by taking the mark away: it waits for whoever found the mark and
# therefore deferred nothing, and then sees what they wrote.
_ASK = text(
    "UPDATE knowledge_totals SET upkeep_due = true WHERE tenant_id = :tenant AND NOT upkeep_due RETURNING tenant_id"
)
_BEGIN = text("UPDATE knowledge_totals SET upkeep_due = false WHERE tenant_id = :tenant RETURNING chunks")
_OUTGROWN = text(
    """
    UPDATE knowledge_totals SET counted = chunks
    WHERE tenant_id = :tenant AND chunks > 1000 + counted * 1.25 RETURNING chunks
    """
)
_COUNT = text(
    """
    INSERT INTO common_terms (tenant_id, term, passages)
    SELECT :tenant, term, count(*) FROM postings WHERE tenant_id = :tenant
    GROUP BY term HAVING count(*) >= :common
    """
)
# In no order, or the graph loses a part of the true neighbours: ids are in the order of their arrival, and the ones
# beside one another are of one document.
_COPY = text(
    """
    INSERT INTO large_vectors (chunk_id, space_id, tenant_id, source, language, dimensions, embedding)
    SELECT chunk_id, space_id, tenant_id, source, language, :dimensions, embedding FROM chunk_vectors v
    WHERE tenant_id = :tenant AND space_id = :space AND NOT EXISTS (
        SELECT FROM large_vectors l WHERE l.chunk_id = v.chunk_id AND l.space_id = v.space_id)
    ORDER BY md5(CAST(chunk_id AS text)) LIMIT :batch ON CONFLICT DO NOTHING
    """
)
_LEAVE = text("DELETE FROM chunk_vectors WHERE tenant_id = :tenant AND space_id = :space")
_SWITCH = text("UPDATE vector_spaces SET tier = 'large' WHERE tenant_id = :tenant AND id = :space")


async def ask_for_upkeep(tx: AsyncSession, tenant_id: UUID) -> None:
    """Defers the job, unless one is waiting. To be called last: the tenant's totals stay locked until the commit."""
    if (await tx.execute(_ASK, {"tenant": tenant_id})).first() is not None:
        await jobs.defer(
            tx, "knowledge.upkeep", queue="upkeep", lock=f"upkeep:{tenant_id}", tenant_id=str(tenant_id)
        )


async def begin_upkeep(tx: AsyncSession, tenant_id: UUID) -> int:
    """Takes the mark away; says how many passages there are."""
    return int((await tx.execute(_BEGIN, {"tenant": tenant_id})).scalar() or 0)


async def count_common_terms(tx: AsyncSession, tenant_id: UUID) -> None:
    """Counts the passages of every term that is too common to be counted for each question, where there are a quarter
    more passages than when that was last done."""
    if (await tx.execute(_OUTGROWN, {"tenant": tenant_id})).first() is not None:
        await tx.execute(text("DELETE FROM common_terms WHERE tenant_id = :tenant"), {"tenant": tenant_id})
        await tx.execute(_COUNT, {"tenant": tenant_id, "common": COMMON})


async def copy_vectors(tx: AsyncSession, tenant_id: UUID, space: Space, batch: int = BATCH) -> int:
    """Copies some of a space's vectors to the table with an index; says how many, 0 when all are there.

    Searches go on in the other table until `switch`.
    """
    values = {"tenant": tenant_id, "space": space.id, "dimensions": space.dimensions, "batch": batch}
    return int((await tx.execute(_COPY, values)).rowcount)  # type: ignore[attr-defined]


async def switch(tx: AsyncSession, tenant_id: UUID, space: Space) -> None:
    """From now on the space is searched by its index. The caller holds the tenant's spaces (`lock_spaces`): whoever
    writes vectors meanwhile waits, and then writes to the other table."""
    while await copy_vectors(tx, tenant_id, space):
        pass
    values = {"tenant": tenant_id, "space": space.id}
    await tx.execute(_LEAVE, values)
    await tx.execute(_SWITCH, values)
