"""The public API's sources: where documents come from, websites to crawl, and snippets."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from echo_app import db
from echo_app.api.contract import Shape
from echo_app.api.dependencies import Caller, check_tenant, path_id
from echo_app.api.failures import InvalidRequest
from echo_app.api.public import ERRORS
from echo_app.kit.ids import decode, encode
from echo_app.knowledge.sources import service as sources
from echo_app.knowledge.sources import snippets
from echo_app.knowledge.sources.errors import SourceNotFound
from echo_app.knowledge.sources.schemas import (
    MOST_DEPTH,
    MOST_HOURS,
    MOST_PAGES,
    SnippetView,
    SourceChanges,
    SourceRow,
    Website,
)

router = APIRouter(prefix="/api/v1", responses=ERRORS, tags=["knowledge"])

SourceId = Annotated[UUID, path_id("src")]
SnippetId = Annotated[UUID, path_id("doc")]
Audience = Literal["public", "contacts"]
PathFilters = Annotated[list[str], Field(max_length=100)]


class WebsiteBody(Shape):
    """From `startUrl` along its links, the pages of `sitemapUrl`, or both."""

    start_url: str | None = Field(None, max_length=2_000)
    sitemap_url: str | None = Field(None, max_length=2_000)
    max_pages: int = Field(500, ge=1, le=MOST_PAGES)
    max_depth: int = Field(10, ge=0, le=MOST_DEPTH, description="Links from the first page")
    include: PathFilters = Field(
        default_factory=list, description="Paths: `/help`, `/blog/*`; none means all"
    )
    exclude: PathFilters = Field(default_factory=list)
    every_hours: int | None = Field(
        24, ge=1, le=MOST_HOURS, description="How often it is crawled; null: only when asked to"
    )


class CreateSource(Shape):
    kind: Literal["files", "website", "snippets"]
    name: str = Field(min_length=1, max_length=100)
    language: str | None = Field(None, description="Two letters; null: each document's own")
    audience: Audience = "public"
    enabled: bool = True
    website: WebsiteBody | None = None
    tenant_id: str | None = None


class UpdateSource(Shape):
    """What is left out stays as it is; `website` is given as a whole."""

    name: str | None = Field(None, min_length=1, max_length=100)
    language: str | None = None
    audience: Audience | None = None
    enabled: bool | None = None
    website: WebsiteBody | None = None
    tenant_id: str | None = None


class CrawlBody(Shape):
    """The running crawl, or the last one, in pages."""

    pages_found: int
    pages_done: int
    started_at: datetime | None
    finished_at: datetime | None
    next_at: datetime | None
    complete: bool | None = Field(description="False: limits kept it from visiting everything")
    new: int
    changed: int
    unchanged: int
    retired: int
    failed: int
    problems: list[dict[str, str]] = Field(description="Pages that could not be read: url, code, message")


class SourceBody(Shape):
    id: str
    kind: Literal["files", "website", "snippets"]
    name: str
    language: str | None
    audience: Audience
    enabled: bool
    state: Literal["idle", "crawling", "failed"]
    error: str | None
    documents: int
    failed_documents: int
    chunks: int
    website: WebsiteBody | None
    crawl: CrawlBody | None
    created_at: datetime


class SourceList(Shape):
    items: list[SourceBody]


class WriteSnippet(Shape):
    title: str = Field(min_length=1, max_length=300)
    text: str = Field(min_length=1, max_length=100_000, description="Markdown")
    source_id: str | None = Field(None, description="A source of the kind `snippets`; default: your own one")
    tenant_id: str | None = None


class SnippetBody(Shape):
    """`id` is also the document's that is made of it."""

    id: str
    source_id: str
    title: str
    text: str
    status: str
    error: str | None


@router.post("/sources", operation_id="sources.create", status_code=201)
async def create_source(body: CreateSource, actor: Caller) -> SourceBody:
    """A source of documents; a website is crawled at once, and again as often as it says."""
    check_tenant(actor, body.tenant_id)
    async with db.transaction(actor) as tx:
        return _body(
            await sources.create_source(
                tx,
                actor,
                kind=body.kind,
                name=body.name,
                language=body.language,
                audience=body.audience,
                enabled=body.enabled,
                website=_website(body.website) if body.website else None,
            )
        )


@router.get("/sources", operation_id="sources.list")
async def list_sources(actor: Caller) -> SourceList:
    """Every source, with how much is in it and how its crawl stands."""
    async with db.read_only(actor) as tx:
        return SourceList(items=[_body(row) for row in await sources.list_sources(tx, actor)])


@router.get("/sources/{id}", operation_id="sources.get")
async def get_source(source_id: SourceId, actor: Caller) -> SourceBody:
    """One source; ask again to follow its crawl."""
    async with db.read_only(actor) as tx:
        return _body(await sources.get_source(tx, actor, source_id))


@router.patch("/sources/{id}", operation_id="sources.update")
async def update_source(source_id: SourceId, body: UpdateSource, actor: Caller) -> SourceBody:
    """Changes what is named. Documents of a source that is off are not found."""
    check_tenant(actor, body.tenant_id)
    async with db.transaction(actor) as tx:
        return _body(await sources.update_source(tx, actor, source_id, _changes(body)))


@router.delete("/sources/{id}", operation_id="sources.delete")
async def delete_source(source_id: SourceId, actor: Caller) -> dict[str, str]:
    """Deletes it with all its documents; what replies cited of them stays quoted."""
    async with db.transaction(actor) as tx:
        await sources.delete_source(tx, actor, source_id)
    return {"id": encode("src", source_id)}


@router.post("/sources/{id}/crawl", operation_id="sources.crawl", status_code=202)
async def crawl_source(source_id: SourceId, actor: Caller) -> SourceBody:
    """Crawls a website now."""
    async with db.transaction(actor) as tx:
        return _body(await sources.start_crawl(tx, actor, source_id))


@router.post("/sources/{id}/cancel", operation_id="sources.cancelCrawl")
async def cancel_crawl(source_id: SourceId, actor: Caller) -> SourceBody:
    """Ends the running crawl; pages that were read stay."""
    async with db.transaction(actor) as tx:
        return _body(await sources.cancel_crawl(tx, actor, source_id))


@router.post("/snippets", operation_id="snippets.create", status_code=202)
async def create_snippet(body: WriteSnippet, actor: Caller) -> SnippetBody:
    """A short text of your own. It is found some moments later."""
    check_tenant(actor, body.tenant_id)
    async with db.transaction(actor) as tx:
        return _snippet(
            await snippets.add_snippet(
                tx, actor, title=body.title, text=body.text, source_id=_source_id(body.source_id)
            )
        )


@router.get("/snippets/{id}", operation_id="snippets.get")
async def get_snippet(snippet_id: SnippetId, actor: Caller) -> SnippetBody:
    """A snippet as it was last written."""
    async with db.read_only(actor) as tx:
        return _snippet(await snippets.get_snippet(tx, actor, snippet_id))


@router.put("/snippets/{id}", operation_id="snippets.update", status_code=202)
async def update_snippet(snippet_id: SnippetId, body: WriteSnippet, actor: Caller) -> SnippetBody:
    """Writes a snippet anew; the old text is found until the new one has been read. It stays in its source."""
    check_tenant(actor, body.tenant_id)
    async with db.transaction(actor) as tx:
        return _snippet(await snippets.edit_snippet(tx, actor, snippet_id, title=body.title, text=body.text))


def _changes(body: UpdateSource) -> SourceChanges:
    changes = SourceChanges()
    for name in body.model_fields_set & {"name", "language", "audience", "enabled", "website"}:
        value = getattr(body, name)
        if value is None and name != "language":
            raise InvalidRequest(f"Leave `{name}` out, or give it a value.", field=name)
        changes[name] = _website(value) if isinstance(value, WebsiteBody) else value  # type: ignore[literal-required]
    return changes


def _website(body: WebsiteBody) -> Website:
    values = body.model_dump()
    return Website(**values | {"include": tuple(body.include), "exclude": tuple(body.exclude)})


def _source_id(text: str | None) -> UUID | None:
    try:
        return decode("src", text) if text is not None else None
    except ValueError:
        raise SourceNotFound() from None


def _body(row: SourceRow) -> SourceBody:
    return SourceBody(
        id=encode("src", row.id),
        kind=row.kind,
        name=row.name,
        language=row.language,
        audience=row.audience,
        enabled=row.enabled,
        state="idle" if row.state == "deleting" else row.state,
        error=row.error,
        documents=row.documents,
        failed_documents=row.failed,
        chunks=row.chunks,
        website=WebsiteBody.model_validate(row.website.to_json()) if row.website else None,
        crawl=_crawl(row) if row.website else None,
        created_at=row.created_at,
    )


def _crawl(row: SourceRow) -> CrawlBody:
    report = row.report
    return CrawlBody(
        pages_found=row.pages_found,
        pages_done=row.pages_done,
        started_at=row.started_at,
        finished_at=row.last_crawled_at,
        next_at=row.next_crawl_at,
        complete=report.complete if report else None,
        new=report.new if report else 0,
        changed=report.changed if report else 0,
        unchanged=report.unchanged if report else 0,
        retired=report.retired if report else 0,
        failed=report.failed if report else 0,
        problems=[
            {"url": problem.url, "code": problem.code, "message": problem.message}
            for problem in (report.problems if report else ())
        ],
    )


def _snippet(snippet: SnippetView) -> SnippetBody:
    return SnippetBody(
        id=encode("doc", snippet.id),
        source_id=encode("src", snippet.source_id),
        title=snippet.title,
        text=snippet.text,
        status=snippet.status,
        error=snippet.error,
    )
