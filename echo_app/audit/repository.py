from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import desc, select

from echo_app.models import AuditEntry


async def insert_entry(session: AsyncSession, tenant_id: UUID, entry: AuditEntry) -> None:
    assert entry.tenant_id == tenant_id
    session.add(entry)


async def list_entries(session: AsyncSession, tenant_id: UUID, *, limit: int) -> list[AuditEntry]:
    """The newest first."""
    rows = await session.scalars(
        select(AuditEntry)
        .where(AuditEntry.tenant_id == tenant_id)
        .order_by(desc(AuditEntry.at), desc(AuditEntry.id))
        .limit(limit)
    )
    return list(rows)


async def exists(session: AsyncSession, tenant_id: UUID, action: str) -> bool:
    found = await session.scalars(
        select(AuditEntry.id).where(AuditEntry.tenant_id == tenant_id, AuditEntry.action == action).limit(1)
    )
    return found.first() is not None
