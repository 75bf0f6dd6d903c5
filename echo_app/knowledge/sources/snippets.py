"""Snippets: a title and a text, written in the dashboard or by the API and edited in place."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from echo_app.audit import service as audit
from echo_app.kit.ids import encode
from echo_app.knowledge import repository as documents
from echo_app.knowledge.errors import DocumentNotFound, DocumentTitleMissing
from echo_app.knowledge.sources import contents, repository
from echo_app.knowledge.sources.checks import checked_text
from echo_app.knowledge.sources.errors import SnippetNotFound, SourceNotForSnippets
from echo_app.knowledge.sources.schemas import SnippetView
from echo_app.models import Document
from echo_app.providers.storage.base import storage
from echo_app.tenancy import Actor, Right, check_right

LONGEST_TITLE = 300


async def add_snippet(
    tx: AsyncSession, actor: Actor, *, title: str, text: str, source_id: UUID | None = None
) -> SnippetView:
    """Adds a snippet to the source, by default to the tenant's own of snippets. `text` is Markdown.

    Raises Forbidden, SourceNotFound, SourceNotForSnippets, DocumentTitleMissing, SnippetTextMissing.
    """
    check_right(actor, Right.KNOWLEDGE_WRITE)
    checked_title, checked = _title(title), checked_text(text)
    if source_id is None:
        source_id = await repository.default_source_id(tx, actor.tenant_id, "snippets")
    elif (await repository.get_source(tx, actor.tenant_id, source_id)).kind != "snippets":
        raise SourceNotForSnippets()
    document = await contents.add(
        tx,
        actor,
        source_id,
        kind="snippet",
        title=checked_title,
        content=checked.encode(),
        format="markdown",
    )
    await audit.record(tx, actor, "snippet.create", _facts(document))
    return _view(document, checked)


async def get_snippet(tx: AsyncSession, actor: Actor, snippet_id: UUID) -> SnippetView:
    """The snippet as it was last written, also before it was read in. Raises SnippetNotFound."""
    check_right(actor, Right.KNOWLEDGE_READ)
    document = await _snippet(tx, actor, snippet_id)
    text = await storage.get().get(actor.tenant_id, document.storage_key)
    return _view(document, text.decode())


async def edit_snippet(
    tx: AsyncSession, actor: Actor, snippet_id: UUID, *, title: str, text: str
) -> SnippetView:
    """Writes it anew; what is found stays the old one until the new one has been read.

    Raises Forbidden, SnippetNotFound, DocumentTitleMissing, SnippetTextMissing.
    """
    check_right(actor, Right.KNOWLEDGE_WRITE)
    checked_title, checked = _title(title), checked_text(text)
    document = await _snippet(tx, actor, snippet_id, for_update=True)
    await contents.replace(
        tx, actor, document, title=checked_title, content=checked.encode(), format="markdown"
    )
    await audit.record(tx, actor, "snippet.update", _facts(document))
    await tx.refresh(document)
    return _view(document, checked)


async def _snippet(tx: AsyncSession, actor: Actor, snippet_id: UUID, *, for_update: bool = False) -> Document:
    try:
        document = await documents.get_document(tx, actor.tenant_id, snippet_id, for_update=for_update)
    except DocumentNotFound as missing:
        raise SnippetNotFound() from missing
    if document.kind != "snippet":
        raise SnippetNotFound()
    return document


def _title(title: str) -> str:
    chosen = " ".join(title.split())
    if not chosen or len(chosen) > LONGEST_TITLE or not chosen.isprintable():
        raise DocumentTitleMissing()
    return chosen


def _facts(document: Document) -> dict[str, str]:
    return {"documentId": encode("doc", document.id), "sourceId": encode("src", document.source_id)}


def _view(document: Document, text: str) -> SnippetView:
    return SnippetView(
        id=document.id,
        source_id=document.source_id,
        title=document.title,
        text=text,
        status=document.status,
        error=document.error,
        updated_at=document.updated_at,
    )
