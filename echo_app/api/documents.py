"""The public API's documents: a company's sources, by file or by text."""

from pathlib import PurePath
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import ValidationError
from starlette.datastructures import UploadFile as ReceivedFile

from echo_app import db
from echo_app.api.contract import AcceptedDocument, CreateDocument, DocumentBody
from echo_app.api.dependencies import Caller, check_tenant, path_id
from echo_app.api.failures import InvalidJson, InvalidRequest, problems
from echo_app.api.public import ERRORS
from echo_app.kit.ids import encode
from echo_app.knowledge import service as knowledge
from echo_app.tenancy import Actor

router = APIRouter(prefix="/api/v1", responses=ERRORS, tags=["knowledge"])

# FastAPI describes one kind of body a route: this one takes two and says so itself.
_TWO_BODIES = {
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


@router.post(
    "/documents",
    operation_id="documents.create",
    status_code=202,
    response_model=AcceptedDocument,
    openapi_extra=_TWO_BODIES,
)
async def create_document(request: Request, actor: Caller) -> Response:
    """A document for the knowledge base: multipart `file` (Markdown, text, HTML or PDF), or JSON.

    The same bytes again are the same document. It is `ready` some moments later.
    """
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        accepted = await _from_file(request, actor)
    else:
        accepted = await _from_json(request, actor)
    return JSONResponse(accepted.model_dump(by_alias=True), status_code=202)


@router.get("/documents/{id}", operation_id="documents.get")
async def get_document(document_id: Annotated[UUID, path_id("doc")], actor: Caller) -> DocumentBody:
    """A document's state: an `error` says in words why it failed and what to do."""
    async with db.read_only(actor) as tx:
        document = await knowledge.get_document(tx, actor, document_id)
    return DocumentBody(
        id=encode("doc", document.id),
        title=document.title,
        status=document.status,
        error=document.error,
        chunks=document.chunk_count,
    )


async def _from_file(request: Request, actor: Actor) -> AcceptedDocument:
    async with request.form(max_files=1, max_fields=10) as form:
        file = form.get("file")
        if not isinstance(file, ReceivedFile):
            raise InvalidRequest("Send the document as the multipart field `file`.", field="file")
        check_tenant(actor, _text(form.get("tenantId")))
        name = PurePath((file.filename or "document").replace("\\", "/")).name or "document"
        content = await file.read()
        title = (_text(form.get("title")) or PurePath(name).stem).strip()[:300] or "Untitled"
        async with db.transaction(actor) as tx:
            document = await knowledge.add_document(tx, actor, title=title, content=content, filename=name)
    return AcceptedDocument(id=encode("doc", document.id), status=document.status)


async def _from_json(request: Request, actor: Actor) -> AcceptedDocument:
    try:
        body = CreateDocument.model_validate_json(await request.body())
    except ValidationError as wrong:
        if any(problem["type"] == "json_invalid" for problem in wrong.errors()):
            raise InvalidJson() from None
        raise InvalidRequest(problems=problems(wrong.errors())) from None
    check_tenant(actor, body.tenant_id)
    async with db.transaction(actor) as tx:
        document = await knowledge.add_document(
            tx,
            actor,
            title=body.title,
            content=body.content.encode("utf-8", "surrogatepass"),
            format=body.format,
            url=body.url,
        )
    return AcceptedDocument(id=encode("doc", document.id), status=document.status)


def _text(value: ReceivedFile | str | None) -> str | None:
    return value if isinstance(value, str) and value else None
