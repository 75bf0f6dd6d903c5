"""What the assistant owes a reply to, and what a reply that covers it is made of. A repository's functions:
each takes the tenant and filters by it."""

import json
from dataclasses import asdict
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from echo_app.conversations.schemas import NewReply, Said, Turn
from echo_app.kit.clock import now
from echo_app.kit.statements import fetch
from echo_app.models import Suggestion

# The conversation once, and beside it each message that awaits a reply or is one of the newest.
_TURN = """
    SELECT c.handler, c.status, EXISTS (SELECT FROM contacts
            WHERE tenant_id = %(tenant)s AND id = c.contact_id AND external_id IS NOT NULL),
        m.id, m.author, m.content, m.awaiting_reply
    FROM conversations c LEFT JOIN (
        (SELECT id, seq, author, content, awaiting_reply FROM messages
            WHERE tenant_id = %(tenant)s AND conversation_id = %(conversation)s AND awaiting_reply
            ORDER BY seq LIMIT %(fragments)s)
        UNION
        (SELECT id, seq, author, content, awaiting_reply FROM messages
            WHERE tenant_id = %(tenant)s AND conversation_id = %(conversation)s AND NOT awaiting_reply
            ORDER BY seq DESC LIMIT %(history)s)
    ) AS m ON true
    WHERE c.tenant_id = %(tenant)s AND c.id = %(conversation)s
    ORDER BY m.seq
"""

_TAKE = """
    UPDATE messages SET awaiting_reply = false
    WHERE tenant_id = %(tenant)s AND conversation_id = %(conversation)s AND awaiting_reply
        AND (%(messages)s::uuid[] IS NULL OR id = ANY(%(messages)s))
    RETURNING id
"""

_CLAIM = """
    UPDATE messages SET awaiting_reply = true
    WHERE tenant_id = %(tenant)s AND conversation_id = %(conversation)s AND author = 'contact'
        AND seq > COALESCE((SELECT max(seq) FROM messages WHERE tenant_id = %(tenant)s
            AND conversation_id = %(conversation)s AND author IN ('agent', 'assistant')), 0)
        AND NOT EXISTS (SELECT FROM reply_coverages c WHERE c.message_id = messages.id)
    RETURNING id
"""

_INSERT_REPLY = """
    WITH covered AS (
        INSERT INTO reply_coverages (tenant_id, message_id, reply_id)
        SELECT %(tenant)s, message_id, %(reply)s FROM unnest(%(covered)s::uuid[]) AS message (message_id)
    ), cited AS (
        INSERT INTO citations (tenant_id, message_id, number, document_id, chunk_id, title, heading, quote, page, url)
        SELECT %(tenant)s, %(reply)s, number, document_id, chunk_id, title, heading, quote, page, url
        FROM jsonb_to_recordset(%(citations)s) AS citation (number int, document_id uuid, chunk_id uuid, title text,
            heading text, quote text, page int, url text)
    )
    INSERT INTO traces (tenant_id, reply_id, conversation_id, model, retrieved, attempts, timings, created_at)
    VALUES (%(tenant)s, %(reply)s, %(conversation)s, %(model)s, %(retrieved)s, %(attempts)s, %(timings)s, %(at)s)
"""


async def find_turn(
    session: AsyncSession, tenant_id: UUID, conversation_id: UUID, *, fragments: int, history: int
) -> Turn | None:
    """The oldest messages that await a reply, at most `fragments`, and the newest others, at most `history`."""
    found = await fetch(
        session,
        _TURN,
        {
            "tenant": tenant_id,
            "conversation": conversation_id,
            "fragments": fragments,
            "history": history,
        },
    )
    if not found:
        return None
    handler, status, signed_in = found[0][:3]
    said = [(Said(id, author, content), awaiting) for *_, id, author, content, awaiting in found if id]
    return Turn(
        handler=handler,
        status=status,
        signed_in=signed_in,
        awaiting=[message for message, awaiting in said if awaiting],
        history=[message for message, awaiting in said if not awaiting],
    )


async def take_awaiting(
    session: AsyncSession, tenant_id: UUID, conversation_id: UUID, message_ids: list[UUID] | None = None
) -> list[UUID]:
    """Those of the messages (None: all) that still await a reply, which they now do no longer."""
    values = {"tenant": tenant_id, "conversation": conversation_id, "messages": message_ids}
    return [message_id for (message_id,) in await fetch(session, _TAKE, values)]


async def claim_unanswered(session: AsyncSession, tenant_id: UUID, conversation_id: UUID) -> int:
    """Gives the assistant the contact's messages after the last reply of anybody; how many they are."""
    return len(await fetch(session, _CLAIM, {"tenant": tenant_id, "conversation": conversation_id}))


async def insert_reply(
    session: AsyncSession, tenant_id: UUID, conversation_id: UUID, reply: NewReply, covered: list[UUID]
) -> None:
    """What belongs to a reply beside its message, which is written already: the messages it covers, its citations and
    its trace. A suggestion has a trace alone."""
    citations = [asdict(citation) for citation in reply.citations] if covered else []
    await fetch(
        session,
        _INSERT_REPLY,
        {
            "tenant": tenant_id,
            "conversation": conversation_id,
            "reply": reply.id,
            "covered": covered,
            "citations": json.dumps(citations, default=str),
            "model": reply.model,
            "retrieved": json.dumps(reply.retrieved),
            "attempts": json.dumps(reply.attempts),
            "timings": json.dumps(reply.timings),
            "at": now(),
        },
    )


async def insert_suggestion(session: AsyncSession, tenant_id: UUID, suggestion: Suggestion) -> None:
    assert suggestion.tenant_id == tenant_id
    session.add(suggestion)
    await session.flush()


async def find_suggestion(session: AsyncSession, tenant_id: UUID, suggestion_id: UUID) -> Suggestion | None:
    return (
        await session.scalars(
            select(Suggestion).where(Suggestion.tenant_id == tenant_id, Suggestion.id == suggestion_id)
        )
    ).one_or_none()
