"""Websites from their creation to what is found of them: services, jobs, a served site and Postgres."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from echo_app import db
from echo_app.kit.clock import now
from echo_app.knowledge import service as knowledge
from echo_app.knowledge.crawling import tasks as crawling
from echo_app.knowledge.sources import repository, service
from echo_app.knowledge.sources import tasks as source_tasks
from echo_app.knowledge.sources.errors import CrawlNotRunning, CrawlRunning, SourceIsOff
from echo_app.knowledge.sources.schemas import SourceRow, Website
from echo_app.realtime import bus
from tests.peers.website import Reply, Site, page
from tests.people import Company

pytestmark = pytest.mark.usefixtures("queue")


async def added(company: Company, site: Site, **settings: object) -> UUID:
    """A website that is being crawled."""
    website = Website(**({"start_url": site.url(), "every_hours": None} | settings))  # type: ignore[arg-type]
    async with db.transaction(company.owner) as tx:
        return (
            await service.create_source(tx, company.owner, kind="website", name="Help", website=website)
        ).id


async def row(company: Company, source_id: UUID) -> SourceRow:
    async with db.read_only(company.owner) as tx:
        return await service.get_source(tx, company.owner, source_id)


async def ended(company: Company, source_id: UUID) -> SourceRow:
    """The source, when its crawl has ended and all its documents were read."""
    for _ in range(600):
        found = await row(company, source_id)
        if found.state != "crawling" and not await statuses(company, source_id, "queued", "processing"):
            return found
        await asyncio.sleep(0.1)
    raise AssertionError(f"the crawl did not end: {found}")


async def again(company: Company, source_id: UUID) -> SourceRow:
    async with db.transaction(company.owner) as tx:
        await service.start_crawl(tx, company.owner, source_id)
    return await ended(company, source_id)


async def statuses(company: Company, source_id: UUID, *wanted: str) -> list[str]:
    async with db.read_only(company.owner) as tx:
        rows = await tx.execute(
            text("SELECT url FROM documents WHERE source_id = :source AND status = ANY(:wanted)"),
            {"source": source_id, "wanted": list(wanted)},
        )
        return [str(url) for (url,) in rows]


async def versions(company: Company, source_id: UUID) -> dict[str, int]:
    async with db.read_only(company.owner) as tx:
        rows = await tx.execute(
            text("SELECT url, version FROM documents WHERE source_id = :source"), {"source": source_id}
        )
        return {row.url: row.version for row in rows}


async def found(company: Company, query: str) -> list[str]:
    async with db.read_only(company.owner) as tx:
        answer = await knowledge.search(tx, company.owner, query, 3)
    return [hit.title for hit in getattr(answer, "hits", answer)]


def help_centre(site: Site, pages: int) -> None:
    """Pages that differ, ten to a section, all within three links of the first."""
    names = [f"/topic/{n}" for n in range(pages - 1)]
    sections = [names[n : n + 30] for n in range(0, len(names), 30)]
    site.pages = {"/": page("Help", links=[section[0] for section in sections])}
    for section in sections:
        for name in section:
            number = name.rsplit("/", 1)[-1]
            words = f"Article {number} tells how model {number} is descaled: use {number} grams of powder."
            site.pages[name] = page(f"Topic {number}", words, links=section[1:] if name == section[0] else [])


class TestCrawl:
    async def test_of_300_pages_of_which_one_changed_reads_exactly_that_one_again(
        self, company: Company, site: Site
    ) -> None:
        help_centre(site, 300)
        source_id = await added(company, site)
        first = await ended(company, source_id)
        assert (first.state, first.error) == ("idle", None)
        assert first.report is not None
        assert (first.report.new, first.report.complete, first.report.problems) == (300, True, ())
        assert (first.documents, first.failed) == (300, 0)
        assert (first.pages_found, first.pages_done) == (300, 300)
        before = await versions(company, source_id)

        site.pages["/topic/117"] = page("Topic 117", "Model 117 is descaled by our service only.")
        second = await again(company, source_id)
        after = await versions(company, source_id)
        assert second.report is not None
        assert (second.report.new, second.report.changed, second.report.unchanged) == (0, 1, 299)
        assert second.report.retired == 0
        assert {url for url in after if after[url] != before[url]} == {site.url("/topic/117")}
        assert "Topic 117" in await found(company, "which model is descaled by your service only")

    async def test_takes_out_what_is_gone_and_brings_back_what_returns(
        self, company: Company, site: Site
    ) -> None:
        site.pages = {
            "/": page("Help", links=["/kettles", "/teapots"]),
            "/kettles": page("Kettles", "Kettles are descaled with citric acid."),
            "/teapots": page("Teapots", "Teapots are rinsed with water only."),
        }
        source_id = await added(company, site)
        await ended(company, source_id)
        assert "Kettles" in await found(company, "kettles descaled citric acid")
        kettles = site.pages.pop("/kettles")
        gone = await again(company, source_id)
        assert gone.report is not None
        assert (gone.report.retired, gone.documents) == (1, 2)
        assert "Kettles" not in await found(company, "kettles descaled citric acid")
        site.pages["/kettles"] = kettles
        await again(company, source_id)
        assert "Kettles" in await found(company, "kettles descaled citric acid")

    async def test_of_a_site_that_is_down_takes_out_nothing(self, company: Company, site: Site) -> None:
        site.pages = {"/": page("Help", links=["/kettles"]), "/kettles": page("Kettles")}
        source_id = await added(company, site)
        await ended(company, source_id)
        pages, missing = site.pages, site.otherwise
        site.pages, site.otherwise = {}, lambda path: Reply(b"", 502)
        failed = await again(company, source_id)
        assert (failed.state, failed.error_code, failed.documents) == ("failed", "site_in_trouble", 2)
        site.pages, site.otherwise = pages, missing
        assert (await again(company, source_id)).state == "idle"

    async def test_that_would_lose_most_pages_asks_for_a_second_opinion(
        self, company: Company, site: Site
    ) -> None:
        help_centre(site, 20)
        source_id = await added(company, site)
        await ended(company, source_id)
        site.pages["/"] = page("Help", "We are rebuilding our help centre.")
        first = await again(company, source_id)
        assert (first.state, first.error_code, first.documents) == ("failed", "site_shrunk", 20)
        second = await again(company, source_id)
        assert (second.state, second.documents) == ("idle", 1)

    async def test_of_a_private_address_fails_in_words(
        self, company: Company, site: Site, monkeypatch: pytest.MonkeyPatch, echo_settings: object
    ) -> None:
        monkeypatch.setattr(echo_settings, "crawl_private_hosts", "")
        source_id = await added(company, site)
        failed = await ended(company, source_id)
        assert (failed.state, failed.error_code) == ("failed", "address_refused")
        assert failed.error is not None and "public internet" in failed.error
        assert not site.asked

    async def test_tells_its_progress(self, company: Company, site: Site) -> None:
        help_centre(site, 60)
        with bus.subscribe(tenant_id=company.tenant_id) as news:
            source_id = await added(company, site)
            await ended(company, source_id)
            told = []
            while (item := await news.get(0.2)) is not None:
                if item.kind == "source" and item.body:
                    told.append(item.body)
        assert [body["state"] for body in told][:2] == ["idle", "crawling"]
        assert told[-1] == {"state": "idle"}
        assert {"state": "crawling", "pagesFound": 60, "pagesDone": 60} in told

    async def test_can_be_cancelled_and_keeps_what_was_read(self, company: Company, site: Site) -> None:
        help_centre(site, 100)
        site.pages["/robots.txt"] = Reply(b"User-agent: *\nCrawl-delay: 0.1", type="text/plain")
        source_id = await added(company, site)
        while not (await row(company, source_id)).pages_done:
            await asyncio.sleep(0.05)
        async with db.transaction(company.owner) as tx:
            with pytest.raises(CrawlRunning):
                await service.start_crawl(tx, company.owner, source_id)
            await service.cancel_crawl(tx, company.owner, source_id)
        asked = sum(site.asked.values())
        cancelled = await ended(company, source_id)
        await asyncio.sleep(1.5)
        assert cancelled.state == "idle"
        assert sum(site.asked.values()) <= asked + 10
        assert 0 < (await row(company, source_id)).documents < 60
        async with db.transaction(company.owner) as tx:
            with pytest.raises(CrawlNotRunning):
                await service.cancel_crawl(tx, company.owner, source_id)

    async def test_that_was_interrupted_begins_again_and_reads_no_page_twice(
        self, company: Company, site: Site
    ) -> None:
        help_centre(site, 40)
        source_id = await added(company, site)
        await ended(company, source_id)
        before = await versions(company, source_id)
        async with db.transaction(company.owner) as tx:
            await repository.set_source(tx, company.tenant_id, source_id, state="crawling", run=7)
        await crawling.crawl(company.tenant_id, source_id, 7)
        assert await versions(company, source_id) == before
        assert (await row(company, source_id)).state == "idle"


class TestSchedule:
    async def test_crawls_what_is_due_and_nothing_else(self, company: Company, site: Site) -> None:
        site.pages = {"/": page("Help")}
        due = await added(company, site, every_hours=24)
        never = await added(company, site)
        await ended(company, due)
        await ended(company, never)
        asked = site.asked["/"]
        async with db.transaction(company.owner) as tx:
            await repository.set_source(tx, company.tenant_id, due, next_crawl_at=now())
        assert await source_tasks.defer_due() >= 1
        for _ in range(100):
            if site.asked["/"] > asked:
                break
            await asyncio.sleep(0.1)
        found = await ended(company, due)
        assert site.asked["/"] == asked + 1
        assert found.next_crawl_at is not None and found.next_crawl_at > now()
        assert (await row(company, never)).next_crawl_at is None

    async def test_leaves_alone_what_is_off(self, company: Company, site: Site) -> None:
        site.pages = {"/": page("Help")}
        source_id = await added(company, site, every_hours=24)
        await ended(company, source_id)
        async with db.transaction(company.owner) as tx:
            off = await service.update_source(tx, company.owner, source_id, {"enabled": False})
            assert off.next_crawl_at is None
            with pytest.raises(SourceIsOff):
                await service.start_crawl(tx, company.owner, source_id)
            assert await service.start_due_crawls(tx, company.owner) == 0


class TestLanguage:
    async def test_that_is_changed_has_every_document_read_again(self, company: Company, site: Site) -> None:
        site.pages = {"/": page("Help", links=["/a"]), "/a": page("A")}
        source_id = await added(company, site)
        await ended(company, source_id)
        before = await versions(company, source_id)
        async with db.transaction(company.owner) as tx:
            await service.update_source(tx, company.owner, source_id, {"language": "de"})
        for _ in range(100):
            after = await versions(company, source_id)
            if all(after[url] > before[url] for url in before):
                break
            await asyncio.sleep(0.1)
        await ended(company, source_id)
        async with db.read_only(company.owner) as tx:
            rows = await tx.execute(text("SELECT DISTINCT language FROM documents"))
            assert [language for (language,) in rows] == ["de"]


class TestRevive:
    async def test_goes_on_with_a_crawl_whose_job_is_gone(self, company: Company, site: Site) -> None:
        site.pages = {"/": page("Help", links=["/a"]), "/a": page("A")}
        source_id = await added(company, site)
        await ended(company, source_id)
        long_ago = now() - timedelta(minutes=2)
        async with db.transaction(company.owner) as tx:
            await repository.set_source(
                tx,
                company.tenant_id,
                source_id,
                state="crawling",
                started_at=long_ago,
                updated_at=long_ago,
            )
        assert await source_tasks.revive() == 1
        assert (await ended(company, source_id)).state == "idle"
        assert await source_tasks.revive() == 0

    async def test_leaves_a_running_crawl_alone(self, company: Company, site: Site) -> None:
        site.pages = {"/robots.txt": Reply(b"User-agent: *\nCrawl-delay: 1", type="text/plain")}
        site.pages |= {"/": page("Help", links=["/a", "/b"]), "/a": page("A"), "/b": page("B")}
        source_id = await added(company, site)
        long_ago = now() - timedelta(minutes=2)
        async with db.transaction(company.owner) as tx:
            await repository.set_source(
                tx, company.tenant_id, source_id, started_at=long_ago, updated_at=long_ago
            )
        assert await source_tasks.revive() == 0
        assert (await ended(company, source_id)).state == "idle"


class TestDelete:
    async def test_takes_its_documents_along(self, company: Company, site: Site) -> None:
        site.pages = {"/": page("Kettles", "Kettles are descaled with citric acid.")}
        source_id = await added(company, site)
        await ended(company, source_id)
        async with db.transaction(company.owner) as tx:
            await service.delete_source(tx, company.owner, source_id)
        assert await found(company, "kettles descaled citric acid") == []
        for _ in range(100):
            async with db.read_only(company.owner) as tx:
                left = await tx.execute(
                    text("SELECT (SELECT count(*) FROM documents) + (SELECT count(*) FROM sources)")
                )
                if left.scalar_one() == 0:
                    return
            await asyncio.sleep(0.1)
        raise AssertionError("the source's documents are still there")
