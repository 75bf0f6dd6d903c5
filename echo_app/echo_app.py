"""The web process: dashboard, API and widget on one port, and the queue of replies."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import reflex as rx
from fastapi import FastAPI
from reflex.constants import Dirs
from reflex.utils.prerequisites import get_web_dir
from starlette.types import ASGIApp

from echo_app import composition, jobs
from echo_app.answering import tasks as answering_tasks
from echo_app.api.application import create_api
from echo_app.knowledge.embedding import tasks as embedding_tasks
from echo_app.settings import settings
from echo_app.ui import add_pages
from echo_app.ui.addresses import DirectPages

# Replies wait for models, not for the processor: many can be under way at once.
REPLIES_AT_ONCE = 40

# Registered with the queue by being imported.
TASKS = (answering_tasks,)


@asynccontextmanager
async def serve_live(app: FastAPI) -> AsyncIterator[None]:
    """The process's connections and its share of the work, while the web server runs."""
    del app
    composition.set_up_logging(settings())
    composition.put_providers(settings())
    async with (
        composition.connected(settings()),
        composition.running(
            jobs.work(["live"], concurrency=REPLIES_AT_ONCE, listen=True),
            jobs.sweep(),
            embedding_tasks.keep_spending(),
        ),
    ):
        yield


def serve_pages(served: ASGIApp) -> ASGIApp:
    """The dashboard as it was compiled, each page at its own address."""
    return DirectPages(served, get_web_dir() / Dirs.STATIC)


app = rx.App(api_transformer=[create_api(), serve_pages])
add_pages(app)
app.register_lifespan_task(serve_live)
