"""Who owns the next reply: escalating to the queue, taking over, handing back, resolving, reopening; and the
assistant's replies, which hold only while the assistant is the handler."""

from typing import Any, cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from echo_app import jobs
from echo_app.audit import service as audit
from echo_app.conversations import coverage, ledger
from echo_app.conversations.errors import (
    ConversationClosed,
    ConversationOpen,
    SuggestionNotFound,
)
from echo_app.conversations.repository import Locked, NewMessage
from echo_app.conversations.schemas import Handler, NewReply, Outcome
from echo_app.kit.clock import now
from echo_app.kit.ids import new_id
from echo_app.models import Suggestion
from echo_app.tenancy import Actor, Right, check_right


async def take_over(tx: AsyncSession, actor: Actor, conversation_id: UUID) -> None:
    """Makes the acting member the handler; what the assistant owed is owed no more. Again is no error.

    Raises ConversationNotFound, ConversationClosed.
    """
    check_right(actor, Right.CONVERSATIONS_WRITE)
    locked = await _open_one(tx, actor, conversation_id)
    if locked.handler == "agent" and locked.assigned_user_id == actor.id:
        return
    await coverage.take_awaiting(tx, actor.tenant_id, conversation_id)
    await ledger.write_state(
        tx,
        actor,
        conversation_id,
        seq=locked.last_seq + 1,
        deed="take_over",
        handler="agent",
        status="open",
        assigned_user_id=actor.id if actor.kind == "user" else None,
        waiting_since=None,
    )


async def hand_back(tx: AsyncSession, actor: Actor, conversation_id: UUID) -> None:
    """Gives the next reply to the assistant, which also answers what nobody has answered yet.

    Raises ConversationNotFound, ConversationClosed.
    """
    check_right(actor, Right.CONVERSATIONS_WRITE)
    locked = await _open_one(tx, actor, conversation_id)
    if locked.handler == "assistant":
        return
    await ledger.write_state(
        tx,
        actor,
        conversation_id,
        seq=locked.last_seq + 1,
        deed="hand_back",
        handler="assistant",
        status="open",
        assigned_user_id=None,
        waiting_since=None,
        escalation_reason=None,
        brief=None,
    )
    if await coverage.claim_unanswered(tx, actor.tenant_id, conversation_id):
        await defer_answer(tx, actor, conversation_id)


async def resolve(tx: AsyncSession, actor: Actor, conversation_id: UUID) -> None:
    """Closes the conversation. Who had it, and since when it waited, stays written for `reopen`.

    Raises ConversationNotFound, ConversationClosed.
    """
    check_right(actor, Right.CONVERSATIONS_WRITE)
    locked = await _open_one(tx, actor, conversation_id)
    await coverage.take_awaiting(tx, actor.tenant_id, conversation_id)
    await ledger.write_state(
        tx,
        actor,
        conversation_id,
        seq=locked.last_seq + 1,
        deed="resolve",
        handler=locked.handler,
        status="resolved",
    )


async def reopen(tx: AsyncSession, actor: Actor, conversation_id: UUID, *, as_it_was: bool = False) -> None:
    """Opens a resolved conversation again, with the acting member as its handler.

    `as_it_was` gives it back to whoever had it when it was resolved: the assistant (which then answers what nobody
    has answered), its place in the queue, or its agent. Raises ConversationNotFound, ConversationOpen.
    """
    check_right(actor, Right.CONVERSATIONS_WRITE)
    locked = await ledger.hold(tx, actor, conversation_id)
    if locked.status == "open":
        raise ConversationOpen()
    mine: dict[str, Any] = {
        "assigned_user_id": actor.id if actor.kind == "user" else None,
        "waiting_since": None,
    }
    handler: Handler = cast(Handler, locked.handler) if as_it_was else "agent"
    await ledger.write_state(
        tx,
        actor,
        conversation_id,
        seq=locked.last_seq + 1,
        deed="reopen",
        handler=handler,
        status="open",
        **({} if as_it_was else mine),
    )
    if handler == "assistant" and await coverage.claim_unanswered(tx, actor.tenant_id, conversation_id):
        await defer_answer(tx, actor, conversation_id)


async def defer_answer(tx: AsyncSession, actor: Actor, conversation_id: UUID) -> None:
    """Defers the assistant's reply. Its id is fixed here, so that every attempt at it streams under one id."""
    await jobs.defer(
        tx,
        "conversation.answer",
        queue="live",
        lock=str(conversation_id),
        tenant_id=str(actor.tenant_id),
        conversation_id=str(conversation_id),
        reply_id=str(new_id()),
    )


async def save_reply(
    tx: AsyncSession,
    actor: Actor,
    conversation_id: UUID,
    reply: NewReply,
    *,
    finished: bool = True,
) -> Outcome:
    """Saves the assistant's reply with its citations, coverage and trace; an escalation changes the handler too.

    When a person took over meanwhile (or the conversation was resolved), or the reply was stopped half-way
    (`finished` false), the text becomes a suggestion; when another attempt has covered the messages, nothing is
    written. Raises ConversationNotFound.
    """
    locked = await ledger.hold(tx, actor, conversation_id)
    if locked.handler != "assistant" or locked.status != "open" or not finished:
        return await _suggest(tx, actor, locked, reply)
    covered = await coverage.take_awaiting(tx, actor.tenant_id, conversation_id, reply.covers)
    if not covered:
        return "nothing"
    if reply.escalation is not None:
        # What came in meanwhile goes to the queue with it, and is answered by the same words.
        covered += await coverage.take_awaiting(tx, actor.tenant_id, conversation_id)
    message = NewMessage(
        id=reply.id,
        conversation_id=conversation_id,
        seq=locked.last_seq + 1,
        author="assistant",
        author_name=reply.author_name,
        content=reply.content,
        escalated=reply.escalation is not None,
        usage=reply.usage,
    )
    await ledger.write_message(tx, actor, message)
    await coverage.insert_reply(tx, actor.tenant_id, conversation_id, reply, covered)
    if reply.escalation is not None:
        await ledger.write_state(
            tx,
            actor,
            conversation_id,
            seq=locked.last_seq + 2,
            deed="escalate",
            handler="queue",
            status="open",
            reason=reply.escalation.reason,
            escalation_reason=reply.escalation.reason,
            brief=reply.escalation.brief,
            waiting_since=now(),
        )
    return "saved"


async def use_suggestion(tx: AsyncSession, actor: Actor, suggestion_id: UUID) -> str:
    """The suggestion's text, for the agent's composer. Raises SuggestionNotFound."""
    return (await _close_suggestion(tx, actor, suggestion_id, "used")).content


async def dismiss_suggestion(tx: AsyncSession, actor: Actor, suggestion_id: UUID) -> None:
    """Raises SuggestionNotFound."""
    await _close_suggestion(tx, actor, suggestion_id, "dismissed")


async def _open_one(tx: AsyncSession, actor: Actor, conversation_id: UUID) -> Locked:
    locked = await ledger.hold(tx, actor, conversation_id)
    if locked.status != "open":
        raise ConversationClosed()
    return locked


async def _suggest(tx: AsyncSession, actor: Actor, locked: Locked, reply: NewReply) -> Outcome:
    if not reply.content.strip():
        return "nothing"
    suggestion = Suggestion(
        id=new_id(),
        tenant_id=actor.tenant_id,
        conversation_id=locked.id,
        content=reply.content,
    )
    await coverage.insert_suggestion(tx, actor.tenant_id, suggestion)
    await coverage.insert_reply(tx, actor.tenant_id, locked.id, reply, covered=[])
    await audit.record(tx, actor, "suggestion.create", {"conversationId": str(locked.id)})
    await ledger.announce(tx, actor, "suggestion", locked.id, suggestion.id)
    return "suggested"


async def _close_suggestion(tx: AsyncSession, actor: Actor, suggestion_id: UUID, state: str) -> Suggestion:
    check_right(actor, Right.CONVERSATIONS_WRITE)
    suggestion = await coverage.find_suggestion(tx, actor.tenant_id, suggestion_id)
    if suggestion is None:
        raise SuggestionNotFound()
    suggestion.state = state
    await audit.record(tx, actor, f"suggestion.{state}", {"suggestionId": str(suggestion_id)})
    await ledger.announce(tx, actor, "suggestion", suggestion.conversation_id, suggestion.id)
    return suggestion
