"""A crawl of one website: what to visit, what each visit means, and what is known at its end.

It knows no database: a `Ledger` tells it which pages there are and is told of each page as it is read.
"""

import asyncio
import hashlib
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlsplit

from echo_app.knowledge.crawling.addresses import Scope, host_of
from echo_app.knowledge.crawling.fetching import Answer, Fetcher
from echo_app.knowledge.crawling.frontier import Frontier, Visit
from echo_app.knowledge.crawling.outcome import FoundPage, KnownPage, Ledger, Outcome, Problem
from echo_app.knowledge.crawling.page import Page, wishes_of
from echo_app.knowledge.crawling.robots import Robots, read_robots
from echo_app.knowledge.crawling.sitemap import read_sitemap
from echo_app.knowledge.sources.errors import (
    FetchFailed,
    PageForbidden,
    PageMissing,
    PageNotText,
    PageWithoutText,
    RedirectsTooOften,
    RobotsForbid,
    SiteWithoutPages,
)
from echo_app.knowledge.sources.schemas import Website

AT_ONCE = 4
# So many visits in a row without an answer: the site is down, and nothing is concluded from it.
FAILURES_IN_A_ROW = 8
LONGEST_CRAWL_SECONDS = 4 * 3600.0
MOST_PROBLEMS = 100
_HTML = frozenset({"text/html", "application/xhtml+xml"})
_HTML_MARK = re.compile(rb"<(?:!doctype html|html|body|head)[\s>]", re.I)
_PLAIN = {"text/plain": "text", "text/markdown": "markdown"}


Reader = Callable[[bytes, str, str | None], Awaitable[Page]]


class Crawl:
    """`read` reads HTML within limits of its own."""

    def __init__(
        self,
        website: Website,
        known: Mapping[str, KnownPage],
        ledger: Ledger,
        fetcher: Fetcher,
        read: Reader,
    ) -> None:
        self._website = website
        self._known = known
        self._ledger = ledger
        self._fetcher = fetcher
        self._read = read
        self._scope = Scope(
            host_of(website.start_url or website.sitemap_url or ""),
            list(website.include),
            list(website.exclude),
        )
        self._frontier = Frontier(
            self._scope,
            most_pages=website.max_pages,
            most_depth=website.max_depth if website.start_url else 0,
            known=known,
        )
        self._robots: dict[str, Robots] = {}
        # The address that was typed in, and where it redirects to.
        self._first = {website.start_url}
        self._done = 0
        self._failures = 0
        self._first_failure: FetchFailed | None = None
        self._texts: dict[str, str] = {}
        # Pages that name another as the one to read: they count only if that one turns out not to.
        self._aside: list[tuple[FoundPage, str]] = []
        self.outcome = Outcome()

    async def run(self) -> Outcome:
        """Raises FetchFailed when the site could not be crawled at all or stopped answering; then nothing is known
        about pages that were not visited."""
        delay = await self._open()
        ends = time.monotonic() + LONGEST_CRAWL_SECONDS
        running: set[asyncio.Task[None]] = set()
        try:
            while True:
                while len(running) < (1 if delay else AT_ONCE) and (visit := self._frontier.next()):
                    running.add(asyncio.create_task(self._visit(visit)))
                if not running:
                    break
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for each in done:
                    each.result()
                await self._ledger.progress(self._frontier.found, self._done)
                if len(self.outcome.alive) >= self._website.max_pages or time.monotonic() > ends:
                    self._frontier.was_cut |= bool(len(self._frontier) or running)
                    break
                await asyncio.sleep(delay)
        finally:
            for each in running:
                each.cancel()
            await asyncio.gather(*running, return_exceptions=True)
        await self._settle_aside()
        self.outcome.complete = not self._frontier.was_cut
        if not self.outcome.alive:
            raise self._first_failure or SiteWithoutPages()
        await self._ledger.progress(self._frontier.found, self._done)
        return self.outcome

    async def _open(self) -> float:
        """Reads the rules and the sitemap; gives the seconds to wait between two pages."""
        start = self._website.start_url
        robots = await self._rules(start or self._website.sitemap_url or "")
        if self._website.sitemap_url:
            named = await read_sitemap(self._fetcher, self._website.sitemap_url, self._website.max_pages * 2)
            if named and not start:
                # A sitemap may lie on another host than the pages it names.
                self._scope.host = Counter(map(host_of, named)).most_common(1)[0][0]
            for url in named:
                self._frontier.add(url, 0)
        if start:
            self._frontier.add_start(start)
        return robots.delay

    async def _rules(self, url: str) -> Robots:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._robots:
            self._robots[origin] = await read_robots(self._fetcher, origin)
        return self._robots[origin]

    async def _visit(self, visit: Visit) -> None:
        try:
            if not (await self._rules(visit.url)).allows(visit.url):
                raise RobotsForbid()
            known = self._known.get(visit.url)
            answer = await self._fetcher.get(
                visit.url,
                etag=known.etag if known else None,
                last_modified=known.last_modified if known else None,
            )
            self._failures = 0
            await self._understand(visit, answer)
        except FetchFailed as failure:
            self._note(visit.url, failure)
            if visit.depth == 0 and self._first_failure is None:
                self._first_failure = failure
            if failure.passing:
                self._failures += 1
                if self._failures >= FAILURES_IN_A_ROW:
                    raise
            if not isinstance(failure, PageMissing | RobotsForbid):
                self._stay(visit)
        finally:
            self._done += 1

    async def _understand(self, visit: Visit, answer: Answer) -> None:
        if answer.status == 304 and visit.url in self._known:
            self.outcome.alive.add(visit.url)
            self.outcome.unchanged += 1
            if self._known[visit.url].retired:
                await self._ledger.confirm(visit.url, None)
            self._follow(visit, self._known[visit.url].links)
        elif answer.is_redirect:
            self._redirected(visit, answer.location)
        elif answer.status in (404, 410):
            raise PageMissing(status=answer.status)
        elif answer.status in (401, 402, 403, 407, 451):
            raise PageForbidden(status=answer.status)
        elif answer.status != 200:
            raise PageNotText(status=answer.status)
        else:
            await self._take(visit, answer)

    def _redirected(self, visit: Visit, target: str | None) -> None:
        if target is None:
            raise RedirectsTooOften()
        is_first = visit.url in self._first
        if is_first:
            # The site may live on another host than was typed in: then it is that one.
            self._first.add(target)
            self._scope.host = host_of(target)
        if not self._frontier.add_target(visit, target, anywhere=is_first):
            raise RedirectsTooOften()
        self.outcome.gone.add(visit.url)

    async def _take(self, visit: Visit, answer: Answer) -> None:
        page, content, format = await self._page(answer)
        wishes = wishes_of(answer.headers.get("x-robots-tag", ""))
        if "nofollow" not in wishes:
            self._follow(visit, page.links)
        if not page.indexed or "noindex" in wishes:
            self.outcome.gone.add(visit.url)
            return
        if not content.strip():
            raise PageWithoutText()
        found = FoundPage(
            url=visit.url,
            title=page.title or _name_of(visit.url),
            content=content,
            format=format,
            text_sha256=hashlib.sha256(page.title.encode() + b"\n" + content).hexdigest(),
            etag=answer.headers.get("etag"),
            last_modified=answer.headers.get("last-modified"),
            links=[link for link in page.links if self._scope.has_host(link) and "nofollow" not in wishes],
        )
        if self._names_another(page.canonical, visit.url):
            assert page.canonical is not None
            self._aside.append((found, page.canonical))
            self._frontier.add(page.canonical, visit.depth)
            self.outcome.gone.add(visit.url)
            return
        await self._keep(found)

    async def _page(self, answer: Answer) -> tuple[Page, bytes, str]:
        """What the answer holds, what of it is kept, and in which format. Raises PageNotText."""
        if answer.content_type == "application/pdf":
            return Page("", ""), answer.content, "pdf"
        if answer.content_type in _PLAIN:
            text = answer.content.decode("utf-8", "replace").replace("\x00", "")
            return Page("", text), text.encode(), _PLAIN[answer.content_type]
        if answer.content_type not in _HTML and not (
            answer.content_type == "" and _HTML_MARK.search(answer.content[:2_000])
        ):
            raise PageNotText(type=answer.content_type[:100])
        page = await self._read(answer.content, answer.url, answer.charset)
        return page, page.text.encode("utf-8", "replace"), "markdown"

    def _names_another(self, canonical: str | None, url: str) -> bool:
        """Whether the page says that another one of the site is the one to read. A whole site that names its front
        page everywhere is a mistake of its makers."""
        return (
            canonical is not None
            and canonical != url
            and self._scope.has(canonical)
            and urlsplit(canonical).path != "/"
        )

    async def _keep(self, page: FoundPage) -> None:
        outcome, known = self.outcome, self._known.get(page.url)
        twin = self._texts.setdefault(page.text_sha256, page.url)
        if known is None and twin != page.url:
            # The same page under a second address: sorted in another way, or for print.
            return
        if len(outcome.alive) >= self._website.max_pages:
            self._frontier.was_cut = True
            return
        outcome.alive.add(page.url)
        outcome.gone.discard(page.url)
        if known is not None and known.text_sha256 == page.text_sha256:
            outcome.unchanged += 1
            said = (page.etag, page.last_modified, tuple(page.links))
            if known.retired or said != (known.etag, known.last_modified, known.links):
                await self._ledger.confirm(page.url, page)
            return
        outcome.new += known is None
        outcome.changed += known is not None
        await self._ledger.keep(page)

    async def _settle_aside(self) -> None:
        """Keeps pages whose better one was not to be had: first those at the end of a chain, then circles."""
        aside = sorted(self._aside, key=lambda each: each[0].url)
        names = {page.url for page, _ in aside}
        for page, target in sorted(aside, key=lambda each: each[1] in names):
            if target not in self.outcome.alive:
                await self._keep(page)

    def _follow(self, visit: Visit, links: list[str] | tuple[str, ...]) -> None:
        for link in links:
            self._frontier.add(link, visit.depth + 1)

    def _stay(self, visit: Visit) -> None:
        """A page that could not be read this time keeps its document, and still leads where it led."""
        known = self._known.get(visit.url)
        if known is not None and not known.retired:
            self.outcome.alive.add(visit.url)
            self._follow(visit, known.links)

    def _note(self, url: str, failure: FetchFailed) -> None:
        self.outcome.failed += 1
        if isinstance(failure, PageMissing | RobotsForbid):
            self.outcome.gone.add(url)
        if len(self.outcome.problems) < MOST_PROBLEMS:
            self.outcome.problems.append(Problem(url, failure.code, failure.message))


def _name_of(url: str) -> str:
    """A title for a page that has none: the last part of its path, else its host."""
    parts = urlsplit(url)
    last = parts.path.rstrip("/").rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return " ".join(last.replace("-", " ").replace("_", " ").split())[:300] or parts.netloc
