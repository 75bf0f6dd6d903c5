"""Signing up, logging in and out, and finding out who a session belongs to.

These begin before a tenant is known, so each opens its own short transactions instead of being handed one.
"""

import asyncio
import re
import unicodedata
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from echo_app import db
from echo_app.audit import service as audit
from echo_app.kit.clock import now
from echo_app.kit.ids import new_id
from echo_app.models import Assistant, Member, Session, Tenant, User
from echo_app.providers.llm.base import models
from echo_app.tenancy import Actor, Role
from echo_app.tenants import repository
from echo_app.tenants.access import (
    hash_password,
    new_token,
    normal_email,
    password_fits,
    token_hash,
)
from echo_app.tenants.errors import (
    EmailTaken,
    InvalidCredentials,
    InvalidEmail,
    MissingField,
    TooManyAttempts,
)
from echo_app.tenants.names import checked
from echo_app.tenants.schemas import MadeTenant, SignedIn, SignedUp
from echo_app.tenants.service import issue_api_key

SESSION_DAYS = 30
ATTEMPT_WINDOW = timedelta(minutes=15)
ATTEMPTS_PER_ACCOUNT = 8
ATTEMPTS_PER_ADDRESS = 40


async def sign_up(
    company: str, name: str, email: str, password: str, *, with_key: bool, user_agent: str = ""
) -> SignedUp:
    """Makes a tenant with its owner and its assistant, and logs the owner in.

    The first API key is made at once (`with_key`) for whoever can be shown it in the answer.

    Raises MissingField, FieldNotText, InvalidEmail, PasswordTooShort, PasswordTooLong, EmailTaken.
    """
    company, name = checked(company, "company", 200), checked(name, "name", 200)
    for field, value in (("email", email), ("password", password)):
        if not value:
            raise MissingField(field=field)
    email = normal_email(email)
    password_hash = await asyncio.to_thread(hash_password, password)
    user = User(id=new_id(), email=email, name=name, password_hash=password_hash)
    tenant = Tenant(id=new_id(), name=company, slug=_slug(company))
    owner = Actor(tenant.id, "user", user.id, Role.OWNER, name)
    try:
        async with db.transaction(owner) as tx:
            await repository.insert(
                tx,
                tenant.id,
                tenant,
                user,
                Member(tenant_id=tenant.id, user_id=user.id, role=Role.OWNER),
                Assistant(tenant_id=tenant.id, name="Echo", greeting="Hello! How can we help?"),
            )
            key = await issue_api_key(tx, owner, "First key") if with_key else None
            token = await _open_session(tx, owner, user_agent)
            await audit.record(tx, owner, "tenant.create")
    except IntegrityError as clash:
        if "users_email" in str(clash.orig):
            raise EmailTaken() from None
        raise
    return SignedUp(token, tenant.id, user.id, key.token if key else None)


async def create_tenant(name: str) -> MadeTenant:
    """Makes a tenant without people, for scripts: it has an assistant and an API key.

    Raises MissingField, FieldNotText.
    """
    name = checked(name, "name", 200)
    tenant = Tenant(id=new_id(), name=name, slug=_slug(name))
    actor = Actor(tenant.id, "system")
    async with db.transaction(actor) as tx:
        await repository.insert(tx, tenant.id, tenant, _first_assistant(tenant.id))
        key = await issue_api_key(tx, actor, "First key")
        await audit.record(tx, actor, "tenant.create")
    return MadeTenant(tenant.id, key.token)


async def log_in(email: str, password: str, *, address: str, user_agent: str = "") -> str:
    """A new session's token.

    Raises InvalidCredentials (also for an unknown address) and, after 8 failures of one account or 40 of one
    network address within 15 minutes, TooManyAttempts.
    """
    try:
        email = normal_email(email)
    except InvalidEmail:
        raise InvalidCredentials() from None
    account, place = token_hash("account:" + email), token_hash("address:" + address)
    since = now() - ATTEMPT_WINDOW
    async with db.before_tenant() as tx:
        failures = await repository.count_attempts(tx, account, since)
        if failures >= ATTEMPTS_PER_ACCOUNT:
            raise TooManyAttempts()
        if await repository.count_attempts(tx, place, since) >= ATTEMPTS_PER_ADDRESS:
            raise TooManyAttempts()
        # Counted before the password is tried: tries side by side cannot outrun the limit.
        await repository.insert_attempts(tx, [account, place])
        user_id = await repository.find_user_id(tx, email)
    user, memberships = await _person(user_id)
    fits = await asyncio.to_thread(password_fits, password, user.password_hash if user else None)
    if not fits or user is None or not memberships:
        raise InvalidCredentials()
    actor = Actor(memberships[0].tenant_id, "user", user.id, Role(memberships[0].role), user.name)
    async with db.transaction(actor) as tx:
        await repository.delete_attempts(tx, account, since)
        token = await _open_session(tx, actor, user_agent)
        await audit.record(tx, actor, "session.create")
    return token


async def log_out(token: str) -> None:
    """Ends the session; one that has ended already is no error."""
    signed_in = await find_session(token)
    if signed_in is None:
        return
    async with db.transaction(signed_in.actor) as tx:
        await repository.delete_session(tx, signed_in.tenant_id, signed_in.session_id)
        await audit.record(tx, signed_in.actor, "session.delete")


async def find_session(token: str) -> SignedIn | None:
    """Who is behind a session's token; None when it has ended or the member was removed."""
    if not token:
        return None
    async with db.before_tenant() as tx:
        ids = await repository.find_session_ids(tx, token_hash(token))
        if ids is None:
            return None
        session_id, user_id, tenant_id = ids
        await db.rescope(tx, tenant_id=tenant_id, user_id=user_id)
        person = await repository.get_person(tx, tenant_id, user_id)
    if person is None:
        return None
    member, user, tenant = person
    role = Role(member.role)
    return SignedIn(
        session_id=session_id,
        actor=Actor(tenant_id, "user", user_id, role, user.name),
        tenant_id=tenant_id,
        tenant_name=tenant.name,
        user_name=user.name,
        email=user.email,
        role=role,
    )


async def _person(user_id: UUID | None) -> tuple[User | None, list[Member]]:
    if user_id is None:
        return None, []
    async with db.before_tenant(user_id) as tx:
        return await repository.find_user(tx, user_id), await repository.list_memberships(tx, user_id)


async def _open_session(tx: AsyncSession, actor: Actor, user_agent: str) -> str:
    assert actor.id is not None
    token = new_token()
    ends: datetime = now() + timedelta(days=SESSION_DAYS)
    session = Session(
        tenant_id=actor.tenant_id,
        user_id=actor.id,
        token_hash=token_hash(token),
        user_agent=user_agent[:300],
        expires_at=ends,
    )
    await repository.insert(tx, actor.tenant_id, session)
    return token


def _first_assistant(tenant_id: UUID) -> Assistant:
    """With the platform's model where it has a key, else the keyless one."""
    model = "openai" if "openai" in models.get() else "extractive"
    return Assistant(tenant_id=tenant_id, name="Echo", greeting="Hello! How can we help?", model=model)


def _slug(company: str) -> str:
    plain = unicodedata.normalize("NFKD", company).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40] or "tenant"
    return f"{words}-{new_id().hex[-6:]}"
