"""Tenants and their people. The three look-ups at the top run before a tenant is known: they ask functions
that return ids only."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col, select

from echo_app.kit.statements import fetch
from echo_app.models import (
    ApiKey,
    Assistant,
    LoginAttempt,
    Member,
    Session,
    Tenant,
    User,
)
from echo_app.tenants.schemas import Persona

_TOUCH = """
    UPDATE api_keys SET last_used_at = %(at)s
    WHERE tenant_id = %(tenant)s AND id = %(key)s
        AND (last_used_at IS NULL OR last_used_at < %(at)s - interval '1 minute')
"""

_PERSONA = """
    SELECT tenants.name, assistants.name, assistants.model
    FROM tenants JOIN assistants ON assistants.tenant_id = tenants.id
    WHERE tenants.id = %(tenant)s ORDER BY assistants.created_at LIMIT 1
"""


async def find_user_id(session: AsyncSession, email: str) -> UUID | None:
    """tenantless: a login by its address."""
    user_id: UUID | None = await session.scalar(text("SELECT user_id_by_email(:email)"), {"email": email})
    return user_id


async def find_session_ids(session: AsyncSession, token_hash: bytes) -> tuple[UUID, UUID, UUID] | None:
    """tenantless: (session, user, tenant) of a session by its hash."""
    found = await fetch(
        session, "SELECT session_id, user_id, tenant_id FROM session_by_hash(%(hash)s)", {"hash": token_hash}
    )
    return (found[0][0], found[0][1], found[0][2]) if found else None


async def find_api_key_ids(session: AsyncSession, token_hash: bytes) -> tuple[UUID, UUID] | None:
    """tenantless: (API key, tenant) of a key by its hash."""
    found = await fetch(
        session, "SELECT api_key_id, tenant_id FROM api_key_by_hash(%(hash)s)", {"hash": token_hash}
    )
    return (found[0][0], found[0][1]) if found else None


async def find_user(session: AsyncSession, user_id: UUID) -> User | None:
    """tenantless: a person's own row, visible to that person."""
    return await session.get(User, user_id)


async def list_memberships(session: AsyncSession, user_id: UUID) -> list[Member]:
    """tenantless: a person's own memberships, the oldest first."""
    rows = await session.scalars(
        select(Member).where(Member.user_id == user_id).order_by(col(Member.created_at))
    )
    return list(rows)


async def count_attempts(session: AsyncSession, subject_hash: bytes, since: datetime) -> int:
    """tenantless: failed logins of an address or account."""
    count = await session.scalar(
        select(func.count()).where(LoginAttempt.subject_hash == subject_hash, LoginAttempt.at > since)
    )
    return count or 0


async def insert_attempts(session: AsyncSession, subject_hashes: list[bytes]) -> None:
    """tenantless: one failed login, counted for each of its subjects."""
    session.add_all(LoginAttempt(subject_hash=subject_hash) for subject_hash in subject_hashes)


async def delete_attempts(session: AsyncSession, subject_hash: bytes, before: datetime) -> None:
    """tenantless: forgets an account's failed logins and everybody's old ones."""
    await session.execute(
        delete(LoginAttempt).where(
            (col(LoginAttempt.subject_hash) == subject_hash) | (col(LoginAttempt.at) < before)
        )
    )


async def insert(session: AsyncSession, tenant_id: UUID, *rows: SQLModel) -> None:
    """Adds rows of this tenant, the tenant itself and people among them, in this order."""
    for row in rows:
        assert getattr(row, "tenant_id", tenant_id) == tenant_id
        session.add(row)
        await session.flush()


async def get_person(
    session: AsyncSession, tenant_id: UUID, user_id: UUID
) -> tuple[Member, User, Tenant] | None:
    """A member of the tenant with its user and tenant; None for one who is no member (any more)."""
    row = (
        await session.execute(
            select(Member, User, Tenant)
            .join(User, col(User.id) == col(Member.user_id))
            .join(Tenant, col(Tenant.id) == col(Member.tenant_id))
            .where(Member.tenant_id == tenant_id, Member.user_id == user_id)
        )
    ).one_or_none()
    return (row[0], row[1], row[2]) if row else None


async def find_tenant(session: AsyncSession, tenant_id: UUID, *, for_update: bool = False) -> Tenant | None:
    return await session.get(Tenant, tenant_id, populate_existing=for_update, with_for_update=for_update)


async def get_assistant(session: AsyncSession, tenant_id: UUID, *, for_update: bool = False) -> Assistant:
    query = (
        select(Assistant).where(Assistant.tenant_id == tenant_id).order_by(col(Assistant.created_at)).limit(1)
    )
    if for_update:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(query)).one()


async def get_persona(session: AsyncSession, tenant_id: UUID) -> Persona:
    """Of the tenant's first assistant."""
    ((tenant, name, model),) = await fetch(session, _PERSONA, {"tenant": tenant_id})
    return Persona(tenant_name=tenant, assistant_name=name, model=model)


async def list_members(session: AsyncSession, tenant_id: UUID) -> list[tuple[Member, User]]:
    rows = await session.execute(
        select(Member, User)
        .join(User, col(User.id) == col(Member.user_id))
        .where(Member.tenant_id == tenant_id)
        .order_by(col(Member.created_at))
    )
    return [(member, user) for member, user in rows]


async def list_api_keys(session: AsyncSession, tenant_id: UUID) -> list[ApiKey]:
    rows = await session.scalars(
        select(ApiKey).where(ApiKey.tenant_id == tenant_id).order_by(col(ApiKey.created_at).desc())
    )
    return list(rows)


async def find_api_key(session: AsyncSession, tenant_id: UUID, key_id: UUID) -> ApiKey | None:
    return (
        await session.scalars(select(ApiKey).where(ApiKey.tenant_id == tenant_id, ApiKey.id == key_id))
    ).one_or_none()


async def touch_api_key(session: AsyncSession, tenant_id: UUID, key_id: UUID, at: datetime) -> None:
    """Notes the key's use, at most once a minute: not every request writes."""
    await fetch(session, _TOUCH, {"tenant": tenant_id, "key": key_id, "at": at})


async def delete_session(session: AsyncSession, tenant_id: UUID, session_id: UUID) -> None:
    await session.execute(
        delete(Session).where(col(Session.tenant_id) == tenant_id, col(Session.id) == session_id)
    )
