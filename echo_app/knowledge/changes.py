"""What follows a change of a document: the job that reads it, the one that forgets its bytes, and the news of it."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from echo_app import jobs, realtime


async def publish_change(tx: AsyncSession, tenant_id: UUID, document_id: UUID, status: str) -> None:
    """Tells the tenant's open pages, on commit, that a document changed."""
    await realtime.publish(
        tx,
        realtime.News("document", str(tenant_id), subject_id=str(document_id), body={"status": status}),
    )


async def defer_ingest(tx: AsyncSession, tenant_id: UUID, document_id: UUID) -> None:
    """One document, one job."""
    await jobs.defer(
        tx,
        "document.ingest",
        queue="ingest",
        lock=f"document:{document_id}",
        tenant_id=str(tenant_id),
        document_id=str(document_id),
    )


async def defer_forget(tx: AsyncSession, tenant_id: UUID, document_id: UUID, storage_key: str) -> None:
    """Has bytes forgotten after the commit: a rollback must not find them gone."""
    await jobs.defer(
        tx,
        "document.forget",
        queue="ingest",
        lock=f"document:{document_id}",
        tenant_id=str(tenant_id),
        storage_key=storage_key,
    )
