"""A throwaway Postgres with tenants whose knowledge is a collection."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg

from bench.datasets import Source
from echo_app import composition, db, migrations
from echo_app.embedded_postgres import EmbeddedPostgres
from echo_app.kit.ids import new_id
from echo_app.knowledge.bulk import File, Outcome, ingest_files
from echo_app.settings import settings
from echo_app.tenancy import Actor, Role
from echo_app.tenants import sign_in


@asynccontextmanager
async def fresh_database() -> AsyncIterator[None]:
    """A migrated embedded Postgres, this process's engine on it; both gone at the end."""
    folder = new_folder()
    os.environ["ECHO_DATA_DIR"] = str(folder)
    settings.cache_clear()
    postgres = EmbeddedPostgres(folder)
    try:
        postgres.start()
        migrations.upgrade(postgres.admin_url)
        composition.put_providers(settings())
        await db.open_engine(db.app_url(settings()))
        yield
        await db.close_engine()
    finally:
        postgres.stop()
        shutil.rmtree(folder)


def vacuum() -> None:
    """As the server does by itself some time after a load: fresh statistics, and pages known to be visible to all."""
    with psycopg.connect(db.conninfo(db.admin_url(settings())), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def new_folder() -> Path:
    """An empty data folder that Postgres can pass through when it runs as another user."""
    folder = Path(tempfile.mkdtemp(prefix="echo-bench-"))
    folder.chmod(0o711)
    return folder


async def tenant_with(sources: Iterable[Source]) -> tuple[Actor, dict[str, str]]:
    """A new tenant that knows these documents; and the key of each document by its id's hex digits."""
    made = await sign_in.sign_up(
        "Bench", "Bench Owner", f"{new_id().hex}@bench.example", "correct horse battery", with_key=False
    )
    owner = Actor(made.tenant_id, "user", made.user_id, Role.OWNER, "Bench Owner")
    files = [File(each.key, each.content.encode(), each.title, each.format) for each in sources]
    keys: dict[str, str] = {}

    def told(outcome: Outcome) -> None:
        if outcome.document_id is not None:
            keys[outcome.document_id.hex] = outcome.name

    await ingest_files(owner, files, told)
    return owner, keys
