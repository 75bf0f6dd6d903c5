"""A thread's messages and changes of state as rows of the screen."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from echo_app.conversations.schemas import (
    CitationView,
    ConversationView,
    MessageView,
    StateView,
    TimelineItem,
)
from echo_app.kit.ids import encode
from echo_app.tenancy import Actor
from echo_app.ui.components.avatar import initials_of
from echo_app.ui.components.prose import Block, blocks_of, plain_blocks
from echo_app.ui.inbox.rows import iso, name_of
from echo_app.ui.theme import avatar_colour

ItemKind = Literal["contact", "assistant", "agent", "system", "state"]

# Messages of one author this close to each other look like one turn.
ONE_TURN = timedelta(minutes=5)

# Escalation.reason is a word for programs; people read these.
REASONS = {
    "asked_for_person": "the customer wants one",
    "not_found": "nothing in the documents answers this",
    "needs_action": "something must be done that only a person can do",
    "complaint": "the customer complains",
    "model_failed": "the model could not be reached",
}


@dataclass(frozen=True)
class CitationRow:
    """`where` is the heading or the page, `href` the passage in the knowledge base."""

    number: str
    title: str
    where: str
    quote: str
    href: str
    document_id: str
    chunk_id: str


@dataclass(frozen=True)
class ItemRow:
    """One entry of the thread. `at` and `previous_at` (of the entry before, "" for none) are ISO 8601.

    A message: `blocks` and `citations`; `leads` and `ends` tell the first and the last of one author's turn.
    A change of state: `words`, and `brief` below the escalation that agents still have in hand.
    """

    seq: int
    kind: ItemKind
    at: str
    previous_at: str
    message_id: str = ""
    name: str = ""
    initials: str = ""
    colour: int = 0
    blocks: tuple[Block, ...] = ()
    citations: tuple[CitationRow, ...] = ()
    leads: bool = True
    ends: bool = True
    words: str = ""
    brief: str = ""


def rows_of(
    items: Sequence[TimelineItem], conversation: ConversationView, actor: Actor, assistant: str
) -> list[ItemRow]:
    """The rows of consecutive entries, oldest first."""
    named = name_of(conversation.contact_name, conversation.contact_id)
    rows = [
        _message_row(item, item.message, conversation, named)
        if item.message is not None
        else _state_row(item, actor, assistant)
        for item in items
        if item.message is not None or item.state is not None
    ]
    return joined(rows)


def joined(rows: Iterable[ItemRow]) -> list[ItemRow]:
    """Fills in what a row knows of its neighbours; call it again whenever rows were put together."""
    result: list[ItemRow] = []
    for row in rows:
        before = result[-1] if result else None
        follows = before is not None and _one_turn(before, row)
        if before is not None and before.ends == follows:
            result[-1] = replace(before, ends=not follows)
        result.append(
            replace(
                row,
                leads=not follows and row.kind != "state",
                ends=True,
                previous_at=before.at if before is not None else "",
            )
        )
    return result


def with_brief(rows: Sequence[ItemRow], brief: str) -> list[ItemRow]:
    """The brief below the latest escalation, and below no other. "" takes it away."""
    last = next((n for n in range(len(rows) - 1, -1, -1) if rows[n].brief or _is_escalation(rows[n])), None)
    return [
        replace(row, brief=brief if n == last else "") if row.brief or n == last else row
        for n, row in enumerate(rows)
    ]


def brief_of(conversation: ConversationView) -> str:
    """The brief while the conversation waits for a person or one has it; nobody needs it afterwards."""
    wanted = conversation.status == "open" and conversation.handler != "assistant"
    return (conversation.brief or "") if wanted else ""


def state_words(state: StateView, assistant: str, me: str) -> str:
    """A change of state as one line. `me` is the reader's own name: one's own deeds are told as such."""
    who = "You" if state.agent_name and state.agent_name == me else state.agent_name or "Somebody"
    match state.deed:
        case "escalate":
            reason = reason_words(state.reason)
            return f"{assistant} asked for a person" + (f": {reason}" if reason else "")
        case "take_over":
            return f"{who} took over"
        case "hand_back":
            return f"{who} handed back to {assistant}"
        case "resolve":
            return f"Resolved by {who[0].lower() + who[1:] if who in ('You', 'Somebody') else who}"
        case "reopen":
            return f"{who} reopened the conversation"


def reason_words(reason: str | None) -> str:
    """An escalation's reason as people read it; an unknown one as it stands."""
    return REASONS.get(reason or "", (reason or "").replace("_", " "))


def citation_row(citation: CitationView) -> CitationRow:
    document, chunk = encode("doc", citation.document_id), encode("chk", citation.chunk_id)
    return CitationRow(
        number=str(citation.number),
        title=citation.title,
        where=where_of(citation.title, citation.heading, citation.page),
        quote=citation.quote,
        href=f"/knowledge/{document}?chunk={chunk}",
        document_id=document,
        chunk_id=chunk,
    )


def where_of(title: str, heading: str, page: int | None) -> str:
    """The place in a document: its page, its heading, or both. A heading's path need not begin with the title."""
    path = heading.split(" > ")
    heading = " › ".join(path[1:] if path[0] == title else path)
    return " · ".join(part for part in (f"page {page}" if page else "", heading) if part)


def sources_of(rows: Iterable[ItemRow]) -> list[CitationRow]:
    """Each passage cited in the thread once, numbered in order of first use."""
    seen: dict[str, CitationRow] = {}
    for row in rows:
        for citation in row.citations:
            seen.setdefault(citation.chunk_id, replace(citation, number=str(len(seen) + 1)))
    return list(seen.values())


def _message_row(
    item: TimelineItem, message: MessageView, conversation: ConversationView, named: str
) -> ItemRow:
    contact = message.author == "contact"
    name = named if contact else message.author_name
    colour_key = (
        encode("con", conversation.contact_id)
        if contact
        else encode("usr", message.author_user_id)
        if message.author_user_id
        else ""
    )
    return ItemRow(
        seq=item.seq,
        kind=message.author,
        at=iso(item.created_at),
        previous_at="",
        message_id=encode("msg", message.id),
        name=name,
        initials=initials_of(conversation.contact_name if contact else name),
        colour=avatar_colour(colour_key),
        blocks=plain_blocks(message.content)
        if contact
        else blocks_of(message.content, len(message.citations)),
        citations=tuple(citation_row(citation) for citation in message.citations),
    )


def _state_row(item: TimelineItem, actor: Actor, assistant: str) -> ItemRow:
    assert item.state is not None
    return ItemRow(
        seq=item.seq,
        kind="state",
        at=iso(item.created_at),
        previous_at="",
        name=item.state.deed,
        words=state_words(item.state, assistant, actor.name),
    )


def _is_escalation(row: ItemRow) -> bool:
    return row.kind == "state" and row.name == "escalate"


def _one_turn(before: ItemRow, row: ItemRow) -> bool:
    if before.kind != row.kind or row.kind == "state" or before.name != row.name:
        return False
    return datetime.fromisoformat(row.at) - datetime.fromisoformat(before.at) < ONE_TURN
