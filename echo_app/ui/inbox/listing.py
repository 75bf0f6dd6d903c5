"""What the list shows, read in one short transaction."""

from dataclasses import dataclass

from echo_app import db
from echo_app.conversations import service as conversations
from echo_app.conversations.errors import ConversationNotFound
from echo_app.conversations.schemas import ConversationSummary
from echo_app.kit.ids import decode
from echo_app.tenancy import Actor
from echo_app.tenants import service as tenants
from echo_app.ui.inbox.place import Folder
from echo_app.ui.inbox.rows import ConversationRow, Waiting, row_of, waiting_of

PAGE = 30
# As many rows are brought up to date when something changes; rows further down wait until they are asked for.
MOST_KEPT_CURRENT = 90


@dataclass(frozen=True)
class Listing:
    """A folder's first rows. `opened` is the open conversation's row, wherever it is now."""

    assistant: str
    rows: list[ConversationRow]
    cursor: str | None
    counts: dict[Folder, int]
    waiting: Waiting
    opened: ConversationRow | None


async def read(actor: Actor, folder: Folder, *, limit: int = PAGE, opened: str = "") -> Listing:
    """The folder's first `limit` rows, the folders' counts, and the row of the conversation `opened`."""
    async with db.read_only(actor) as tx:
        assistant = (await tenants.get_assistant(tx, actor)).name
        page = await conversations.list_conversations(tx, actor, folder=folder, limit=limit)
        counts = await conversations.folder_counts(tx, actor)
        first = page.items[:1]
        if folder != "queue":
            first = (await conversations.list_conversations(tx, actor, folder="queue", limit=1)).items
        own: ConversationSummary | None = None
        try:
            own = await conversations.get_summary(tx, actor, decode("conv", opened)) if opened else None
        except (ValueError, ConversationNotFound):
            own = None  # the thread beside the list says so
    return Listing(
        assistant=assistant,
        rows=[row_of(summary, folder, actor, assistant) for summary in page.items],
        cursor=page.next,
        counts=counts,
        waiting=waiting_of(counts, first[0] if first else None),
        opened=row_of(own, folder, actor, assistant) if own else None,
    )


async def read_more(
    actor: Actor, folder: Folder, cursor: str, assistant: str
) -> tuple[list[ConversationRow], str | None]:
    """The page behind `cursor`, and the next cursor."""
    async with db.read_only(actor) as tx:
        page = await conversations.list_conversations(tx, actor, folder=folder, cursor=cursor, limit=PAGE)
    return [row_of(summary, folder, actor, assistant) for summary in page.items], page.next


async def first_folder(actor: Actor) -> Folder:
    """Where /inbox leads: to the queue when somebody waits, else to all that is open."""
    async with db.read_only(actor) as tx:
        counts = await conversations.folder_counts(tx, actor)
    return "queue" if counts["queue"] else "open"
