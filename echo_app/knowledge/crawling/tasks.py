"""The job that crawls a website."""

import time
from dataclasses import asdict, dataclass
from uuid import UUID

import structlog
from procrastinate import JobContext
from sqlalchemy.ext.asyncio import AsyncSession

from echo_app import db, jobs
from echo_app.audit import service as audit
from echo_app.errors import EchoError, Unavailable
from echo_app.kit.clock import now
from echo_app.kit.ids import encode
from echo_app.knowledge.changes import publish_change
from echo_app.knowledge.crawling.crawl import Crawl
from echo_app.knowledge.crawling.fetching import Fetcher
from echo_app.knowledge.crawling.ledger import CrawlCancelled, SourceLedger
from echo_app.knowledge.crawling.outcome import KnownPage, Outcome
from echo_app.knowledge.crawling.page import Page
from echo_app.knowledge.crawling.robots import ROBOT
from echo_app.knowledge.errors import DocumentTooDemanding, DocumentTooSlow
from echo_app.knowledge.isolation import read_page_safely
from echo_app.knowledge.sources import repository, service
from echo_app.knowledge.sources.errors import CrawlFailed, PageUnreadable, SiteShrunk, SourceNotFound
from echo_app.knowledge.sources.schemas import Website
from echo_app.providers.storage.base import StorageFailed
from echo_app.settings import settings
from echo_app.tenancy import Actor, system

log = structlog.get_logger(__name__)

# Losing so many pages at once, and more than half, looks like a mistake of the site's rather than its wish.
_FEWEST_SHRUNK = 5
_RETRIES = 3
_PASSING = (StorageFailed, Unavailable)


@dataclass(frozen=True)
class _Order:
    """One crawl of a source, and the pages that there are. `had_shrunk`: the last crawl kept pages that were linked
    no more."""

    source_id: UUID
    run: int
    website: Website
    known: dict[str, KnownPage]
    had_shrunk: bool


@jobs.task("source.crawl", queue="crawl", retries=_RETRIES)
async def crawl_job(context: JobContext, tenant_id: str, source_id: str, run: int) -> None:
    await crawl(UUID(tenant_id), UUID(source_id), run, last_try=context.job.attempts >= _RETRIES)


async def crawl(
    tenant_id: UUID,
    source_id: UUID,
    run: int,
    *,
    last_try: bool = True,
) -> None:
    """Crawls a website and says what came of it. A crawl that was interrupted begins again: pages that have not
    changed since are told so by their server.

    A fault that passes by itself is raised, to be tried again, unless this is the last try.
    """
    actor = system(tenant_id)
    begun = time.monotonic()
    failure: EchoError
    try:
        async with db.read_only(actor) as tx:
            order = await _order(tx, actor, source_id, run)
        if order is None:
            return
        ledger = SourceLedger(actor, source_id, run)
        async with Fetcher(agent=_agent(), private_hosts=settings().private_hosts) as fetcher:
            outcome = await Crawl(order.website, order.known, ledger, fetcher, _read).run()
        async with db.transaction(actor) as tx:
            await _finish(tx, actor, order, outcome, time.monotonic() - begun)
        return
    except (CrawlCancelled, SourceNotFound):
        return
    except _PASSING:
        if not last_try:
            raise
        failure = CrawlFailed()
    except EchoError as refusal:
        failure = refusal
    except Exception:
        log.exception("source.crawl_failed", tenant=str(tenant_id), source=str(source_id))
        failure = CrawlFailed()
    async with db.transaction(actor) as tx:
        await _fail(tx, actor, source_id, run, failure)


async def _read(html: bytes, url: str, charset: str | None) -> Page:
    try:
        return await read_page_safely(html, url, charset)
    except (DocumentTooSlow, DocumentTooDemanding) as limits:
        raise PageUnreadable() from limits


async def _order(tx: AsyncSession, actor: Actor, source_id: UUID, run: int) -> _Order | None:
    """None when this crawl is not the source's present one. Raises SourceNotFound."""
    source = await repository.get_source(tx, actor.tenant_id, source_id)
    if source.run != run or source.state != "crawling":
        return None
    known = {
        url: KnownPage(text_sha256, etag, last_modified, tuple(links), retired_at is not None)
        for url, text_sha256, etag, last_modified, links, retired_at in await repository.list_pages(
            tx, actor.tenant_id, source_id
        )
    }
    shrunk = bool(source.report.get("shrunk"))
    return _Order(source_id, run, Website.from_json(source.settings), known, shrunk)


async def _finish(tx: AsyncSession, actor: Actor, order: _Order, outcome: Outcome, seconds: float) -> None:
    """Takes out the pages that are gone, and says what the crawl did."""
    live = {url for url, page in order.known.items() if not page.retired}
    lost = live - outcome.alive if outcome.complete else set()
    unlinked = lost - outcome.gone
    # The second time in a row it is meant.
    shrunk = len(unlinked) > max(_FEWEST_SHRUNK, len(live) // 2) and not order.had_shrunk
    reason = SiteShrunk() if shrunk else None
    if shrunk:
        lost -= unlinked
    if not await repository.holds_run(tx, actor.tenant_id, order.source_id, order.run):
        raise CrawlCancelled()
    at = now()
    retired = (
        await repository.retire_pages(tx, actor.tenant_id, order.source_id, sorted(lost), at) if lost else []
    )
    numbers = {
        "new": outcome.new,
        "changed": outcome.changed,
        "unchanged": outcome.unchanged,
        "retired": len(retired),
        "failed": outcome.failed,
    }
    await repository.set_source(
        tx,
        actor.tenant_id,
        order.source_id,
        state="failed" if reason else "idle",
        error_code=reason and reason.code,
        error=reason and reason.message,
        last_crawled_at=at,
        report={
            **numbers,
            "complete": outcome.complete,
            "shrunk": shrunk,
            "seconds": round(seconds, 1),
            "problems": [asdict(problem) for problem in outcome.problems],
        },
    )
    for document_id in retired:
        await publish_change(tx, actor.tenant_id, document_id, "retired")
    await audit.record(tx, actor, "source.crawled", {"sourceId": encode("src", order.source_id), **numbers})
    await service.publish_source(tx, actor.tenant_id, order.source_id, "failed" if reason else "idle")


async def _fail(tx: AsyncSession, actor: Actor, source_id: UUID, run: int, reason: EchoError) -> None:
    if not await repository.holds_run(tx, actor.tenant_id, source_id, run):
        return
    await repository.set_source(
        tx, actor.tenant_id, source_id, state="failed", error_code=reason.code, error=reason.message
    )
    facts = {"sourceId": encode("src", source_id), "code": reason.code}
    await audit.record(tx, actor, "source.crawl_fail", facts)
    await service.publish_source(tx, actor.tenant_id, source_id, "failed")


def _agent() -> str:
    """How we name ourselves to a site, with an address to ask what this is."""
    return f"{ROBOT}/1.0 (+{settings().public_url})"
