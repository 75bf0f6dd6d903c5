"""Conversations: what contacts, members and the assistant do in them.

Each deed locks the conversation's row, numbers its event, writes its audit entry and announces itself, all in
the caller's transaction. Reading lives in `reading`, the handler's changes in `handling`: both are offered here.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from echo_app import realtime
from echo_app.audit import service as audit
from echo_app.contacts import service as contacts
from echo_app.conversations import ledger, repository
from echo_app.conversations.errors import (
    ConversationClosed,
    ConversationNotFound,
    MessageEmpty,
    MessageNotText,
    MessageTooLong,
    NotTheHandler,
    TooManyMessages,
    UserMismatch,
)
from echo_app.conversations.handling import (
    defer_answer,
    dismiss_suggestion,
    hand_back,
    reopen,
    resolve,
    save_reply,
    take_over,
    use_suggestion,
)
from echo_app.conversations.reading import (
    find_open_thread,
    find_reply,
    folder_counts,
    get_conversation,
    get_message,
    get_summary,
    get_thread,
    get_trace,
    get_turn,
    list_conversations,
    list_messages,
    list_newest_messages,
    list_suggestions,
    list_timeline,
    was_said,
)
from echo_app.conversations.repository import Locked, NewMessage
from echo_app.conversations.schemas import Channel, Handler, MessageView, Posted, Thread
from echo_app.errors import Invalid
from echo_app.kit.clock import now
from echo_app.kit.ids import new_id
from echo_app.kit.text import is_text
from echo_app.models import Conversation, Message
from echo_app.realtime import News
from echo_app.tenancy import Actor, Right, check_right

__all__ = [
    "dismiss_suggestion",
    "find_open_thread",
    "find_reply",
    "folder_counts",
    "get_conversation",
    "get_message",
    "get_summary",
    "get_thread",
    "get_trace",
    "get_turn",
    "hand_back",
    "list_conversations",
    "list_messages",
    "list_newest_messages",
    "list_suggestions",
    "list_timeline",
    "mark_seen",
    "post_message",
    "reopen",
    "reply",
    "resolve",
    "save_reply",
    "say",
    "start",
    "take_over",
    "use_suggestion",
    "was_said",
]

LONGEST_MESSAGE = 8_000
LONGEST_CLIENT_ID = 100
# A contact in the widget; the tenant's own API is not slowed down.
MESSAGES_A_MINUTE = 30


async def start(
    tx: AsyncSession,
    actor: Actor,
    *,
    channel: Channel,
    user_id: str | None = None,
    metadata: dict[str, Any] | None = None,
) -> Thread:
    """Opens a conversation for the contact with the tenant's own `user_id`, or for an anonymous one."""
    check_right(actor, Right.CONVERSATIONS_WRITE)
    if user_id:
        contact_id = await contacts.known_as(tx, actor, user_id)
    else:
        contact_id = new_id()
        await contacts.enter(tx, actor, contact_id)
    return await _open(tx, actor, contact_id, channel, metadata or {})


async def say(
    tx: AsyncSession,
    actor: Actor,
    conversation_id: UUID | None,
    content: str,
    client_message_id: str,
) -> Posted:
    """A contact's message from the widget: into the conversation, or, with None, a new one.

    The same `client_message_id` again gives the first message again, whichever conversation it stands in.
    Raises what `post_message` raises.
    """
    if actor.kind != "contact" or actor.id is None:
        raise ConversationNotFound()
    check_content(content)
    await contacts.enter(tx, actor, actor.id)
    known = await repository.find_contacts_client_message(tx, actor.tenant_id, actor.id, client_message_id)
    if known is not None:
        thread = await get_thread(tx, actor, known.conversation_id)
        return _posted(known, thread.handler, created=False)
    if conversation_id is None:
        conversation_id = (await _open(tx, actor, actor.id, "widget", {})).id
    return await post_message(tx, actor, conversation_id, content, client_message_id=client_message_id)


async def post_message(
    tx: AsyncSession,
    actor: Actor,
    conversation_id: UUID,
    content: str,
    *,
    client_message_id: str | None = None,
    user_id: str | None = None,
) -> Posted:
    """A contact's message. While the assistant is the handler, its reply is deferred with it.

    Raises ConversationNotFound, ConversationClosed, MessageEmpty, MessageTooLong, MessageNotText,
    TooManyMessages, UserMismatch.
    """
    check_content(content)
    if client_message_id is not None and not 0 < len(client_message_id) <= LONGEST_CLIENT_ID:
        raise Invalid(
            f"clientMessageId has 1 to {LONGEST_CLIENT_ID} characters.",
            field="clientMessageId",
        )
    if actor.kind != "contact":
        check_right(actor, Right.CONVERSATIONS_WRITE)
    locked = await ledger.hold(tx, actor, conversation_id)
    if user_id:
        await _check_user(tx, actor, locked, user_id)
    moment = now()
    message = NewMessage(
        conversation_id=conversation_id,
        seq=locked.last_seq + 1,
        author="contact",
        content=content,
        client_message_id=client_message_id,
        awaiting_reply=locked.handler == "assistant",
        created_at=moment,
    )
    # A repetition is answered even where a new message would be refused.
    if locked.status != "open" or _too_many(actor, locked, moment):
        known = await ledger.known_message(tx, actor, message)
        if known is not None:
            return _posted(known, locked.handler, created=False)
        raise ConversationClosed() if locked.status != "open" else TooManyMessages()
    if not await ledger.write_message(tx, actor, message):
        known = await ledger.known_message(tx, actor, message)
        assert known is not None
        return _posted(known, locked.handler, created=False)
    if locked.handler == "assistant":
        await defer_answer(tx, actor, conversation_id)
    return _posted(message, locked.handler, created=True)


async def reply(
    tx: AsyncSession,
    actor: Actor,
    conversation_id: UUID,
    content: str,
    client_message_id: str | None = None,
) -> MessageView:
    """A human agent's reply. Raises NotTheHandler while the next reply is not a person's, and what
    `post_message` raises."""
    check_right(actor, Right.CONVERSATIONS_WRITE)
    check_content(content)
    locked = await ledger.hold(tx, actor, conversation_id)
    if locked.status != "open":
        raise ConversationClosed()
    if locked.handler != "agent":
        raise NotTheHandler()
    message = NewMessage(
        conversation_id=conversation_id,
        seq=locked.last_seq + 1,
        author="agent",
        author_user_id=actor.id if actor.kind == "user" else None,
        author_name=actor.name,
        content=content,
        client_message_id=client_message_id,
    )
    if not await ledger.write_message(tx, actor, message):
        known = await ledger.known_message(tx, actor, message)
        assert known is not None
        return await get_message(tx, actor, known.id)
    return await get_message(tx, actor, message.id)


async def mark_seen(tx: AsyncSession, actor: Actor, conversation_id: UUID, seq: int) -> None:
    """Notes that this member has read up to `seq`. Raises ConversationNotFound."""
    check_right(actor, Right.CONVERSATIONS_READ)
    thread = await get_thread(tx, actor, conversation_id)
    if actor.kind != "user" or actor.id is None:
        return
    seen = min(seq, thread.last_seq)
    if await repository.mark_read(tx, actor.tenant_id, conversation_id, actor.id, seen):
        await realtime.publish(
            tx,
            News(
                "seen",
                str(actor.tenant_id),
                str(conversation_id),
                seq=seen,
                subject_id=str(actor.id),
            ),
        )


def check_content(content: str) -> None:
    """Raises MessageEmpty, MessageTooLong (8,000 characters), MessageNotText."""
    if not content.strip():
        raise MessageEmpty()
    if len(content) > LONGEST_MESSAGE:
        raise MessageTooLong(limit=LONGEST_MESSAGE)
    if not is_text(content):
        raise MessageNotText()


async def _open(
    tx: AsyncSession,
    actor: Actor,
    contact_id: UUID,
    channel: Channel,
    metadata: dict[str, Any],
) -> Thread:
    conversation = Conversation(
        tenant_id=actor.tenant_id,
        contact_id=contact_id,
        channel=channel,
        details=metadata,
    )
    await repository.insert_conversation(tx, actor.tenant_id, conversation)
    await audit.record(tx, actor, "conversation.create", {"conversationId": str(conversation.id)})
    return Thread(
        id=conversation.id,
        tenant_id=actor.tenant_id,
        contact_id=contact_id,
        channel=channel,
        handler="assistant",
        status="open",
        agent_name="",
        last_seq=0,
        created_at=conversation.created_at,
        metadata=metadata,
    )


async def _check_user(tx: AsyncSession, actor: Actor, locked: Locked, user_id: str) -> None:
    contact = await contacts.get_contact(tx, actor, locked.contact_id)
    if contact.external_id == user_id:
        return
    if contact.external_id is not None:
        raise UserMismatch()
    known = await contacts.known_as(tx, actor, user_id)
    await repository.change(tx, actor.tenant_id, locked.id, contact_id=known)
    await audit.record(tx, actor, "contact.identify", {"contactId": str(known)})


def _too_many(actor: Actor, locked: Locked, moment: datetime) -> bool:
    return (
        actor.kind == "contact"
        and locked.window_start is not None
        and locked.window_start > moment - timedelta(minutes=1)
        and locked.window_count >= MESSAGES_A_MINUTE
    )


def _posted(message: Message | NewMessage, handler: Handler, *, created: bool) -> Posted:
    return Posted(
        message.id,
        message.conversation_id,
        message.seq,
        handler,
        created,
        message.created_at,
    )
