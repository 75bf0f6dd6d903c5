"""Statements asked of the driver itself, for what every message passes through: a third of the time of the same
statement through SQLAlchemy, in the same transaction."""

from collections.abc import Mapping
from typing import Any, LiteralString, cast

import psycopg
from sqlalchemy.ext.asyncio import AsyncSession

_DRIVER = "echo.driver"


def keep_driver(session: AsyncSession, connection: Any) -> None:
    """Notes the driver's connection that the session's transaction runs on."""
    session.info[_DRIVER] = connection


def driver(session: AsyncSession) -> psycopg.AsyncConnection:
    """The driver's connection of this transaction, for statements that are part of it."""
    return cast(psycopg.AsyncConnection, session.info[_DRIVER])


async def fetch(
    session: AsyncSession, statement: LiteralString, values: Mapping[str, Any] | None = None
) -> list[tuple[Any, ...]]:
    """What the statement answers; nothing for one that answers no rows. `values` stand in it as `%(name)s`.

    It sees what the session was given to write, as its own queries do.
    """
    if session.new or session.dirty or session.deleted:
        await session.flush()
    cursor = await driver(session).execute(statement, values)
    return await cursor.fetchall() if cursor.description else []
