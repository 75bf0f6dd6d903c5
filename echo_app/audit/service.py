"""The audit log: who did what, written in the deed's own transaction and never changed."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from echo_app.audit import repository
from echo_app.models import AuditEntry
from echo_app.tenancy import Actor


async def record(tx: AsyncSession, actor: Actor, action: str, metadata: dict[str, Any] | None = None) -> None:
    """Writes that the actor did `action` (`noun.verb`). `metadata` holds ids and facts, never texts or secrets."""
    entry = AuditEntry(
        tenant_id=actor.tenant_id,
        actor_kind=actor.kind,
        user_id=actor.id,
        action=action,
        details=metadata or {},
    )
    await repository.insert_entry(tx, actor.tenant_id, entry)


async def was_done(tx: AsyncSession, actor: Actor, action: str) -> bool:
    """Whether anybody in the actor's tenant ever did this."""
    return await repository.exists(tx, actor.tenant_id, action)
