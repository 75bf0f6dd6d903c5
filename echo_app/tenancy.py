"""Who asks, for which tenant, in which role, and what that role may do."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal
from uuid import UUID

from echo_app.errors import Forbidden

ActorKind = Literal["user", "contact", "api_key", "assistant", "system"]


class Role(StrEnum):
    OWNER = "owner"
    ADMIN = "admin"
    AGENT = "agent"
    VIEWER = "viewer"


class Right(StrEnum):
    CONVERSATIONS_READ = "conversations.read"
    CONVERSATIONS_WRITE = "conversations.write"
    KNOWLEDGE_READ = "knowledge.read"
    KNOWLEDGE_WRITE = "knowledge.write"
    SETTINGS_READ = "settings.read"
    SETTINGS_WRITE = "settings.write"
    API_KEYS_WRITE = "api_keys.write"
    MEMBERS_READ = "members.read"


EVERYBODY = frozenset(Role)
WRITERS = frozenset({Role.OWNER, Role.ADMIN, Role.AGENT})
ADMINS = frozenset({Role.OWNER, Role.ADMIN})

RIGHTS: dict[Right, frozenset[Role]] = {
    Right.CONVERSATIONS_READ: EVERYBODY,
    Right.CONVERSATIONS_WRITE: WRITERS,
    Right.KNOWLEDGE_READ: EVERYBODY,
    Right.KNOWLEDGE_WRITE: ADMINS,
    Right.SETTINGS_READ: EVERYBODY,
    Right.SETTINGS_WRITE: ADMINS,
    Right.API_KEYS_WRITE: ADMINS,
    Right.MEMBERS_READ: EVERYBODY,
}

# What a tenant's API key may do: run conversations on behalf of contacts and feed the knowledge base.
API_KEY_RIGHTS = frozenset(
    {
        Right.CONVERSATIONS_READ,
        Right.CONVERSATIONS_WRITE,
        Right.KNOWLEDGE_READ,
        Right.KNOWLEDGE_WRITE,
    }
)


@dataclass(frozen=True)
class Actor:
    """Who asks. `id` is the user's, contact's or API key's; a contact sees only its own conversations."""

    tenant_id: UUID
    kind: ActorKind
    id: UUID | None = None
    role: Role | None = None
    name: str = ""

    def may(self, right: Right) -> bool:
        if self.kind in ("system", "assistant"):
            return True
        if self.kind == "api_key":
            return right in API_KEY_RIGHTS
        return self.kind == "user" and self.role in RIGHTS[right]


def system(tenant_id: UUID) -> Actor:
    """Echo itself, at work in a job for one tenant."""
    return Actor(tenant_id, "system")


def check_right(actor: Actor, right: Right) -> None:
    """Raises Forbidden unless the actor's role has the right."""
    if not actor.may(right):
        raise Forbidden(right=right.value)
