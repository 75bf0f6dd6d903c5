"""Writing into a conversation: hold its row, number what happens, announce it on commit."""

import json
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from echo_app import realtime
from echo_app.audit import service as audit
from echo_app.conversations import repository
from echo_app.conversations.errors import ConversationNotFound
from echo_app.conversations.repository import Locked, NewMessage
from echo_app.conversations.schemas import Deed, Handler, Status
from echo_app.kit.clock import now
from echo_app.kit.text import preview
from echo_app.models import Message
from echo_app.realtime import News
from echo_app.tenancy import Actor


async def hold(tx: AsyncSession, actor: Actor, conversation_id: UUID) -> Locked:
    """The conversation's row, locked until the transaction ends. A contact holds only its own.

    Raises ConversationNotFound.
    """
    locked = await repository.lock(tx, actor.tenant_id, conversation_id)
    if locked is None or (actor.kind == "contact" and locked.contact_id != actor.id):
        raise ConversationNotFound()
    return locked


async def write_message(tx: AsyncSession, actor: Actor, message: NewMessage) -> bool:
    """Writes a message with its event, audit entry and notice; False when its client_message_id is known."""
    news = {
        "kind": "message",
        "tenant_id": str(actor.tenant_id),
        "conversation_id": str(message.conversation_id),
        "seq": message.seq,
        "subject_id": str(message.id),
    }
    return await repository.insert_message(
        tx,
        actor.tenant_id,
        message,
        actor_kind=actor.kind,
        actor_id=actor.id,
        preview=preview(message.content),
        notice=json.dumps(news),
    )


async def known_message(tx: AsyncSession, actor: Actor, message: NewMessage) -> Message | None:
    """The message that stands already under this one's client_message_id."""
    if message.client_message_id is None:
        return None
    return await repository.find_by_client_message(
        tx, actor.tenant_id, message.conversation_id, message.client_message_id
    )


async def write_state(
    tx: AsyncSession,
    actor: Actor,
    conversation_id: UUID,
    *,
    seq: int,
    deed: Deed,
    handler: Handler,
    status: Status,
    reason: str | None = None,
    **changes: Any,
) -> None:
    """Changes handler or status (and what else of the row the deed changes), with event, audit entry and notice."""
    moment = now()
    await repository.change(tx, actor.tenant_id, conversation_id, handler=handler, status=status, **changes)
    facts = {
        "deed": deed,
        "handler": handler,
        "status": status,
        "agentName": actor.name,
        "reason": reason,
    }
    await repository.insert_state(tx, actor.tenant_id, conversation_id, seq, facts, moment)
    await audit.record(
        tx,
        actor,
        f"conversation.{deed}",
        {
            "conversationId": str(conversation_id),
            **({"reason": reason} if reason else {}),
        },
    )
    await realtime.publish(
        tx,
        News(
            "state",
            str(actor.tenant_id),
            str(conversation_id),
            seq=seq,
            body={"handler": handler, "status": status},
        ),
    )


async def announce(
    tx: AsyncSession, actor: Actor, kind: str, conversation_id: UUID, subject_id: UUID
) -> None:
    """A notice without an event: something beside the timeline has changed."""
    await realtime.publish(
        tx,
        News(kind, str(actor.tenant_id), str(conversation_id), subject_id=str(subject_id)),
    )
