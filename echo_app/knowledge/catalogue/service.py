"""The table of a tenant's documents: what is there, where it comes from, and how often it was cited."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from echo_app.kit.clock import now
from echo_app.knowledge.catalogue import repository
from echo_app.knowledge.catalogue.schemas import (
    Catalogue,
    CataloguedDocument,
    CitedBy,
    DocumentFilter,
    DocumentOrder,
)
from echo_app.knowledge.errors import DocumentNotFound
from echo_app.tenancy import Actor, Right, check_right

# How far back citations are counted.
CITED_DAYS = 30
MOST_ROWS = 10_000


async def find_documents(
    tx: AsyncSession,
    actor: Actor,
    wanted: DocumentFilter,
    *,
    order: DocumentOrder = "newest",
    descending: bool = True,
    limit: int = 50,
    offset: int = 0,
) -> Catalogue:
    """A page of the documents that are wanted, sorted, without their texts. Raises Forbidden."""
    check_right(actor, Right.KNOWLEDGE_READ)
    items = await repository.list_documents(
        tx,
        actor.tenant_id,
        wanted,
        order=order,
        descending=descending,
        limit=min(limit, MOST_ROWS),
        offset=offset,
        cited_since=now() - timedelta(days=CITED_DAYS),
    )
    return Catalogue(items, await repository.count_documents(tx, actor.tenant_id, wanted))


async def get_document(tx: AsyncSession, actor: Actor, document_id: UUID) -> CataloguedDocument:
    """One row of the table. Raises DocumentNotFound."""
    check_right(actor, Right.KNOWLEDGE_READ)
    found = await repository.list_documents(
        tx,
        actor.tenant_id,
        DocumentFilter(document_id=document_id),
        order="newest",
        descending=True,
        limit=1,
        offset=0,
        cited_since=now() - timedelta(days=CITED_DAYS),
    )
    if not found:
        raise DocumentNotFound()
    return found[0]


async def list_languages(tx: AsyncSession, actor: Actor) -> list[str]:
    """The languages (ISO 639-1) that the tenant's documents are in."""
    check_right(actor, Right.KNOWLEDGE_READ)
    return await repository.list_languages(tx, actor.tenant_id)


async def list_citations(
    tx: AsyncSession, actor: Actor, document_id: UUID, *, limit: int = 10
) -> list[CitedBy]:
    """The newest replies that cited the document. Raises Forbidden when the actor may not read conversations."""
    check_right(actor, Right.CONVERSATIONS_READ)
    return await repository.list_citations(tx, actor.tenant_id, document_id, limit=limit)
