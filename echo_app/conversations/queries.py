"""Conversations as they are read: lists, threads, what a turn of the assistant needs.

Repository functions too: each takes the tenant and filters by it.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, case, func, or_
from sqlalchemy import select as rows_of
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import asc, col, desc, select

from echo_app.conversations.schemas import Folder
from echo_app.models import (
    Citation,
    Contact,
    Conversation,
    ConversationRead,
    Event,
    Message,
    ReplyCoverage,
    Suggestion,
    Trace,
    User,
)

# Conversation, Contact, the assigned member's name, how far the asking member has read, and the agent whose message
# the preview shows: user and name.
AnyRow = Row[*tuple[Any, ...]]


async def list_rows(
    session: AsyncSession,
    tenant_id: UUID,
    *,
    folder: Folder,
    user_id: UUID | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[AnyRow]:
    """A folder's rows. The queue is sorted by waiting time, the longest first; the others by their last message."""
    query = _rows(tenant_id, user_id).where(_in_folder(folder, user_id))
    key: Any
    if folder == "queue":
        key = func.coalesce(Conversation.waiting_since, Conversation.created_at)
        if after:
            query = query.where(
                or_(
                    key > after[0],
                    and_(key == after[0], col(Conversation.id) > after[1]),
                )
            )
        query = query.order_by(asc(key), asc(Conversation.id))
    else:
        key = col(Conversation.last_message_at)
        if after:
            query = query.where(
                or_(
                    key < after[0],
                    and_(key == after[0], col(Conversation.id) < after[1]),
                )
            )
        query = query.order_by(desc(key), desc(Conversation.id))
    return list(await session.execute(query.limit(limit)))


async def find_row(
    session: AsyncSession, tenant_id: UUID, conversation_id: UUID, user_id: UUID | None
) -> AnyRow | None:
    query = _rows(tenant_id, user_id).where(col(Conversation.id) == conversation_id)
    return (await session.execute(query)).one_or_none()


async def find_thread(
    session: AsyncSession, tenant_id: UUID, conversation_id: UUID
) -> tuple[Conversation, str | None] | None:
    """A conversation and the name of the member who has it."""
    row = (
        await session.execute(
            select(Conversation, User.name)
            .outerjoin(User, col(User.id) == col(Conversation.assigned_user_id))
            .where(Conversation.tenant_id == tenant_id, Conversation.id == conversation_id)
            # Another transaction of this session may have changed the row since it was loaded.
            .execution_options(populate_existing=True)
        )
    ).one_or_none()
    return (row[0], row[1]) if row else None


async def list_contact_rows(
    session: AsyncSession,
    tenant_id: UUID,
    contact_id: UUID,
    user_id: UUID | None,
    *,
    limit: int,
) -> list[AnyRow]:
    """A contact's conversations, the newest first."""
    query = (
        _rows(tenant_id, user_id)
        .where(col(Conversation.contact_id) == contact_id)
        .order_by(desc(Conversation.created_at))
        .limit(limit)
    )
    return list(await session.execute(query))


async def count_folders(session: AsyncSession, tenant_id: UUID, user_id: UUID | None) -> dict[Folder, int]:
    is_open = col(Conversation.status) == "open"
    counts = [
        func.count().filter(_in_folder(folder, user_id)).label(folder)
        for folder in ("queue", "mine", "assistant", "open")
    ]
    query = select(*counts).where(col(Conversation.tenant_id) == tenant_id, is_open)
    found: list[int] = list((await session.execute(query)).one())
    return {"queue": found[0], "mine": found[1], "assistant": found[2], "open": found[3], "resolved": 0}


async def list_events(
    session: AsyncSession,
    tenant_id: UUID,
    conversation_id: UUID,
    *,
    after: int,
    before: int | None,
    limit: int,
) -> list[Event]:
    """In order of seq: the first ones after `after`, or with `before` the last ones before it."""
    query = select(Event).where(
        Event.tenant_id == tenant_id,
        Event.conversation_id == conversation_id,
        Event.seq > after,
    )
    if before is None:
        return list(await session.scalars(query.order_by(asc(Event.seq)).limit(limit)))
    newest = await session.scalars(query.where(Event.seq < before).order_by(desc(Event.seq)).limit(limit))
    return list(newest)[::-1]


async def list_messages(
    session: AsyncSession,
    tenant_id: UUID,
    conversation_id: UUID,
    *,
    after: int = 0,
    before: int | None = None,
    limit: int,
) -> list[Message]:
    """In order of seq: the first ones after `after`, or with `before` the last ones before it."""
    query = select(Message).where(
        Message.tenant_id == tenant_id,
        Message.conversation_id == conversation_id,
        Message.seq > after,
    )
    if before is None:
        return list(await session.scalars(query.order_by(asc(Message.seq)).limit(limit)))
    newest = await session.scalars(query.where(Message.seq < before).order_by(desc(Message.seq)).limit(limit))
    return list(newest)[::-1]


async def list_messages_by_id(
    session: AsyncSession, tenant_id: UUID, message_ids: list[UUID]
) -> list[Message]:
    if not message_ids:
        return []
    return list(
        await session.scalars(
            select(Message).where(Message.tenant_id == tenant_id, col(Message.id).in_(message_ids))
        )
    )


async def list_citations(session: AsyncSession, tenant_id: UUID, message_ids: list[UUID]) -> list[Citation]:
    if not message_ids:
        return []
    return list(
        await session.scalars(
            select(Citation)
            .where(
                Citation.tenant_id == tenant_id,
                col(Citation.message_id).in_(message_ids),
            )
            .order_by(asc(Citation.number))
        )
    )


async def find_message(session: AsyncSession, tenant_id: UUID, message_id: UUID) -> Message | None:
    return (
        await session.scalars(select(Message).where(Message.tenant_id == tenant_id, Message.id == message_id))
    ).one_or_none()


async def find_covering_reply(session: AsyncSession, tenant_id: UUID, message_id: UUID) -> UUID | None:
    return (
        await session.scalars(
            select(ReplyCoverage.reply_id).where(
                ReplyCoverage.tenant_id == tenant_id,
                ReplyCoverage.message_id == message_id,
            )
        )
    ).one_or_none()


async def find_open_of_contact(session: AsyncSession, tenant_id: UUID, contact_id: UUID) -> UUID | None:
    """The contact's latest open conversation in the widget."""
    return (
        await session.scalars(
            select(Conversation.id)
            .where(
                Conversation.tenant_id == tenant_id,
                Conversation.contact_id == contact_id,
                Conversation.channel == "widget",
                Conversation.status == "open",
            )
            .order_by(desc(Conversation.created_at))
            .limit(1)
        )
    ).one_or_none()


async def list_suggestions(session: AsyncSession, tenant_id: UUID, conversation_id: UUID) -> list[Suggestion]:
    return list(
        await session.scalars(
            select(Suggestion)
            .where(
                Suggestion.tenant_id == tenant_id,
                Suggestion.conversation_id == conversation_id,
                Suggestion.state == "open",
            )
            .order_by(desc(Suggestion.created_at))
        )
    )


async def find_trace(session: AsyncSession, tenant_id: UUID, reply_id: UUID) -> Trace | None:
    return (
        await session.scalars(select(Trace).where(Trace.tenant_id == tenant_id, Trace.reply_id == reply_id))
    ).one_or_none()


def _of_last_agent(column: Any) -> Any:
    """Of the newest message by an agent, who need not be the one that has the conversation now."""
    newest = (
        rows_of(column)
        .where(col(Message.conversation_id) == col(Conversation.id))
        .where(col(Message.tenant_id) == col(Conversation.tenant_id), col(Message.author) == "agent")
        .order_by(desc(Message.seq))
        .limit(1)
    )
    return case((col(Conversation.preview_author) == "agent", newest.scalar_subquery()), else_=None)


def _rows(tenant_id: UUID, user_id: UUID | None) -> Any:
    # As Any: the typed overloads of select end at four columns.
    columns: tuple[Any, ...] = (
        Conversation,
        Contact,
        User.name,
        ConversationRead.seq,
        _of_last_agent(Message.author_user_id),
        _of_last_agent(Message.author_name),
    )
    return (
        rows_of(*columns)
        .join(Contact, col(Contact.id) == col(Conversation.contact_id))
        .outerjoin(User, col(User.id) == col(Conversation.assigned_user_id))
        .outerjoin(
            ConversationRead,
            and_(
                col(ConversationRead.tenant_id) == tenant_id,
                col(ConversationRead.conversation_id) == col(Conversation.id),
                col(ConversationRead.user_id) == user_id,
            ),
        )
        .where(
            col(Conversation.tenant_id) == tenant_id,
            col(Contact.tenant_id) == tenant_id,
        )
        # A session that the API opened and nobody wrote in is nothing to show.
        .where(col(Conversation.last_seq) > 0)
    )


def _in_folder(folder: Folder, user_id: UUID | None) -> Any:
    if folder == "resolved":
        return col(Conversation.status) == "resolved"
    is_open = and_(col(Conversation.status) == "open", col(Conversation.last_seq) > 0)
    if folder == "open":
        return is_open
    if folder == "mine":
        return and_(
            is_open,
            col(Conversation.handler) == "agent",
            col(Conversation.assigned_user_id) == user_id,
        )
    return and_(is_open, col(Conversation.handler) == folder)
