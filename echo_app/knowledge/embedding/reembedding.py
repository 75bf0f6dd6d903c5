"""The steps of a change to another embedder: batch after batch of passages, then the switch.

Each step is a transaction of its own, none open while an embedder is asked, so a killed process loses one batch at
most: whoever goes on finds by the vectors themselves what is missing.
"""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from echo_app.audit import service as audit
from echo_app.knowledge import vectors
from echo_app.knowledge.chunking import Passage
from echo_app.knowledge.embedding import repository, service
from echo_app.knowledge.embedding.schemas import Batch, Change
from echo_app.knowledge.indexing import embedded_text
from echo_app.providers.embeddings.base import Embedded, Embedder, EmbedderUnknown, embedders
from echo_app.tenancy import Actor
from echo_app.usage import service as usage

FORGOTTEN_AT_A_TIME = 5_000
# How many requests' passages are taken at a time: as many as go out together; little is lost by a kill.
_REQUESTS = 4


async def find_building(tx: AsyncSession, actor: Actor, space_id: UUID) -> Change | None:
    """The change, while it is still wanted."""
    change = await repository.find_change(tx, actor.tenant_id)
    return change if change and change.space_id == space_id and change.state == "building" else None


def embedder_of(actor: Actor, change: Change) -> Embedder | None:
    """None when its key or address was taken out of the settings."""
    try:
        return embedders.get().get(change.embedder, actor.tenant_id)
    except EmbedderUnknown:
        return None


async def next_batch(
    tx: AsyncSession, actor: Actor, embedder: Embedder, space_id: UUID, after: UUID
) -> Batch | None:
    """Passages behind `after` that have no vector in the space yet; None when there are none, or when the change was
    called off meanwhile."""
    space = await vectors.find_space(tx, actor.tenant_id, "building")
    if space is None or space.id != space_id:
        return None
    missing = await vectors.list_unembedded(
        tx, actor.tenant_id, space, after=after, limit=embedder.batch * _REQUESTS
    )
    if not missing:
        return None
    return Batch(
        [each.chunk_id for each in missing],
        [embedded_text(each.title, Passage(0, 0, each.content, each.heading, None, 0)) for each in missing],
    )


async def store(tx: AsyncSession, actor: Actor, change: Change, batch: Batch, embedded: Embedded) -> bool:
    """Stores a batch, counts it and what it cost; False when the change was called off meanwhile."""
    await usage.record(
        tx, actor, kind="embedding", model=change.embedder, tokens=embedded.tokens, cost=embedded.cost
    )
    await repository.lock_spaces(tx, actor.tenant_id, change=False)
    space = await vectors.find_space(tx, actor.tenant_id, "building")
    if space is None or space.id != change.space_id:
        return False
    await vectors.insert_vectors(tx, actor.tenant_id, space, batch.chunk_ids, embedded.vectors)
    await repository.note_progress(
        tx,
        actor.tenant_id,
        space.id,
        done=len(batch.chunk_ids),
        total=await repository.count_passages(tx, actor.tenant_id),
        tokens=embedded.tokens,
        cost=embedded.cost,
    )
    await service.publish_change(tx, actor, "building")
    return True


async def switch(tx: AsyncSession, actor: Actor, space_id: UUID) -> bool:
    """Makes the space the active one, if no passage lacks a vector in it; False when some do.

    Whoever stores vectors meanwhile waits, and then sees the new spaces.
    """
    await repository.lock_spaces(tx, actor.tenant_id, change=True)
    space = await vectors.find_space(tx, actor.tenant_id, "building")
    if space is None or space.id != space_id:
        return True
    if await vectors.list_unembedded(tx, actor.tenant_id, space, limit=1):
        return False
    total = await repository.count_passages(tx, actor.tenant_id)
    await vectors.set_space(tx, actor.tenant_id, space.id, done=total, total=total)
    await vectors.activate_space(tx, actor.tenant_id, space)
    for retired in await repository.list_retired(tx, actor.tenant_id):
        await service.defer_forget(tx, actor.tenant_id, retired)
    await audit.record(tx, actor, "embeddings.switch", {"to": space.embedder, "passages": total})
    await service.publish_change(tx, actor, "active")
    return True


async def note_trouble(tx: AsyncSession, actor: Actor, change: Change, code: str, words: str) -> None:
    """Says what holds the change up; it is tried again."""
    if await find_building(tx, actor, change.space_id):
        await repository.set_state(
            tx, actor.tenant_id, change.space_id, "building", error_code=code, error=words
        )
        await service.publish_change(tx, actor, "building")


async def fail(tx: AsyncSession, actor: Actor, change: Change, code: str, words: str) -> None:
    """Ends the change and says why. The old space stays; what was done is kept for another try."""
    await repository.lock_spaces(tx, actor.tenant_id, change=True)
    if not await find_building(tx, actor, change.space_id):
        return
    await repository.set_state(tx, actor.tenant_id, change.space_id, "failed", error_code=code, error=words)
    await audit.record(tx, actor, "embeddings.fail", {"embedder": change.embedder, "code": code})
    await service.publish_change(tx, actor, "failed")
