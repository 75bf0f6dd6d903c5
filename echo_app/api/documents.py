"""The public API's documents: a company's sources, by file or by text."""

from pathlib import PurePath
from typing import Annotated, Any, NamedTuple
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import ValidationError
from starlette.datastructures import UploadFile as ReceivedFile

from echo_app import db
from echo_app.api.contract import (
    AcceptedArchive,
    AcceptedDocument,
    CreateDocument,
    DeletedDocument,
    DocumentBody,
    DocumentList,
    DocumentProgress,
    DocumentStatus,
    MemberBody,
)
from echo_app.api.dependencies import Caller, check_tenant, path_id
from echo_app.api.failures import InvalidJson, InvalidRequest, problems
from echo_app.api.public import ERRORS
from echo_app.kit.ids import decode, encode
from echo_app.knowledge import service as knowledge
from echo_app.knowledge.schemas import DocumentRow, MemberResult
from echo_app.tenancy import Actor

router = APIRouter(prefix="/api/v1", responses=ERRORS, tags=["knowledge"])

DocumentId = Annotated[UUID, path_id("doc")]

# FastAPI describes one kind of body a route: these take two and say so themselves.
_TWO_BODIES: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": CreateDocument.model_json_schema(by_alias=True)},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "title": {"type": "string"},
                    },
                }
            },
        },
    }
}


class _Sent(NamedTuple):
    """What a request brought, as a file or as text."""

    title: str
    content: bytes
    filename: str | None
    format: str | None
    url: str | None


@router.post(
    "/documents",
    operation_id="documents.create",
    status_code=202,
    response_model=AcceptedDocument | AcceptedArchive,
    openapi_extra=_TWO_BODIES,
)
async def create_document(request: Request, actor: Caller) -> Response:
    """A document for the knowledge base: multipart `file` (Markdown, text, HTML, PDF, Word, CSV, or a ZIP of these), or
    JSON.

    The same bytes again are the same document. It is `ready` some moments later. A ZIP is answered with `items`.
    """
    sent = await _sent(request, actor)
    async with db.transaction(actor) as tx:
        if sent.filename is not None and knowledge.is_archive(sent.content):
            results = await knowledge.add_archive(tx, actor, sent.content)
            accepted: AcceptedDocument | AcceptedArchive = AcceptedArchive(
                items=[_member(result) for result in results]
            )
        else:
            document = await knowledge.add_document(tx, actor, **sent._asdict())
            accepted = AcceptedDocument(id=encode("doc", document.id), status=_status(document.status))
    return JSONResponse(accepted.model_dump(by_alias=True), status_code=202)


@router.get("/documents", operation_id="documents.list")
async def list_documents(
    actor: Caller,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: str | None = None,
    status: DocumentStatus | None = None,
    source_id: Annotated[str | None, Query(alias="sourceId")] = None,
    words: Annotated[str | None, Query(max_length=200, description="Stand in the title")] = None,
) -> DocumentList:
    """Documents, the newest first: of one status, of one source, or with these words in the title."""
    try:
        source = decode("src", source_id) if source_id else None
    except ValueError:
        raise InvalidRequest("This is no id of a source.", field="sourceId") from None
    async with db.read_only(actor) as tx:
        try:
            page = await knowledge.list_documents(
                tx, actor, limit=limit, after=after, status=status, source_id=source, words=words
            )
        except ValueError:
            raise InvalidRequest("`after` is not the `next` of a page.", field="after") from None
    return DocumentList(items=[_body(row) for row in page.items], next=page.next)


@router.get("/documents/{id}", operation_id="documents.get")
async def get_document(document_id: DocumentId, actor: Caller) -> DocumentBody:
    """A document's state: an `error` says in words why it failed and what to do."""
    async with db.read_only(actor) as tx:
        return _body(await knowledge.get_document(tx, actor, document_id))


@router.put("/documents/{id}", operation_id="documents.replace", status_code=202, openapi_extra=_TWO_BODIES)
async def replace_document(request: Request, document_id: DocumentId, actor: Caller) -> DocumentBody:
    """A new version of an uploaded document. Searches find the old one until the new one has been read."""
    sent = await _sent(request, actor, title_from_name=False)
    async with db.transaction(actor) as tx:
        row = await knowledge.replace_document(
            tx,
            actor,
            document_id,
            title=sent.title or None,
            content=sent.content,
            format=sent.format,
            filename=sent.filename,
        )
    return _body(row)


@router.delete("/documents/{id}", operation_id="documents.delete")
async def delete_document(document_id: DocumentId, actor: Caller) -> DeletedDocument:
    """Deletes a document and all it is found by. Citations keep their quotes."""
    async with db.transaction(actor) as tx:
        await knowledge.delete_document(tx, actor, document_id)
    return DeletedDocument(id=encode("doc", document_id))


@router.post("/documents/{id}/cancel", operation_id="documents.cancel")
async def cancel_document(document_id: DocumentId, actor: Caller) -> DocumentBody:
    """Stops reading a document; what was found of an older version stays."""
    async with db.transaction(actor) as tx:
        return _body(await knowledge.cancel_document(tx, actor, document_id))


@router.post("/documents/{id}/retry", operation_id="documents.retry", status_code=202)
async def retry_document(document_id: DocumentId, actor: Caller) -> DocumentBody:
    """Reads a document again that failed, was cancelled, or was left behind."""
    async with db.transaction(actor) as tx:
        return _body(await knowledge.retry_document(tx, actor, document_id))


@router.get(
    "/documents/{id}/file",
    operation_id="documents.download",
    response_class=Response,
    responses={
        200: {"description": "The bytes as they were uploaded"},
        307: {"description": "Where they are"},
    },
)
async def download_document(document_id: DocumentId, actor: Caller) -> Response:
    """The original, to be saved: the bytes themselves, or an address that holds for five minutes."""
    async with db.read_only(actor) as tx:
        original = await knowledge.get_original(tx, actor, document_id)
    download = await knowledge.open_original(actor, original)
    if download.link is not None:
        return RedirectResponse(download.link, status_code=307, headers={"Cache-Control": "no-store"})
    return Response(
        download.content,
        media_type=download.media_type,
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(download.name, safe='')}",
            # What a company uploaded is never a page of ours.
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )


async def _sent(request: Request, actor: Actor, *, title_from_name: bool = True) -> _Sent:
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        try:
            body = CreateDocument.model_validate_json(await request.body())
        except ValidationError as wrong:
            if any(problem["type"] == "json_invalid" for problem in wrong.errors()):
                raise InvalidJson() from None
            raise InvalidRequest(problems=problems(wrong.errors())) from None
        check_tenant(actor, body.tenant_id)
        return _Sent(body.title, body.content.encode("utf-8", "surrogatepass"), None, body.format, body.url)
    async with request.form(max_files=1, max_fields=10) as form:
        file = form.get("file")
        if not isinstance(file, ReceivedFile):
            raise InvalidRequest("Send the document as the multipart field `file`.", field="file")
        check_tenant(actor, _text(form.get("tenantId")))
        name = PurePath((file.filename or "document").replace("\\", "/")).name or "document"
        title = (_text(form.get("title")) or (PurePath(name).stem if title_from_name else "")).strip()[:300]
        return _Sent(title or ("Untitled" if title_from_name else ""), await file.read(), name, None, None)


def _body(row: DocumentRow) -> DocumentBody:
    assert row.source_id is not None
    progress = DocumentProgress(
        pages_done=row.pages_done,
        pages_total=row.pages_total,
        passages_done=row.chunks_done,
        passages_total=row.chunks_total,
        seconds_left=row.seconds_left,
    )
    return DocumentBody(
        id=encode("doc", row.id),
        source_id=encode("src", row.source_id),
        title=row.title,
        status=_status(row.status),
        error=row.error,
        chunks=row.chunk_count,
        format=row.format,
        bytes=row.size_bytes,
        language=row.language,
        pages=row.pages,
        url=row.url,
        created_at=row.created_at,
        updated_at=row.updated_at,
        progress=progress if row.status == "processing" else None,
    )


def _member(result: MemberResult) -> MemberBody:
    return MemberBody(
        name=result.name,
        id=encode("doc", result.document_id) if result.document_id else None,
        status=_status(result.status),
        error=result.error,
    )


def _status(stored: str) -> DocumentStatus:
    return stored  # type: ignore[return-value]  # the table holds no other


def _text(value: ReceivedFile | str | None) -> str | None:
    return value if isinstance(value, str) and value else None
