"""Sources, as they are stored."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from echo_app.models import Source

# What the sources that make themselves are called, by kind.
DEFAULT_NAMES = {"files": "Files", "snippets": "Snippets"}


async def default_source_id(tx: AsyncSession, tenant_id: UUID, kind: str) -> UUID:
    """The tenant's own source of that kind (`files` or `snippets`), made at first use.

    Waits for another transaction that is making it at this moment.
    """
    query = select(Source.id).where(
        Source.tenant_id == tenant_id, Source.kind == kind, col(Source.is_default)
    )
    found = (await tx.scalars(query)).one_or_none()
    if found is not None:
        return found
    source = Source(tenant_id=tenant_id, kind=kind, name=DEFAULT_NAMES[kind], is_default=True)
    await tx.execute(insert(Source).values(source.model_dump()).on_conflict_do_nothing())
    return (await tx.scalars(query)).one()
