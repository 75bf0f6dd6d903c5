"""The people who ask."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from echo_app.audit import service as audit
from echo_app.contacts import repository
from echo_app.contacts.errors import ContactNotFound
from echo_app.contacts.schemas import ContactView
from echo_app.tenancy import Actor


async def get_contact(tx: AsyncSession, actor: Actor, contact_id: UUID) -> ContactView:
    """Raises ContactNotFound."""
    contact = await repository.find(tx, actor.tenant_id, contact_id)
    if contact is None:
        raise ContactNotFound()
    return ContactView(
        contact.id,
        contact.external_id,
        contact.name,
        contact.email,
        dict(contact.attributes),
        contact.created_at,
    )


async def known_as(tx: AsyncSession, actor: Actor, external_id: str) -> UUID:
    """The contact with the tenant's own id (`userId` on the API), made if there is none."""
    return await repository.get_id_by_external(tx, actor.tenant_id, external_id)


async def enter(tx: AsyncSession, actor: Actor, contact_id: UUID) -> None:
    """Stores an anonymous contact at its first message and holds its row for this transaction."""
    if await repository.insert_if_missing(tx, actor.tenant_id, contact_id):
        await audit.record(tx, actor, "contact.create", {"contactId": str(contact_id)})
    await repository.lock(tx, actor.tenant_id, contact_id)
