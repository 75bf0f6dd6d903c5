"""Transactions: their scope, and what becomes of them when a connection is lost."""

from collections.abc import Awaitable, Callable

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from echo_app import db
from echo_app.embedded_postgres import embedded_urls
from echo_app.errors import Unavailable
from echo_app.kit.statements import fetch
from echo_app.models import Contact
from echo_app.settings import Settings
from tests.people import Company


async def scope() -> str:
    async with db.before_tenant() as tx:
        return str((await fetch(tx, "SELECT current_setting('echo.tenant_id', true)"))[0][0])


async def test_the_scope_ends_with_its_transaction(company: Company) -> None:
    async with db.transaction(company.owner) as tx:
        seen = await fetch(tx, "SELECT id FROM tenants")
        again = (await tx.execute(text("SELECT id FROM tenants"))).all()
    assert seen == [(company.owner.tenant_id,)] == [tuple(row) for row in again]
    assert await scope() == ""


async def test_what_the_session_was_given_is_seen_by_a_direct_statement(company: Company) -> None:
    async with db.transaction(company.owner) as tx:
        tx.add(Contact(tenant_id=company.owner.tenant_id, name="Ada"))
        assert await fetch(tx, "SELECT name FROM contacts") == [("Ada",)]


async def test_an_exception_undoes_direct_statements_too(company: Company) -> None:
    async def fail() -> None:
        async with db.transaction(company.owner) as tx:
            await fetch(tx, "UPDATE tenants SET name = 'Changed'")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with db.read_only(company.owner) as tx:
        assert await fetch(tx, "SELECT name FROM tenants") == [("Company",)]


async def test_reading_refuses_to_write(company: Company) -> None:
    async def write() -> None:
        async with db.read_only(company.owner) as tx:
            await fetch(tx, "UPDATE tenants SET name = 'Changed'")

    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        await write()


async def test_lost_connections_are_replaced_at_once(company: Company, echo_settings: Settings) -> None:
    def end_all() -> None:
        with psycopg.connect(db.conninfo(embedded_urls(echo_settings.data_dir)[0]), autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'echo'"
            )

    async def lose_it_in(ask: Callable[[AsyncSession], Awaitable[object]]) -> None:
        async with db.transaction(company.owner) as tx:
            end_all()
            await ask(tx)

    with pytest.raises(Unavailable):
        await lose_it_in(lambda tx: fetch(tx, "SELECT 1"))
    with pytest.raises(Unavailable):
        await lose_it_in(lambda tx: tx.execute(text("SELECT 1")))
    async with db.transaction(company.owner) as tx:
        assert await fetch(tx, "SELECT name FROM tenants") == [("Company",)]
