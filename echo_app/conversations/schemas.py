from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from echo_app.contacts.schemas import ContactView

Handler = Literal["assistant", "queue", "agent"]
Status = Literal["open", "resolved"]
Channel = Literal["widget", "api", "voice", "email"]
Author = Literal["contact", "assistant", "agent", "system"]
Folder = Literal["queue", "mine", "assistant", "open", "resolved"]
Deed = Literal["escalate", "take_over", "hand_back", "resolve", "reopen"]


@dataclass(frozen=True)
class ConversationSummary:
    """A conversation as a row of a list. `unread`: the contact wrote something this person has not seen."""

    id: UUID
    contact_id: UUID
    contact_name: str
    channel: Channel
    handler: Handler
    status: Status
    assigned_user_id: UUID | None
    assigned_name: str
    preview: str
    preview_author: str
    # The agent, where one wrote the previewed message.
    preview_user_id: UUID | None
    preview_name: str
    unread: bool
    last_seq: int
    waiting_since: datetime | None
    last_message_at: datetime
    created_at: datetime


@dataclass(frozen=True)
class ConversationView(ConversationSummary):
    escalation_reason: str | None
    brief: str | None
    metadata: dict[str, Any]
    contact: ContactView
    earlier: list[ConversationSummary]


@dataclass(frozen=True)
class Thread:
    """What a contact may know of its conversation."""

    id: UUID
    tenant_id: UUID
    contact_id: UUID
    channel: Channel
    handler: Handler
    status: Status
    agent_name: str
    last_seq: int
    created_at: datetime
    metadata: dict[str, Any]


@dataclass(frozen=True)
class CitationView:
    """`quote` stands word for word in the document's text."""

    number: int
    document_id: UUID
    chunk_id: UUID
    title: str
    heading: str
    quote: str
    page: int | None
    url: str | None


@dataclass(frozen=True)
class MessageView:
    id: UUID
    conversation_id: UUID
    seq: int
    author: Author
    author_name: str
    author_user_id: UUID | None
    content: str
    citations: list[CitationView]
    escalated: bool
    usage: dict[str, Any] | None
    created_at: datetime


@dataclass(frozen=True)
class StateView:
    """A change of handler or status. `agent_name` is who did it, or who has it now."""

    deed: Deed
    handler: Handler
    status: Status
    agent_name: str
    reason: str | None


@dataclass(frozen=True)
class TimelineItem:
    seq: int
    kind: Literal["message", "state"]
    created_at: datetime
    message: MessageView | None
    state: StateView | None


@dataclass(frozen=True)
class Posted:
    """`created` is false when this clientMessageId had been posted before."""

    message_id: UUID
    conversation_id: UUID
    seq: int
    handler: Handler
    created: bool
    created_at: datetime


@dataclass(frozen=True)
class SuggestionView:
    id: UUID
    content: str
    created_at: datetime


@dataclass(frozen=True)
class TraceView:
    """Why a reply says what it says. `retrieved` holds title, heading, page, score and cited of each passage."""

    model: str
    retrieved: list[dict[str, Any]]
    attempts: list[dict[str, Any]]
    timings: dict[str, float]


@dataclass(frozen=True)
class Said:
    """A message without what surrounds it."""

    id: UUID
    author: Author
    content: str


@dataclass(frozen=True)
class Turn:
    """What the assistant needs to answer: the contact's messages still without a reply, and what came before.

    `signed_in`: the tenant has said who the contact is.
    """

    handler: Handler
    status: Status
    signed_in: bool
    awaiting: list[Said]
    history: list[Said]


@dataclass(frozen=True)
class Escalation:
    """Why a person should answer, in a word for programs and lists, and a brief for the agent."""

    reason: str
    brief: str


@dataclass(frozen=True)
class NewReply:
    """A finished reply of the assistant, covering `covers`."""

    id: UUID
    covers: list[UUID]
    content: str
    citations: list[CitationView]
    author_name: str
    model: str
    usage: dict[str, Any]
    escalation: Escalation | None
    retrieved: list[dict[str, Any]]
    attempts: list[dict[str, Any]]
    timings: dict[str, float]


Outcome = Literal["saved", "suggested", "nothing"]
