"""The jobs of the knowledge base."""

import asyncio
from uuid import UUID

import structlog
from procrastinate import JobContext

from echo_app import db, jobs
from echo_app.errors import EchoError, Unavailable
from echo_app.knowledge import growth, ingestion, repository
from echo_app.knowledge.changes import defer_ingest
from echo_app.knowledge.embedding.errors import EmbedderAway, SpacesChanged
from echo_app.knowledge.embedding.repository import lock_spaces
from echo_app.knowledge.errors import IngestionFailed
from echo_app.knowledge.findings import service as findings
from echo_app.knowledge.reading import Content, Progress
from echo_app.knowledge.vectors import find_space
from echo_app.models.vector import INDEXED_LENGTHS
from echo_app.providers.embeddings.base import EmbeddingFailed
from echo_app.providers.storage.base import NotStored, StorageFailed, storage
from echo_app.tenancy import Actor, system

log = structlog.get_logger(__name__)

_RETRIES = 4
_COMPARED_AT_ONCE = 20
PROGRESS_SECONDS = 1.0
SWEEP_SECONDS = 30.0
# Faults of ours that pass by themselves: the job is tried again, and only its last failure is shown.
_PASSING = (StorageFailed, EmbeddingFailed, SpacesChanged, Unavailable, OSError)


@jobs.task("document.ingest", queue="ingest", retries=_RETRIES)
async def ingest_job(context: JobContext, tenant_id: str, document_id: str) -> None:
    await ingest(UUID(tenant_id), UUID(document_id), last_try=context.job.attempts >= _RETRIES)


async def ingest(tenant_id: UUID, document_id: UUID, *, last_try: bool = True) -> None:
    """Reads a document in and says ready, or failed and why.

    A fault that passes by itself is raised, to be tried again, unless this is the last try.
    """
    actor = system(tenant_id)
    async with db.transaction(actor) as tx:
        work = await ingestion.begin(tx, actor, document_id)
    if work is None:
        return
    reason: EchoError | None = None
    try:
        content = await _read_watched(actor, work)
        if content is None:
            return
        async with db.transaction(actor) as tx:
            await ingestion.finish(tx, actor, work, content)
    except NotStored:
        # The bytes are kept before the commit that defers this job: they are lost, no retry brings them back.
        reason = IngestionFailed()
    except EmbedderAway as refusal:
        reason = refusal
    except _PASSING:
        if not last_try:
            raise
        reason = IngestionFailed()
    except EchoError as refusal:
        reason = refusal
    except Exception:
        log.exception("document.ingest_failed", tenant=str(tenant_id), document=str(document_id))
        reason = IngestionFailed()
    if reason is not None:
        async with db.transaction(actor) as tx:
            await ingestion.fail(tx, actor, work, reason)


async def _read_watched(actor: Actor, work: ingestion.Work) -> Content | None:
    """Reads, and tells every second how far it has come; None when the document was cancelled or deleted meanwhile."""
    progress = Progress()
    reading = asyncio.create_task(ingestion.read(work, progress))
    try:
        while not (await asyncio.wait({reading}, timeout=PROGRESS_SECONDS))[0]:
            async with db.transaction(actor) as tx:
                if not await ingestion.note_progress(tx, actor, work, progress):
                    return None
        return await reading
    finally:
        if not reading.done():
            # Ends the parser's process, too.
            reading.cancel()
            await asyncio.wait({reading})


@jobs.task("knowledge.upkeep", queue="upkeep")
async def upkeep_job(context: JobContext, tenant_id: str) -> None:
    await upkeep(UUID(tenant_id))


async def upkeep(tenant_id: UUID) -> None:
    """Looks after a tenant's index once documents were read: see `growth.py` and `findings/`."""
    actor = system(tenant_id)
    async with db.transaction(actor) as tx:
        chunks = await growth.begin_upkeep(tx, tenant_id)
    async with db.transaction(actor) as tx:
        await growth.count_common_terms(tx, tenant_id)
    if chunks > growth.LARGE:
        await _move_vectors(actor)
    compared = 1
    while compared:
        async with db.transaction(actor) as tx:
            compared = await findings.compare_documents(tx, actor, _COMPARED_AT_ONCE)


async def _move_vectors(actor: Actor) -> None:
    async with db.read_only(actor) as tx:
        space = await find_space(tx, actor.tenant_id)
    if space is None or space.tier == "large" or space.dimensions not in INDEXED_LENGTHS:
        return
    copied = 1
    while copied:
        async with db.transaction(actor) as tx:
            copied = await growth.copy_vectors(tx, actor.tenant_id, space)
    async with db.transaction(actor) as tx:
        await lock_spaces(tx, actor.tenant_id, change=True)
        await growth.switch(tx, actor.tenant_id, space)


@jobs.task("document.forget", queue="ingest")
async def forget(context: JobContext, tenant_id: str, storage_key: str) -> None:
    """Deletes the bytes of a deleted document."""
    await storage.get().delete(UUID(tenant_id), storage_key)


async def keep_documents() -> None:
    """Defers reading anew for documents that wait for a job that is not there, until cancelled.

    A job may be gone while its document waits: its last try came while the database was away, or somebody emptied the
    queue.
    """
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        try:
            await revive_documents()
        except EchoError as away:
            log.warning("document.sweep_failed", reason=away.code)


async def revive_documents() -> int:
    """Gives every document without a living job a new one; says how many there were."""
    async with db.before_tenant() as tx:
        lost = await repository.documents_without_job(tx)
    for tenant_id, document_id in lost:
        async with db.transaction(system(tenant_id)) as tx:
            await defer_ingest(tx, tenant_id, document_id)
        log.warning("document.revived", tenant=str(tenant_id), document=str(document_id))
    return len(lost)
