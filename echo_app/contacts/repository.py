from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from echo_app.kit.clock import now
from echo_app.kit.ids import new_id
from echo_app.models import Contact


async def find(session: AsyncSession, tenant_id: UUID, contact_id: UUID) -> Contact | None:
    return (
        await session.scalars(select(Contact).where(Contact.tenant_id == tenant_id, Contact.id == contact_id))
    ).one_or_none()


async def lock(session: AsyncSession, tenant_id: UUID, contact_id: UUID) -> None:
    """Holds the contact's row until the transaction ends."""
    await session.execute(
        select(Contact.id).where(Contact.tenant_id == tenant_id, Contact.id == contact_id).with_for_update()
    )


async def get_id_by_external(session: AsyncSession, tenant_id: UUID, external_id: str) -> UUID:
    """The contact with the tenant's own id, made if there is none; safe side by side."""
    await session.execute(
        insert(Contact)
        .values(_new(tenant_id, new_id(), external_id))
        .on_conflict_do_nothing(index_elements=["tenant_id", "external_id"])
    )
    return (
        await session.scalars(
            select(Contact.id).where(Contact.tenant_id == tenant_id, Contact.external_id == external_id)
        )
    ).one()


async def insert_if_missing(session: AsyncSession, tenant_id: UUID, contact_id: UUID) -> bool:
    """Makes an anonymous contact; whether it was new."""
    result = await session.execute(
        insert(Contact)
        .values(_new(tenant_id, contact_id, None))
        .on_conflict_do_nothing(index_elements=["id"])
        .returning(Contact.id)  # type: ignore[call-overload]
    )
    return result.scalar_one_or_none() is not None


def _new(tenant_id: UUID, contact_id: UUID, external_id: str | None) -> dict[str, Any]:
    return {
        "id": contact_id,
        "tenant_id": tenant_id,
        "external_id": external_id,
        "name": "",
        "email": "",
        "attributes": {},
        "created_at": now(),
    }
