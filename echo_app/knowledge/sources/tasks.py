"""The jobs of sources: starting crawls that are due, reading a source's documents again, forgetting them."""

import asyncio
from uuid import UUID

import structlog
from procrastinate import JobContext

from echo_app import db, jobs
from echo_app.errors import Unavailable
from echo_app.kit.clock import now
from echo_app.knowledge import repository as documents
from echo_app.knowledge.changes import defer_ingest
from echo_app.knowledge.sources import repository, service
from echo_app.providers.storage.base import storage
from echo_app.tenancy import system

log = structlog.get_logger(__name__)

SWEEP_SECONDS = 60.0
_BATCH = 100


@jobs.task("source.schedule", queue="upkeep")
async def schedule_job(context: JobContext, tenant_id: str) -> None:
    actor = system(UUID(tenant_id))
    async with db.transaction(actor) as tx:
        await service.start_due_crawls(tx, actor)


async def sweep() -> None:
    """Every minute, until cancelled: defers one job for each tenant with a website whose next crawl is due, and goes on
    with what has lost its job."""
    while True:
        try:
            await defer_due()
            await revive()
        except Unavailable:
            log.warning("sources.sweep_failed")
        await asyncio.sleep(SWEEP_SECONDS)


async def defer_due() -> int:
    """One round of the sweep; says for how many tenants."""
    async with db.before_tenant() as tx:
        tenants = await repository.tenants_with_due_crawls(tx)
        for tenant_id in tenants:
            lock = f"schedule:{tenant_id}"
            await jobs.defer(tx, "source.schedule", queue="upkeep", lock=lock, tenant_id=str(tenant_id))
    return len(tenants)


async def revive() -> int:
    """Goes on with crawls and deletions whose job is gone; says with how many."""
    async with db.before_tenant() as tx:
        lost = await repository.sources_without_job(tx)
    for tenant_id, source_id in lost:
        actor = system(tenant_id)
        async with db.transaction(actor) as tx:
            await service.go_on(tx, actor, source_id)
        log.warning("source.revived", tenant=str(tenant_id), source=str(source_id))
    return len(lost)


@jobs.task("source.reread", queue="ingest")
async def reread_job(context: JobContext, tenant_id: str, source_id: str) -> None:
    """Has every document of a source read again: its language changed, and with it how words are compared."""
    actor = system(UUID(tenant_id))
    async with db.read_only(actor) as tx:
        ids = await repository.list_document_ids(tx, actor.tenant_id, UUID(source_id))
    for start in range(0, len(ids), _BATCH):
        async with db.transaction(actor) as tx:
            for document_id in ids[start : start + _BATCH]:
                if await documents.set_document(tx, actor.tenant_id, document_id, now(), status="queued"):
                    await defer_ingest(tx, actor.tenant_id, document_id)


@jobs.task("source.forget", queue="ingest")
async def forget_job(context: JobContext, tenant_id: str, source_id: str) -> None:
    """Deletes a deleted source's documents with their bytes, and then the source."""
    actor = system(UUID(tenant_id))
    while True:
        async with db.transaction(actor) as tx:
            ids = await repository.list_document_ids(tx, actor.tenant_id, UUID(source_id), limit=_BATCH)
            keys = await repository.delete_documents(tx, actor.tenant_id, ids)
            if not ids:
                await repository.delete_source(tx, actor.tenant_id, UUID(source_id))
        # After the commit: a rollback must not find them gone.
        for key in keys:
            await storage.get().delete(actor.tenant_id, key)
        if not ids:
            return
