"""Documents side by side with their sources and citations, as the table shows them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, or_
from sqlalchemy import select as rows_of
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from echo_app.knowledge.catalogue.schemas import (
    CataloguedDocument,
    CitedBy,
    DocumentFilter,
    DocumentOrder,
)
from echo_app.knowledge.repository import ROW
from echo_app.knowledge.schemas import DocumentRow
from echo_app.models import Citation, Document, Message, Source


async def list_documents(
    tx: AsyncSession,
    tenant_id: UUID,
    wanted: DocumentFilter,
    *,
    order: DocumentOrder,
    descending: bool,
    limit: int,
    offset: int,
    cited_since: datetime,
) -> list[CataloguedDocument]:
    """A page of them. `cited` counts replies since that moment."""
    cited = (
        rows_of(col(Citation.document_id).label("document_id"), func.count().label("times"))
        .join(Message, col(Message.id) == col(Citation.message_id))
        .where(col(Citation.tenant_id) == tenant_id, col(Message.created_at) >= cited_since)
        .group_by(col(Citation.document_id))
        .subquery()
    )
    times = func.coalesce(cited.c.times, 0)
    keys: dict[DocumentOrder, Any] = {
        "newest": Document.id,
        "title": func.lower(Document.title),
        "status": Document.status,
        "source": func.lower(Source.name),
        "language": Document.language,
        "size": Document.size_bytes,
        "passages": Document.chunk_count,
        "cited": times,
        "changed": Document.updated_at,
    }
    key = keys[order]
    # As Any: the typed overloads of select end at ten columns.
    columns: tuple[Any, ...] = (*ROW, Source.name, Source.enabled, times)
    query = (
        _narrowed(rows_of(*columns), tenant_id, wanted)
        .join(Source, col(Source.id) == col(Document.source_id))
        .outerjoin(cited, cited.c.document_id == col(Document.id))
        .order_by(key.desc().nulls_last() if descending else key.asc().nulls_last(), col(Document.id).desc())
        .limit(limit)
        .offset(offset)
    )
    rows = (await tx.execute(query)).all()
    return [CataloguedDocument(DocumentRow(*row[:-3]), *row[-3:]) for row in rows]


async def count_documents(tx: AsyncSession, tenant_id: UUID, wanted: DocumentFilter) -> int:
    query = _narrowed(rows_of(func.count()).select_from(Document), tenant_id, wanted)
    return int((await tx.execute(query)).scalar_one())


async def list_languages(tx: AsyncSession, tenant_id: UUID) -> list[str]:
    """The languages that documents are in."""
    query = (
        rows_of(col(Document.language))
        .where(col(Document.tenant_id) == tenant_id, col(Document.language).is_not(None))
        .distinct()
        .order_by(col(Document.language))
    )
    return [language for language in (await tx.execute(query)).scalars() if language]


async def list_citations(
    tx: AsyncSession, tenant_id: UUID, document_id: UUID, *, limit: int
) -> list[CitedBy]:
    """The newest first."""
    query = (
        rows_of(
            col(Message.id),
            col(Message.conversation_id),
            col(Citation.chunk_id),
            col(Citation.quote),
            col(Message.created_at),
        )
        .join(Citation, col(Citation.message_id) == col(Message.id))
        .where(
            col(Citation.tenant_id) == tenant_id,
            col(Message.tenant_id) == tenant_id,
            col(Citation.document_id) == document_id,
        )
        .order_by(col(Message.id).desc(), col(Citation.number))
        .limit(limit)
    )
    return [CitedBy(*row) for row in (await tx.execute(query)).all()]


def _narrowed(query: Select[Any], tenant_id: UUID, wanted: DocumentFilter) -> Select[Any]:
    query = query.where(col(Document.tenant_id) == tenant_id)
    if wanted.document_id is not None:
        query = query.where(col(Document.id) == wanted.document_id)
    if wanted.kind is not None:
        query = query.where(col(Document.kind) == wanted.kind)
    if wanted.words:
        query = query.where(
            or_(
                col(Document.title).icontains(wanted.words, autoescape=True),
                col(Document.url).icontains(wanted.words, autoescape=True),
            )
        )
    if wanted.statuses:
        live = tuple(status for status in wanted.statuses if status != "retired")
        is_live = and_(col(Document.retired_at).is_(None), col(Document.status).in_(live))
        is_retired = col(Document.retired_at).is_not(None)
        query = query.where(or_(is_live, is_retired) if "retired" in wanted.statuses else is_live)
    if wanted.source_id is not None:
        query = query.where(col(Document.source_id) == wanted.source_id)
    if wanted.language is not None:
        query = query.where(col(Document.language) == wanted.language)
    return query
