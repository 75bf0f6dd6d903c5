"""One request: what is asked for, what is tried again, what is refused."""

import asyncio
import time
import zlib
from collections.abc import AsyncIterator

import pytest

from echo_app.knowledge.crawling.fetching import Fetcher, unpacked
from echo_app.knowledge.sources.errors import (
    PageAnsweredWrongly,
    PageTooLarge,
    RedirectsTooOften,
    SiteInTrouble,
)
from tests.peers.website import Reply, Site, gzipped, page, redirect, served


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with served() as found:
        yield found


@pytest.fixture
async def fetcher(site: Site) -> AsyncIterator[Fetcher]:
    async with Fetcher(agent="EchoBot/1.0", private_hosts=[site.host], waits=(0.01, 0.01)) as found:
        yield found


class TestGet:
    async def test_asks_only_for_what_changed(self, site: Site, fetcher: Fetcher) -> None:
        site.pages = {"/": page("Help")}
        first = await fetcher.get(site.url())
        second = await fetcher.get(site.url(), etag=first.headers["etag"])
        assert (first.status, second.status, second.content) == (200, 304, b"")

    async def test_unpacks_what_comes_packed(self, site: Site, fetcher: Fetcher) -> None:
        site.pages = {
            "/gzip": gzipped(b"words " * 1_000),
            "/deflate": Reply(zlib.compress(b"words"), headers={"Content-Encoding": "deflate"}),
        }
        assert (await fetcher.get(site.url("/gzip"))).content == b"words " * 1_000
        assert (await fetcher.get(site.url("/deflate"))).content == b"words"

    @pytest.mark.parametrize("encoding", ["br", "gzip", "gzip, gzip"])
    async def test_refuses_what_is_packed_otherwise_than_it_says(
        self, site: Site, fetcher: Fetcher, encoding: str
    ) -> None:
        site.pages = {"/": Reply(b"not packed at all", headers={"Content-Encoding": encoding})}
        with pytest.raises(PageAnsweredWrongly):
            await fetcher.get(site.url())

    async def test_tries_a_busy_site_again(self, site: Site, fetcher: Fetcher) -> None:
        answers = [Reply(b"", 503), Reply(b"", 429), page("Help")]
        site.pages = {"/": lambda path: answers.pop(0)}
        assert (await fetcher.get(site.url())).status == 200
        assert site.asked["/"] == 3

    async def test_waits_as_long_as_the_site_asks(self, site: Site, fetcher: Fetcher) -> None:
        answers = [Reply(b"", 429, headers={"Retry-After": "1"}), page("Help")]
        site.pages = {"/": lambda path: answers.pop(0)}
        begun = time.monotonic()
        await fetcher.get(site.url())
        assert 0.9 < time.monotonic() - begun < 3

    async def test_gives_up_in_the_end(self, site: Site, fetcher: Fetcher) -> None:
        site.pages = {"/": Reply(b"", 500)}
        with pytest.raises(SiteInTrouble):
            await fetcher.get(site.url())
        assert site.asked["/"] == 3

    async def test_does_not_try_again_what_cannot_pass(self, site: Site, fetcher: Fetcher) -> None:
        site.pages = {"/": Reply(b"x" * 1_000)}
        with pytest.raises(PageTooLarge):
            await fetcher.get(site.url(), largest=999)
        assert site.asked["/"] == 1

    async def test_ends_a_stream_that_never_ends_at_the_limit(self, site: Site, fetcher: Fetcher) -> None:
        sent = 0

        async def stream(writer: asyncio.StreamWriter) -> None:
            nonlocal sent
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n")
            while sent < 200_000_000:
                writer.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
                await writer.drain()
                sent += 0x10000

        site.pages = {"/": stream}
        with pytest.raises(PageTooLarge):
            await fetcher.get(site.url())
        assert sent < 20_000_000

    async def test_refuses_headers_without_end(self, site: Site, fetcher: Fetcher) -> None:
        async def headers(writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\n")
            for number in range(50_000):
                writer.write(b"X-Header-%d: value\r\n" % number)
                await writer.drain()

        site.pages = {"/": headers}
        with pytest.raises(PageAnsweredWrongly):
            await fetcher.get(site.url())


class TestFollow:
    async def test_goes_where_it_is_sent(self, site: Site, fetcher: Fetcher) -> None:
        site.pages = {"/a": redirect("b", 307), "/b": page("B")}
        assert (await fetcher.follow(site.url("/a"))).url == site.url("/b")

    async def test_does_not_run_in_circles(self, site: Site, fetcher: Fetcher) -> None:
        site.pages = {"/a": redirect("/b"), "/b": redirect("/a")}
        with pytest.raises(RedirectsTooOften):
            await fetcher.follow(site.url("/a"))

    @pytest.mark.parametrize(
        "target", ["file:///etc/passwd", "ftp://company.example/", "javascript:alert(1)"]
    )
    async def test_does_not_leave_the_web(self, site: Site, fetcher: Fetcher, target: str) -> None:
        site.pages = {"/a": redirect(target)}
        answer = await fetcher.follow(site.url("/a"))
        assert answer.is_redirect


class TestUnpacked:
    def test_stops_before_it_grows_too_large(self) -> None:
        bomb = zlib.compress(b"x" * 50_000_000)
        with pytest.raises(PageTooLarge):
            unpacked(bomb, 1_000_000)
