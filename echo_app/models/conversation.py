from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from echo_app.models.base import Identified, Tenanted, moment, optional_moment


class Conversation(Identified, Tenanted, table=True):
    """One thread with a contact. `handler` owns the next reply; `last_seq` numbers its events under the row's lock."""

    __tablename__ = "conversations"
    __table_args__ = (
        Index(
            "conversations_by_activity",
            "tenant_id",
            "status",
            "handler",
            text("last_message_at DESC"),
        ),
        Index(
            "conversations_by_contact",
            "tenant_id",
            "contact_id",
            text("created_at DESC"),
        ),
    )

    contact_id: UUID = Field(foreign_key="contacts.id", ondelete="CASCADE")
    channel: str
    handler: str = "assistant"
    status: str = "open"
    assigned_user_id: UUID | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL")
    last_seq: int = Field(default=0, sa_type=BigInteger)
    # The seq of the contact's newest message: whoever has seen less has something unread.
    contact_seq: int = Field(default=0, sa_type=BigInteger)
    preview: str = ""
    preview_author: str = ""
    escalation_reason: str | None = None
    brief: str | None = None
    waiting_since: datetime | None = optional_moment()
    details: dict[str, Any] = Field(
        default_factory=dict,
        sa_column=Column("metadata", JSONB, nullable=False, server_default="{}"),
    )
    # How many messages the contact wrote in the minute that began then.
    window_start: datetime | None = optional_moment()
    window_count: int = 0
    created_at: datetime = moment()
    last_message_at: datetime = moment()


class Message(Identified, Tenanted, table=True):
    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        UniqueConstraint("conversation_id", "client_message_id"),
        Index(
            "messages_awaiting_reply",
            "tenant_id",
            "conversation_id",
            postgresql_where=text("awaiting_reply"),
        ),
    )

    conversation_id: UUID = Field(foreign_key="conversations.id", ondelete="CASCADE")
    seq: int = Field(sa_type=BigInteger)
    author: str
    author_user_id: UUID | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL")
    author_name: str = ""
    content: str
    client_message_id: str | None = None
    # Written by the contact while the assistant was the handler, and not covered yet.
    awaiting_reply: bool = False
    escalated: bool = False
    usage: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB, nullable=True))
    created_at: datetime = moment()


class ReplyCoverage(Tenanted, table=True):
    """This contact message was answered by that reply: the key allows exactly one."""

    __tablename__ = "reply_coverages"

    message_id: UUID = Field(foreign_key="messages.id", primary_key=True, ondelete="CASCADE")
    reply_id: UUID = Field(foreign_key="messages.id", ondelete="CASCADE", index=True)


class Citation(Tenanted, table=True):
    """A reply's reference to a chunk retrieved for it. Title and quote stay when the document goes."""

    __tablename__ = "citations"
    # How often a document was cited, and by whom.
    __table_args__ = (Index("citations_by_document", "tenant_id", "document_id", "message_id"),)

    message_id: UUID = Field(foreign_key="messages.id", primary_key=True, ondelete="CASCADE")
    number: int = Field(primary_key=True)
    document_id: UUID
    chunk_id: UUID
    title: str
    heading: str = ""
    quote: str
    page: int | None = None
    url: str | None = None


class Event(Tenanted, table=True):
    """What happened in a conversation, in the order of `seq`: the spine of every resume."""

    __tablename__ = "events"

    conversation_id: UUID = Field(foreign_key="conversations.id", primary_key=True, ondelete="CASCADE")
    seq: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    # `message` (subject: the message), `state` (handler or status changed).
    kind: str
    subject_id: UUID | None = None
    data: dict[str, Any] = Field(
        default_factory=dict,
        sa_column=Column(JSONB, nullable=False, server_default="{}"),
    )
    created_at: datetime = moment()


class ConversationRead(Tenanted, table=True):
    """How far a member has read a conversation."""

    __tablename__ = "conversation_reads"

    conversation_id: UUID = Field(foreign_key="conversations.id", primary_key=True, ondelete="CASCADE")
    user_id: UUID = Field(foreign_key="users.id", primary_key=True, ondelete="CASCADE")
    seq: int = Field(sa_type=BigInteger)


class Suggestion(Identified, Tenanted, table=True):
    """A reply that the assistant was writing when a human took over."""

    __tablename__ = "suggestions"

    conversation_id: UUID = Field(foreign_key="conversations.id", ondelete="CASCADE", index=True)
    content: str
    # `open`, `used`, `dismissed`.
    state: str = "open"
    created_at: datetime = moment()


class Trace(Tenanted, table=True):
    """Why a reply says what it says: what was retrieved, asked, shown and withdrawn, and how long it took."""

    __tablename__ = "traces"

    reply_id: UUID = Field(primary_key=True)
    conversation_id: UUID = Field(foreign_key="conversations.id", ondelete="CASCADE", index=True)
    model: str
    retrieved: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSONB, nullable=False))
    attempts: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSONB, nullable=False))
    timings: dict[str, float] = Field(default_factory=dict, sa_column=Column(JSONB, nullable=False))
    created_at: datetime = moment()
