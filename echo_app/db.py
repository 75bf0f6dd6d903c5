"""The database: one engine a process, and transactions that know for whom they are.

Row-level security reads the tenant (`echo.tenant_id`) and the person (`echo.user_id`) that `transaction` sets
for its own duration; with neither set, every tenant table looks empty.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import psycopg
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from echo_app.embedded_postgres import embedded_urls
from echo_app.errors import Unavailable
from echo_app.kit.statements import driver, fetch, keep_driver
from echo_app.settings import Settings
from echo_app.tenancy import Actor

APPLICATION_ROLE = "echo_app"

_engine: AsyncEngine | None = None


def admin_url(settings: Settings) -> str:
    """The owner of the tables: for migrations only."""
    if settings.database_url:
        return _for_psycopg(settings.database_url)
    return embedded_urls(settings.data_dir)[0]


def app_url(settings: Settings) -> str:
    """The application's own login, which owns no table and cannot bypass row-level security.

    On an outside Postgres without ECHO_APP_DATABASE_URL the given login takes on that role at connection.
    """
    if settings.app_database_url:
        return _for_psycopg(settings.app_database_url)
    if settings.database_url:
        url = make_url(_for_psycopg(settings.database_url))
        return url.update_query_dict({"options": f"-c role={APPLICATION_ROLE}"}).render_as_string(False)
    return embedded_urls(settings.data_dir)[1]


def conninfo(url: str) -> str:
    """The same address as libpq wants it, for Procrastinate and LISTEN."""
    return make_url(url).set(drivername="postgresql").render_as_string(False)


async def open_engine(url: str, *, pool_size: int = 10) -> None:
    """Opens this process's engine. Connections are made at first use and never outlive `close_engine`."""
    global _engine
    await close_engine()
    _engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=5,
        # An error that is logged must not tell what was written.
        hide_parameters=True,
        # Transactions are begun by `_scoped`, together with their scope, and not by the driver in a message of its own.
        connect_args={"connect_timeout": 3, "application_name": "echo", "autocommit": True},
    )


async def close_engine() -> None:
    global _engine
    if _engine is not None:
        await _engine.dispose()
        _engine = None


@asynccontextmanager
async def transaction(actor: Actor) -> AsyncIterator[AsyncSession]:
    """One transaction as this actor: committed at the end, rolled back by an exception.

    Raises Unavailable when the database cannot be reached.
    """
    async with _scoped(actor.tenant_id, actor.id if actor.kind == "user" else None) as session:
        yield session


@asynccontextmanager
async def read_only(actor: Actor) -> AsyncIterator[AsyncSession]:
    """Like `transaction`, for reading: Postgres refuses what would write."""
    user_id = actor.id if actor.kind == "user" else None
    async with _scoped(actor.tenant_id, user_id, reading=True) as session:
        yield session


@asynccontextmanager
async def before_tenant(user_id: UUID | None = None) -> AsyncIterator[AsyncSession]:
    """A transaction before the tenant is known: sees only what the SECURITY DEFINER functions tell,
    and, with a user, that user's own row, sessions and memberships."""
    async with _scoped(None, user_id) as session:
        yield session


async def reach() -> None:
    """Asks the database anything. Raises Unavailable when it does not answer."""
    async with before_tenant() as session:
        await fetch(session, "SELECT 1")


async def rescope(session: AsyncSession, *, tenant_id: UUID | None, user_id: UUID | None = None) -> None:
    """Names another tenant and person for the rest of the transaction, once they have been proven."""
    await driver(session).execute(_scope(tenant_id, user_id))


@asynccontextmanager
async def _scoped(
    tenant_id: UUID | None, user_id: UUID | None, *, reading: bool = False
) -> AsyncIterator[AsyncSession]:
    if _engine is None:
        raise RuntimeError("open_engine has not been called in this process")
    try:
        async with (
            AsyncSession(_engine, expire_on_commit=False) as session,
            session.begin(),
            _minding_its_end(session),
        ):
            # Reading is committed like anything else: after a ROLLBACK psycopg forgets all that the connection has
            # prepared, and planning it anew takes longer than most statements run.
            begin = b"BEGIN READ ONLY;" if reading else b"BEGIN;"
            await driver(session).execute(begin + _scope(tenant_id, user_id))
            yield session
    except (OperationalError, PoolTimeout, psycopg.OperationalError) as away:
        raise Unavailable() from away
    except DBAPIError as broken:
        if broken.connection_invalidated:
            raise Unavailable() from broken
        raise


@asynccontextmanager
async def _minding_its_end(session: AsyncSession) -> AsyncIterator[None]:
    """Keeps the transaction's own connection at hand, and notices its loss where SQLAlchemy does not see it."""
    connection = (await session.connection()).sync_connection
    assert connection is not None
    keep_driver(session, connection.connection.driver_connection)
    try:
        yield
    except psycopg.OperationalError:
        if driver(session).closed:
            await session.invalidate()
            # The others in the pool were lost with it.
            if _engine is not None:
                await _engine.dispose()
        raise


def _scope(tenant_id: UUID | None, user_id: UUID | None) -> bytes:
    """Statements that set the scope for the transaction, written out: with parameters, one message to the server
    holds one statement only. A UUID's digits need no quoting."""
    return b"".join(
        f"SET LOCAL {name} = '{value.hex if value else ''}';".encode()
        for name, value in (("echo.tenant_id", tenant_id), ("echo.user_id", user_id))
    )


def _for_psycopg(url: str) -> str:
    parsed = make_url(url.replace("postgres://", "postgresql://", 1))
    return parsed.set(drivername="postgresql+psycopg").render_as_string(False)
