"""What the thread and the details pane show, read in one short transaction."""

from dataclasses import dataclass, field
from uuid import UUID

from echo_app import db
from echo_app.conversations import service as conversations
from echo_app.conversations.schemas import ConversationView, MessageView, TimelineItem
from echo_app.kit.ids import encode
from echo_app.tenancy import Actor, Right
from echo_app.tenants import service as tenants
from echo_app.ui.components.prose import Block, blocks_of, without_marks
from echo_app.ui.inbox.facts import (
    EarlierRow,
    Fact,
    Head,
    contact_facts,
    conversation_facts,
    earlier_rows,
    head_of,
    tokens_of,
)
from echo_app.ui.inbox.timeline import ItemRow, brief_of, rows_of

PAGE = 50
MOST_READ_AGAIN = 300


@dataclass(frozen=True)
class SuggestionRow:
    """A withdrawn reply: `text` goes into the composer, `blocks` are its look."""

    id: str
    text: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class ThreadRead:
    """The conversation as it is now, and some of its entries, oldest first.

    `tokens` is what models read and wrote for these entries.
    """

    assistant: str
    head: Head
    brief: str
    rows: list[ItemRow]
    last_seq: int
    tokens: int
    suggestions: list[SuggestionRow]
    contact: list[Fact]
    earlier: list[EarlierRow]
    conversation: ConversationView = field(repr=False)


async def read(actor: Actor, conversation_id: UUID, *, limit: int = PAGE) -> ThreadRead:
    """The conversation with its newest `limit` entries. Raises ConversationNotFound."""
    return await _read(actor, conversation_id, after=None, limit=limit)


async def read_since(actor: Actor, conversation_id: UUID, after: int) -> ThreadRead:
    """The conversation with its entries after `after`. Raises ConversationNotFound."""
    return await _read(actor, conversation_id, after=after, limit=MOST_READ_AGAIN)


async def read_older(actor: Actor, conversation_id: UUID, before: int) -> tuple[list[ItemRow], int]:
    """The page of entries before `before`, and their tokens. Raises ConversationNotFound."""
    async with db.read_only(actor) as tx:
        assistant = (await tenants.get_assistant(tx, actor)).name
        conversation = await conversations.get_conversation(tx, actor, conversation_id)
        items = await conversations.list_timeline(tx, actor, conversation_id, before=before, limit=PAGE)
    return rows_of(items, conversation, actor, assistant), tokens_of(_messages(items))


def facts_of(read: ThreadRead, tokens: int) -> list[Fact]:
    return conversation_facts(read.conversation, read.assistant, tokens)


async def _read(actor: Actor, conversation_id: UUID, *, after: int | None, limit: int) -> ThreadRead:
    async with db.read_only(actor) as tx:
        assistant = (await tenants.get_assistant(tx, actor)).name
        conversation = await conversations.get_conversation(tx, actor, conversation_id)
        if after is None:
            items = await conversations.list_timeline(
                tx, actor, conversation_id, before=conversation.last_seq + 1, limit=limit
            )
        else:
            items = await conversations.list_timeline(tx, actor, conversation_id, after=after, limit=limit)
        suggestions = await conversations.list_suggestions(tx, actor, conversation_id)
    return ThreadRead(
        assistant=assistant,
        head=head_of(conversation, actor, assistant, writes=actor.may(Right.CONVERSATIONS_WRITE)),
        brief=brief_of(conversation),
        rows=rows_of(items, conversation, actor, assistant),
        last_seq=max(conversation.last_seq, items[-1].seq if items else 0),
        tokens=tokens_of(_messages(items)),
        suggestions=[
            SuggestionRow(encode("sug", one.id), text, blocks_of(text))
            for one in suggestions
            if (text := without_marks(one.content))
        ],
        contact=contact_facts(conversation),
        earlier=earlier_rows(conversation, actor, assistant),
        conversation=conversation,
    )


def _messages(items: list[TimelineItem]) -> list[MessageView]:
    return [item.message for item in items if item.message is not None]
