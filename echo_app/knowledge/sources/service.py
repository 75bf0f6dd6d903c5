"""A tenant's sources: files, websites and snippets; who may find what is in them, and when websites are crawled."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from echo_app import jobs, realtime
from echo_app.audit import service as audit
from echo_app.kit.clock import now
from echo_app.kit.ids import encode, new_id
from echo_app.knowledge.sources import repository
from echo_app.knowledge.sources.checks import (
    checked_audience,
    checked_language,
    checked_name,
    checked_website,
)
from echo_app.knowledge.sources.errors import (
    CrawlNotRunning,
    CrawlRunning,
    SourceHasNoWebsite,
    SourceIsOff,
    WebsiteAddressMissing,
)
from echo_app.knowledge.sources.schemas import (
    Audience,
    CrawlReport,
    PageProblem,
    SourceChanges,
    SourceKind,
    SourceRow,
    Website,
)
from echo_app.models import Source
from echo_app.tenancy import Actor, Right, check_right

_NOTHING = (0, 0, 0)


async def create_source(
    tx: AsyncSession,
    actor: Actor,
    *,
    kind: SourceKind,
    name: str,
    language: str | None = None,
    audience: Audience = "public",
    enabled: bool = True,
    website: Website | None = None,
) -> SourceRow:
    """Makes a source; a website that is on is crawled at once.

    Raises Forbidden, SourceNameMissing, SourceLanguageUnknown, WebsiteAddressMissing, WebsiteAddressInvalid,
    WebsiteFilterInvalid, SourceHasNoWebsite.
    """
    check_right(actor, Right.KNOWLEDGE_WRITE)
    if kind == "website" and website is None:
        raise WebsiteAddressMissing()
    if kind != "website" and website is not None:
        raise SourceHasNoWebsite()
    source = Source(
        id=new_id(),
        tenant_id=actor.tenant_id,
        kind=kind,
        name=checked_name(name),
        language=checked_language(language),
        audience=checked_audience(audience),
        enabled=enabled,
        settings=checked_website(website).to_json() if website else {},
        created_by=actor.id if actor.kind == "user" else None,
    )
    await repository.insert_source(tx, actor.tenant_id, source)
    await audit.record(tx, actor, "source.create", {"sourceId": encode("src", source.id), "kind": kind})
    await publish_source(tx, source.tenant_id, source.id, "idle")
    if website and enabled:
        await _begin_crawl(tx, actor, source)
    return await get_source(tx, actor, source.id)


async def list_sources(tx: AsyncSession, actor: Actor) -> list[SourceRow]:
    """All of the tenant's, in the order in which they were made."""
    check_right(actor, Right.KNOWLEDGE_READ)
    contents = await repository.count_contents(tx, actor.tenant_id)
    return [
        _row(source, contents.get(source.id, _NOTHING))
        for source in await repository.list_sources(tx, actor.tenant_id)
    ]


async def get_source(tx: AsyncSession, actor: Actor, source_id: UUID) -> SourceRow:
    """Raises SourceNotFound."""
    check_right(actor, Right.KNOWLEDGE_READ)
    source = await repository.get_source(tx, actor.tenant_id, source_id)
    await tx.refresh(source)
    contents = await repository.count_contents(tx, actor.tenant_id)
    return _row(source, contents.get(source_id, _NOTHING))


async def update_source(tx: AsyncSession, actor: Actor, source_id: UUID, changes: SourceChanges) -> SourceRow:
    """Changes what is named. Another language makes its documents be read again; a source that is turned off is found
    no more from the commit on, and its crawl ends.

    Raises as `create_source`, and SourceNotFound.
    """
    check_right(actor, Right.KNOWLEDGE_WRITE)
    source = await repository.get_source(tx, actor.tenant_id, source_id, for_update=True)
    values: dict[str, Any] = {}
    if "name" in changes:
        values["name"] = checked_name(changes["name"])
    if "language" in changes:
        values["language"] = checked_language(changes["language"])
    if "audience" in changes:
        values["audience"] = checked_audience(changes["audience"])
    if "enabled" in changes:
        values["enabled"] = changes["enabled"]
    if "website" in changes:
        if source.kind != "website":
            raise SourceHasNoWebsite()
        website = checked_website(changes["website"])
        values["settings"] = website.to_json()
        values["next_crawl_at"] = _next_crawl(website, source.last_crawled_at or now())
    values = {name: value for name, value in values.items() if getattr(source, name) != value}
    if not values:
        return await get_source(tx, actor, source_id)
    if values.get("enabled") is False:
        values["next_crawl_at"] = None
        if source.state == "crawling":
            values |= {"state": "idle", "run": source.run + 1}
    elif values.get("enabled") and source.kind == "website":
        website = Website.from_json(values.get("settings", source.settings))
        values["next_crawl_at"] = _next_crawl(website, source.last_crawled_at or now())
    await repository.set_source(tx, actor.tenant_id, source_id, updated_at=now(), **values)
    if "language" in values:
        await _defer(tx, actor.tenant_id, source_id, "source.reread")
    facts = {"sourceId": encode("src", source_id), "changed": sorted(values)}
    await audit.record(tx, actor, "source.update", facts)
    await publish_source(tx, actor.tenant_id, source_id, values.get("state", source.state))
    return await get_source(tx, actor, source_id)


async def delete_source(tx: AsyncSession, actor: Actor, source_id: UUID) -> None:
    """Takes the source with all its documents out of the search at once; a job deletes them. Citations keep their
    quotes. Raises SourceNotFound."""
    check_right(actor, Right.KNOWLEDGE_WRITE)
    source = await repository.get_source(tx, actor.tenant_id, source_id, for_update=True)
    await repository.set_source(
        tx,
        actor.tenant_id,
        source_id,
        state="deleting",
        enabled=False,
        is_default=False,
        next_crawl_at=None,
        run=source.run + 1,
        updated_at=now(),
    )
    await _defer(tx, actor.tenant_id, source_id, "source.forget")
    facts = {"sourceId": encode("src", source_id), "kind": source.kind}
    await audit.record(tx, actor, "source.delete", facts)
    await publish_source(tx, actor.tenant_id, source_id, "deleted")


async def start_crawl(tx: AsyncSession, actor: Actor, source_id: UUID) -> SourceRow:
    """Crawls the website now. Raises SourceNotFound, SourceHasNoWebsite, SourceIsOff, CrawlRunning."""
    check_right(actor, Right.KNOWLEDGE_WRITE)
    source = await repository.get_source(tx, actor.tenant_id, source_id, for_update=True)
    if source.kind != "website":
        raise SourceHasNoWebsite()
    if not source.enabled:
        raise SourceIsOff()
    if source.state == "crawling":
        raise CrawlRunning()
    await _begin_crawl(tx, actor, source)
    return await get_source(tx, actor, source_id)


async def cancel_crawl(tx: AsyncSession, actor: Actor, source_id: UUID) -> SourceRow:
    """Ends a crawl; pages that were read stay. Raises SourceNotFound, CrawlNotRunning."""
    check_right(actor, Right.KNOWLEDGE_WRITE)
    source = await repository.get_source(tx, actor.tenant_id, source_id, for_update=True)
    if source.state != "crawling":
        raise CrawlNotRunning()
    await repository.set_source(
        tx, actor.tenant_id, source_id, state="idle", run=source.run + 1, updated_at=now()
    )
    await audit.record(tx, actor, "source.cancel_crawl", {"sourceId": encode("src", source_id)})
    await publish_source(tx, actor.tenant_id, source_id, "idle")
    return await get_source(tx, actor, source_id)


async def start_due_crawls(tx: AsyncSession, actor: Actor) -> int:
    """Crawls the tenant's websites whose time has come; says how many."""
    check_right(actor, Right.KNOWLEDGE_WRITE)
    due = await repository.list_due(tx, actor.tenant_id, now())
    for source in due:
        await _begin_crawl(tx, actor, source)
    return len(due)


async def go_on(tx: AsyncSession, actor: Actor, source_id: UUID) -> None:
    """Gives a crawl or a deletion whose job is gone a new one; pages that were read are not read again."""
    check_right(actor, Right.KNOWLEDGE_WRITE)
    source = await repository.find_lost(tx, actor.tenant_id, source_id)
    if source is None:
        return
    if source.state == "deleting":
        await _defer(tx, actor.tenant_id, source_id, "source.forget")
    else:
        await _begin_crawl(tx, actor, source)


async def publish_source(
    tx: AsyncSession, tenant_id: UUID, source_id: UUID, state: str, **numbers: int
) -> None:
    """Tells the tenant's open pages, on commit, that a source changed; `numbers` are a crawl's pages."""
    await realtime.publish(
        tx,
        realtime.News("source", str(tenant_id), subject_id=str(source_id), body={"state": state, **numbers}),
    )


async def _begin_crawl(tx: AsyncSession, actor: Actor, source: Source) -> None:
    run, begins = source.run + 1, now()
    await repository.set_source(
        tx,
        actor.tenant_id,
        source.id,
        state="crawling",
        run=run,
        pages_found=0,
        pages_done=0,
        error_code=None,
        error=None,
        started_at=begins,
        next_crawl_at=_next_crawl(Website.from_json(source.settings), begins),
    )
    await _defer(tx, actor.tenant_id, source.id, "source.crawl", queue="crawl", run=run)
    await audit.record(tx, actor, "source.crawl", {"sourceId": encode("src", source.id)})
    await publish_source(tx, actor.tenant_id, source.id, "crawling", pagesFound=0, pagesDone=0)


async def _defer(
    tx: AsyncSession, tenant_id: UUID, source_id: UUID, name: str, *, queue: str = "ingest", **arguments: Any
) -> None:
    await jobs.defer(
        tx,
        name,
        queue=queue,
        lock=f"source:{source_id}",
        tenant_id=str(tenant_id),
        source_id=str(source_id),
        **arguments,
    )


def _next_crawl(website: Website, after: datetime) -> datetime | None:
    return after + timedelta(hours=website.every_hours) if website.every_hours else None


def _row(source: Source, contents: tuple[int, int, int]) -> SourceRow:
    documents, failed, chunks = contents
    return SourceRow(
        id=source.id,
        kind=source.kind,  # type: ignore[arg-type]
        name=source.name,
        is_default=source.is_default,
        language=source.language,
        audience=source.audience,  # type: ignore[arg-type]
        enabled=source.enabled,
        website=Website.from_json(source.settings) if source.kind == "website" else None,
        state=source.state,  # type: ignore[arg-type]
        pages_found=source.pages_found,
        pages_done=source.pages_done,
        report=_report(source.report),
        error_code=source.error_code,
        error=source.error,
        started_at=source.started_at,
        last_crawled_at=source.last_crawled_at,
        next_crawl_at=source.next_crawl_at,
        created_at=source.created_at,
        updated_at=source.updated_at,
        documents=documents,
        failed=failed,
        chunks=chunks,
    )


def _report(stored: dict[str, Any]) -> CrawlReport | None:
    if not stored:
        return None
    problems = tuple(PageProblem(**problem) for problem in stored["problems"])
    known = {name: stored[name] for name in CrawlReport.__dataclass_fields__ if name != "problems"}
    return CrawlReport(**known, problems=problems)
