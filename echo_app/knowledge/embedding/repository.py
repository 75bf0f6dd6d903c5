"""Vector spaces while they are being changed: locks, progress, and the removal of old vectors."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from echo_app.knowledge.embedding.schemas import Change

_CHANGE = text(
    """
    SELECT id, embedder, state, done, total, tokens, cost_micro_dollars, error_code, error, created_at
    FROM vector_spaces WHERE tenant_id = :tenant AND state IN ('building', 'failed')
    ORDER BY state, created_at DESC LIMIT 1
    """
)
_COUNT = text("SELECT coalesce(sum(chunk_count), 0) FROM documents WHERE tenant_id = :tenant")
_TOKENS = text("SELECT coalesce(sum(token_total), 0) FROM documents WHERE tenant_id = :tenant")
_NOTE = text(
    """
    UPDATE vector_spaces SET done = least(done + :done, :total), total = :total, tokens = tokens + :tokens,
        cost_micro_dollars = cost_micro_dollars + :cost, error_code = NULL, error = NULL
    WHERE tenant_id = :tenant AND id = :space
    """
)
_STATE = text(
    """
    UPDATE vector_spaces SET state = :state, error_code = :code, error = :error
    WHERE tenant_id = :tenant AND id = :space
    """
)
_DELETE_VECTORS = """
    DELETE FROM {table} WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM {table} WHERE tenant_id = :tenant AND space_id = :space LIMIT :limit))
"""


async def find_change(tx: AsyncSession, tenant_id: UUID) -> Change | None:
    """The space that is being built, or that failed to be."""
    row = (await tx.execute(_CHANGE, {"tenant": tenant_id})).first()
    return Change(*row) if row else None


async def count_passages(tx: AsyncSession, tenant_id: UUID) -> int:
    return int((await tx.execute(_COUNT, {"tenant": tenant_id})).scalar_one())


async def count_tokens(tx: AsyncSession, tenant_id: UUID) -> int:
    """About how many tokens all passages are."""
    return int((await tx.execute(_TOKENS, {"tenant": tenant_id})).scalar_one())


async def lock_spaces(tx: AsyncSession, tenant_id: UUID, *, change: bool) -> None:
    """Holds the tenant's spaces as they are until the transaction ends: for those who write vectors together, for
    whoever changes spaces alone."""
    strength = "UPDATE" if change else "SHARE"
    await tx.execute(
        text(f"SELECT FROM vector_spaces WHERE tenant_id = :tenant ORDER BY id FOR {strength}"),
        {"tenant": tenant_id},
    )


async def note_progress(
    tx: AsyncSession, tenant_id: UUID, space_id: UUID, *, done: int, total: int, tokens: int, cost: int
) -> None:
    """Adds to what was done and spent; whatever trouble there was is over."""
    values = {"done": done, "total": total, "tokens": tokens, "cost": cost}
    await tx.execute(_NOTE, {"tenant": tenant_id, "space": space_id, **values})


async def set_state(
    tx: AsyncSession,
    tenant_id: UUID,
    space_id: UUID,
    state: str,
    *,
    error_code: str | None = None,
    error: str | None = None,
) -> None:
    values = {"state": state, "code": error_code, "error": error}
    await tx.execute(_STATE, {"tenant": tenant_id, "space": space_id, **values})


async def list_retired(tx: AsyncSession, tenant_id: UUID) -> list[UUID]:
    rows = await tx.scalars(
        text("SELECT id FROM vector_spaces WHERE tenant_id = :tenant AND state = 'retired'"),
        {"tenant": tenant_id},
    )
    return list(rows)


async def delete_vectors(tx: AsyncSession, tenant_id: UUID, space_id: UUID, *, limit: int) -> bool:
    """Deletes up to so many of a space's vectors, and the space with the last; says whether it is gone."""
    values = {"tenant": tenant_id, "space": space_id}
    for table in ("chunk_vectors", "large_vectors"):
        done = await tx.execute(text(_DELETE_VECTORS.format(table=table)), {**values, "limit": limit})
        if done.rowcount:  # type: ignore[attr-defined]
            return False
    await tx.execute(text("DELETE FROM vector_spaces WHERE tenant_id = :tenant AND id = :space"), values)
    return True
