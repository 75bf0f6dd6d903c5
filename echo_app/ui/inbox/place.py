"""What an address of the inbox means: a folder, and perhaps a conversation in it."""

from dataclasses import dataclass
from typing import Literal

Folder = Literal["queue", "mine", "assistant", "open", "resolved"]


@dataclass(frozen=True)
class FolderWords:
    """A folder's name, and what it is for when nothing is in it; `{assistant}` becomes the assistant's name."""

    label: str
    empty_title: str
    empty_words: str


FOLDERS: dict[Folder, FolderWords] = {
    "queue": FolderWords(
        "Queue",
        "Nobody is waiting",
        "A conversation lands here when {assistant} asks for a person, longest waiting first. "
        "Take one over to answer it yourself.",
    ),
    "mine": FolderWords(
        "Mine",
        "You have no conversations",
        "What you take over stays here until you hand it back or resolve it.",
    ),
    "assistant": FolderWords(
        "{assistant} answering",
        "{assistant} is not in a conversation",
        "Conversations that {assistant} answers from your documents. Read along, and take over at any time.",
    ),
    "open": FolderWords(
        "All open",
        "No open conversations",
        "Every conversation that is not resolved, whoever answers it. Customers start them in the widget.",
    ),
    "resolved": FolderWords(
        "Resolved",
        "Nothing resolved yet",
        "Resolved conversations are kept here. Reopen one to go on with it.",
    ),
}

FIRST: Folder = "queue"


def place_of(path: str) -> tuple[Folder | None, str]:
    """The folder and the conversation's outside id in `/inbox/<folder>/<conversation>`.

    The folder is None for /inbox alone and for a folder that does not exist; the id is "" when there is none,
    and is not checked here.
    """
    parts = [part for part in path.split("/") if part]
    folder = parts[1] if len(parts) > 1 else ""
    if folder not in FOLDERS:
        return None, ""
    return folder, parts[2] if len(parts) > 2 else ""


def address(folder: str, conversation: str = "") -> str:
    """The inverse of `place_of`."""
    return f"/inbox/{folder}/{conversation}" if conversation else f"/inbox/{folder}"
