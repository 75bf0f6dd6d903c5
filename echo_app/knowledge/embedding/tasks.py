"""The jobs of a change to another embedder, and the bookkeeping of what questions cost."""

import asyncio
from time import monotonic
from uuid import UUID

import structlog
from procrastinate import JobContext

from echo_app import db, jobs
from echo_app.errors import Unavailable
from echo_app.knowledge.embedding import reembedding, repository, service, spending
from echo_app.knowledge.embedding.schemas import Change
from echo_app.knowledge.vectors import BEFORE_ALL
from echo_app.providers.embeddings.base import Embedder, EmbeddingFailed, EmbeddingRefused
from echo_app.tenancy import Actor, system
from echo_app.usage import service as usage

log = structlog.get_logger(__name__)

# Of a vendor that is away, with the SDK's own patience each time: about a quarter of an hour.
RETRIES = 100
# Then the rest is another job, and documents that wait for the worker have their turn.
SECONDS_A_JOB = 20.0
WRITING_SECONDS = 5.0
LONGEST_SEARCH_SECONDS = 1.0

NOT_SET_UP = "This embedder is not set up here any more. Set its key, or choose another."


@jobs.task("knowledge.reembed", queue="upkeep", retries=RETRIES)
async def reembed(context: JobContext, tenant_id: str, space_id: str, after: str) -> None:
    """Embeds passages into the space that is being built, and switches over when none is left."""
    actor = system(UUID(tenant_id))
    last_try = context.job.attempts >= RETRIES
    await build(actor, UUID(space_id), UUID(after), last_try=last_try)


async def build(
    actor: Actor,
    space_id: UUID,
    after: UUID = BEFORE_ALL,
    *,
    last_try: bool = True,
    seconds: float = SECONDS_A_JOB,
) -> None:
    """Goes on building behind `after`, and leaves the rest to another job after so many seconds.

    A fault that may pass is raised, to be tried again, unless this is the last try or there was progress.
    """
    async with db.read_only(actor) as tx:
        change = await reembedding.find_building(tx, actor, space_id)
    if change is None:
        return
    embedder = reembedding.embedder_of(actor, change)
    if embedder is None:
        await _fail(actor, change, "embedder_not_ready", NOT_SET_UP)
        return
    begun_after, until = after, monotonic() + seconds
    try:
        while monotonic() < until:
            reached = await _step(actor, change, embedder, after)
            if reached is None:
                return
            after = reached
    except EmbeddingFailed as failed:
        spending.note(actor.tenant_id, embedder, failed.tokens)
        if isinstance(failed, EmbeddingRefused) or (last_try and after == begun_after):
            code = "embedder_refused" if isinstance(failed, EmbeddingRefused) else "embedder_away"
            await _fail(actor, change, code, str(failed))
            return
        async with db.transaction(actor) as tx:
            await reembedding.note_trouble(tx, actor, change, "embedder_away", str(failed))
        if after == begun_after:
            raise
    async with db.transaction(actor) as tx:
        await service.defer_reembed(tx, actor.tenant_id, space_id, after)


async def _step(actor: Actor, change: Change, embedder: Embedder, after: UUID) -> UUID | None:
    """Embeds one batch and says where to go on, from the beginning where passages were left out; None at the end."""
    async with db.read_only(actor) as tx:
        batch = await reembedding.next_batch(tx, actor, embedder, change.space_id, after)
    if batch is None:
        async with db.transaction(actor) as tx:
            return None if await reembedding.switch(tx, actor, change.space_id) else BEFORE_ALL
    embedded = await embedder.embed_passages(batch.texts)
    async with db.transaction(actor) as tx:
        wanted = await reembedding.store(tx, actor, change, batch, embedded)
    return batch.last if wanted else None


async def _fail(actor: Actor, change: Change, code: str, words: str) -> None:
    async with db.transaction(actor) as tx:
        await reembedding.fail(tx, actor, change, code, words)
    log.warning("embeddings.failed", tenant=str(actor.tenant_id), embedder=change.embedder, reason=words)


@jobs.task("knowledge.forget_vectors", queue="upkeep")
async def forget_vectors(context: JobContext, tenant_id: str, space_id: str) -> None:
    """Removes a retired space's vectors, some thousand a transaction."""
    # A search that began before the switch may still be reading them.
    await asyncio.sleep(LONGEST_SEARCH_SECONDS)
    actor, gone = system(UUID(tenant_id)), False
    while not gone:
        async with db.transaction(actor) as tx:
            gone = await repository.delete_vectors(
                tx, actor.tenant_id, UUID(space_id), limit=reembedding.FORGOTTEN_AT_A_TIME
            )


async def keep_spending() -> None:
    """Writes what questions cost every few seconds until cancelled, and once more at the end."""
    try:
        while True:
            await asyncio.sleep(WRITING_SECONDS)
            await write_spending()
    finally:
        await write_spending()


async def write_spending() -> None:
    """Writes what was gathered. What cannot be written waits for the next time."""
    for bill in spending.take():
        actor = system(bill.tenant_id)
        try:
            async with db.transaction(actor) as tx:
                await usage.record(
                    tx, actor, kind="embedding", model=bill.embedder, tokens=bill.tokens, cost=bill.cost
                )
        except Unavailable as away:
            spending.put_back(bill)
            log.warning("embeddings.spending_waits", tenant=str(bill.tenant_id), reason=away.code)
