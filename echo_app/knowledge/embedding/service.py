"""A tenant's embedder: which one it is, and the change to another.

The passages' vectors of one embedder are a *space*. A change builds a second space beside the active one, in batches
(the job `knowledge.reembed`), and makes it the active one in one transaction when no passage lacks a vector in it.
Until then everything is searched in the old one; documents read meanwhile get vectors in both. A change that fails or
is called off leaves the old space as it was.
"""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from echo_app import jobs, realtime
from echo_app.audit import service as audit
from echo_app.kit.clock import now
from echo_app.knowledge import vectors
from echo_app.knowledge.embedding import repository
from echo_app.knowledge.embedding.errors import EmbedderNotOffered, EmbedderNotReady
from echo_app.knowledge.embedding.schemas import Change, EmbeddingView
from echo_app.knowledge.vectors import Space
from echo_app.models.vector import INDEXED_LENGTHS
from echo_app.providers.embeddings.base import Embedder, EmbedderUnknown, embedders
from echo_app.tenancy import Actor, Right, check_right
from echo_app.usage import service as usage


async def get_embedding(tx: AsyncSession, actor: Actor) -> EmbeddingView:
    """The tenant's embedder, the change under way, and what it may choose from. Raises Forbidden."""
    check_right(actor, Right.KNOWLEDGE_READ)
    active = await vectors.find_space(tx, actor.tenant_id)
    month = now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    embedder, dimensions = (active.embedder, active.dimensions) if active else vectors.KEYLESS
    return EmbeddingView(
        embedder=embedder,
        dimensions=dimensions,
        change=await repository.find_change(tx, actor.tenant_id),
        offers=embedders.get().offers(actor.tenant_id),
        month=await usage.spent_since(tx, actor, kind="embedding", since=month),
        passages=await repository.count_passages(tx, actor.tenant_id),
        tokens=await repository.count_tokens(tx, actor.tenant_id),
    )


async def choose_embedder(tx: AsyncSession, actor: Actor, name: str) -> EmbeddingView:
    """Makes it the tenant's embedder: begins the change to it, goes on with one that failed, or, when it is the
    embedder already, calls off a change to another.

    Raises Forbidden, EmbedderNotOffered, EmbedderNotReady.
    """
    check_right(actor, Right.KNOWLEDGE_WRITE)
    # There must be one to be locked.
    await vectors.active_space(tx, actor.tenant_id, *vectors.KEYLESS)
    await repository.lock_spaces(tx, actor.tenant_id, change=True)
    active = await vectors.active_space(tx, actor.tenant_id, *vectors.KEYLESS)
    change = await repository.find_change(tx, actor.tenant_id)
    if name == active.embedder:
        if change is not None:
            await _give_up(tx, actor, change)
            await audit.record(tx, actor, "embeddings.cancel", {"embedder": change.embedder})
            await publish_change(tx, actor, "cancelled")
        return await get_embedding(tx, actor)
    embedder = offered(name, actor.tenant_id)
    if change is not None and change.embedder == name:
        if change.state == "failed":
            await repository.set_state(tx, actor.tenant_id, change.space_id, "building")
            await _begin(tx, actor, active, name, change.space_id)
        return await get_embedding(tx, actor)
    if change is not None:
        await _give_up(tx, actor, change)
    space = await vectors.build_space(
        tx,
        actor.tenant_id,
        name,
        embedder.dimensions,
        tier="large" if active.tier == "large" and embedder.dimensions in INDEXED_LENGTHS else "exact",
        total=await repository.count_passages(tx, actor.tenant_id),
    )
    await _begin(tx, actor, active, name, space.id)
    return await get_embedding(tx, actor)


def offered(name: str, tenant_id: UUID) -> Embedder:
    """The embedder of that name. Raises EmbedderNotOffered, EmbedderNotReady."""
    try:
        return embedders.get().get(name, tenant_id)
    except EmbedderUnknown:
        for offer in embedders.get().offers(tenant_id):
            if offer.name == name:
                raise EmbedderNotReady(
                    f"This embedder needs the setting {offer.needs}.", needs=offer.needs
                ) from None
        raise EmbedderNotOffered() from None


async def publish_change(tx: AsyncSession, actor: Actor, state: str) -> None:
    """Tells the tenant's open pages, on commit, that its embedder or the change to another moved on."""
    await realtime.publish(tx, realtime.News("embeddings", str(actor.tenant_id), body={"state": state}))


async def defer_forget(tx: AsyncSession, tenant_id: UUID, space_id: UUID) -> None:
    """Has a retired space's vectors removed after the commit."""
    await jobs.defer(
        tx,
        "knowledge.forget_vectors",
        queue="upkeep",
        lock=f"forget_vectors:{tenant_id}",
        tenant_id=str(tenant_id),
        space_id=str(space_id),
    )


async def defer_reembed(tx: AsyncSession, tenant_id: UUID, space_id: UUID, after: UUID) -> None:
    await jobs.defer(
        tx,
        "knowledge.reembed",
        queue="upkeep",
        lock=f"reembed:{tenant_id}",
        tenant_id=str(tenant_id),
        space_id=str(space_id),
        after=str(after),
    )


async def _begin(tx: AsyncSession, actor: Actor, active: Space, name: str, space_id: UUID) -> None:
    await defer_reembed(tx, actor.tenant_id, space_id, vectors.BEFORE_ALL)
    await audit.record(tx, actor, "embeddings.change", {"from": active.embedder, "to": name})
    await publish_change(tx, actor, "building")


async def _give_up(tx: AsyncSession, actor: Actor, change: Change) -> None:
    await repository.set_state(tx, actor.tenant_id, change.space_id, "retired")
    await defer_forget(tx, actor.tenant_id, change.space_id)
