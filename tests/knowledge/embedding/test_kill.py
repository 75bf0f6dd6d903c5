"""A worker that builds a space is killed, and another goes on."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from echo_app import db, jobs
from echo_app.settings import settings
from tests.knowledge.embedding.driving import added, begun, manual, vectors_of, view
from tests.peers.embedding_server import EmbeddingServer
from tests.people import Company
from tests.vendors import OWN

TITLE = "Killed"


@pytest.fixture
async def another_worker(database: str) -> AsyncIterator[asyncio.Event]:
    """A worker of this process, at work from the moment that the event is set."""
    start = asyncio.Event()

    async def work() -> None:
        await start.wait()
        await asyncio.gather(jobs.work(["upkeep"], concurrency=1, listen=True), jobs.sweep())

    await jobs.open_queue(db.conninfo(database))
    working = asyncio.create_task(work())
    yield start
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working
    await jobs.close_queue()


def sent(vendors: EmbeddingServer) -> list[str]:
    # Other tests leave jobs in the queue.
    return [text for text in vendors.texts if text.startswith(TITLE)]


async def test_another_worker_goes_on_and_sends_one_batch_again_at_most(
    company: Company, vendors: EmbeddingServer, another_worker: asyncio.Event
) -> None:
    await added(company.owner, manual(200), TITLE)
    vendors.delay = 0.3
    await begun(company.owner, OWN)
    program = Path(__file__).with_name("building.py")
    worker = await asyncio.create_subprocess_exec(
        sys.executable, program, str(settings().data_dir), vendors.openai_url
    )
    # Four requests of 32 passages are a batch: the fifth is in the second.
    while len(sent(vendors)) <= 4 * 32:
        assert worker.returncode is None
        await asyncio.sleep(0.02)
    worker.kill()
    await worker.wait()
    vendors.delay = 0
    killed = (await view(company.owner)).change
    assert killed is not None
    assert (killed.state, killed.done) == ("building", 128)
    another_worker.set()
    for _ in range(300):
        if (await view(company.owner)).change is None:
            break
        await asyncio.sleep(0.1)
    assert (await view(company.owner)).embedder == OWN
    assert (await vectors_of(company.owner))[f"{OWN} active"] == 200
    assert len(set(sent(vendors))) == 200
    assert 200 < len(sent(vendors)) <= 272
