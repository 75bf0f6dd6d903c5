"""A tenant's own settings: its name and sites, its assistant, its API keys, its members."""

from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from echo_app import realtime
from echo_app.audit import service as audit
from echo_app.kit.clock import now
from echo_app.models import ApiKey, Assistant, Tenant
from echo_app.realtime import News
from echo_app.tenancy import Actor, Right, Role, check_right
from echo_app.tenants import repository
from echo_app.tenants.access import new_api_key, token_hash
from echo_app.tenants.errors import (
    ApiKeyNotFound,
    ChangedMeanwhile,
    InvalidModel,
    InvalidSite,
    TenantNotFound,
)
from echo_app.tenants.names import checked, readable
from echo_app.tenants.schemas import (
    ApiKeyView,
    AssistantView,
    MemberView,
    NewApiKey,
    Persona,
    TenantView,
)

# The news by which every process forgets a key.
KEY_REVOKED = "api_key_revoked"
MODELS = ("extractive", "openai")
MOST_SITES = 50


async def get_tenant(tx: AsyncSession, actor: Actor) -> TenantView:
    """Raises TenantNotFound."""
    return _tenant_view(await _tenant(tx, actor))


async def rename_tenant(
    tx: AsyncSession, actor: Actor, name: str, *, instead_of: str | None = None
) -> TenantView:
    """`instead_of`: only while this name stands, for an undo. Raises MissingField, FieldNotText, ChangedMeanwhile."""
    check_right(actor, Right.SETTINGS_WRITE)
    name = checked(name, "name", 200)
    tenant = await _tenant(tx, actor, to_change=True)
    if instead_of not in (None, tenant.name):
        raise ChangedMeanwhile()
    tenant.name = name
    await audit.record(tx, actor, "tenant.rename")
    return _tenant_view(tenant)


async def allow_sites(
    tx: AsyncSession, actor: Actor, sites: list[str], *, instead_of: list[str] | None = None
) -> TenantView:
    """Names the origins that may frame the widget; none means any.

    `instead_of`: only while these are named, for an undo. Raises InvalidSite, ChangedMeanwhile.
    """
    check_right(actor, Right.SETTINGS_WRITE)
    origins = list(dict.fromkeys(_origin(site) for site in sites if site.strip()))
    if len(origins) > MOST_SITES:
        raise InvalidSite(f"At most {MOST_SITES} sites can be named.")
    tenant = await _tenant(tx, actor, to_change=True)
    if instead_of not in (None, list(tenant.allowed_sites)):
        raise ChangedMeanwhile()
    tenant.allowed_sites = origins
    await audit.record(tx, actor, "tenant.allow_sites", {"sites": origins})
    return _tenant_view(tenant)


async def get_assistant(tx: AsyncSession, actor: Actor) -> AssistantView:
    return _assistant_view(await repository.get_assistant(tx, actor.tenant_id))


async def get_persona(tx: AsyncSession, actor: Actor) -> Persona:
    """As whom the tenant's assistant answers."""
    check_right(actor, Right.SETTINGS_READ)
    return await repository.get_persona(tx, actor.tenant_id)


async def change_assistant(
    tx: AsyncSession,
    actor: Actor,
    *,
    name: str,
    greeting: str,
    model: str,
    instead_of: AssistantView | None = None,
) -> AssistantView:
    """`instead_of`: only while the assistant is like this, for an undo.

    Raises MissingField, FieldNotText, InvalidModel, ChangedMeanwhile.
    """
    check_right(actor, Right.SETTINGS_WRITE)
    name, greeting = checked(name, "name", 80), readable(greeting, "greeting", 500)
    if model not in MODELS:
        raise InvalidModel()
    assistant = await repository.get_assistant(tx, actor.tenant_id, for_update=True)
    if instead_of not in (None, _assistant_view(assistant)):
        raise ChangedMeanwhile()
    assistant.name, assistant.greeting, assistant.model = name, greeting, model
    assistant.updated_at = now()
    await audit.record(tx, actor, "assistant.update", {"model": model})
    return _assistant_view(assistant)


async def list_api_keys(tx: AsyncSession, actor: Actor) -> list[ApiKeyView]:
    check_right(actor, Right.SETTINGS_READ)
    return [_key_view(key) for key in await repository.list_api_keys(tx, actor.tenant_id)]


async def create_api_key(tx: AsyncSession, actor: Actor, name: str) -> NewApiKey:
    """A new key; its token is in the answer and nowhere else. Raises MissingField, FieldNotText."""
    check_right(actor, Right.API_KEYS_WRITE)
    return await issue_api_key(tx, actor, checked(name, "name", 80))


async def issue_api_key(tx: AsyncSession, actor: Actor, name: str) -> NewApiKey:
    """Like `create_api_key`, for those who have no role yet: sign-up and the command line."""
    token = new_api_key()
    key = ApiKey(
        tenant_id=actor.tenant_id,
        name=name,
        token_hash=token_hash(token),
        last_four=token[-4:],
        created_by=actor.id if actor.kind == "user" else None,
    )
    await repository.insert(tx, actor.tenant_id, key)
    await audit.record(tx, actor, "api_key.create", {"apiKeyId": str(key.id)})
    return NewApiKey(_key_view(key), token)


async def revoke_api_key(tx: AsyncSession, actor: Actor, key_id: UUID) -> None:
    """Ends a key at once; revoking it twice is no error. Raises ApiKeyNotFound."""
    check_right(actor, Right.API_KEYS_WRITE)
    key = await repository.find_api_key(tx, actor.tenant_id, key_id)
    if key is None:
        raise ApiKeyNotFound()
    if key.revoked_at is None:
        key.revoked_at = now()
        await audit.record(tx, actor, "api_key.revoke", {"apiKeyId": str(key.id)})
        await realtime.publish(tx, News(KEY_REVOKED, str(actor.tenant_id), subject_id=str(key.id)))


async def list_members(tx: AsyncSession, actor: Actor) -> list[MemberView]:
    check_right(actor, Right.MEMBERS_READ)
    return [
        MemberView(user.id, user.name, user.email, Role(member.role), member.created_at)
        for member, user in await repository.list_members(tx, actor.tenant_id)
    ]


async def _tenant(tx: AsyncSession, actor: Actor, *, to_change: bool = False) -> Tenant:
    tenant = await repository.find_tenant(tx, actor.tenant_id, for_update=to_change)
    if tenant is None:
        raise TenantNotFound()
    return tenant


def _origin(site: str) -> str:
    parts = urlsplit(site.strip().rstrip("/"))
    try:
        port = parts.port
    except ValueError:
        raise InvalidSite(site=site) from None
    plain_host = bool(parts.hostname) and all(c.isalnum() or c in "-.*:[]" for c in parts.netloc)
    if parts.scheme not in ("http", "https") or not plain_host or parts.path or parts.query or parts.fragment:
        raise InvalidSite(site=site)
    return f"{parts.scheme}://{parts.hostname}" + (f":{port}" if port else "")


def _tenant_view(tenant: Tenant) -> TenantView:
    return TenantView(tenant.id, tenant.name, tenant.slug, list(tenant.allowed_sites))


def _assistant_view(assistant: Assistant) -> AssistantView:
    return AssistantView(assistant.id, assistant.name, assistant.greeting, assistant.model)


def _key_view(key: ApiKey) -> ApiKeyView:
    return ApiKeyView(
        key.id,
        key.name,
        key.last_four,
        key.created_at,
        key.last_used_at,
        key.revoked_at,
    )
