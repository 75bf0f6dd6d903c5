"""What is known about the open conversation and its contact: the details pane's rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from echo_app.conversations.schemas import ConversationView, MessageView
from echo_app.kit.ids import encode
from echo_app.kit.text import preview
from echo_app.tenancy import Actor
from echo_app.ui.components.avatar import initials_of
from echo_app.ui.inbox.rows import iso, name_of, state_of
from echo_app.ui.theme import avatar_colour

CHANNEL_NAMES = {"widget": "Widget", "api": "API", "voice": "Call", "email": "E-mail"}
MOST_ATTRIBUTES = 12


@dataclass(frozen=True)
class Fact:
    """A label and a value. `at` (ISO 8601) stands for the value when it is a moment."""

    label: str
    value: str = ""
    at: str = ""


@dataclass(frozen=True)
class EarlierRow:
    href: str
    preview: str
    at: str
    tag: str
    tag_meaning: str


@dataclass(frozen=True)
class Head:
    """The open conversation as the thread's header and composer need it. An empty id is none.

    `mine`: this agent has it. `can_*`: the deeds that fit the state, for somebody who may write.
    """

    id: str = ""
    name: str = ""
    initials: str = ""
    colour: int = 0
    tag: str = ""
    tag_meaning: str = ""
    handler: str = ""
    status: str = ""
    agent_name: str = ""
    channel: str = ""
    mine: bool = False
    can_take_over: bool = False
    can_hand_back: bool = False
    can_resolve: bool = False
    can_reopen: bool = False
    can_reply: bool = False


def head_of(conversation: ConversationView, actor: Actor, assistant: str, *, writes: bool) -> Head:
    tag, meaning = state_of(conversation, actor, assistant)
    is_open = conversation.status == "open"
    mine = conversation.handler == "agent" and conversation.assigned_user_id == actor.id
    return Head(
        id=encode("conv", conversation.id),
        name=name_of(conversation.contact_name, conversation.contact_id),
        initials=initials_of(conversation.contact_name),
        colour=avatar_colour(encode("con", conversation.contact_id)),
        tag=f"With {tag[0].lower() + tag[1:] if tag == 'You' else tag}"
        if is_open and conversation.handler == "agent"
        else tag,
        tag_meaning=meaning,
        handler=conversation.handler,
        status=conversation.status,
        agent_name=conversation.assigned_name,
        channel=CHANNEL_NAMES.get(conversation.channel, conversation.channel),
        mine=mine,
        can_take_over=writes and is_open and not mine,
        can_hand_back=writes and is_open and conversation.handler != "assistant",
        can_resolve=writes and is_open,
        can_reopen=writes and not is_open,
        can_reply=writes and is_open and conversation.handler == "agent",
    )


def contact_facts(conversation: ConversationView) -> list[Fact]:
    """What the tenant told of the contact, then when it was first seen."""
    contact = conversation.contact
    known = [
        Fact("E-mail", contact.email),
        Fact("Your id", contact.external_id or ""),
        *(
            Fact(_label(key), _value(value))
            for key, value in list(contact.attributes.items())[:MOST_ATTRIBUTES]
        ),
    ]
    return [fact for fact in known if fact.value] + [Fact("First seen", at=iso(contact.created_at))]


def conversation_facts(conversation: ConversationView, assistant: str, tokens: int) -> list[Fact]:
    """`tokens`: what models read and wrote for it so far; 0 is not shown."""
    handler = {"assistant": assistant, "queue": "Nobody yet"}.get(
        conversation.handler, conversation.assigned_name or "A person"
    )
    facts = [
        Fact("Answers", handler if conversation.status == "open" else "Nobody, it is resolved"),
        Fact("Channel", CHANNEL_NAMES.get(conversation.channel, conversation.channel)),
        Fact("Page", _page(conversation.metadata)),
        Fact("Started", at=iso(conversation.created_at)),
        Fact("Waits since", at=_waits_since(conversation)),
        Fact("Tokens", f"{tokens:,}" if tokens else ""),
        Fact("Id", encode("conv", conversation.id)),
    ]
    return [fact for fact in facts if fact.value or fact.at]


def earlier_rows(conversation: ConversationView, actor: Actor, assistant: str) -> list[EarlierRow]:
    return [
        EarlierRow(
            href=f"/inbox/{'resolved' if one.status == 'resolved' else 'open'}/{encode('conv', one.id)}",
            preview=preview(one.preview, 60),
            at=iso(one.last_message_at),
            tag=state_of(one, actor, assistant)[0],
            tag_meaning=state_of(one, actor, assistant)[1],
        )
        for one in conversation.earlier
    ]


def tokens_of(messages: Iterable[MessageView]) -> int:
    """What models read and wrote for these messages."""
    usages = [message.usage for message in messages if message.usage]
    return sum(int(usage.get("inputTokens", 0)) + int(usage.get("outputTokens", 0)) for usage in usages)


def _waits_since(conversation: ConversationView) -> str:
    waits = conversation.handler == "queue" and conversation.status == "open"
    return iso(conversation.waiting_since) if waits and conversation.waiting_since else ""


def _page(metadata: Mapping[str, Any]) -> str:
    page = metadata.get("page") or metadata.get("url") or ""
    return page.split("://", 1)[-1] if isinstance(page, str) else ""


def _label(key: str) -> str:
    words = key.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return preview(str(value), 200) if isinstance(value, str | int | float) else ""
