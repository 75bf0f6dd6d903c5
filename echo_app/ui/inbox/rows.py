"""A conversation as a row of the list: what the service answers, put in the words of the screen."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from echo_app.conversations.schemas import ConversationSummary
from echo_app.kit.ids import encode
from echo_app.kit.markdown import plain
from echo_app.kit.text import preview
from echo_app.tenancy import Actor
from echo_app.ui.components.avatar import initials_of
from echo_app.ui.components.prose import without_marks
from echo_app.ui.inbox.place import Folder, address
from echo_app.ui.theme import avatar_colour

# The widget is how most people come; only other ways are worth a tag.
SHORT = {"Waiting for a person": "Waiting"}
CHANNELS = {"api": "API", "voice": "Call", "email": "E-mail"}


@dataclass(frozen=True)
class ConversationRow:
    """`at` is ISO 8601: since when it waits, else its last message. `tag` and `channel` may be empty."""

    id: str
    href: str
    name: str
    initials: str
    colour: int
    unread: bool
    at: str
    preview: str
    tag: str
    tag_meaning: str
    channel: str


@dataclass(frozen=True)
class Waiting:
    """How many wait for a person, and since when the first of them does (ISO 8601, "" when nobody does)."""

    count: int = 0
    since: str = ""


def row_of(summary: ConversationSummary, folder: Folder, actor: Actor, assistant: str) -> ConversationRow:
    """The row in that folder, for that agent; what the folder's name says is not repeated in a tag."""
    tag, meaning, says = _state(summary, actor, assistant)
    author = _author(summary, actor, assistant)
    words = preview(summary.preview if not author else without_marks(plain(summary.preview)))
    at = summary.waiting_since if summary.handler == "queue" and summary.status == "open" else None
    return ConversationRow(
        id=encode("conv", summary.id),
        href=address(folder, encode("conv", summary.id)),
        name=name_of(summary.contact_name, summary.contact_id),
        initials=initials_of(summary.contact_name),
        colour=avatar_colour(encode("con", summary.contact_id)),
        unread=summary.unread,
        at=iso(at or summary.last_message_at),
        preview=f"{author}: {words}" if author else words,
        tag="" if folder == says else SHORT.get(tag, tag),
        tag_meaning=meaning,
        channel=CHANNELS.get(summary.channel, ""),
    )


def name_of(name: str, contact_id: UUID) -> str:
    """The contact's name, or what tells one nameless person from another."""
    return name or f"Someone {contact_id.hex[-4:]}"


def first_name(name: str) -> str:
    """Colleagues call each other so; the whole name where there is room."""
    return name.split()[0] if name.strip() else ""


def state_of(summary: ConversationSummary, actor: Actor, assistant: str) -> tuple[str, str]:
    """Who has the conversation, as a tag and its meaning."""
    tag, meaning, _ = _state(summary, actor, assistant)
    return tag, meaning


def waiting_of(counts: Mapping[Folder, int], first: ConversationSummary | None) -> Waiting:
    """`first` is the queue's first conversation."""
    return Waiting(counts["queue"], iso(first.waiting_since) if first and first.waiting_since else "")


def placed(
    shown: Sequence[ConversationRow], fresh: Sequence[ConversationRow], *, stay: ConversationRow | None = None
) -> list[ConversationRow]:
    """The fresh rows as they stand, with `stay` kept where it was shown although it left the folder.

    An agent who takes over the row in hand must not lose it from under the hand.
    """
    rows = list(fresh)
    if stay is not None and all(row.id != stay.id for row in rows):
        where = next((n for n, row in enumerate(shown) if row.id == stay.id), None)
        if where is not None:
            rows.insert(min(where, len(rows)), stay)
    return rows


def held(
    shown: Sequence[ConversationRow], fresh: Iterable[ConversationRow]
) -> tuple[list[ConversationRow], int]:
    """The shown rows brought up to date where they are, and how many others are new: nothing moves."""
    by_id = {row.id: row for row in fresh}
    rows = [by_id.pop(row.id, row) for row in shown]
    return rows, len(by_id)


def followed_by(shown: Sequence[ConversationRow], more: Iterable[ConversationRow]) -> list[ConversationRow]:
    """The shown rows and another page; who moved between the pages is shown once."""
    known = {row.id for row in shown}
    return [*shown, *(row for row in more if row.id not in known)]


def iso(moment: datetime) -> str:
    return moment.isoformat()


def _state(summary: ConversationSummary, actor: Actor, assistant: str) -> tuple[str, str, Folder]:
    """The tag, its meaning, and the folder whose name says the same."""
    if summary.status == "resolved":
        return "Resolved", "good", "resolved"
    if summary.handler == "queue":
        return "Waiting for a person", "warn", "queue"
    if summary.handler == "assistant":
        return f"{assistant} answering", "accent", "assistant"
    if summary.assigned_user_id == actor.id:
        return "You", "", "mine"
    return first_name(summary.assigned_name) or "A person", "", "mine"


def _author(summary: ConversationSummary, actor: Actor, assistant: str) -> str:
    """Who wrote the last message, "" for the contact, whose words need no name."""
    match summary.preview_author:
        case "assistant":
            return assistant
        case "agent" if summary.preview_user_id is not None and summary.preview_user_id == actor.id:
            return "You"
        case "agent":
            return first_name(summary.preview_name) or "A person"
        case _:
            return ""
