"""The worker process: documents, upkeep, and replies that web did not take. Never imports reflex."""

import asyncio
import signal

from echo_app import composition, jobs
from echo_app.answering import tasks as answering_tasks
from echo_app.knowledge import tasks as knowledge_tasks
from echo_app.knowledge.crawling import tasks as crawling_tasks
from echo_app.knowledge.embedding import tasks as embedding_tasks
from echo_app.knowledge.isolation import close_parsers
from echo_app.knowledge.sources import tasks as source_tasks
from echo_app.settings import settings

REPLIES_AT_ONCE = 10
DOCUMENTS_AT_ONCE = 2
# They wait for other people's servers most of the time.
CRAWLS_AT_ONCE = 4

# Registered with the queue by being imported.
TASKS = (answering_tasks, knowledge_tasks, crawling_tasks, embedding_tasks, source_tasks)


async def main() -> None:
    """Works until SIGTERM or SIGINT."""
    composition.set_up_logging(settings())
    composition.put_providers(settings())
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with (
        composition.connected(settings(), pool_size=5),
        composition.running(
            jobs.work(["ingest", "upkeep"], concurrency=DOCUMENTS_AT_ONCE, listen=True),
            # Polled, not listened for: web is nearer to the customer and takes what it can.
            jobs.work(["live"], concurrency=REPLIES_AT_ONCE, listen=False),
            jobs.work(["crawl"], concurrency=CRAWLS_AT_ONCE, listen=False),
            jobs.sweep(),
            knowledge_tasks.keep_documents(),
            source_tasks.sweep(),
            embedding_tasks.keep_spending(),
        ),
    ):
        await stop.wait()
        await close_parsers()
