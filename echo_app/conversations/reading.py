"""Reading conversations: lists, threads and what belongs to a message.

A member reads every conversation of the tenant, an API key too; a contact only its own. Whoever may not see one
is told that it does not exist.
"""

from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from echo_app.contacts import service as contacts
from echo_app.conversations import coverage, queries
from echo_app.conversations.errors import ConversationNotFound, MessageNotFound
from echo_app.conversations.queries import AnyRow
from echo_app.conversations.schemas import (
    Author,
    Channel,
    CitationView,
    ConversationSummary,
    ConversationView,
    Folder,
    Handler,
    MessageView,
    StateView,
    Status,
    SuggestionView,
    Thread,
    TimelineItem,
    TraceView,
    Turn,
)
from echo_app.errors import Invalid
from echo_app.kit import pagination
from echo_app.kit.pagination import Page
from echo_app.models import Citation, Contact, Conversation, Event, Message
from echo_app.tenancy import Actor, Right, check_right

HISTORY_MESSAGES = 12
# Quick fragments answered by one reply; further ones get the next.
MOST_FRAGMENTS = 20
EARLIER_CONVERSATIONS = 5


async def list_conversations(
    tx: AsyncSession,
    actor: Actor,
    *,
    folder: Folder,
    cursor: str | None = None,
    limit: int = 30,
) -> Page[ConversationSummary]:
    """A folder's conversations, a page at a time: the queue by waiting time, the others the latest first."""
    check_right(actor, Right.CONVERSATIONS_READ)
    after = _position(cursor) if cursor else None
    rows = await queries.list_rows(
        tx,
        actor.tenant_id,
        folder=folder,
        user_id=actor.id,
        after=after,
        limit=limit + 1,
    )
    items = [_summary(row) for row in rows[:limit]]
    following = None
    if len(rows) > limit:
        last = items[-1]
        key = (last.waiting_since or last.created_at) if folder == "queue" else last.last_message_at
        following = pagination.cursor(key.isoformat(), last.id.hex)
    return Page(items, following)


async def folder_counts(tx: AsyncSession, actor: Actor) -> dict[Folder, int]:
    """How many open conversations each folder holds; resolved ones are not counted."""
    check_right(actor, Right.CONVERSATIONS_READ)
    return await queries.count_folders(tx, actor.tenant_id, actor.id)


async def get_summary(tx: AsyncSession, actor: Actor, conversation_id: UUID) -> ConversationSummary:
    """Raises ConversationNotFound."""
    check_right(actor, Right.CONVERSATIONS_READ)
    return _summary(await _row(tx, actor, conversation_id))


async def get_conversation(tx: AsyncSession, actor: Actor, conversation_id: UUID) -> ConversationView:
    """All that the details pane shows. Raises ConversationNotFound."""
    check_right(actor, Right.CONVERSATIONS_READ)
    row = await _row(tx, actor, conversation_id)
    summary, conversation = _summary(row), row[0]
    siblings = await queries.list_contact_rows(
        tx,
        actor.tenant_id,
        summary.contact_id,
        actor.id,
        limit=EARLIER_CONVERSATIONS + 1,
    )
    return ConversationView(
        **vars(summary),
        escalation_reason=conversation.escalation_reason,
        brief=conversation.brief,
        metadata=dict(conversation.details),
        contact=await contacts.get_contact(tx, actor, summary.contact_id),
        earlier=[_summary(other) for other in siblings if other[0].id != conversation_id][
            :EARLIER_CONVERSATIONS
        ],
    )


async def get_thread(tx: AsyncSession, actor: Actor, conversation_id: UUID) -> Thread:
    """A conversation as its contact, or the tenant's API, sees it. Raises ConversationNotFound."""
    from_repository = await queries.find_thread(tx, actor.tenant_id, conversation_id)
    if from_repository is None:
        raise ConversationNotFound()
    conversation, agent_name = from_repository
    if actor.kind == "contact" and conversation.contact_id != actor.id:
        raise ConversationNotFound()
    if actor.kind != "contact":
        check_right(actor, Right.CONVERSATIONS_READ)
    return Thread(
        id=conversation.id,
        tenant_id=conversation.tenant_id,
        contact_id=conversation.contact_id,
        channel=cast(Channel, conversation.channel),
        handler=cast(Handler, conversation.handler),
        status=cast(Status, conversation.status),
        agent_name=agent_name or "",
        last_seq=conversation.last_seq,
        created_at=conversation.created_at,
        metadata=dict(conversation.details),
    )


async def find_open_thread(tx: AsyncSession, actor: Actor) -> Thread | None:
    """A contact's latest open conversation in the widget."""
    if actor.id is None:
        return None
    conversation_id = await queries.find_open_of_contact(tx, actor.tenant_id, actor.id)
    return await get_thread(tx, actor, conversation_id) if conversation_id else None


async def list_timeline(
    tx: AsyncSession,
    actor: Actor,
    conversation_id: UUID,
    *,
    after: int = 0,
    before: int | None = None,
    limit: int = 100,
) -> list[TimelineItem]:
    """Messages and changes of state in order of seq: those after `after`, or the last ones before `before`.

    Raises ConversationNotFound.
    """
    await get_thread(tx, actor, conversation_id)
    events = await queries.list_events(
        tx, actor.tenant_id, conversation_id, after=after, before=before, limit=limit
    )
    ids = [event.subject_id for event in events if event.kind == "message" and event.subject_id]
    messages = {
        view.id: view
        for view in await _views(
            tx,
            actor.tenant_id,
            await queries.list_messages_by_id(tx, actor.tenant_id, ids),
        )
    }
    return [_timeline_item(event, messages) for event in events]


async def list_messages(
    tx: AsyncSession,
    actor: Actor,
    conversation_id: UUID,
    *,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[MessageView]:
    """A conversation's messages, the oldest first, a page at a time. Raises ConversationNotFound."""
    await get_thread(tx, actor, conversation_id)
    after = _number(cursor) if cursor else 0
    rows = await queries.list_messages(tx, actor.tenant_id, conversation_id, after=after, limit=limit + 1)
    views = await _views(tx, actor.tenant_id, rows[:limit])
    return Page(views, pagination.cursor(views[-1].seq) if len(rows) > limit else None)


async def list_newest_messages(
    tx: AsyncSession, actor: Actor, conversation_id: UUID, *, limit: int
) -> list[MessageView]:
    """The newest messages, the oldest of them first. Raises ConversationNotFound."""
    thread = await get_thread(tx, actor, conversation_id)
    rows = await queries.list_messages(
        tx, actor.tenant_id, conversation_id, before=thread.last_seq + 1, limit=limit
    )
    return await _views(tx, actor.tenant_id, rows)


async def get_message(tx: AsyncSession, actor: Actor, message_id: UUID) -> MessageView:
    """Raises MessageNotFound."""
    message = await queries.find_message(tx, actor.tenant_id, message_id)
    if message is None:
        raise MessageNotFound()
    try:
        await get_thread(tx, actor, message.conversation_id)
    except ConversationNotFound:
        raise MessageNotFound() from None
    return (await _views(tx, actor.tenant_id, [message]))[0]


async def was_said(tx: AsyncSession, actor: Actor, message_id: UUID) -> bool:
    """Whether a message of this id stands in any of the tenant's conversations."""
    check_right(actor, Right.CONVERSATIONS_READ)
    return await queries.find_message(tx, actor.tenant_id, message_id) is not None


async def find_reply(tx: AsyncSession, actor: Actor, message_id: UUID) -> MessageView | None:
    """The reply that covers a contact's message, None while there is none."""
    reply_id = await queries.find_covering_reply(tx, actor.tenant_id, message_id)
    return await get_message(tx, actor, reply_id) if reply_id else None


async def get_turn(tx: AsyncSession, actor: Actor, conversation_id: UUID) -> Turn:
    """What a turn of the assistant starts from. Raises ConversationNotFound."""
    check_right(actor, Right.CONVERSATIONS_READ)
    turn = await coverage.find_turn(
        tx, actor.tenant_id, conversation_id, fragments=MOST_FRAGMENTS, history=HISTORY_MESSAGES
    )
    if turn is None:
        raise ConversationNotFound()
    return turn


async def list_suggestions(tx: AsyncSession, actor: Actor, conversation_id: UUID) -> list[SuggestionView]:
    """Withdrawn replies that an agent has neither used nor dismissed, the newest first."""
    check_right(actor, Right.CONVERSATIONS_READ)
    rows = await queries.list_suggestions(tx, actor.tenant_id, conversation_id)
    return [SuggestionView(row.id, row.content, row.created_at) for row in rows]


async def get_trace(tx: AsyncSession, actor: Actor, message_id: UUID) -> TraceView | None:
    """Why the assistant said this; None for a message that is not the assistant's."""
    check_right(actor, Right.CONVERSATIONS_READ)
    trace = await queries.find_trace(tx, actor.tenant_id, message_id)
    return TraceView(trace.model, trace.retrieved, trace.attempts, trace.timings) if trace else None


async def _row(tx: AsyncSession, actor: Actor, conversation_id: UUID) -> AnyRow:
    row = await queries.find_row(tx, actor.tenant_id, conversation_id, actor.id)
    if row is None:
        raise ConversationNotFound()
    return row


async def _views(tx: AsyncSession, tenant_id: UUID, messages: list[Message]) -> list[MessageView]:
    citations: dict[UUID, list[CitationView]] = {}
    cited = [message.id for message in messages if message.author == "assistant"]
    for row in await queries.list_citations(tx, tenant_id, cited):
        citations.setdefault(row.message_id, []).append(_citation(row))
    return [
        MessageView(
            id=message.id,
            conversation_id=message.conversation_id,
            seq=message.seq,
            author=cast(Author, message.author),
            author_name=message.author_name,
            author_user_id=message.author_user_id,
            content=message.content,
            citations=citations.get(message.id, []),
            escalated=message.escalated,
            usage=message.usage,
            created_at=message.created_at,
        )
        for message in messages
    ]


def _citation(row: Citation) -> CitationView:
    return CitationView(
        row.number,
        row.document_id,
        row.chunk_id,
        row.title,
        row.heading,
        row.quote,
        row.page,
        row.url,
    )


def _timeline_item(event: Event, messages: dict[UUID, MessageView]) -> TimelineItem:
    if event.kind == "message" and event.subject_id:
        return TimelineItem(event.seq, "message", event.created_at, messages.get(event.subject_id), None)
    data = event.data
    state = StateView(
        data["deed"],
        data["handler"],
        data["status"],
        data.get("agentName", ""),
        data.get("reason"),
    )
    return TimelineItem(event.seq, "state", event.created_at, None, state)


def _summary(row: AnyRow) -> ConversationSummary:
    conversation: Conversation = row[0]
    contact: Contact = row[1]
    return ConversationSummary(
        id=conversation.id,
        contact_id=contact.id,
        contact_name=contact.name or contact.external_id or "",
        channel=cast(Channel, conversation.channel),
        handler=cast(Handler, conversation.handler),
        status=cast(Status, conversation.status),
        assigned_user_id=conversation.assigned_user_id,
        assigned_name=row[2] or "",
        preview=conversation.preview,
        preview_author=conversation.preview_author,
        preview_user_id=row[4],
        preview_name=row[5] or "",
        unread=conversation.contact_seq > (row[3] or 0),
        last_seq=conversation.last_seq,
        waiting_since=conversation.waiting_since,
        last_message_at=conversation.last_message_at,
        created_at=conversation.created_at,
    )


def _position(cursor: str) -> tuple[datetime, UUID]:
    try:
        moment, identifier = pagination.position(cursor, 2)
        return datetime.fromisoformat(moment), UUID(hex=identifier)
    except (ValueError, TypeError, AttributeError) as broken:
        raise Invalid("This is not a cursor of this list.", field="cursor") from broken


def _number(cursor: str) -> int:
    try:
        (number,) = pagination.position(cursor, 1)
        return int(number)
    except (ValueError, TypeError) as broken:
        raise Invalid("This is not a cursor of this list.", field="cursor") from broken
