"""A tenant's documents: taking them in, listing and deleting them, searching them, showing a cited passage."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from echo_app.audit import service as audit
from echo_app.kit.clock import now
from echo_app.kit.pagination import Page
from echo_app.knowledge import repository
from echo_app.knowledge.changes import defer_forget, defer_ingest, publish_change
from echo_app.knowledge.embedding import questions
from echo_app.knowledge.embedding.questions import embed_question
from echo_app.knowledge.errors import (
    DocumentAway,
    DocumentNotFailed,
    DocumentNotFound,
    DocumentNotUnderWay,
)
from echo_app.knowledge.retrieval import Narrowing
from echo_app.knowledge.schemas import (
    DocumentRow,
    Download,
    Found,
    Hit,
    LockedDocument,
    Original,
    PassageRow,
    PassageView,
    StorageUse,
)
from echo_app.knowledge.search import EVERYTHING, LONGEST_QUERY
from echo_app.knowledge.search import search as search_documents
from echo_app.knowledge.uploads import (
    LARGEST_DOCUMENT,
    MEDIA_TYPES,
    add_archive,
    add_document,
    facts,
    file_name,
    is_archive,
    replace_document,
)
from echo_app.knowledge.vectors import Space
from echo_app.providers.embeddings.base import Vector
from echo_app.providers.storage.base import NotStored, StorageFailed, storage
from echo_app.tenancy import Actor, Right, check_right

__all__ = [
    "LARGEST_DOCUMENT",
    "add_archive",
    "add_document",
    "is_archive",
    "publish_change",
    "replace_document",
]

MOST_HITS = 50
# How long the address of a download can be used.
LINK_SECONDS = 300
UNDER_WAY = ("queued", "processing")
# How much of the document is shown before and after a cited passage, in characters.
SURROUNDINGS = 600


async def list_documents(
    tx: AsyncSession,
    actor: Actor,
    *,
    limit: int = 50,
    after: str | None = None,
    status: str | None = None,
    source_id: UUID | None = None,
    words: str | None = None,
) -> Page[DocumentRow]:
    """The newest first, without their texts: of one status, of one source, with these words in the title.

    Raises ValueError when `after` is no page's `next`.
    """
    check_right(actor, Right.KNOWLEDGE_READ)
    return await repository.list_documents(
        tx, actor.tenant_id, limit=limit, after=after, status=status, source_id=source_id, words=words
    )


async def count_bytes(tx: AsyncSession, actor: Actor) -> StorageUse:
    """How much of its quota the tenant uses."""
    check_right(actor, Right.KNOWLEDGE_READ)
    return StorageUse(await repository.stored_bytes(tx, actor.tenant_id), storage.get().quota)


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
    """Deletes it and all it is found by; citations keep their quotes. Raises DocumentNotFound."""
    check_right(actor, Right.KNOWLEDGE_WRITE)
    document = await _locked(tx, actor, document_id)
    await repository.delete_document(tx, actor.tenant_id, document_id)
    await defer_forget(tx, actor.tenant_id, document_id, document.storage_key)
    deleted = facts(document_id, document.format, document.size_bytes)
    await audit.record(tx, actor, "document.delete", deleted)
    await publish_change(tx, actor.tenant_id, document_id, "deleted")


async def cancel_document(tx: AsyncSession, actor: Actor, document_id: UUID) -> DocumentRow:
    """Stops reading a document; what was found of an older version stays. Raises DocumentNotFound or
    DocumentNotUnderWay."""
    check_right(actor, Right.KNOWLEDGE_WRITE)
    document = await _locked(tx, actor, document_id)
    if document.status not in UNDER_WAY:
        raise DocumentNotUnderWay(status=document.status)
    # The job notices within a second that this is another version, and ends.
    return await _turn(tx, actor, document_id, document, "cancel", "cancelled")


async def retry_document(tx: AsyncSession, actor: Actor, document_id: UUID) -> DocumentRow:
    """Reads a document again: one that failed or was cancelled, or one whose job is gone.

    Raises DocumentNotFound, or DocumentNotFailed when it is ready or being read.
    """
    check_right(actor, Right.KNOWLEDGE_WRITE)
    document = await _locked(tx, actor, document_id)
    if document.status == "ready" or (
        document.status in UNDER_WAY and await repository.has_job(tx, document_id)
    ):
        raise DocumentNotFailed(status=document.status)
    await defer_ingest(tx, actor.tenant_id, document_id)
    return await _turn(tx, actor, document_id, document, "retry", "queued")


async def get_original(tx: AsyncSession, actor: Actor, document_id: UUID) -> Original:
    """Where a document's bytes are kept, as they were uploaded; get them by `open_original` after the transaction.

    Raises DocumentNotFound.
    """
    check_right(actor, Right.KNOWLEDGE_READ)
    return await repository.get_original(tx, actor.tenant_id, document_id)


async def open_original(actor: Actor, original: Original) -> Download:
    """An address to fetch the bytes from for the next minutes, or, where the storage has none, the bytes.

    Raises DocumentNotFound when the bytes are gone, DocumentAway when they cannot be reached now.
    """
    name = file_name(original.title, original.format)
    try:
        link = await storage.get().link(actor.tenant_id, original.storage_key, name, LINK_SECONDS)
        content = b"" if link else await storage.get().get(actor.tenant_id, original.storage_key)
    except NotStored as missing:
        raise DocumentNotFound() from missing
    except StorageFailed as away:
        raise DocumentAway() from away
    return Download(name, MEDIA_TYPES[original.format], link, content)


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


async def _locked(tx: AsyncSession, actor: Actor, document_id: UUID) -> LockedDocument:
    document = await repository.lock_document(tx, actor.tenant_id, document_id)
    if document is None:
        raise DocumentNotFound()
    return document


async def _turn(
    tx: AsyncSession, actor: Actor, document_id: UUID, document: LockedDocument, deed: str, status: str
) -> DocumentRow:
    await repository.set_document(
        tx,
        actor.tenant_id,
        document_id,
        now(),
        status=status,
        error_code=None,
        error=None,
        version=document.version + 1,
    )
    turned = facts(document_id, document.format, document.size_bytes)
    await audit.record(tx, actor, f"document.{deed}", turned)
    await publish_change(tx, actor.tenant_id, document_id, status)
    return await repository.get_document_row(tx, actor.tenant_id, document_id)


def _from_word(text: str) -> str:
    """Without the half word at its beginning."""
    return text.split(" ", 1)[-1] if len(text) == SURROUNDINGS and " " in text else text


def _to_word(text: str) -> str:
    return text.rsplit(" ", 1)[0] if len(text) == SURROUNDINGS and " " in text else text
