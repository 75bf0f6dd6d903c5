"""Row-level security, asked of the database itself: every table that exists, as the application's role."""

from collections.abc import Iterator

import httpx
import psycopg
import psycopg.types.json
import pytest
from psycopg import sql

from echo_app import db
from echo_app.embedded_postgres import embedded_urls
from echo_app.settings import Settings
from tests.api.test_public import session, with_article
from tests.people import Company

# What belongs to no tenant: attempts before a login, by hash; the queue, whose arguments are ids; the schema's version.
SHARED = {"login_attempts", "alembic_version"}
QUEUE = "procrastinate_"
# Guarded by a condition of their own, since a person sees their own rows also outside a tenant.
PERSONAL = {"tenants", "users"}
# What was done and what was used stays written, for everybody.
APPENDED = {"audit_entries", "usage_entries"}

Connection = psycopg.Connection[tuple[object, ...]]


@pytest.fixture
def owner(echo_settings: Settings) -> Iterator[Connection]:
    """As the tables' owner, who sees everything."""
    with psycopg.connect(db.conninfo(embedded_urls(echo_settings.data_dir)[0]), autocommit=True) as found:
        yield found


@pytest.fixture
def application(echo_settings: Settings) -> Iterator[Connection]:
    """As the application logs in; every statement for itself."""
    with psycopg.connect(db.conninfo(embedded_urls(echo_settings.data_dir)[1]), autocommit=True) as found:
        yield found


@pytest.fixture
async def filled(company: Company, api: httpx.AsyncClient) -> Company:
    """A tenant with rows in nearly every table."""
    await with_article(api)
    session_id = await session(api)
    for content in ("How many days to return an unopened kettle?", "I want to speak to a person"):
        answer = await api.post(
            "/api/v1/messages?wait=20", json={"sessionId": session_id, "content": content}
        )
        assert answer.json()["reply"] is not None
    return company


def tables(owner: Connection, *, tenanted: bool = False) -> list[str]:
    """Every table of ours; `tenanted`: those with a column `tenant_id`."""
    rows = owner.execute(
        """
        SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
            AND (NOT %s OR EXISTS (SELECT FROM pg_attribute a
                WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped))
        ORDER BY 1
        """,
        [tenanted],
    )
    return [str(name) for (name,) in rows if not str(name).startswith(QUEUE)]


def written(owner: Connection, table: str) -> list[str]:
    """The table's columns that are not computed."""
    rows = owner.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
        " AND attgenerated = ''",
        [table],
    )
    return [str(name) for (name,) in rows]


def count(connection: Connection, table: str, condition: str = "true", *values: object) -> int:
    query = sql.SQL("SELECT count(*) FROM {} WHERE " + condition).format(sql.Identifier(table))
    row = connection.execute(query, values).fetchone()
    assert row is not None
    assert isinstance(row[0], int)
    return row[0]


def scope(connection: Connection, company: Company | None) -> None:
    tenant, user = (str(company.tenant_id), str(company.owner.id)) if company else ("", "")
    connection.execute(
        "SELECT set_config('echo.tenant_id', %s, false), set_config('echo.user_id', %s, false)",
        [tenant, user],
    )


class TestTables:
    def test_each_is_guarded_or_named_here_as_nobodys(self, owner: Connection) -> None:
        rows = owner.execute(
            """
            SELECT relname, relrowsecurity, relforcerowsecurity,
                EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid)
            FROM pg_class c WHERE relname = ANY(%s) AND relkind IN ('r', 'p')
            """,
            [tables(owner)],
        ).fetchall()
        unguarded = {name for name, enabled, forced, policy in rows if not (enabled and forced and policy)}
        assert unguarded == SHARED, (
            "A table without FORCE ROW LEVEL SECURITY and a policy shows every tenant's rows to every tenant: "
            "secure it in its migration, as alembic/versions/0003_row_level_security.py does."
        )

    def test_the_walk_meets_the_tables_that_matter(self, owner: Connection) -> None:
        assert {"members", "sessions", "api_keys", "conversations", "messages", "citations", "chunks"} <= set(
            tables(owner, tenanted=True)
        )


class TestApplicationRole:
    def test_cannot_bypass_what_guards_the_rows(self, owner: Connection) -> None:
        row = owner.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles"
            " WHERE rolname = %s",
            [db.APPLICATION_ROLE],
        ).fetchone()
        assert row == (False, False, False, False, False)

    def test_owns_nothing(self, owner: Connection) -> None:
        rows = owner.execute(
            "SELECT relname FROM pg_class WHERE relowner = %s::regrole", [db.APPLICATION_ROLE]
        ).fetchall()
        assert rows == []

    def test_is_no_member_of_another_role(self, owner: Connection) -> None:
        rows = owner.execute(
            "SELECT roleid::regrole::text FROM pg_auth_members WHERE member = %s::regrole",
            [db.APPLICATION_ROLE],
        ).fetchall()
        assert rows == []

    def test_cannot_change_how_tables_are_guarded(self, application: Connection) -> None:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            application.execute("ALTER TABLE messages DISABLE ROW LEVEL SECURITY")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            application.execute("SET ROLE postgres")


class TestRows:
    async def test_without_a_tenant_every_table_looks_empty(
        self, filled: Company, owner: Connection, application: Connection
    ) -> None:
        full = [name for name in tables(owner) if name not in SHARED and count(owner, name)]
        assert len(full) >= 15, full
        assert {name: count(application, name) for name in full} == dict.fromkeys(full, 0)

    async def test_another_tenants_rows_are_not_there(
        self, filled: Company, other_company: Company, owner: Connection, application: Connection
    ) -> None:
        mine = "tenant_id = %s", filled.tenant_id
        full = [name for name in tables(owner, tenanted=True) if count(owner, name, *mine)]
        assert len(full) >= 13, full
        scope(application, filled)
        assert all(count(application, name, *mine) for name in full), "the test's own scope sees its rows"
        scope(application, other_company)
        seen = {name: count(application, name, "tenant_id <> %s", other_company.tenant_id) for name in full}
        assert seen == dict.fromkeys(full, 0)
        assert count(application, "tenants", "id <> %s", other_company.tenant_id) == 0
        assert count(application, "users", "id <> %s", other_company.owner.id) == 0

    async def test_another_tenants_rows_are_neither_changed_nor_deleted(
        self, filled: Company, other_company: Company, owner: Connection, application: Connection
    ) -> None:
        scope(application, other_company)
        for name in [*tables(owner, tenanted=True), *PERSONAL]:
            if name in APPENDED:
                continue
            column = "id" if name in PERSONAL else "tenant_id"
            identifier = filled.owner.id if name == "users" else filled.tenant_id
            table = sql.Identifier(name)
            update = sql.SQL(f"UPDATE {{}} SET {column} = {column} WHERE {column} = %s").format(table)
            delete = sql.SQL(f"DELETE FROM {{}} WHERE {column} = %s").format(table)
            assert application.execute(update, [identifier]).rowcount == 0, name
            assert application.execute(delete, [identifier]).rowcount == 0, name

    async def test_a_row_for_another_tenant_is_refused(
        self, filled: Company, other_company: Company, owner: Connection, application: Connection
    ) -> None:
        for name in tables(owner, tenanted=True):
            row = owner.execute(
                sql.SQL("SELECT to_jsonb(t) FROM {} t WHERE tenant_id = %s LIMIT 1").format(
                    sql.Identifier(name)
                ),
                [filled.tenant_id],
            ).fetchone()
            if row is None:
                continue
            scope(application, other_company)
            # The policy is asked before any key: that the row exists already is not told.
            columns = sql.SQL(", ").join(sql.Identifier(each) for each in written(owner, name))
            insert = sql.SQL(
                "INSERT INTO {0} ({1}) SELECT {1} FROM jsonb_populate_record(NULL::{0}, %s)"
            ).format(sql.Identifier(name), columns)
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
                application.execute(insert, [psycopg.types.json.Jsonb(row[0])])

    async def test_a_row_cannot_be_given_to_another_tenant(
        self, filled: Company, other_company: Company, application: Connection
    ) -> None:
        scope(application, filled)
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
            application.execute("UPDATE conversations SET tenant_id = %s", [other_company.tenant_id])


class TestAppendedTables:
    @pytest.mark.parametrize(
        "statement",
        [
            statement.format(table=table)
            for table in sorted(APPENDED)
            for statement in ("UPDATE {table} SET id = id", "DELETE FROM {table}", "TRUNCATE {table}")
        ],
    )
    async def test_what_was_done_stays_written(
        self, company: Company, application: Connection, statement: str
    ) -> None:
        scope(application, company)
        assert count(application, "audit_entries") > 0
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            application.execute(statement)
