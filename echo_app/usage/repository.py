from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from echo_app.models import UsageEntry


async def insert_entry(tx: AsyncSession, tenant_id: UUID, entry: UsageEntry) -> None:
    assert entry.tenant_id == tenant_id
    tx.add(entry)


async def sum_since(tx: AsyncSession, tenant_id: UUID, kind: str, since: datetime) -> tuple[int, int]:
    """(quantity, micro-dollars) of that kind since that moment."""
    rows = await tx.execute(
        select(
            func.coalesce(func.sum(UsageEntry.quantity), 0),
            func.coalesce(func.sum(UsageEntry.cost_micro_dollars), 0),
        ).where(
            col(UsageEntry.tenant_id) == tenant_id,
            col(UsageEntry.kind) == kind,
            col(UsageEntry.created_at) >= since,
        )
    )
    quantity, cost = rows.one()
    return int(quantity), int(cost)
