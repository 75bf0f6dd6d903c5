"""How fast documents come in, beside the parser and the embedder alone on the same files.

    python -m bench.ingestion [--data FOLDER] [--documents 1638] [--pages 500] [--jobs 300]

Short documents are paragraphs of COVID-QA (FOLDER/covid-qa.json), PDF pages are made of them, about 2,000 characters
each. A throwaway Postgres is started for it. `jobs` go in as a ZIP through the API's service, one job each, worked off
in this process. Prints a table, writes bench/results/ingestion.json.
"""

import argparse
import asyncio
import json
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from bench import machine
from bench.knowledge_base import fresh_database, tenant_with
from echo_app import db, jobs
from echo_app.knowledge import service, tasks
from echo_app.knowledge.bulk import File, Outcome, ingest_files
from echo_app.knowledge.isolation import close_parsers, parse_safely
from echo_app.knowledge.parsing import parse
from echo_app.providers.embeddings.local import embed_now, load
from echo_app.settings import settings
from echo_app.tenancy import Actor
from tests.knowledge.packed import zipped
from tests.knowledge.pdfs import pdf

RESULT = Path(__file__).parent / "results" / "ingestion.json"
SHORTEST, LONGEST = 200, 600
LINES_A_PAGE, WIDTH = 25, 80


async def main() -> None:
    options = _options()
    load()
    texts = list(_texts(options.data, options.documents))
    book = _book(options.data, options.pages)
    rows: dict[str, float] = {
        "texts: parser alone": _rate(
            len(texts), lambda: [parse(each.encode(), "markdown") for each in texts]
        ),
        "texts: embedder alone": _rate(len(texts), lambda: embed_now(texts)),
        "PDF pages: parser alone": _rate(options.pages, lambda: parse(book, "pdf")),
    }
    async with fresh_database():
        rows["texts: in bulk"] = await _bulk(texts)
        rows["texts: one job each"] = await _jobs(texts[: options.jobs])
        began = time.perf_counter()
        await parse_safely(book, "pdf")
        rows["PDF pages: parser's process, cold"] = options.pages / (time.perf_counter() - began)
        rows["PDF pages: end to end"] = await _pages(book, options.pages)
        await close_parsers()
    _report(rows, options)


async def _bulk(texts: list[str]) -> float:
    actor, _ = await tenant_with([])
    outcomes: list[Outcome] = []
    files = [File(f"{number}.md", each.encode()) for number, each in enumerate(texts)]
    began = time.perf_counter()
    await ingest_files(actor, files, outcomes.append)
    seconds = time.perf_counter() - began
    assert all(each.document_id for each in outcomes)
    return len(texts) / seconds


async def _jobs(texts: list[str]) -> float:
    """Taken in by the API's call for a ZIP, then one job a document, as the worker does it."""
    actor, _ = await tenant_with([])
    archive = zipped({f"{number}.md": each for number, each in enumerate(texts)})
    await jobs.open_queue(db.conninfo(db.app_url(settings())))
    began = time.perf_counter()
    async with db.transaction(actor) as tx:
        await service.add_archive(tx, actor, archive)
    working = asyncio.create_task(
        jobs.app.run_worker_async(queues=["ingest"], concurrency=4, wait=False, install_signal_handlers=False)
    )
    await working
    seconds = time.perf_counter() - began
    assert await _ready(actor) == len(set(texts))
    await jobs.close_queue()
    return len(texts) / seconds


async def _pages(book: bytes, pages: int) -> float:
    actor, _ = await tenant_with([])
    began = time.perf_counter()
    async with db.transaction(actor) as tx:
        document = await service.add_document(tx, actor, title="Book", content=book, format="pdf")
    await tasks.ingest(actor.tenant_id, document.id)
    seconds = time.perf_counter() - began
    assert await _ready(actor) == 1
    return pages / seconds


async def _ready(actor: Actor) -> int:
    async with db.read_only(actor) as tx:
        return (await service.count_documents(tx, actor)).get("ready", 0)


def _paragraphs(folder: Path) -> Iterator[str]:
    for article in json.loads((folder / "covid-qa.json").read_text())["data"]:
        for paragraph in article["paragraphs"]:
            for piece in paragraph["context"].split("\n"):
                if len(piece) >= SHORTEST:
                    yield " ".join(piece.split())


def _texts(folder: Path, wanted: int) -> Iterator[str]:
    """Short documents, each with a heading, no two alike."""
    paragraphs = list(_paragraphs(folder))
    for number in range(wanted):
        yield f"# Document {number}\n\n{paragraphs[number % len(paragraphs)][:LONGEST]}"


def _book(folder: Path, pages: int) -> bytes:
    lines: list[str] = []
    source = list(_paragraphs(folder))
    number = 0
    while len(lines) < pages * LINES_A_PAGE:
        latin = source[number % len(source)].encode("latin-1", "replace").decode("latin-1")
        lines += textwrap.wrap(latin, WIDTH)
        number += 1
    return pdf(
        *(lines[start : start + LINES_A_PAGE] for start in range(0, pages * LINES_A_PAGE, LINES_A_PAGE))
    )


def _rate(count: int, work: Any) -> float:
    began = time.perf_counter()
    work()
    return count / (time.perf_counter() - began)


def _report(rows: dict[str, float], options: argparse.Namespace) -> None:
    width = max(map(len, rows))
    for name, rate in rows.items():
        print(f"{name:{width}}  {rate:8.0f} /s")
    print(f"{options.documents} texts in bulk take {options.documents / rows['texts: in bulk']:.2f} s")
    memory = psutil.Process().memory_info().rss
    print(f"this process: {memory / 1e6:.0f} MB")
    RESULT.parent.mkdir(exist_ok=True)
    result = {
        "perSecond": {name: round(rate, 1) for name, rate in rows.items()},
        "documents": options.documents,
        "pages": options.pages,
        "jobs": options.jobs,
        "residentBytes": memory,
        "machine": machine.described(),
    }
    RESULT.write_text(json.dumps(result, indent=2))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    shared = Path(__file__).parents[2] / "shared" / "data"
    parser.add_argument("--data", type=Path, default=shared, help="a folder with covid-qa.json")
    parser.add_argument("--documents", type=int, default=1_638)
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--jobs", type=int, default=300)
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main())
