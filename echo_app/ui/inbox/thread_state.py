"""The open conversation: its entries, the reply being written, and how both follow what happens."""

from collections.abc import Sequence
from contextlib import aclosing
from uuid import UUID

from echo_app.errors import NotFound, Unavailable
from echo_app.realtime import News
from echo_app.tenancy import Actor
from echo_app.ui import live
from echo_app.ui.components.prose import Block, blocks_of, without_marks
from echo_app.ui.inbox import partial, thread
from echo_app.ui.inbox.facts import EarlierRow, Fact, Head
from echo_app.ui.inbox.partial import Partial
from echo_app.ui.inbox.place import place_of
from echo_app.ui.inbox.thread import SuggestionRow, ThreadRead
from echo_app.ui.inbox.timeline import CitationRow, ItemRow, joined, sources_of, with_brief
from echo_app.ui.inbox.why_state import WhyState
from echo_app.ui.session import SignedInState, deed, read_id

# Seconds in which a reply's deltas become one change on the screen.
GAP = 0.06
# News after which the stored conversation is read.
STORED = {"message", "state", "suggestion"}


class ThreadState(SignedInState):
    """`open_id` is the conversation that the rest is about, `missing` says that there is none of that id.

    `written` is the reply being written, as far as it may be shown; `writing` also before its first words.
    """

    open_id: str = ""
    missing: bool = False
    assistant: str = ""
    head: Head = Head()
    items: list[ItemRow] = []
    has_older: bool = False
    last_seq: int = 0
    writing: bool = False
    written: list[Block] = []
    # changes whenever the contact is seen typing
    typing_stamp: int = 0
    suggestions: list[SuggestionRow] = []
    contact_facts: list[Fact] = []
    conversation_facts: list[Fact] = []
    sources: list[CitationRow] = []
    earlier: list[EarlierRow] = []

    _uuid: UUID | None = None
    _tokens: int = 0
    _partial: Partial = partial.NOTHING

    @deed
    async def opened(self, actor: Actor) -> None:
        """On every visit of an address of the inbox."""
        (await self.get_state(WhyState))._close()
        _, wanted = place_of(self.router.url.path)
        if wanted != self.open_id:
            self.reset()
        if not wanted:
            return
        try:
            conversation_id = read_id("conv", wanted)
            read = await thread.read(actor, conversation_id, limit=self._shown())
        except NotFound:
            self.reset()
            self.open_id, self.missing = wanted, True
            return
        self.open_id, self.missing, self._uuid = wanted, False, conversation_id
        self._show_anew(read)

    @deed(background=True)
    async def follow(self, actor: Actor) -> None:
        """Keeps the thread current while the tab shows it."""
        async with aclosing(live.bursts(self, actor, gap=GAP)) as bursts:
            async for burst in bursts:
                uuid = self._uuid
                mine = [one for one in burst if one.kind == "resync" or one.conversation_id == str(uuid)]
                if uuid is not None and mine:
                    await self._hear(actor, uuid, mine)

    @deed
    async def older_wanted(self, actor: Actor) -> None:
        """The page of entries before those that are shown."""
        if self._uuid is None or not self.has_older or not self.items:
            return
        older, tokens = await thread.read_older(actor, self._uuid, self.items[0].seq)
        self.items = joined([*older, *self.items])
        self.has_older = len(older) > 0 and older[0].seq > 1
        self._tokens += tokens
        self.sources = sources_of(self.items)

    async def _catch_up(self, actor: Actor, conversation_id: str) -> None:
        """After this tab's own deed: shows its result before the news of it comes round."""
        if self._uuid is not None and conversation_id == self.open_id:
            self._show_more(await thread.read_since(actor, self._uuid, self.last_seq))

    async def _hear(self, actor: Actor, uuid: UUID, news: Sequence[News]) -> None:
        heard, typing = self._partial, False
        for one in news:
            body = one.body or {}
            match one.kind:
                case "delta":
                    heard = partial.with_delta(heard, body)
                case "reset":
                    heard = partial.with_reset(heard, body)
                case "message" if partial.same_reply(heard, one.subject_id or ""):
                    heard = partial.NOTHING
                case "state" | "resync":
                    heard = partial.NOTHING
                case "typing":
                    typing = typing or body.get("author") == "contact"
        read = None
        try:
            if any(one.kind == "resync" for one in news):
                read, anew = await thread.read(actor, uuid, limit=self._shown()), True
            elif any(one.kind in STORED for one in news):
                read, anew = await thread.read_since(actor, uuid, self.last_seq), False
        except (Unavailable, NotFound):
            pass  # a `resync` comes when the database is back; what is gone shows at the next visit
        async with self:
            if self._uuid != uuid:
                return
            if read is not None:
                (self._show_anew if anew else self._show_more)(read)
            self._show_partial(heard)
            if typing and self.head.status == "open":
                self.typing_stamp += 1

    def _show_anew(self, read: ThreadRead) -> None:
        self.items = with_brief(read.rows, read.brief)
        self.has_older = bool(read.rows) and read.rows[0].seq > 1
        self._tokens = read.tokens
        self._partial = partial.NOTHING
        self._show_rest(read)

    def _show_more(self, read: ThreadRead) -> None:
        new = [row for row in read.rows if row.seq > self.last_seq]
        self._tokens += read.tokens if new else 0
        items = with_brief(joined([*self.items, *new]), read.brief)
        if items != self.items:
            self.items = items
        if any(row.kind == "contact" for row in new):
            self.typing_stamp = 0
        self._show_rest(read)

    def _show_rest(self, read: ThreadRead) -> None:
        self.assistant, self.head, self.suggestions = read.assistant, read.head, read.suggestions
        if self.head.status != "open":
            self.typing_stamp = 0
        self.last_seq = max(read.last_seq, self.items[-1].seq if self.items else 0)
        self.contact_facts, self.earlier = read.contact, read.earlier
        # what the entries above took is not known before they are shown
        self.conversation_facts = thread.facts_of(read, 0 if self.has_older else self._tokens)
        self.sources = sources_of(self.items)
        self._show_partial(self._partial)

    def _show_partial(self, heard: Partial) -> None:
        answers = self.head.handler == "assistant" and self.head.status == "open"
        owed = bool(self.items) and self.items[-1].kind == "contact"
        self._partial = heard
        self.writing = answers and (heard.writing or owed)
        written = list(blocks_of(without_marks(heard.text))) if self.writing else []
        if written != self.written:
            self.written = written

    def _shown(self) -> int:
        return min(max(thread.PAGE, len(self.items)), thread.MOST_READ_AGAIN)
