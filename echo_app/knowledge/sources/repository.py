"""Sources and their documents, as they are stored."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, delete, func, text, update
from sqlalchemy import select as rows_of
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from echo_app.knowledge.sources.errors import SourceNotFound
from echo_app.models import Document, Source

# What the sources that make themselves are called, by kind.
DEFAULT_NAMES = {"files": "Files", "snippets": "Snippets"}
# As Any: the typed overloads of select take no optional columns.
_PAGE: tuple[Any, ...] = (
    Document.url,
    Document.text_sha256,
    Document.etag,
    Document.last_modified,
    Document.links,
    Document.retired_at,
)


async def default_source_id(tx: AsyncSession, tenant_id: UUID, kind: str) -> UUID:
    """The tenant's own source of that kind (`files` or `snippets`), made at first use.

    Waits for another transaction that is making it at this moment.
    """
    query = select(Source.id).where(
        Source.tenant_id == tenant_id, Source.kind == kind, col(Source.is_default)
    )
    found = (await tx.scalars(query)).one_or_none()
    if found is not None:
        return found
    source = Source(tenant_id=tenant_id, kind=kind, name=DEFAULT_NAMES[kind], is_default=True)
    await tx.execute(insert(Source).values(source.model_dump()).on_conflict_do_nothing())
    return (await tx.scalars(query)).one()


async def insert_source(tx: AsyncSession, tenant_id: UUID, source: Source) -> None:
    assert source.tenant_id == tenant_id
    await tx.execute(insert(Source).values(source.model_dump()))


async def get_source(
    tx: AsyncSession, tenant_id: UUID, source_id: UUID, *, for_update: bool = False
) -> Source:
    """Raises SourceNotFound, also for one that is being deleted."""
    query = select(Source).where(
        Source.tenant_id == tenant_id, Source.id == source_id, Source.state != "deleting"
    )
    if for_update:
        query = query.with_for_update().execution_options(populate_existing=True)
    source = (await tx.scalars(query)).one_or_none()
    if source is None:
        raise SourceNotFound()
    return source


async def list_sources(tx: AsyncSession, tenant_id: UUID) -> list[Source]:
    """In the order in which they were made."""
    query = select(Source).where(Source.tenant_id == tenant_id, Source.state != "deleting")
    return list(await tx.scalars(query.order_by(col(Source.id))))


async def count_contents(tx: AsyncSession, tenant_id: UUID) -> dict[UUID, tuple[int, int, int]]:
    """By source: its live documents, those of them that failed, and its passages."""
    query = (
        rows_of(
            col(Document.source_id),
            func.count(),
            func.sum(case((col(Document.status) == "failed", 1), else_=0)),
            func.sum(col(Document.chunk_count)),
        )
        .where(col(Document.tenant_id) == tenant_id, col(Document.retired_at).is_(None))
        .group_by(col(Document.source_id))
    )
    rows = (await tx.execute(query)).all()
    return {row[0]: (int(row[1]), int(row[2] or 0), int(row[3] or 0)) for row in rows}


async def list_due(tx: AsyncSession, tenant_id: UUID, at: datetime) -> list[Source]:
    """The websites whose next crawl is due, locked; those that another transaction holds are left out."""
    query = select(Source).where(
        Source.tenant_id == tenant_id,
        Source.kind == "website",
        col(Source.enabled),
        col(Source.state).in_(("idle", "failed")),
        col(Source.next_crawl_at) <= at,
    )
    return list(await tx.scalars(query.with_for_update(skip_locked=True)))


async def tenants_with_due_crawls(tx: AsyncSession) -> list[UUID]:
    """tenantless: for the sweep, which defers one job for each of these tenants."""
    return list((await tx.execute(text("SELECT tenants_with_due_crawls()"))).scalars())


async def sources_without_job(tx: AsyncSession) -> list[tuple[UUID, UUID]]:
    """tenantless: for the sweep. (tenant, source) of crawls and deletions that nobody goes on with."""
    rows = await tx.execute(text("SELECT tenant_id, source_id FROM sources_without_job()"))
    return [(row.tenant_id, row.source_id) for row in rows]


async def find_lost(tx: AsyncSession, tenant_id: UUID, source_id: UUID) -> Source | None:
    """A source that is being crawled or deleted, locked."""
    query = select(Source).where(
        Source.tenant_id == tenant_id,
        Source.id == source_id,
        col(Source.state).in_(("crawling", "deleting")),
    )
    return (await tx.scalars(query.with_for_update(skip_locked=True))).one_or_none()


async def holds_run(tx: AsyncSession, tenant_id: UUID, source_id: UUID, run: int) -> bool:
    """Whether that crawl is the source's present one; keeps it so until the transaction ends."""
    query = select(Source.id).where(
        Source.tenant_id == tenant_id,
        Source.id == source_id,
        Source.run == run,
        Source.state == "crawling",
    )
    return (await tx.scalars(query.with_for_update(read=True))).one_or_none() is not None


async def set_source(tx: AsyncSession, tenant_id: UUID, source_id: UUID, **values: Any) -> None:
    await tx.execute(
        update(Source).where(col(Source.tenant_id) == tenant_id, col(Source.id) == source_id).values(**values)
    )


async def delete_source(tx: AsyncSession, tenant_id: UUID, source_id: UUID) -> None:
    await tx.execute(delete(Source).where(col(Source.tenant_id) == tenant_id, col(Source.id) == source_id))


async def list_pages(tx: AsyncSession, tenant_id: UUID, source_id: UUID) -> Sequence[Any]:
    """(url, text_sha256, etag, last_modified, links, retired_at) of each of a website's documents."""
    query = rows_of(*_PAGE).where(
        col(Document.tenant_id) == tenant_id,
        col(Document.source_id) == source_id,
        col(Document.kind) == "page",
    )
    return (await tx.execute(query)).all()


async def find_page(tx: AsyncSession, tenant_id: UUID, source_id: UUID, url: str) -> Document | None:
    """The document of a page, locked."""
    query = select(Document).where(
        Document.tenant_id == tenant_id,
        Document.source_id == source_id,
        Document.url == url,
        Document.kind == "page",
    )
    return (await tx.scalars(query.with_for_update())).one_or_none()


async def confirm_page(tx: AsyncSession, tenant_id: UUID, source_id: UUID, url: str, **values: Any) -> None:
    """A page as it was: its document is live, and `values` are what its server says of this version."""
    await tx.execute(
        update(Document)
        .where(
            col(Document.tenant_id) == tenant_id,
            col(Document.source_id) == source_id,
            col(Document.url) == url,
            col(Document.kind) == "page",
        )
        .values(retired_at=None, **values)
    )


async def retire_pages(
    tx: AsyncSession, tenant_id: UUID, source_id: UUID, urls: Sequence[str], at: datetime
) -> list[UUID]:
    """Takes pages out of what is found; gives the documents that were in."""
    done = await tx.execute(
        update(Document)
        .where(
            col(Document.tenant_id) == tenant_id,
            col(Document.source_id) == source_id,
            col(Document.kind) == "page",
            col(Document.url).in_(urls),
            col(Document.retired_at).is_(None),
        )
        .values(retired_at=at, updated_at=at)
        .returning(col(Document.id))
    )
    return list(done.scalars())


async def insert_document(tx: AsyncSession, tenant_id: UUID, document: Document) -> None:
    """A page or a snippet: unlike an upload, its bytes may be there already."""
    assert document.tenant_id == tenant_id
    await tx.execute(insert(Document).values(document.model_dump()))


async def list_document_ids(
    tx: AsyncSession, tenant_id: UUID, source_id: UUID, *, limit: int | None = None
) -> list[UUID]:
    """The source's documents, the oldest first."""
    query = select(Document.id).where(Document.tenant_id == tenant_id, Document.source_id == source_id)
    return list(await tx.scalars(query.order_by(col(Document.id)).limit(limit)))


async def delete_documents(tx: AsyncSession, tenant_id: UUID, document_ids: Sequence[UUID]) -> list[str]:
    """Deletes them with all they are found by; gives the storage keys of their bytes."""
    done = await tx.execute(
        delete(Document)
        .where(col(Document.tenant_id) == tenant_id, col(Document.id).in_(document_ids))
        .returning(col(Document.storage_key))
    )
    return list(done.scalars())
