"""A tenant's documents: taking them in, listing and deleting them, searching them, showing a cited passage."""

import asyncio
import hashlib
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from echo_app import jobs, realtime
from echo_app.audit import service as audit
from echo_app.kit.clock import now
from echo_app.kit.ids import encode, new_id
from echo_app.kit.pagination import Page
from echo_app.knowledge import repository
from echo_app.knowledge.embedding import questions
from echo_app.knowledge.embedding.questions import embed_question
from echo_app.knowledge.errors import (
    DocumentNotFailed,
    DocumentTitleMissing,
    DocumentTooLarge,
    DocumentUrlInvalid,
)
from echo_app.knowledge.parsing import Format, check_content, format_of
from echo_app.knowledge.retrieval import Narrowing
from echo_app.knowledge.schemas import DocumentRow, Found, Hit, PassageRow, PassageView
from echo_app.knowledge.search import EVERYTHING, LONGEST_QUERY
from echo_app.knowledge.search import search as search_documents
from echo_app.knowledge.sources import repository as sources
from echo_app.knowledge.vectors import Space
from echo_app.models import Document
from echo_app.providers.embeddings.base import Vector
from echo_app.providers.storage.base import storage
from echo_app.tenancy import Actor, Right, check_right

LARGEST_DOCUMENT = 25_000_000
LONGEST_TITLE = 300
LONGEST_URL = 2_000
MOST_HITS = 50
# How much of the document is shown before and after a cited passage, in characters.
SURROUNDINGS = 600


async def add_document(
    tx: AsyncSession,
    actor: Actor,
    *,
    title: str,
    content: bytes,
    format: str | None = None,
    filename: str | None = None,
    url: str | None = None,
) -> Document:
    """Keeps the bytes and defers reading them (`document.ingest`). The same bytes twice are one document.

    Without `format` (`markdown`, `text`, `html`, `pdf`) the filename's ending tells it; without a title its name is
    the title. Raises Forbidden, DocumentTooLarge, DocumentEmpty, DocumentTypeUnsupported, DocumentBinary,
    DocumentNotUtf8, DocumentTitleMissing, DocumentUrlInvalid.
    """
    check_right(actor, Right.KNOWLEDGE_WRITE)
    if len(content) > LARGEST_DOCUMENT:
        raise DocumentTooLarge(bytes=len(content), limit=LARGEST_DOCUMENT)
    checked_title = _checked_title(title, filename)
    checked_url = _checked_url(url)
    promised = format if format is not None else format_of(filename or "")
    # 25 MB take a tenth of a second: not on the loop that serves everybody.
    found_format, sha256 = await asyncio.to_thread(_examined, content, promised)
    existing = await repository.find_by_hash(tx, actor.tenant_id, sha256)
    if existing is not None:
        return existing
    document_id = new_id()
    document = Document(
        id=document_id,
        tenant_id=actor.tenant_id,
        source_id=await sources.default_source_id(tx, actor.tenant_id, "files"),
        title=checked_title,
        format=found_format,
        size_bytes=len(content),
        sha256=sha256,
        storage_key=f"documents/{document_id.hex}",
        url=checked_url,
        created_by=actor.id if actor.kind == "user" else None,
    )
    inserted = await repository.insert_document(tx, actor.tenant_id, document)
    if not inserted:
        # Somebody uploaded the same bytes at the same moment, and was first.
        return await repository.get_by_hash(tx, actor.tenant_id, sha256)
    await storage.get().put(actor.tenant_id, document.storage_key, content)
    await _defer_ingest(tx, actor.tenant_id, document_id)
    await audit.record(tx, actor, "document.create", _facts(document))
    await publish_change(tx, actor.tenant_id, document_id, "queued")
    return document


async def list_documents(
    tx: AsyncSession, actor: Actor, *, limit: int = 50, after: str | None = None
) -> Page[DocumentRow]:
    """The newest first, without their texts. Raises ValueError when `after` is no page's `next`."""
    check_right(actor, Right.KNOWLEDGE_READ)
    return await repository.list_documents(tx, actor.tenant_id, limit=limit, after=after)


async def count_documents(tx: AsyncSession, actor: Actor) -> dict[str, int]:
    """How many documents of each status."""
    check_right(actor, Right.KNOWLEDGE_READ)
    return await repository.count_documents(tx, actor.tenant_id)


async def get_document(tx: AsyncSession, actor: Actor, document_id: UUID) -> DocumentRow:
    """Raises DocumentNotFound."""
    check_right(actor, Right.KNOWLEDGE_READ)
    return await repository.get_document_row(tx, actor.tenant_id, document_id)


async def get_text(tx: AsyncSession, actor: Actor, document_id: UUID) -> str:
    """The document's whole text as it was read. Raises DocumentNotFound."""
    check_right(actor, Right.KNOWLEDGE_READ)
    return (await repository.get_document(tx, actor.tenant_id, document_id)).text


async def list_passages(
    tx: AsyncSession,
    actor: Actor,
    document_id: UUID,
    *,
    start: int | None = None,
    around: UUID | None = None,
    limit: int = 50,
) -> list[PassageRow]:
    """A stretch of the document's passages in order: from the position `start` on, or with the passage `around`
    in its middle, else from the beginning. Empty until it is ready. Raises DocumentNotFound."""
    check_right(actor, Right.KNOWLEDGE_READ)
    await repository.get_document_row(tx, actor.tenant_id, document_id)
    if start is None and around is not None:
        middle = await repository.find_chunk(tx, actor.tenant_id, around)
        if middle is not None and middle.document_id == document_id:
            start = middle.position - limit // 2
    return await repository.list_passages(
        tx, actor.tenant_id, document_id, start=max(0, start or 0), limit=limit
    )


async def delete_document(tx: AsyncSession, actor: Actor, document_id: UUID) -> None:
    """Deletes it and all it is found by; citations keep their quotes. Raises DocumentNotFound.

    Its bytes are forgotten by a job after the commit: a rollback must not find them gone.
    """
    check_right(actor, Right.KNOWLEDGE_WRITE)
    document = await repository.get_document(tx, actor.tenant_id, document_id, for_update=True)
    await repository.delete_document(tx, actor.tenant_id, document_id)
    await jobs.defer(
        tx,
        "document.forget",
        queue="ingest",
        lock=f"document:{document_id}",
        tenant_id=str(actor.tenant_id),
        storage_key=document.storage_key,
    )
    await audit.record(tx, actor, "document.delete", _facts(document))
    await publish_change(tx, actor.tenant_id, document_id, "deleted")


async def retry_document(tx: AsyncSession, actor: Actor, document_id: UUID) -> DocumentRow:
    """Reads a failed document again. Raises DocumentNotFound or DocumentNotFailed."""
    check_right(actor, Right.KNOWLEDGE_WRITE)
    document = await repository.get_document(tx, actor.tenant_id, document_id, for_update=True)
    if document.status != "failed":
        raise DocumentNotFailed(status=document.status)
    await repository.set_document(
        tx, actor.tenant_id, document_id, now(), status="queued", error_code=None, error=None
    )
    await _defer_ingest(tx, actor.tenant_id, document_id)
    await audit.record(tx, actor, "document.retry", _facts(document))
    await publish_change(tx, actor.tenant_id, document_id, "queued")
    return await repository.get_document_row(tx, actor.tenant_id, document_id)


async def search(
    tx: AsyncSession, actor: Actor, query: str, limit: int = 8, narrowing: Narrowing = EVERYTHING
) -> list[Hit]:
    """The passages that may answer, best first, at most `limit` (1 to 50); empty when there are no documents.

    That something was found does not mean that it answers: see answering's `is_relevant`. Raises Forbidden.
    """
    return (await find(tx, actor, query, limit, narrowing)).hits


async def find(
    tx: AsyncSession, actor: Actor, query: str, limit: int = 8, narrowing: Narrowing = EVERYTHING
) -> Found:
    """Like `search`, and says when the embedder was away, so that words alone were compared.

    Call `embed_ahead` before the transaction is opened: then none waits for a vendor of embeddings.
    """
    check_right(actor, Right.KNOWLEDGE_READ)
    if not query.strip():
        return Found([])

    async def embed(space: Space) -> Vector | None:
        return await embed_question(actor.tenant_id, space.embedder, query[:LONGEST_QUERY])

    return await search_documents(tx, actor.tenant_id, query, max(1, min(limit, MOST_HITS)), embed, narrowing)


def asks_vendor(actor: Actor) -> bool:
    """Whether `embed_ahead` has anything to do for this tenant, as far as this process knows."""
    return questions.asks_vendor(actor.tenant_id)


async def embed_ahead(actor: Actor, query: str) -> None:
    """Asks the tenant's vendor of embeddings for the question's vector now, with no transaction open; `find` has it
    then. Does nothing where the embedder needs no vendor. Never fails."""
    await questions.embed_ahead(actor.tenant_id, query[:LONGEST_QUERY])


async def get_passage(tx: AsyncSession, actor: Actor, chunk_id: UUID, quote: str = "") -> PassageView | None:
    """A cited passage in its surroundings: the quote where it stands in the passage, else the whole passage. None
    when its document was deleted.

    A contact may see it: the caller has made sure that one of its replies cites it.
    """
    if actor.kind != "contact":
        check_right(actor, Right.KNOWLEDGE_READ)
    chunk = await repository.find_chunk(tx, actor.tenant_id, chunk_id)
    if chunk is None:
        return None
    row = await repository.get_document_row(tx, actor.tenant_id, chunk.document_id)
    place = chunk.content.find(quote) if quote else -1
    start = chunk.start_offset + max(place, 0)
    end = start + len(quote) if place >= 0 else chunk.end_offset
    before, found, after = await repository.text_around(
        tx, actor.tenant_id, chunk.document_id, start, end, SURROUNDINGS
    )
    return PassageView(
        chunk.document_id,
        row.title,
        chunk.heading,
        chunk.page,
        row.url,
        _from_word(before),
        found,
        _to_word(after),
    )


async def publish_change(tx: AsyncSession, tenant_id: UUID, document_id: UUID, status: str) -> None:
    """Tells the tenant's open pages, on commit, that a document changed."""
    await realtime.publish(
        tx,
        realtime.News("document", str(tenant_id), subject_id=str(document_id), body={"status": status}),
    )


async def _defer_ingest(tx: AsyncSession, tenant_id: UUID, document_id: UUID) -> None:
    await jobs.defer(
        tx,
        "document.ingest",
        queue="ingest",
        lock=f"document:{document_id}",
        tenant_id=str(tenant_id),
        document_id=str(document_id),
    )


def _examined(content: bytes, format: str) -> tuple[Format, str]:
    return check_content(content, format), hashlib.sha256(content).hexdigest()


def _facts(document: Document) -> dict[str, Any]:
    return {"documentId": encode("doc", document.id), "format": document.format, "bytes": document.size_bytes}


def _checked_title(title: str, filename: str | None) -> str:
    name = (filename or "").replace("\\", "/").rsplit("/", 1)[-1]
    chosen = " ".join((title.strip() or name.rsplit(".", 1)[0].replace("_", " ").replace("-", " ")).split())
    if not chosen or len(chosen) > LONGEST_TITLE or not chosen.isprintable():
        raise DocumentTitleMissing()
    return chosen


def _checked_url(url: str | None) -> str | None:
    if not url:
        return None
    if len(url) > LONGEST_URL or not url.startswith(("http://", "https://")) or not url.isprintable():
        raise DocumentUrlInvalid()
    return url


def _from_word(text: str) -> str:
    """Without the half word at its beginning."""
    return text.split(" ", 1)[-1] if len(text) == SURROUNDINGS and " " in text else text


def _to_word(text: str) -> str:
    return text.rsplit(" ", 1)[0] if len(text) == SURROUNDINGS and " " in text else text
