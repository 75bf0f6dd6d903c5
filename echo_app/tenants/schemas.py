from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from echo_app.tenancy import Actor, Role


@dataclass(frozen=True)
class SignedIn:
    """A valid session: the person, and the tenant it is for."""

    session_id: UUID
    actor: Actor
    tenant_id: UUID
    tenant_name: str
    user_name: str
    email: str
    role: Role


@dataclass(frozen=True)
class SignedUp:
    """A new tenant, with its owner's session (`token` is the cookie) and, if one was asked for, its first API key."""

    token: str
    tenant_id: UUID
    user_id: UUID
    api_key: str | None


@dataclass(frozen=True)
class MadeTenant:
    """A new tenant without people, and its first API key."""

    tenant_id: UUID
    api_key: str


@dataclass(frozen=True)
class TenantView:
    id: UUID
    name: str
    slug: str
    allowed_sites: list[str]


@dataclass(frozen=True)
class AssistantView:
    id: UUID
    name: str
    greeting: str
    model: str


@dataclass(frozen=True)
class Persona:
    """As whom the assistant answers, and by which model."""

    tenant_name: str
    assistant_name: str
    model: str


@dataclass(frozen=True)
class ApiKeyView:
    id: UUID
    name: str
    last_four: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True)
class NewApiKey:
    """`token` is the key itself: it is stored nowhere and cannot be shown again."""

    view: ApiKeyView
    token: str


@dataclass(frozen=True)
class MemberView:
    user_id: UUID
    name: str
    email: str
    role: Role
    created_at: datetime
