"""What web, worker and command line have in common: the providers, and the connections of one process."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog

from echo_app import db, jobs, realtime
from echo_app.providers.embeddings.base import embedders
from echo_app.providers.embeddings.catalogue import Catalogue
from echo_app.providers.llm.base import Model, models
from echo_app.providers.llm.local import ExtractiveModel
from echo_app.providers.storage.base import Storage, storage
from echo_app.providers.storage.local import LocalStorage
from echo_app.settings import Settings


def put_providers(settings: Settings) -> None:
    """Chooses the outside world for this process: the keyless providers, and others where settings name them."""
    embedders.put(Catalogue(settings))
    storage.put(storage_for(settings))
    offered: dict[str, Model] = {"extractive": ExtractiveModel()}
    if settings.openai_api_key:
        from echo_app.providers.llm.openai import OpenAIModel

        offered["openai"] = OpenAIModel(
            settings.openai_model, api_key=settings.openai_api_key, base_url=settings.openai_base_url
        )
    models.put(offered)


def storage_for(settings: Settings) -> Storage:
    """Where these settings keep documents' original bytes."""
    quota = settings.storage_quota or None
    if settings.storage == "local":
        return LocalStorage(settings.data_dir / "files", quota)
    assert settings.s3_bucket is not None
    # Imported only where it is used: 0.3 s, 20 MB.
    from echo_app.providers.storage.s3 import S3Storage

    return S3Storage(
        settings.s3_bucket,
        prefix=settings.s3_prefix,
        region=settings.s3_region,
        endpoint=settings.s3_endpoint,
        access_key=settings.s3_access_key,
        secret_key=settings.s3_secret_key,
        quota=quota,
    )


@asynccontextmanager
async def connected(settings: Settings, *, pool_size: int = 10) -> AsyncIterator[None]:
    """Opens the database, the news and the queue of this process, and closes them at the end.

    A database that is away is no error: requests are answered 503 until it is there.
    """
    url = db.app_url(settings)
    await db.open_engine(url, pool_size=pool_size)
    await realtime.bus.open(db.conninfo(url))
    try:
        await jobs.open_queue(db.conninfo(url))
        yield
    finally:
        await jobs.close_queue()
        await realtime.bus.close()
        await db.close_engine()


@asynccontextmanager
async def running(*loops: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Keeps the loops running beside what is inside, and ends them with it."""
    tasks = [asyncio.create_task(loop) for loop in loops]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


def set_up_logging(settings: Settings) -> None:
    """One JSON object a line on standard error."""
    level = logging.getLevelNamesMapping().get(settings.log_level.upper(), logging.INFO)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=None),
        cache_logger_on_first_use=True,
    )
    # Libraries speak through the standard log: warnings and worse are enough, and they never see a message's text.
    logging.basicConfig(level=max(level, logging.WARNING), format="%(name)s: %(message)s")
