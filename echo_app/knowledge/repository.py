"""Documents and their passages, as they are stored."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, delete, func, text, update
from sqlalchemy import select as rows_of
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer
from sqlmodel import col, select

from echo_app.kit.pagination import Page, cursor, position
from echo_app.knowledge.errors import DocumentNotFound
from echo_app.knowledge.schemas import DocumentRow, LockedDocument, Original, PassageRow
from echo_app.models import Chunk, Document, Source

# As Any: the typed overloads of select end at four columns.
ROW: tuple[Any, ...] = (
    Document.id,
    Document.title,
    Document.format,
    Document.status,
    Document.error_code,
    Document.error,
    Document.size_bytes,
    Document.url,
    Document.pages,
    Document.chunk_count,
    Document.created_at,
    Document.updated_at,
    Document.language,
    Document.source_id,
    Document.kind,
    Document.pages_done,
    Document.pages_total,
    Document.chunks_done,
    Document.chunks_total,
    Document.started_at,
    Document.retired_at,
)
_LOCKED: tuple[Any, ...] = (
    Document.title,
    Document.format,
    Document.status,
    Document.version,
    Document.storage_key,
    Document.size_bytes,
    Document.sha256,
    Document.kind,
    Document.chunk_count,
    Source.number,
    Source.language,
)
# Columns of a new file, and their types. One statement with an array for each: a row at a time takes a millisecond.
# Links are a page's; and unnest takes no lists of lists apart.
_INSERTED = tuple(
    (column.name, column.type.compile(postgresql.dialect()))  # type: ignore[no-untyped-call]
    for column in Document.__table__.columns  # type: ignore[attr-defined]
    if column.name != "tenant_id" and not isinstance(column.type, ARRAY)
)
_NAMES = ", ".join(name for name, _ in _INSERTED)
_INSERT_DOCUMENTS = text(
    f"INSERT INTO documents (tenant_id, {_NAMES}) SELECT :tenant, {_NAMES} FROM unnest("
    + ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in _INSERTED)
    + f") AS row ({_NAMES}) ON CONFLICT (tenant_id, sha256) WHERE kind = 'file' DO NOTHING RETURNING id"
)
_PASSAGE: tuple[Any, ...] = (Chunk.id, Chunk.position, Chunk.heading, Chunk.page, Chunk.content)


async def find_by_hash(tx: AsyncSession, tenant_id: UUID, sha256: str) -> Document | None:
    rows = await tx.scalars(
        select(Document).where(
            Document.tenant_id == tenant_id, Document.sha256 == sha256, Document.kind == "file"
        )
    )
    return rows.one_or_none()


async def get_by_hash(tx: AsyncSession, tenant_id: UUID, sha256: str) -> Document:
    """The document of these bytes. Raises DocumentNotFound."""
    document = await find_by_hash(tx, tenant_id, sha256)
    if document is None:
        raise DocumentNotFound()
    return document


async def list_by_hash(tx: AsyncSession, tenant_id: UUID, hashes: Sequence[str]) -> dict[str, Document]:
    """The uploaded files of these bytes, by their hash."""
    rows = await tx.scalars(
        select(Document)
        .where(Document.tenant_id == tenant_id, Document.kind == "file", col(Document.sha256).in_(hashes))
        .options(defer(Document.text))  # type: ignore[arg-type]
    )
    return {document.sha256: document for document in rows}


async def insert_documents(tx: AsyncSession, tenant_id: UUID, documents: Sequence[Document]) -> set[UUID]:
    """Inserts uploaded files, but none whose bytes the tenant has; gives the ids of those it did.

    Waits for another transaction that is inserting the same at this moment.
    """
    assert all(document.tenant_id == tenant_id for document in documents)
    values: dict[str, Any] = {
        name: [getattr(document, name) for document in documents] for name, _ in _INSERTED
    }
    return set((await tx.execute(_INSERT_DOCUMENTS, values | {"tenant": tenant_id})).scalars())


async def stored_bytes(tx: AsyncSession, tenant_id: UUID) -> int:
    """How many bytes of originals the tenant keeps."""
    query = select(func.coalesce(func.sum(Document.size_bytes), 0)).where(Document.tenant_id == tenant_id)
    return int((await tx.scalars(query)).one())


async def has_job(tx: AsyncSession, document_id: UUID) -> bool:
    """tenantless: whether a job that reads this document, which the caller has locked, waits or runs."""
    query = text(
        "SELECT EXISTS (SELECT FROM procrastinate_jobs WHERE lock = :lock AND task_name = 'document.ingest'"
        " AND status IN ('todo', 'doing'))"
    )
    return bool(await tx.scalar(query, {"lock": f"document:{document_id}"}))


async def get_original(tx: AsyncSession, tenant_id: UUID, document_id: UUID) -> Original:
    """Raises DocumentNotFound."""
    query = rows_of(Document.title, Document.format, Document.storage_key).where(  # type: ignore[call-overload]
        col(Document.tenant_id) == tenant_id, col(Document.id) == document_id
    )
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        raise DocumentNotFound()
    return Original(*row)


async def get_document(
    tx: AsyncSession, tenant_id: UUID, document_id: UUID, *, for_update: bool = False
) -> Document:
    """The document with its text. Raises DocumentNotFound."""
    query = select(Document).where(Document.tenant_id == tenant_id, Document.id == document_id)
    rows = await tx.scalars(query.with_for_update() if for_update else query)
    document = rows.one_or_none()
    if document is None:
        raise DocumentNotFound()
    return document


async def get_document_row(tx: AsyncSession, tenant_id: UUID, document_id: UUID) -> DocumentRow:
    """The document without its text. Raises DocumentNotFound."""
    query = rows_of(*ROW).where(col(Document.tenant_id) == tenant_id, col(Document.id) == document_id)
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        raise DocumentNotFound()
    return DocumentRow(*row)


async def list_documents(
    tx: AsyncSession,
    tenant_id: UUID,
    *,
    limit: int,
    after: str | None = None,
    status: str | None = None,
    source_id: UUID | None = None,
    words: str | None = None,
) -> Page[DocumentRow]:
    """The newest first. `after` is a page's `next`; raises ValueError when it is not one."""
    query = rows_of(*ROW).where(col(Document.tenant_id) == tenant_id)
    if after is not None:
        query = query.where(col(Document.id) < UUID(hex=position(after, 1)[0]))
    if status is not None:
        query = query.where(col(Document.status) == status)
    if source_id is not None:
        query = query.where(col(Document.source_id) == source_id)
    if words:
        query = query.where(col(Document.title).icontains(words, autoescape=True))
    rows = (await tx.execute(query.order_by(col(Document.id).desc()).limit(limit + 1))).all()
    items = [DocumentRow(*row) for row in rows[:limit]]
    return Page(items, cursor(items[-1].id.hex) if len(rows) > limit else None)


async def count_documents(tx: AsyncSession, tenant_id: UUID) -> dict[str, int]:
    """How many documents of each status."""
    query = select(Document.status, func.count()).where(col(Document.tenant_id) == tenant_id)
    rows = await tx.execute(query.group_by(col(Document.status)))
    return {status: int(count) for status, count in rows}


async def lock_document(tx: AsyncSession, tenant_id: UUID, document_id: UUID) -> LockedDocument | None:
    """What reading a document needs to know of it, its row locked; None when it is gone."""
    query = (
        rows_of(*_LOCKED)
        .join(Source, col(Source.id) == col(Document.source_id))
        .where(col(Document.tenant_id) == tenant_id, col(Document.id) == document_id)
        .with_for_update(of=Document)
    )
    row = (await tx.execute(query)).one_or_none()
    return LockedDocument(*row) if row is not None else None


async def set_document(
    tx: AsyncSession,
    tenant_id: UUID,
    document_id: UUID,
    at: datetime,
    *,
    version_is: int | None = None,
    **values: Any,
) -> bool:
    """Changes columns and the moment of the last change, with `version_is` only of that version; says whether it
    did."""
    statement = update(Document).where(col(Document.tenant_id) == tenant_id, col(Document.id) == document_id)
    if version_is is not None:
        statement = statement.where(col(Document.version) == version_is)
    done = await tx.execute(statement.values(updated_at=at, **values))
    return bool(done.rowcount)  # type: ignore[attr-defined]


async def documents_without_job(tx: AsyncSession) -> list[tuple[UUID, UUID]]:
    """tenantless: (tenant, document) of those that wait to be read and have no living job, for the sweep."""
    rows = await tx.execute(text("SELECT tenant_id, document_id FROM documents_without_job()"))
    return [(tenant_id, document_id) for tenant_id, document_id in rows]


async def delete_document(tx: AsyncSession, tenant_id: UUID, document_id: UUID) -> None:
    """Deletes it with its passages and everything they are found by."""
    await tx.execute(
        delete(Document).where(col(Document.tenant_id) == tenant_id, col(Document.id) == document_id)
    )


async def delete_passages(tx: AsyncSession, tenant_id: UUID, document_id: UUID) -> None:
    for statement in (
        "DELETE FROM postings WHERE tenant_id = :tenant AND document_id = :document",
        "DELETE FROM chunks WHERE tenant_id = :tenant AND document_id = :document",
    ):
        await tx.execute(text(statement), {"tenant": tenant_id, "document": document_id})


async def find_chunk(tx: AsyncSession, tenant_id: UUID, chunk_id: UUID) -> Chunk | None:
    rows = await tx.scalars(select(Chunk).where(Chunk.tenant_id == tenant_id, Chunk.id == chunk_id))
    return rows.one_or_none()


async def list_passages(
    tx: AsyncSession, tenant_id: UUID, document_id: UUID, *, start: int, limit: int
) -> list[PassageRow]:
    """A document's passages in order from the position `start` on."""
    query = (
        rows_of(*_PASSAGE)
        .where(col(Chunk.tenant_id) == tenant_id, col(Chunk.document_id) == document_id)
        .where(col(Chunk.position) >= start)
        .order_by(col(Chunk.position))
        .limit(limit)
    )
    return [PassageRow(*row) for row in (await tx.execute(query)).all()]


async def text_around(
    tx: AsyncSession, tenant_id: UUID, document_id: UUID, start: int, end: int, around: int
) -> tuple[str, str, str]:
    """(before, the range, after), cut out by the database: a document's text may have megabytes.

    Raises DocumentNotFound.
    """
    query = rows_of(
        func.substr(Document.text, max(0, start - around) + 1, min(start, around)),
        func.substr(Document.text, start + 1, end - start),
        func.substr(Document.text, end + 1, around),
    ).where(col(Document.tenant_id) == tenant_id, col(Document.id) == document_id)
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        raise DocumentNotFound()
    return row[0], row[1], row[2]
