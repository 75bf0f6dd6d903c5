"""A website crawled twice, one page changed in between: how long both take, and what is read again.

    python -m bench.crawl [--site FOLDER] [--pages 300] [--out bench/results/crawl.json]

FOLDER holds HTML files that link to one another from index.html; without it, a help centre is made up. It is served by
the standard library's file server on the loopback address. Beside the crawl stands what fetching the same pages costs
without anything done with them.
"""

import argparse
import asyncio
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import psutil
from sqlalchemy import text

from bench.knowledge_base import fresh_database, tenant_with
from bench.machine import described
from echo_app import db, jobs, realtime
from echo_app.knowledge import isolation, tasks
from echo_app.knowledge.crawling import tasks as crawling
from echo_app.knowledge.crawling.fetching import Fetcher
from echo_app.knowledge.sources import service
from echo_app.knowledge.sources.schemas import SourceRow, Website
from echo_app.settings import settings
from echo_app.tenancy import Actor

TASKS = (tasks, crawling)
HERE = Path(__file__).parent
# Words of an article, and links in the navigation that every page carries.
WORDS = 350
NAVIGATION = 40
AT_ONCE = 4


@dataclass(frozen=True)
class Outcome:
    """Seconds: `crawl` until every page was visited, `found` until all of it can be found, `processor` those that this
    process and its parsers computed (without the database)."""

    what: str
    pages: int
    new: int
    changed: int
    unchanged: int
    ingested: int
    crawl: float
    found: float
    processor: float


async def main() -> None:
    options = _options()
    with _folder(options) as folder, _served(folder) as address:
        pages = sorted(str(file.relative_to(folder)) for file in folder.glob("**/*.html"))
        alone = await _fetched(address, pages)
        print(f"{len(pages)} pages fetched and thrown away: {alone:.2f} s, {len(pages) / alone:.0f} pages/s")
        os.environ["ECHO_CRAWL_PRIVATE_HOSTS"] = "127.0.0.1"
        async with fresh_database(), _working():
            owner, _ = await tenant_with([])
            outcomes = [await _first(owner, address, len(pages))]
            outcomes.append(await _again(owner, "second, nothing changed"))
            _change(folder / pages[len(pages) // 2])
            outcomes.append(await _again(owner, "third, one page changed"))
            memory = sum(each.memory_info().rss for each in _processes()) / 1e6
            await isolation.close_parsers()
    print(f"{'crawl':26} {'new':>5} {'changed':>8} {'same':>6} {'ingested':>9}", end="")
    print(f" {'crawled':>9} {'found':>8} {'computed':>9} {'pages/s':>8}")
    for each in outcomes:
        print(
            f"{each.what:26} {each.new:5} {each.changed:8} {each.unchanged:6} {each.ingested:9}"
            f" {each.crawl:7.2f} s {each.found:6.2f} s {each.processor:7.2f} s {each.pages / each.crawl:8.0f}"
        )
    print(f"this process with its parsers at the end: {memory:.0f} MB")
    options.out.parent.mkdir(exist_ok=True)
    result = {
        "machine": described(),
        "fetchedAlone": alone,
        "memoryMegabytes": memory,
        "crawls": [vars(each) for each in outcomes],
    }
    options.out.write_text(json.dumps(result, indent=2))


async def _first(owner: Actor, address: str, pages: int) -> Outcome:
    begun = time.perf_counter(), _computed()
    website = Website(start_url=f"{address}/index.html", max_pages=10_000, max_depth=20, every_hours=None)
    async with db.transaction(owner) as tx:
        source = await service.create_source(tx, owner, kind="website", name="Site", website=website)
    return await _ended(owner, source.id, "first", begun)


async def _again(owner: Actor, what: str) -> Outcome:
    begun = time.perf_counter(), _computed()
    async with db.transaction(owner) as tx:
        (source,) = await service.list_sources(tx, owner)
        await service.start_crawl(tx, owner, source.id)
    return await _ended(owner, source.id, what, begun)


async def _ended(owner: Actor, source_id: UUID, what: str, begun: tuple[float, float]) -> Outcome:
    before = await _ingested(owner)
    while (source := await _source(owner, source_id)).state == "crawling":
        await asyncio.sleep(0.1)
    crawled = time.perf_counter() - begun[0]
    while await _waiting(owner):
        await asyncio.sleep(0.1)
    found, processor = time.perf_counter() - begun[0], _computed() - begun[1]
    report = source.report
    if report is None or source.error:
        raise SystemExit(f"the crawl failed: {source.error}")
    visited = report.new + report.changed + report.unchanged
    ingested = await _ingested(owner) - before if what != "first" else await _ingested(owner)
    return Outcome(
        what, visited, report.new, report.changed, report.unchanged, ingested, crawled, found, processor
    )


async def _source(owner: Actor, source_id: UUID) -> SourceRow:
    async with db.read_only(owner) as tx:
        return await service.get_source(tx, owner, source_id)


async def _ingested(owner: Actor) -> int:
    return await _number(owner, "SELECT count(*) FROM audit_entries WHERE action = 'document.ready'")


async def _waiting(owner: Actor) -> int:
    return await _number(owner, "SELECT count(*) FROM documents WHERE status IN ('queued', 'processing')")


async def _number(owner: Actor, query: str) -> int:
    async with db.read_only(owner) as tx:
        return int((await tx.execute(text(query))).scalar_one())


@asynccontextmanager
async def _working() -> AsyncIterator[None]:
    """The queues worked off in this process, as the worker does."""
    conninfo = db.conninfo(db.app_url(settings()))
    await realtime.bus.open(conninfo)
    await jobs.open_queue(conninfo)
    work = asyncio.create_task(jobs.work(["crawl", "ingest"], concurrency=3, listen=True))
    yield
    work.cancel()
    with suppress(asyncio.CancelledError):
        await work
    await jobs.close_queue()
    await realtime.bus.close()


async def _fetched(address: str, names: list[str]) -> float:
    """Seconds for all pages, as many at once as a crawl asks for."""
    waiting = list(names)

    async def ask(fetcher: Fetcher) -> None:
        while waiting:
            await fetcher.get(f"{address}/{waiting.pop()}")

    begun = time.perf_counter()
    async with Fetcher(agent="EchoBot/1.0", private_hosts=["127.0.0.1"], at_once=AT_ONCE) as fetcher:
        await asyncio.gather(*[ask(fetcher) for _ in range(AT_ONCE)])
    return time.perf_counter() - begun


@contextmanager
def _folder(options: argparse.Namespace) -> Iterator[Path]:
    """A copy of the site, which the benchmark may change."""
    with tempfile.TemporaryDirectory(prefix="echo-bench-site-") as name:
        folder = Path(name)
        if options.site:
            shutil.copytree(options.site, folder, dirs_exist_ok=True)
        else:
            _made_up(folder, options.pages)
        yield folder


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--protocol", "HTTP/1.1"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def _made_up(folder: Path, pages: int) -> None:
    """Articles of invented sentences, in sections of thirty, with the navigation that such sites have."""
    chooser = random.Random(7)
    words = [
        "".join(
            chooser.choice("aeiou") + chooser.choice("bdfgklmnprst") for _ in range(chooser.randint(1, 4))
        )
        for _ in range(4_000)
    ]
    names = ["index", *(f"article-{number}" for number in range(1, pages))]
    heads = names[1::30]
    navigation = "".join(f"<li><a href='{name}.html'>{name}</a></li>" for name in heads[:NAVIGATION])
    for place, name in enumerate(names):
        section = names[1 + (place - 1) // 30 * 30 :][:30] if place else heads
        beside = "".join(
            f"<li><a href='{each}.html'>{each}</a></li>" for each in section if name in heads or not place
        )
        paragraphs = "".join(
            f"<h2>{' '.join(chooser.sample(words, 4)).capitalize()}</h2>"
            f"<p>{' '.join(chooser.choices(words, k=WORDS // 5)).capitalize()}.</p>"
            for _ in range(5)
        )
        (folder / f"{name}.html").write_text(
            f"<!doctype html><html><head><title>{name} | Help</title></head><body><header><nav><ul>{navigation}"
            f"</ul></nav></header><main><article><h1>{name}</h1>{paragraphs}</article></main>"
            f"<aside><ul>{beside}</ul></aside><footer><p>Imprint</p></footer></body></html>"
        )


def _change(file: Path) -> None:
    file.write_text(file.read_text().replace("</article>", "<p>This sentence is new.</p></article>", 1))
    later = time.time() + 10
    # Last-Modified knows only seconds.
    os.utime(file, (later, later))


def _processes() -> list[psutil.Process]:
    this = psutil.Process()
    return [
        this,
        *(each for each in this.children() if "echo_app.knowledge.parsers" in " ".join(each.cmdline())),
    ]


def _computed() -> float:
    return sum(sum(each.cpu_times()[:2]) for each in _processes())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--site", type=Path, help="a folder of HTML files with an index.html")
    parser.add_argument("--pages", type=int, default=300, help="pages of the site that is made up")
    parser.add_argument("--out", type=Path, default=HERE / "results" / "crawl.json")
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main())
