"""The jobs of the knowledge base."""

from uuid import UUID

import structlog
from procrastinate import JobContext

from echo_app import db, jobs
from echo_app.errors import EchoError, Unavailable
from echo_app.knowledge import ingestion
from echo_app.knowledge.embedding.errors import EmbedderAway, SpacesChanged
from echo_app.knowledge.errors import IngestionFailed
from echo_app.providers.embeddings.base import EmbeddingFailed
from echo_app.providers.storage.base import NotStored, StorageFailed, storage
from echo_app.tenancy import system

log = structlog.get_logger(__name__)

_RETRIES = 4
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
        content = await ingestion.read(work)
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


@jobs.task("document.forget", queue="ingest")
async def forget(context: JobContext, tenant_id: str, storage_key: str) -> None:
    """Deletes the bytes of a deleted document."""
    await storage.get().delete(UUID(tenant_id), storage_key)
