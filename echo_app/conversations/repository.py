"""Conversations, messages and events, as they are written. Every write happens under the conversation's row lock,
taken by `lock`: that is what makes `seq` gapless and in order."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from echo_app.conversations.schemas import Author
from echo_app.kit.clock import now
from echo_app.kit.ids import new_id
from echo_app.kit.statements import fetch
from echo_app.models import Conversation, Message

_INSERT_MESSAGE = """
WITH message AS (
    INSERT INTO messages (id, tenant_id, conversation_id, seq, author, author_user_id, author_name, content,
        client_message_id, awaiting_reply, escalated, usage, created_at)
    VALUES (%(id)s, %(tenant)s, %(conversation)s, %(seq)s, %(author)s, %(author_user)s, %(author_name)s, %(content)s,
        %(client_message)s, %(awaiting)s, %(escalated)s, CAST(%(usage)s AS jsonb), %(at)s)
    ON CONFLICT (conversation_id, client_message_id) DO NOTHING
    RETURNING id
), event AS (
    INSERT INTO events (tenant_id, conversation_id, seq, kind, subject_id, data, created_at)
    SELECT %(tenant)s, %(conversation)s, %(seq)s, 'message', id, '{}', %(at)s FROM message
), audit AS (
    INSERT INTO audit_entries (id, tenant_id, actor_kind, user_id, action, metadata, at)
    SELECT %(audit)s, %(tenant)s, %(actor_kind)s, %(actor)s, 'message.send',
        jsonb_build_object('messageId', id, 'conversationId', CAST(%(conversation)s AS uuid)), %(at)s
    FROM message
), conversation AS (
    UPDATE conversations
    SET last_seq = %(seq)s, last_message_at = %(at)s,
        -- An escalation says the same each time: the list goes on showing what the contact wants.
        preview = CASE WHEN %(escalated)s THEN preview ELSE %(preview)s END,
        preview_author = CASE WHEN %(escalated)s THEN preview_author ELSE %(author)s END,
        contact_seq = CASE WHEN %(author)s = 'contact' THEN %(seq)s ELSE contact_seq END,
        window_start = CASE WHEN %(author)s <> 'contact' THEN window_start
            WHEN window_start > %(at)s - interval '1 minute' THEN window_start ELSE %(at)s END,
        window_count = CASE WHEN %(author)s <> 'contact' THEN window_count
            WHEN window_start > %(at)s - interval '1 minute' THEN window_count + 1 ELSE 1 END
    WHERE id = %(conversation)s AND tenant_id = %(tenant)s AND EXISTS (SELECT FROM message)
)
SELECT message.id, pg_notify('echo', %(notice)s) FROM message
"""

_INSERT_EVENT = """
WITH event AS (
    INSERT INTO events (tenant_id, conversation_id, seq, kind, subject_id, data, created_at)
    VALUES (%(tenant)s, %(conversation)s, %(seq)s, %(kind)s, NULL, CAST(%(data)s AS jsonb), %(at)s)
)
UPDATE conversations SET last_seq = %(seq)s WHERE id = %(conversation)s AND tenant_id = %(tenant)s
"""


_LOCK = """
    SELECT id, contact_id, channel, handler, status, assigned_user_id, last_seq, window_start, window_count
    FROM conversations WHERE tenant_id = %(tenant)s AND id = %(conversation)s FOR UPDATE
"""


@dataclass(frozen=True)
class NewMessage:
    """A message to be written: without the table's object, which takes longer to make than to store."""

    conversation_id: UUID
    seq: int
    author: Author
    content: str
    author_user_id: UUID | None = None
    author_name: str = ""
    client_message_id: str | None = None
    awaiting_reply: bool = False
    escalated: bool = False
    usage: dict[str, Any] | None = None
    id: UUID = field(default_factory=new_id)
    created_at: datetime = field(default_factory=now)


@dataclass(frozen=True)
class Locked:
    """A conversation's row, held until the transaction ends."""

    id: UUID
    contact_id: UUID
    channel: Any
    handler: Any
    status: Any
    assigned_user_id: UUID | None
    last_seq: int
    window_start: datetime | None
    window_count: int


async def insert_conversation(session: AsyncSession, tenant_id: UUID, conversation: Conversation) -> None:
    assert conversation.tenant_id == tenant_id
    session.add(conversation)
    await session.flush()


async def lock(session: AsyncSession, tenant_id: UUID, conversation_id: UUID) -> Locked | None:
    found = await fetch(session, _LOCK, {"tenant": tenant_id, "conversation": conversation_id})
    return Locked(*found[0]) if found else None


async def insert_message(
    session: AsyncSession,
    tenant_id: UUID,
    message: NewMessage,
    *,
    actor_kind: str,
    actor_id: UUID | None,
    preview: str,
    notice: str,
) -> bool:
    """Writes the message, its event, its audit entry and the conversation's row, and sends the notice, in one
    statement; False (and nothing written) when its client_message_id stands already."""
    written = await fetch(
        session,
        _INSERT_MESSAGE,
        {
            "id": message.id,
            "tenant": tenant_id,
            "conversation": message.conversation_id,
            "seq": message.seq,
            "author": message.author,
            "author_user": message.author_user_id,
            "author_name": message.author_name,
            "content": message.content,
            "client_message": message.client_message_id,
            "awaiting": message.awaiting_reply,
            "escalated": message.escalated,
            "usage": json.dumps(message.usage) if message.usage is not None else None,
            "at": message.created_at,
            "audit": new_id(),
            "actor_kind": actor_kind,
            "actor": actor_id,
            "preview": preview,
            "notice": notice,
        },
    )
    return bool(written)


async def insert_state(
    session: AsyncSession,
    tenant_id: UUID,
    conversation_id: UUID,
    seq: int,
    data: dict[str, Any],
    at: datetime,
) -> None:
    """An event that says how handler or status changed."""
    await fetch(
        session,
        _INSERT_EVENT,
        {
            "tenant": tenant_id,
            "conversation": conversation_id,
            "seq": seq,
            "kind": "state",
            "data": json.dumps(data),
            "at": at,
        },
    )


async def change(session: AsyncSession, tenant_id: UUID, conversation_id: UUID, **values: Any) -> None:
    await session.execute(
        update(Conversation)
        .where(
            col(Conversation.tenant_id) == tenant_id,
            col(Conversation.id) == conversation_id,
        )
        .values(**values)
    )


async def find_by_client_message(
    session: AsyncSession,
    tenant_id: UUID,
    conversation_id: UUID,
    client_message_id: str,
) -> Message | None:
    return (
        await session.scalars(
            select(Message).where(
                Message.tenant_id == tenant_id,
                Message.conversation_id == conversation_id,
                Message.client_message_id == client_message_id,
            )
        )
    ).one_or_none()


async def find_contacts_client_message(
    session: AsyncSession, tenant_id: UUID, contact_id: UUID, client_message_id: str
) -> Message | None:
    """The same, in whichever of the contact's conversations it stands."""
    return (
        await session.scalars(
            select(Message)
            .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
            .where(
                Message.tenant_id == tenant_id,
                Conversation.tenant_id == tenant_id,
                Conversation.contact_id == contact_id,
                Message.client_message_id == client_message_id,
            )
            .limit(1)
        )
    ).first()


async def mark_read(
    session: AsyncSession,
    tenant_id: UUID,
    conversation_id: UUID,
    user_id: UUID,
    seq: int,
) -> bool:
    """Moves the member's mark forward, never back; whether it moved."""
    result = await session.execute(
        text(
            """
            INSERT INTO conversation_reads (tenant_id, conversation_id, user_id, seq)
            VALUES (:tenant, :conversation, :user, :seq)
            ON CONFLICT (conversation_id, user_id) DO UPDATE SET seq = EXCLUDED.seq
                WHERE conversation_reads.seq < EXCLUDED.seq
            RETURNING seq
            """
        ),
        {
            "tenant": tenant_id,
            "conversation": conversation_id,
            "user": user_id,
            "seq": seq,
        },
    )
    return result.first() is not None
