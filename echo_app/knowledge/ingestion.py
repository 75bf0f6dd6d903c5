"""Reading a document in: the steps between its bytes and passages that can be found.

Two transactions with nothing held between them: `begin` takes the work, `read` parses and embeds outside of any
transaction, `finish` stores everything and says ready, or `fail` says why not. A document that is read anew, or has a
new version, is found as it was until `finish` commits; when it fails, the passages that were there stay.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from echo_app.audit import service as audit
from echo_app.errors import EchoError
from echo_app.kit.clock import now
from echo_app.kit.ids import encode
from echo_app.knowledge import passage_rows, repository
from echo_app.knowledge.embedding.passages import spaces_to_fill, store_vectors
from echo_app.knowledge.growth import ask_for_upkeep
from echo_app.knowledge.indexing import body_terms
from echo_app.knowledge.reading import Content, Outline, Progress, portions_of, read_document
from echo_app.knowledge.service import publish_change
from echo_app.providers.storage.base import storage
from echo_app.tenancy import Actor

_CHUNKS_AT_ONCE = 2_000


@dataclass(frozen=True)
class Work:
    """A document to be read. `version` tells whether it is still the same attempt when it has been."""

    outline: Outline
    storage_key: str
    version: int
    # Of an older version, which are found until this one is stored.
    has_passages: bool

    @property
    def tenant_id(self) -> UUID:
        return self.outline.tenant_id

    @property
    def document_id(self) -> UUID:
        return self.outline.document_id


async def begin(tx: AsyncSession, actor: Actor, document_id: UUID) -> Work | None:
    """Marks the document as being read; None when it is gone, cancelled, or read already (a job that came twice)."""
    document = await repository.lock_document(tx, actor.tenant_id, document_id)
    if document is None or document.status not in ("queued", "processing"):
        return None
    version = document.version + 1
    at = now()
    await repository.set_document(
        tx,
        actor.tenant_id,
        document_id,
        at,
        status="processing",
        version=version,
        started_at=at,
        **_counts(Progress()),
    )
    await publish_change(tx, actor.tenant_id, document_id, "processing")
    outline = Outline(
        actor.tenant_id,
        document_id,
        document.title,
        document.format,
        document.source,
        document.language,
        await spaces_to_fill(tx, actor.tenant_id),
    )
    return Work(outline, document.storage_key, version, document.chunk_count > 0)


async def read(work: Work, progress: Progress | None = None) -> Content:
    """Parses, cuts and embeds. Raises the refusals of `errors.py`; StorageFailed and EmbeddingFailed pass by
    themselves and are worth another try; EmbedderAway says what somebody must change."""
    content = await storage.get().get(work.tenant_id, work.storage_key)
    return await read_document(work.outline, content, progress or Progress())


async def note_progress(tx: AsyncSession, actor: Actor, work: Work, progress: Progress) -> bool:
    """Stores how far reading has come; False when the document was cancelled, deleted or taken on anew."""
    wanted = await repository.set_document(
        tx, actor.tenant_id, work.document_id, now(), version_is=work.version, **_counts(progress)
    )
    if wanted:
        await publish_change(tx, actor.tenant_id, work.document_id, "processing")
    return wanted


async def finish(tx: AsyncSession, actor: Actor, work: Work, content: Content) -> bool:
    """Stores what was read and says ready; False when the document was cancelled, deleted or taken on anew meanwhile.

    Raises SpacesChanged when the tenant's embedder changed meanwhile.
    """
    tenant_id, document_id, cut = work.tenant_id, work.document_id, content.cut
    # First, and while nobody else can: its language goes into the rows it is found by.
    known: dict[str, Any] = {"language": cut.language}
    if cut.postings is not None:
        known = read_values(content, body_terms(cut.postings))
    if not await repository.set_document(tx, tenant_id, document_id, now(), version_is=work.version, **known):
        return False
    if work.has_passages:
        await repository.delete_passages(tx, tenant_id, document_id)
    for start in range(0, len(cut.placed), _CHUNKS_AT_ONCE):
        await passage_rows.insert_chunks(tx, tenant_id, cut.placed[start : start + _CHUNKS_AT_ONCE])
    await store_vectors(tx, actor, [each.id for each in cut.placed], content.vectors)
    terms = 0
    async for placed, postings in portions_of(cut):
        terms += body_terms(postings)
        await passage_rows.insert_postings(tx, tenant_id, placed, postings)
    if cut.postings is None:
        await repository.set_document(tx, tenant_id, document_id, now(), **read_values(content, terms))
    facts = {"documentId": encode("doc", document_id), "chunks": len(cut.placed)}
    await audit.record(tx, actor, "document.ready", facts)
    await publish_change(tx, tenant_id, document_id, "ready")
    await ask_for_upkeep(tx, tenant_id)
    return True


def read_values(content: Content, terms: int) -> dict[str, Any]:
    """The columns of a document that has been read."""
    cut, chunks = content.cut, len(content.cut.placed)
    return {
        "status": "ready",
        "error_code": None,
        "error": None,
        "text": cut.text,
        "pages": cut.pages,
        "language": cut.language,
        "chunk_count": chunks,
        "token_total": cut.tokens,
        "term_total": terms,
        **_counts(Progress(cut.pages or 0, cut.pages or 0, chunks, chunks)),
    }


async def fail(tx: AsyncSession, actor: Actor, work: Work, reason: EchoError) -> None:
    """Says why the document could not be read, unless it was deleted or taken on anew meanwhile."""
    failed = await repository.set_document(
        tx,
        work.tenant_id,
        work.document_id,
        now(),
        version_is=work.version,
        status="failed",
        error_code=reason.code,
        error=reason.message,
    )
    if not failed:
        return
    facts = {"documentId": encode("doc", work.document_id), "code": reason.code}
    await audit.record(tx, actor, "document.fail", facts)
    await publish_change(tx, work.tenant_id, work.document_id, "failed")


def _counts(progress: Progress) -> dict[str, int]:
    return {
        "pages_done": progress.pages_done,
        "pages_total": progress.pages_total,
        "chunks_done": progress.chunks_done,
        "chunks_total": progress.chunks_total,
    }
