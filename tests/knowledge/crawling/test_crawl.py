"""Crawls of sites served locally, kind and hostile, without a database."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from echo_app.knowledge.crawling.crawl import Crawl
from echo_app.knowledge.crawling.extraction import read_page
from echo_app.knowledge.crawling.fetching import Fetcher
from echo_app.knowledge.crawling.outcome import FoundPage, KnownPage, Outcome
from echo_app.knowledge.crawling.page import Page
from echo_app.knowledge.sources.errors import (
    AddressRefused,
    FetchFailed,
    PageMissing,
    SiteInTrouble,
    SitemapUnreadable,
    SiteUnreachable,
    SiteWithoutPages,
)
from echo_app.knowledge.sources.schemas import Website
from tests.peers.website import Reply, Site, gzipped, page, redirect, served


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with served() as found:
        yield found


@dataclass
class Notebook:
    """A ledger in memory, and what the next crawl knows by it."""

    pages: dict[str, FoundPage] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    confirmed: list[str] = field(default_factory=list)
    told: list[tuple[int, int]] = field(default_factory=list)

    async def keep(self, page: FoundPage) -> None:
        self.kept.append(page.url)
        self.pages[page.url] = page

    async def confirm(self, url: str, page: FoundPage | None) -> None:
        self.confirmed.append(url)
        if page is not None:
            self.pages[url] = page

    async def progress(self, found: int, done: int) -> None:
        self.told.append((found, done))

    @property
    def known(self) -> dict[str, KnownPage]:
        return {
            url: KnownPage(page.text_sha256, page.etag, page.last_modified, tuple(page.links))
            for url, page in self.pages.items()
        }


async def read(html: bytes, url: str, charset: str | None) -> Page:
    return await asyncio.to_thread(read_page, html, url, charset)


async def crawled(
    site: Site, notebook: Notebook | None = None, **settings: object
) -> tuple[Outcome, Notebook]:
    notebook = notebook or Notebook()
    notebook.kept, notebook.confirmed = [], []
    website = Website(**({"start_url": site.url()} | settings))  # type: ignore[arg-type]
    async with Fetcher(agent="EchoBot/1.0", private_hosts=[site.host], waits=(0.01,)) as fetcher:
        crawl = Crawl(website, notebook.known, notebook, fetcher, read)
        return await crawl.run(), notebook


def paths(site: Site, urls: list[str] | set[str]) -> set[str]:
    return {url.removeprefix(site.url("")) for url in urls}


class TestPages:
    async def test_are_followed_from_link_to_link(self, site: Site) -> None:
        site.pages = {
            "/": page("Help", links=["/returns", "/delivery#top"]),
            "/returns": page("Returns", links=["/", "returns/labels?utm_source=mail"]),
            "/delivery": page("Delivery"),
            "/returns/labels": page("Labels"),
        }
        outcome, notebook = await crawled(site)
        assert paths(site, outcome.alive) == {"/", "/returns", "/delivery", "/returns/labels"}
        assert (outcome.complete, outcome.new) == (True, 4)
        assert notebook.pages[site.url("/returns")].title == "Returns"
        assert b"# Returns" in notebook.pages[site.url("/returns")].content
        assert b"Company" not in notebook.pages[site.url("/returns")].content
        assert max(site.asked.values()) == 1
        assert notebook.told[-1] == (4, 4)

    async def test_of_another_host_are_left_alone(self, site: Site) -> None:
        site.pages = {"/": page("Help", links=["http://other.example/", "mailto:help@company.example"])}
        outcome, _ = await crawled(site)
        assert paths(site, outcome.alive) == {"/"}
        assert outcome.problems == []

    async def test_beyond_the_depth_are_not_asked_for(self, site: Site) -> None:
        site.pages = {f"/{n}": page(f"Page {n}", links=[f"/{n + 1}"]) for n in range(9)}
        site.pages["/"] = page("Help", links=["/0"])
        outcome, _ = await crawled(site, max_depth=3)
        assert paths(site, outcome.alive) == {"/", "/0", "/1", "/2"}
        assert outcome.complete

    async def test_beyond_the_limit_leave_the_crawl_incomplete(self, site: Site) -> None:
        site.pages = {f"/{n}": page(f"Page {n}") for n in range(30)}
        site.pages["/"] = page("Help", links=[f"/{n}" for n in range(30)])
        outcome, notebook = await crawled(site, max_pages=10)
        assert len(notebook.pages) == 10
        assert not outcome.complete

    async def test_are_chosen_by_filters_of_paths(self, site: Site) -> None:
        site.pages = {
            "/": page(
                "Shop", links=["/help", "/help/returns", "/blog/news", "/help/internal/a", "/helpdesk"]
            ),
            "/help": page("Help"),
            "/help/returns": page("Returns"),
            "/blog/news": page("News"),
            "/help/internal/a": page("Internal"),
            "/helpdesk": page("Desk"),
        }
        outcome, _ = await crawled(site, include=("/help",), exclude=("/help/internal*",))
        # The first page was named: it is read, whatever the filters say.
        assert paths(site, outcome.alive) == {"/", "/help", "/help/returns"}

    async def test_that_a_redirect_leads_to_are_kept_under_their_own_address(self, site: Site) -> None:
        site.pages = {
            "/": page("Help", links=["/old", "/older"]),
            "/old": redirect("/new", 301),
            "/older": redirect("/old"),
            "/new": page("New"),
        }
        outcome, _ = await crawled(site)
        assert paths(site, outcome.alive) == {"/", "/new"}

    async def test_that_name_another_as_canonical_give_way_to_it(self, site: Site) -> None:
        head = "<link rel='canonical' href='/list'>"
        site.pages = {
            "/": page("Help", links=["/list?sort=price", "/list?sort=age", "/list"]),
            "/list": page("List", head=head),
            "/list?sort=price": page("List by price", head=head),
            "/list?sort=age": page("List by age", head=head),
        }
        outcome, _ = await crawled(site)
        assert paths(site, outcome.alive) == {"/", "/list"}

    async def test_that_name_a_missing_page_as_canonical_are_kept(self, site: Site) -> None:
        site.pages = {
            "/": page("Help", links=["/a", "/b"]),
            "/a": page("Page A", head="<link rel='canonical' href='/b'>"),
            "/b": page("Page B", head="<link rel='canonical' href='/nowhere'>"),
        }
        outcome, _ = await crawled(site)
        assert paths(site, outcome.alive) == {"/", "/b"}

    async def test_with_the_same_text_under_two_addresses_are_one(self, site: Site) -> None:
        site.pages = {"/": page("Help", links=["/a", "/a?print=1"]), "/a": page("A"), "/a?print=1": page("A")}
        outcome, _ = await crawled(site)
        assert paths(site, outcome.alive) == {"/", "/a"}

    async def test_that_ask_not_to_be_found_are_not_kept_but_lead_on(self, site: Site) -> None:
        site.pages = {
            "/": page("Help", links=["/list", "/secret"]),
            "/list": page("List", links=["/a"], head="<meta name='robots' content='noindex, follow'>"),
            "/a": page("A"),
            "/secret": Reply(page("Secret").body, headers={"X-Robots-Tag": "noindex"}),
        }
        outcome, _ = await crawled(site)
        assert paths(site, outcome.alive) == {"/", "/a"}

    async def test_in_plain_text_and_pdf_are_kept_as_they_are(self, site: Site) -> None:
        site.pages = {
            "/": page("Help", links=["/notes.txt", "/manual.pdf"]),
            "/notes.txt": Reply(b"Notes about kettles.", type="text/plain"),
            "/manual.pdf": Reply(b"%PDF-1.4 ...", type="application/pdf"),
        }
        _, notebook = await crawled(site)
        formats = {url.rsplit("/", 1)[-1]: found.format for url, found in notebook.pages.items()}
        assert formats == {"": "markdown", "notes.txt": "text", "manual.pdf": "pdf"}
        assert notebook.pages[site.url("/manual.pdf")].title == "manual"

    async def test_a_first_page_on_another_host_moves_the_crawl_there(self, site: Site) -> None:
        async with served() as other:
            other.pages = {"/help/": page("Help", links=["/help/a"]), "/help/a": page("A")}
            site.pages = {"/": redirect(other.url("/help/"))}
            notebook = Notebook()
            website = Website(start_url=site.url())
            hosts = [site.host, other.host]
            async with Fetcher(agent="EchoBot/1.0", private_hosts=hosts) as fetcher:
                outcome = await Crawl(website, {}, notebook, fetcher, read).run()
            assert paths(other, outcome.alive) == {"/help/", "/help/a"}


class TestAgain:
    async def test_only_what_changed_is_kept_anew(self, site: Site) -> None:
        site.pages = {f"/{n}": page(f"Page {n}", links=[f"/{n + 1}"]) for n in range(20)}
        site.pages["/"] = page("Help", links=["/0"])
        _, notebook = await crawled(site, max_depth=30)
        site.pages["/7"] = page("Page 7", "Now it says something else.", links=["/8"])
        outcome, _ = await crawled(site, notebook, max_depth=30)
        assert paths(site, set(notebook.kept)) == {"/7"}
        assert notebook.confirmed == []
        assert (outcome.new, outcome.changed, outcome.unchanged) == (0, 1, 20)

    async def test_a_page_that_only_looks_different_is_the_same(self, site: Site) -> None:
        site.pages = {"/": page("Help", head="<script>var build = 1</script>")}
        _, notebook = await crawled(site)
        site.pages = {"/": page("Help", head="<script>var build = 2</script>")}
        outcome, _ = await crawled(site, notebook)
        assert (notebook.kept, outcome.unchanged) == ([], 1)
        # Its ETag is another one: next time the server need not send it.
        assert notebook.confirmed == [site.url()]

    async def test_what_is_gone_and_what_is_linked_no_more_is_told(self, site: Site) -> None:
        site.pages = {"/": page("Help", links=["/a", "/b", "/c"])}
        site.pages |= {f"/{name}": page(name.upper()) for name in "abc"}
        _, notebook = await crawled(site)
        del site.pages["/a"]
        site.pages["/"] = page("Help", links=["/a", "/b"])
        outcome, _ = await crawled(site, notebook)
        assert paths(site, outcome.alive) == {"/", "/b"}
        assert paths(site, outcome.gone) == {"/a"}
        assert outcome.complete

    async def test_a_page_in_trouble_stays_and_still_leads_on(self, site: Site) -> None:
        site.pages = {"/": page("Help", links=["/a"]), "/a": page("A", links=["/b"]), "/b": page("B")}
        _, notebook = await crawled(site)
        site.pages["/a"] = Reply(b"oh", 503)
        outcome, _ = await crawled(site, notebook)
        assert paths(site, outcome.alive) == {"/", "/a", "/b"}
        assert [problem.code for problem in outcome.problems] == ["site_in_trouble"]

    async def test_a_page_that_needs_a_login_now_stays(self, site: Site) -> None:
        site.pages = {"/": page("Help", links=["/a"]), "/a": page("A")}
        _, notebook = await crawled(site)
        site.pages["/a"] = Reply(b"", 403)
        outcome, _ = await crawled(site, notebook)
        assert paths(site, outcome.alive) == {"/", "/a"}

    async def test_a_site_that_is_down_fails_and_says_nothing_of_its_pages(self, site: Site) -> None:
        site.pages = {"/": page("Help", links=["/a"]), "/a": page("A")}
        _, notebook = await crawled(site)
        site.otherwise = lambda path: Reply(b"", 503)
        site.pages = {}
        with pytest.raises(SiteInTrouble):
            await crawled(site, notebook)

    async def test_a_site_that_goes_down_in_the_middle_fails(self, site: Site) -> None:
        site.pages = {"/": page("Help", links=[f"/{n}" for n in range(40)])}
        site.pages |= {f"/{n}": page(f"Page {n}") for n in range(40)}
        _, notebook = await crawled(site)
        for n in range(10, 40):
            site.pages[f"/{n}"] = Reply(b"", 502)
        with pytest.raises(SiteInTrouble):
            await crawled(site, notebook)


class TestRobots:
    async def test_are_obeyed(self, site: Site) -> None:
        site.pages = {
            "/robots.txt": Reply(b"User-agent: *\nDisallow: /private\nDisallow: /*.cgi$", type="text/plain"),
            "/": page("Help", links=["/private/a", "/x.cgi", "/open"]),
            "/private/a": page("Private"),
            "/x.cgi": page("Script"),
            "/open": page("Open"),
        }
        outcome, _ = await crawled(site)
        assert paths(site, outcome.alive) == {"/", "/open"}
        assert "/private/a" not in site.asked

    async def test_name_us_by_our_own_name(self, site: Site) -> None:
        rules = b"User-agent: EchoBot\nAllow: /\n\nUser-agent: *\nDisallow: /"
        site.pages = {"/robots.txt": Reply(rules, type="text/plain"), "/": page("Help")}
        outcome, _ = await crawled(site)
        assert paths(site, outcome.alive) == {"/"}
        assert site.agents == {"EchoBot/1.0"}

    async def test_that_forbid_everything_are_told_in_words(self, site: Site) -> None:
        site.pages = {
            "/robots.txt": Reply(b"User-agent: *\nDisallow: /", type="text/plain"),
            "/": page("Help"),
        }
        with pytest.raises(FetchFailed, match=r"robots\.txt"):
            await crawled(site)
        assert "/" not in site.asked

    async def test_that_cannot_be_read_because_of_trouble_forbid_everything(self, site: Site) -> None:
        site.pages = {"/robots.txt": Reply(b"", 500), "/": page("Help")}
        with pytest.raises(SiteInTrouble):
            await crawled(site)
        assert "/" not in site.asked

    async def test_may_ask_for_a_delay(self, site: Site) -> None:
        site.pages = {
            "/robots.txt": Reply(b"User-agent: *\nCrawl-delay: 0.2", type="text/plain"),
            "/": page("Help", links=["/a", "/b", "/c"]),
        }
        site.pages |= {f"/{name}": page(name.upper()) for name in "abc"}
        begun = time.monotonic()
        await crawled(site)
        assert time.monotonic() - begun >= 0.6
        assert site.most_at_once == 1


class TestSitemap:
    def listed(self, site: Site, *names: str) -> bytes:
        entries = "".join(f"<url><loc>{site.url(name)}</loc></url>" for name in names)
        return f'<?xml version="1.0"?><urlset xmlns="x">{entries}</urlset>'.encode()

    async def test_names_all_pages_and_no_link_is_followed(self, site: Site) -> None:
        site.pages = {
            "/sitemap.xml": Reply(self.listed(site, "/a", "/b?x=1&amp;y=2"), type="application/xml"),
            "/a": page("A", links=["/c"]),
            "/b?x=1&y=2": page("B"),
            "/c": page("C"),
        }
        outcome, _ = await crawled(site, start_url=None, sitemap_url=site.url("/sitemap.xml"))
        assert paths(site, outcome.alive) == {"/a", "/b?x=1&y=2"}

    async def test_may_be_an_index_of_packed_ones(self, site: Site) -> None:
        index = (
            f"<sitemapindex><sitemap><loc>{site.url('/1.xml.gz')}</loc></sitemap>"
            f"<sitemap><loc>{site.url('/2.xml')}</loc></sitemap>"
            f"<sitemap><loc>{site.url('/sitemap.xml')}</loc></sitemap></sitemapindex>"
        )
        site.pages = {
            "/sitemap.xml": Reply(index.encode(), type="application/xml"),
            "/1.xml.gz": Reply(gzipped(self.listed(site, "/a")).body, type="application/gzip"),
            "/2.xml": Reply(self.listed(site, "/b"), type="text/xml"),
            "/a": page("A"),
            "/b": page("B"),
        }
        outcome, _ = await crawled(site, start_url=None, sitemap_url=site.url("/sitemap.xml"))
        assert paths(site, outcome.alive) == {"/a", "/b"}

    async def test_that_is_half_missing_fails_the_crawl(self, site: Site) -> None:
        index = f"<sitemapindex><sitemap><loc>{site.url('/1.xml')}</loc></sitemap></sitemapindex>"
        site.pages = {"/sitemap.xml": Reply(index.encode(), type="application/xml")}
        with pytest.raises(PageMissing):
            await crawled(site, start_url=None, sitemap_url=site.url("/sitemap.xml"))

    async def test_of_entities_is_no_bomb(self, site: Site) -> None:
        bomb = b'<!DOCTYPE x [<!ENTITY a "&b;&b;"><!ENTITY b "&a;&a;">]><urlset><url><loc>&a;</loc></url></urlset>'
        site.pages = {"/sitemap.xml": Reply(bomb, type="application/xml")}
        with pytest.raises(SiteWithoutPages):
            await crawled(site, start_url=None, sitemap_url=site.url("/sitemap.xml"))

    async def test_that_unpacks_without_end_is_refused(self, site: Site) -> None:
        packed = gzipped(b"<urlset>" + b" " * 60_000_000).body
        site.pages = {"/sitemap.xml.gz": Reply(packed, type="application/gzip")}
        with pytest.raises(SitemapUnreadable):
            await crawled(site, start_url=None, sitemap_url=site.url("/sitemap.xml.gz"))


class TestHostileSites:
    async def test_a_page_that_redirects_to_itself(self, site: Site) -> None:
        site.pages = {"/": page("Help", links=["/loop"]), "/loop": redirect("/loop")}
        outcome, _ = await crawled(site)
        assert [problem.code for problem in outcome.problems] == ["redirects_too_often"]

    async def test_redirects_in_a_circle(self, site: Site) -> None:
        site.pages = {"/": page("Help", links=["/a"]), "/a": redirect("/b"), "/b": redirect("/a")}
        outcome, _ = await crawled(site)
        assert paths(site, outcome.alive) == {"/"}
        assert sum(site.asked.values()) <= 5

    async def test_redirects_without_end(self, site: Site) -> None:
        site.pages = {"/": page("Help", links=["/r/0"])}
        site.otherwise = lambda path: (
            redirect(f"/r/{int(path.rsplit('/', 1)[-1]) + 1}") if "/r/" in path else Reply(b"", 404)
        )
        outcome, _ = await crawled(site)
        assert [problem.code for problem in outcome.problems] == ["redirects_too_often"]
        assert sum(site.asked.values()) < 12

    async def test_a_redirect_to_a_private_address(self, site: Site) -> None:
        site.pages = {"/": redirect("http://169.254.169.254/latest/meta-data/")}
        with pytest.raises(AddressRefused):
            await crawled(site)

    async def test_a_calendar_without_end(self, site: Site) -> None:
        def month(path: str) -> Reply:
            if not path.startswith("/calendar?month="):
                return Reply(b"", 404)
            number = int(path.rsplit("=", 1)[-1])
            return page(
                f"Month {number}", links=[f"/calendar?month={number + 1}", f"/calendar?month={number - 1}"]
            )

        site.pages = {"/": page("Help", links=["/calendar?month=0", "/a"]), "/a": page("A")}
        site.otherwise = month
        outcome, _ = await crawled(site, max_depth=20)
        assert site.url("/a") in outcome.alive
        assert len(outcome.alive) <= 52
        assert outcome.complete

    async def test_paths_that_grow_without_end(self, site: Site) -> None:
        site.otherwise = lambda path: (
            Reply(b"", 404)
            if path == "/robots.txt"
            else page(f"Page of length {len(path)}", links=[path.rstrip("/") + "/more/"])
        )
        outcome, _ = await crawled(site, max_depth=20)
        assert len(outcome.alive) <= 5

    async def test_a_page_that_is_too_large(self, site: Site) -> None:
        site.pages = {"/": page("Help", links=["/huge"]), "/huge": Reply(b"<p>" + b"x" * 6_000_000)}
        outcome, _ = await crawled(site)
        assert [problem.code for problem in outcome.problems] == ["page_too_large"]

    async def test_a_page_that_unpacks_without_end(self, site: Site) -> None:
        site.pages = {"/": page("Help", links=["/bomb"]), "/bomb": gzipped(b"<p>" + b"x" * 200_000_000)}
        outcome, _ = await crawled(site)
        assert [problem.code for problem in outcome.problems] == ["page_too_large"]

    async def test_a_page_that_comes_drop_by_drop(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        async def drops(writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100000\r\n\r\n")
            for _ in range(200):
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.05)

        monkeypatch.setattr("echo_app.knowledge.crawling.fetching.WHOLE_SECONDS", 0.3)
        site.pages = {"/": page("Help", links=["/slow"]), "/slow": drops}
        outcome, _ = await crawled(site)
        assert [problem.code for problem in outcome.problems] == ["page_too_slow"]

    async def test_an_answer_that_is_no_http(self, site: Site) -> None:
        async def noise(writer: asyncio.StreamWriter) -> None:
            writer.write(b"\x00\x01 what? \r\n\r\n")
            await writer.drain()

        site.pages = {"/": page("Help", links=["/noise"]), "/noise": noise}
        outcome, _ = await crawled(site)
        assert [problem.code for problem in outcome.problems] == ["page_answered_wrongly"]

    async def test_something_that_is_no_page(self, site: Site) -> None:
        site.pages = {
            "/": page("Help", links=["/film.mp4", "/bytes", "/app"]),
            "/film.mp4": Reply(b"\x00" * 100, type="video/mp4"),
            "/bytes": Reply(b"\x00" * 100, type=None),
            "/app": Reply(b"<html><body><div id=root></div><script>run()</script></body></html>"),
        }
        outcome, _ = await crawled(site)
        assert sorted(problem.code for problem in outcome.problems) == [
            "page_not_text",
            "page_not_text",
            "page_without_text",
        ]

    async def test_a_site_that_is_not_there(self, site: Site) -> None:
        async with Fetcher(agent="EchoBot/1.0", private_hosts=["127.0.0.1:9"], waits=()) as fetcher:
            crawl = Crawl(Website(start_url="http://127.0.0.1:9/"), {}, Notebook(), fetcher, read)
            with pytest.raises(SiteUnreachable):
                await crawl.run()

    async def test_is_asked_by_few_at_once(self, site: Site) -> None:
        site.pages = {"/": page("Help", links=[f"/{n}" for n in range(50)])}
        site.pages |= {f"/{n}": page(f"Page {n}") for n in range(50)}
        await crawled(site)
        assert site.most_at_once <= 4
