"""A really migrated Postgres for the whole run, and tenants of its own for each test."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from echo_app import composition, db, migrations, realtime
from echo_app.embedded_postgres import EmbeddedPostgres
from echo_app.kit.ids import new_id
from echo_app.settings import Settings, settings
from echo_app.tenancy import Actor, Role
from echo_app.tenants import sign_in
from tests.people import PASSWORD, Company

pytest_plugins = ["tests.serving", "tests.vendors"]


@pytest.fixture(scope="session")
def echo_settings() -> Iterator[Settings]:
    """Settings of this run: a data folder of its own, its Postgres started and migrated."""
    # Not pytest's own folder: the server runs as another user when the tests run as root, and must pass through.
    data_dir = Path(tempfile.mkdtemp(prefix="echo-tests-"))
    data_dir.chmod(0o711)
    os.environ["ECHO_DATA_DIR"] = str(data_dir)
    settings.cache_clear()
    postgres = EmbeddedPostgres(data_dir)
    postgres.start()
    try:
        migrations.upgrade(postgres.admin_url)
        composition.put_providers(settings())
        yield settings()
    finally:
        postgres.stop()
        shutil.rmtree(data_dir)


@pytest.fixture(scope="session")
async def database(echo_settings: Settings) -> AsyncIterator[str]:
    """The engine and the news of this process, as the application's role; gives the database's address."""
    url = db.app_url(echo_settings)
    await db.open_engine(url)
    await realtime.bus.open(db.conninfo(url))
    await realtime.bus.connected.wait()
    yield url
    await realtime.bus.close()
    await db.close_engine()


@pytest.fixture
async def company(database: str) -> Company:
    """A tenant with an owner and an API key."""
    return await _sign_up()


@pytest.fixture
async def other_company(database: str) -> Company:
    """Somebody else's tenant."""
    return await _sign_up()


async def _sign_up() -> Company:
    email = f"owner-{new_id().hex[-12:]}@company.example"
    made = await sign_in.sign_up("Company", "Olga Owner", email, PASSWORD, with_key=True)
    assert made.api_key is not None
    owner = Actor(made.tenant_id, "user", made.user_id, Role.OWNER, "Olga Owner")
    return Company(owner=owner, api_key=made.api_key, cookie=made.token, email=email)
