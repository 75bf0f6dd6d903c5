"""Reading a document in: the steps between its bytes and passages that can be found.

Two transactions with nothing held between them: `begin` takes the work, `read` parses and embeds outside of any
transaction, `finish` stores everything and says ready, or `fail` says why not.
"""

import asyncio
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from echo_app.audit import service as audit
from echo_app.errors import EchoError
from echo_app.kit.clock import now
from echo_app.kit.ids import encode
from echo_app.kit.language.guess import language_of
from echo_app.knowledge import repository
from echo_app.knowledge.chunking import passages
from echo_app.knowledge.embedding.passages import embed_passages, spaces_to_fill, store_vectors
from echo_app.knowledge.embedding.schemas import SpaceVectors
from echo_app.knowledge.errors import DocumentNotFound
from echo_app.knowledge.indexing import PostingRow, embedded_text, postings_of
from echo_app.knowledge.isolation import parse_safely
from echo_app.knowledge.parsing import Format, Parsed
from echo_app.knowledge.service import publish_change
from echo_app.knowledge.vectors import Space
from echo_app.models import Chunk
from echo_app.providers.storage.base import storage
from echo_app.tenancy import Actor


@dataclass(frozen=True)
class Work:
    """A document to be read. `version` tells whether it is still the same attempt when it has been."""

    tenant_id: UUID
    document_id: UUID
    title: str
    format: Format
    storage_key: str
    version: int
    spaces: list[Space]


@dataclass(frozen=True)
class Content:
    """All that was read out of a document, ready to be stored."""

    text: str
    pages: int | None
    chunks: list[Chunk]
    vectors: list[SpaceVectors]
    postings: list[PostingRow]
    # ISO 639-1, guessed from the text.
    language: str


async def begin(tx: AsyncSession, actor: Actor, document_id: UUID) -> Work | None:
    """Marks the document as being read; None when it is gone or was read already (a job that came twice)."""
    try:
        document = await repository.get_document(tx, actor.tenant_id, document_id, for_update=True)
    except DocumentNotFound:
        return None
    if document.status not in ("queued", "processing"):
        return None
    version = document.version + 1
    await repository.set_document(
        tx, actor.tenant_id, document_id, now(), status="processing", version=version
    )
    await publish_change(tx, actor.tenant_id, document_id, "processing")
    format: Format = document.format  # type: ignore[assignment]
    spaces = await spaces_to_fill(tx, actor.tenant_id)
    return Work(actor.tenant_id, document_id, document.title, format, document.storage_key, version, spaces)


async def read(work: Work) -> Content:
    """Parses, cuts and embeds. Raises the refusals of `errors.py`; StorageFailed and EmbeddingFailed pass by
    themselves and are worth another try; EmbedderAway says what somebody must change."""
    content = await storage.get().get(work.tenant_id, work.storage_key)
    parsed = await parse_safely(content, work.format)
    language = language_of(parsed.text)
    chunks, texts, postings = await asyncio.to_thread(_prepared, work, parsed, language)
    pages = len(parsed.pages) if parsed.pages is not None else None
    embedded = await embed_passages(work.tenant_id, work.spaces, texts)
    return Content(parsed.text, pages, chunks, embedded, postings, language)


async def finish(tx: AsyncSession, actor: Actor, work: Work, content: Content) -> bool:
    """Stores what was read and says ready; False when the document was deleted or taken on anew meanwhile.

    Raises SpacesChanged when the tenant's embedder changed meanwhile.
    """
    document = await _still_ours(tx, actor, work)
    if not document:
        return False
    tenant_id, document_id = work.tenant_id, work.document_id
    await repository.delete_passages(tx, tenant_id, document_id)
    await repository.insert_chunks(tx, tenant_id, document_id, content.chunks)
    # Its language goes into the rows it is found by: it is written first.
    await repository.set_document(
        tx,
        tenant_id,
        document_id,
        now(),
        status="ready",
        error_code=None,
        error=None,
        text=content.text,
        pages=content.pages,
        chunk_count=len(content.chunks),
        token_total=sum(chunk.token_count for chunk in content.chunks),
        language=content.language,
    )
    await store_vectors(tx, actor, [chunk.id for chunk in content.chunks], content.vectors)
    await repository.insert_postings(tx, tenant_id, document_id, content.postings)
    facts = {"documentId": encode("doc", document_id), "chunks": len(content.chunks)}
    await audit.record(tx, actor, "document.ready", facts)
    await publish_change(tx, tenant_id, document_id, "ready")
    return True


async def fail(tx: AsyncSession, actor: Actor, work: Work, reason: EchoError) -> None:
    """Says why the document could not be read, unless it was deleted or taken on anew meanwhile."""
    if not await _still_ours(tx, actor, work):
        return
    await repository.set_document(
        tx,
        work.tenant_id,
        work.document_id,
        now(),
        status="failed",
        error_code=reason.code,
        error=reason.message,
    )
    facts = {"documentId": encode("doc", work.document_id), "code": reason.code}
    await audit.record(tx, actor, "document.fail", facts)
    await publish_change(tx, work.tenant_id, work.document_id, "failed")


async def _still_ours(tx: AsyncSession, actor: Actor, work: Work) -> bool:
    try:
        document = await repository.get_document(tx, actor.tenant_id, work.document_id, for_update=True)
    except DocumentNotFound:
        return False
    return document.version == work.version


def _prepared(work: Work, parsed: Parsed, language: str) -> tuple[list[Chunk], list[str], list[PostingRow]]:
    chunks: list[Chunk] = []
    texts: list[str] = []
    postings: list[PostingRow] = []
    for position, passage in enumerate(passages(parsed)):
        chunk = Chunk(
            tenant_id=work.tenant_id,
            document_id=work.document_id,
            position=position,
            heading=passage.heading,
            page=passage.page,
            start_offset=passage.start,
            end_offset=passage.end,
            content=passage.content,
            token_count=passage.token_count,
        )
        chunks.append(chunk)
        texts.append(embedded_text(work.title, passage))
        postings += postings_of(chunk.id, work.title, passage, language)
    return chunks, texts, postings
