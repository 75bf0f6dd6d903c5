"""The demo tenant's conversations, written as if they had happened: with their events, coverage and citations."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from echo_app import db
from echo_app.kit.clock import now
from echo_app.kit.ids import new_id
from echo_app.kit.text import preview
from echo_app.models import (
    Chunk,
    Citation,
    Contact,
    Conversation,
    Document,
    Event,
    Message,
    ReplyCoverage,
    Trace,
)
from echo_app.tenancy import Actor

ASSISTANT = "Echo"


@dataclass
class _Thread:
    """A conversation while its timeline is written into it."""

    row: Conversation
    uncovered: list[UUID] = field(default_factory=list)
    seq: int = 0


async def insert_conversations(
    conversations: list[dict[str, Any]],
    owner: Actor,
    agents: dict[str, Actor],
    documents: dict[str, UUID],
) -> None:
    """Writes every conversation as the file describes it; `documents` gives the id of each file name that it cites."""
    moment = now()
    async with db.transaction(owner) as tx:
        contacts: dict[str, Contact] = {}
        for described in conversations:
            contact = await _contact(tx, owner, described, contacts, moment)
            await _conversation(tx, owner, described, contact, agents, documents, moment)


async def _contact(
    tx: AsyncSession, owner: Actor, described: dict[str, Any], known: dict[str, Contact], moment: datetime
) -> Contact:
    person = described["contact"]
    if person["key"] not in known:
        contact = Contact(
            id=new_id(),
            tenant_id=owner.tenant_id,
            external_id=person.get("userId"),
            name=person.get("name", ""),
            email=person.get("email", ""),
            created_at=_ago(moment, described["timeline"][0]),
        )
        tx.add(contact)
        await tx.flush()
        known[person["key"]] = contact
    return known[person["key"]]


async def _conversation(
    tx: AsyncSession,
    owner: Actor,
    described: dict[str, Any],
    contact: Contact,
    agents: dict[str, Actor],
    documents: dict[str, UUID],
    moment: datetime,
) -> None:
    began = _ago(moment, described["timeline"][0])
    row = Conversation(
        id=new_id(),
        tenant_id=owner.tenant_id,
        contact_id=contact.id,
        channel=described["channel"],
        details=described.get("metadata", {}),
        created_at=began,
        last_message_at=began,
    )
    tx.add(row)
    await tx.flush()
    thread = _Thread(row)
    for entry in described["timeline"]:
        at = _ago(moment, entry)
        if "deed" in entry:
            _deed(tx, thread, entry["deed"], agents[entry["by"]], at)
        else:
            await _message(tx, thread, entry, agents, documents, at)
    row.last_seq = thread.seq


async def _message(
    tx: AsyncSession,
    thread: _Thread,
    entry: dict[str, Any],
    agents: dict[str, Actor],
    documents: dict[str, UUID],
    at: datetime,
) -> None:
    author = entry["author"]
    agent = agents[entry["by"]] if author == "agent" else None
    escalation = entry.get("escalation")
    thread.seq += 1
    message = Message(
        id=new_id(),
        tenant_id=thread.row.tenant_id,
        conversation_id=thread.row.id,
        seq=thread.seq,
        author=author,
        author_user_id=agent.id if agent else None,
        author_name=agent.name if agent else ASSISTANT if author == "assistant" else "",
        content=entry["content"],
        escalated=escalation is not None,
        usage={"model": "extractive", "inputTokens": 0, "outputTokens": 0, "cachedTokens": 0}
        if author == "assistant"
        else None,
        created_at=at,
    )
    tx.add(message)
    tx.add(_event(thread, "message", at, subject_id=message.id))
    await tx.flush()
    row = thread.row
    row.last_message_at = at
    if escalation is None:
        row.preview, row.preview_author = preview(message.content), author
    if author == "contact":
        row.contact_seq = thread.seq
        if row.handler == "assistant":
            thread.uncovered.append(message.id)
    elif author == "assistant":
        await _reply(tx, thread, message, entry.get("citations", []), documents)
    if escalation is not None:
        row.escalation_reason, row.brief, row.waiting_since = escalation["reason"], escalation["brief"], at
        _state(tx, thread, "escalate", ASSISTANT, "queue", "open", at, escalation["reason"])


async def _reply(
    tx: AsyncSession,
    thread: _Thread,
    message: Message,
    citations: list[dict[str, str]],
    documents: dict[str, UUID],
) -> None:
    tenant_id = thread.row.tenant_id
    for covered in thread.uncovered:
        tx.add(ReplyCoverage(tenant_id=tenant_id, message_id=covered, reply_id=message.id))
    thread.uncovered.clear()
    retrieved = []
    for number, cited in enumerate(citations, 1):
        chunk, title = await _passage(tx, tenant_id, documents[cited["document"]], cited["quote"])
        tx.add(
            Citation(
                tenant_id=tenant_id,
                message_id=message.id,
                number=number,
                document_id=chunk.document_id,
                chunk_id=chunk.id,
                title=title,
                heading=chunk.heading,
                quote=cited["quote"],
                page=chunk.page,
            )
        )
        retrieved.append(
            {
                "documentId": str(chunk.document_id),
                "chunkId": str(chunk.id),
                "title": title,
                "heading": chunk.heading,
                "page": chunk.page,
                "score": round(1 - 0.12 * (number - 1), 2),
                "cited": True,
            }
        )
    tx.add(
        Trace(
            tenant_id=tenant_id,
            reply_id=message.id,
            conversation_id=thread.row.id,
            model="extractive",
            retrieved=retrieved,
            attempts=[],
            timings={},
        )
    )


async def _passage(tx: AsyncSession, tenant_id: UUID, document_id: UUID, quote: str) -> tuple[Chunk, str]:
    document = await tx.get_one(Document, document_id)
    chunks = await tx.scalars(
        select(Chunk).where(Chunk.tenant_id == tenant_id, Chunk.document_id == document_id)
    )
    for chunk in chunks:
        if quote in chunk.content:
            return chunk, document.title
    raise LookupError(f"no passage of {document.title!r} holds the quote {quote[:60]!r}")


def _deed(tx: AsyncSession, thread: _Thread, deed: str, agent: Actor, at: datetime) -> None:
    row = thread.row
    if deed == "take_over":
        row.assigned_user_id, row.waiting_since = agent.id, None
        thread.uncovered.clear()
        _state(tx, thread, deed, agent.name, "agent", "open", at)
    elif deed == "hand_back":
        row.assigned_user_id, row.escalation_reason, row.brief = None, None, None
        _state(tx, thread, deed, agent.name, "assistant", "open", at)
    else:
        row.waiting_since = None
        _state(tx, thread, deed, agent.name, row.handler, "resolved", at)


def _state(
    tx: AsyncSession,
    thread: _Thread,
    deed: str,
    name: str,
    handler: str,
    status: str,
    at: datetime,
    reason: str | None = None,
) -> None:
    thread.seq += 1
    thread.row.handler, thread.row.status = handler, status
    facts = {"deed": deed, "handler": handler, "status": status, "agentName": name, "reason": reason}
    tx.add(_event(thread, "state", at, data=facts))


def _event(
    thread: _Thread,
    kind: str,
    at: datetime,
    *,
    subject_id: UUID | None = None,
    data: dict[str, Any] | None = None,
) -> Event:
    return Event(
        tenant_id=thread.row.tenant_id,
        conversation_id=thread.row.id,
        seq=thread.seq,
        kind=kind,
        subject_id=subject_id,
        data=data or {},
        created_at=at,
    )


def _ago(moment: datetime, entry: dict[str, Any]) -> datetime:
    return moment - timedelta(minutes=entry["minutesAgo"])
