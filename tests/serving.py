"""Fixtures: the API as it is served, without the dashboard, on a port of its own, and with its queues at work."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import suppress

import httpx
import psycopg
import pytest
import uvicorn

from echo_app import db, jobs
from echo_app.answering import tasks as answering_tasks
from echo_app.api.application import create_api
from echo_app.knowledge import tasks as knowledge_tasks
from echo_app.knowledge.crawling import tasks as crawling_tasks
from echo_app.knowledge.embedding import tasks as embedding_tasks
from echo_app.knowledge.sources import tasks as source_tasks
from tests.people import Company

TASKS = (answering_tasks, knowledge_tasks, crawling_tasks, embedding_tasks, source_tasks)


@pytest.fixture(scope="module")
async def queue(database: str) -> AsyncIterator[None]:
    """All queues worked off in this process, which begin empty: what tests without a queue have deferred is nobody's,
    and would take its seconds from those who wait."""
    async with await psycopg.AsyncConnection.connect(db.conninfo(database), autocommit=True) as connection:
        await connection.execute("DELETE FROM procrastinate_jobs WHERE status = 'todo'")
    await jobs.open_queue(db.conninfo(database))
    work = asyncio.create_task(jobs.work(["live", "ingest", "crawl", "upkeep"], concurrency=20, listen=True))
    yield
    work.cancel()
    with suppress(asyncio.CancelledError):
        await work
    await jobs.close_queue()


@pytest.fixture(scope="module")
async def address(queue: None) -> AsyncIterator[str]:
    """Where the API is served, `http://127.0.0.1:PORT`."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_api(), log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    await serving


@pytest.fixture
async def http(address: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client without a login."""
    async with httpx.AsyncClient(base_url=address, timeout=30) as client:
        yield client


@pytest.fixture
def api(http: httpx.AsyncClient, company: Company) -> httpx.AsyncClient:
    """A client with a tenant's API key."""
    http.headers["Authorization"] = f"Bearer {company.api_key}"
    return http
