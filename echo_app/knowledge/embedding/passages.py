"""The vectors of a document's passages: in the active space, and in the one that is being built beside it."""

from collections.abc import Sequence
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from echo_app.knowledge import vectors
from echo_app.knowledge.embedding import repository, spending
from echo_app.knowledge.embedding.errors import EmbedderAway, SpacesChanged
from echo_app.knowledge.embedding.schemas import SpaceVectors
from echo_app.knowledge.vectors import Space
from echo_app.providers.embeddings.base import (
    EmbedderUnknown,
    EmbeddingFailed,
    EmbeddingRefused,
    embedders,
)
from echo_app.tenancy import Actor
from echo_app.usage import service as usage

log = structlog.get_logger(__name__)


async def spaces_to_fill(tx: AsyncSession, tenant_id: UUID) -> list[Space]:
    """The active space, made when the tenant has none yet, and the one that is being built."""
    active = await vectors.active_space(tx, tenant_id, *vectors.KEYLESS)
    building = await vectors.find_space(tx, tenant_id, "building")
    return [active, building] if building else [active]


async def embed_passages(
    tenant_id: UUID, spaces: Sequence[Space], texts: Sequence[str]
) -> list[SpaceVectors]:
    """The vectors of all texts for each space; no transaction is open meanwhile.

    Trouble with the space that is being built is no trouble of the document's: its passages are left to
    `knowledge.reembed`. Raises EmbeddingFailed, which may pass, and EmbedderAway with a sentence for people.
    """
    filled: list[SpaceVectors] = []
    for space in spaces:
        try:
            embedder = embedders.get().get(space.embedder, tenant_id)
            filled.append(SpaceVectors(space, await embedder.embed_passages(texts)))
        except EmbedderUnknown:
            if space.state == "active":
                raise EmbedderAway(
                    f"The documents' embedder {space.embedder} is not set up here any more."
                    " Set its key, or choose another embedder."
                ) from None
        except EmbeddingFailed as failed:
            spending.note(tenant_id, embedder, failed.tokens)
            if space.state == "active":
                if isinstance(failed, EmbeddingRefused):
                    raise EmbedderAway(str(failed)) from failed
                raise
            log.warning("embeddings.building_waits", tenant=str(tenant_id), reason=str(failed))
    return filled


async def store_vectors(
    tx: AsyncSession, actor: Actor, chunk_ids: Sequence[UUID], filled: Sequence[SpaceVectors]
) -> None:
    """Stores the vectors of chunks that are stored already, and what they cost.

    Raises SpacesChanged when another space became the active one since: then they are to be embedded anew.
    """
    await repository.lock_spaces(tx, actor.tenant_id, change=False)
    by_space = {each.space.id: each for each in filled}
    spaces = await spaces_to_fill(tx, actor.tenant_id)
    if spaces[0].id not in by_space:
        note_unused(actor.tenant_id, filled)
        raise SpacesChanged()
    for space in spaces:
        if (ours := by_space.get(space.id)) is not None:
            await vectors.insert_vectors(tx, actor.tenant_id, space, chunk_ids, ours.embedded.vectors)
    for each in filled:
        await usage.record(
            tx,
            actor,
            kind="embedding",
            model=each.space.embedder,
            tokens=each.embedded.tokens,
            cost=each.embedded.cost,
        )


def note_unused(tenant_id: UUID, filled: Sequence[SpaceVectors]) -> None:
    """Counts what was spent on vectors that will not be stored."""
    for each in filled:
        spending.note(tenant_id, embedders.get().get(each.space.embedder, tenant_id), each.embedded.tokens)
