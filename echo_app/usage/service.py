"""What a tenant used up of what vendors are paid for: written in the deed's own transaction and never changed."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from echo_app.models import UsageEntry
from echo_app.tenancy import Actor
from echo_app.usage import repository
from echo_app.usage.schemas import Kind, Spent


async def record(tx: AsyncSession, actor: Actor, *, kind: Kind, model: str, tokens: int, cost: int) -> None:
    """Writes that the actor's tenant used so many tokens of that model; `cost` is in micro-dollars.

    What used nothing leaves no entry.
    """
    if tokens <= 0 and cost <= 0:
        return
    entry = UsageEntry(
        tenant_id=actor.tenant_id, kind=kind, model=model, quantity=tokens, cost_micro_dollars=cost
    )
    await repository.insert_entry(tx, actor.tenant_id, entry)


async def spent_since(tx: AsyncSession, actor: Actor, *, kind: Kind, since: datetime) -> Spent:
    """What the actor's tenant used of that kind since that moment."""
    return Spent(*await repository.sum_since(tx, actor.tenant_id, kind, since))
