"""The list: one folder's rows, all folders' counts, and how both follow what happens."""

from contextlib import aclosing
from typing import Any

import reflex as rx

from echo_app.errors import Unavailable
from echo_app.tenancy import Actor
from echo_app.ui import live
from echo_app.ui.inbox import listing
from echo_app.ui.inbox.listing import MOST_KEPT_CURRENT, PAGE, Listing
from echo_app.ui.inbox.place import Folder, address, place_of
from echo_app.ui.inbox.rows import ConversationRow, Waiting, followed_by, held, placed
from echo_app.ui.session import SignedInState, deed

# News that may change a row, a count or an unread mark.
MATTERS = {"message", "state", "seen", "resync"}
# Seconds in which several news are answered by one look.
GAP = 0.2


class InboxState(SignedInState):
    """`new_rows` counts what waits behind the pill while the person reads further down."""

    shown_folder: str = ""
    assistant: str = ""
    counts: dict[str, int] = {}
    queue: Waiting = Waiting()
    rows: list[ConversationRow] = []
    has_more: bool = False
    new_rows: int = 0
    # a new number brings the list back to its top
    top_signal: int = 0

    _cursor: str | None = None
    _at_top: bool = True

    @deed
    async def opened(self, actor: Actor) -> Any:
        """On every visit of an address of the inbox."""
        folder, conversation = place_of(self.router.url.path)
        if folder is None:
            return rx.redirect(address(await listing.first_folder(actor)), replace=True)
        if folder != self.shown_folder:
            read = await listing.read(actor, folder, opened=conversation)
            self.rows, self.new_rows, self._at_top, self._cursor = [], 0, True, None
            self.top_signal += 1
            self.shown_folder = folder
            self._show(read)
        else:
            self._show(await self._read(actor))
        return None

    @deed(background=True)
    async def follow(self, actor: Actor) -> None:
        """Keeps the list current while the tab shows the inbox."""
        async with aclosing(live.bursts(self, actor, gap=GAP)) as bursts:
            async for burst in bursts:
                if not any(news.kind in MATTERS for news in burst) or not self.shown_folder:
                    continue
                try:
                    read = await self._read(actor)
                except Unavailable:
                    continue  # a `resync` comes when the database is back
                async with self:
                    self._show(read)

    @deed
    async def more_clicked(self, actor: Actor) -> None:
        folder = self._folder()
        if folder is None or self._cursor is None:
            return
        more, self._cursor = await listing.read_more(actor, folder, self._cursor, self.assistant)
        self.rows = followed_by(self.rows, more)
        self.has_more = self._cursor is not None

    @deed
    async def scrolled(self, actor: Actor, at_top: bool) -> None:
        """The list was left from its top, or is back there: what was held back comes in."""
        self._at_top = at_top
        if at_top and self.new_rows:
            self._show(await self._read(actor))

    @deed
    async def new_rows_clicked(self, actor: Actor) -> None:
        self._at_top = True
        self.top_signal += 1
        self._show(await self._read(actor))

    async def _read(self, actor: Actor) -> Listing:
        """What is shown, read again."""
        folder, conversation = place_of(self.router.url.path)
        limit = min(max(PAGE, len(self.rows)), MOST_KEPT_CURRENT)
        return await listing.read(actor, folder or "queue", limit=limit, opened=conversation)

    def _show(self, read: Listing) -> None:
        self.assistant = read.assistant
        self.counts = {str(folder): count for folder, count in read.counts.items()}
        self.queue = read.waiting
        self.waiting = read.waiting.count
        if self._at_top:
            rows = placed(self.rows, read.rows, stay=read.opened)
            self.new_rows = 0
        else:
            rows, self.new_rows = held(self.rows, read.rows)
        if len(self.rows) <= MOST_KEPT_CURRENT:
            self._cursor = read.cursor
            self.has_more = read.cursor is not None
        elif self._at_top:
            rows = followed_by(rows, self.rows[MOST_KEPT_CURRENT:])
        if rows != self.rows:
            self.rows = rows

    def _folder(self) -> Folder | None:
        return place_of(f"/inbox/{self.shown_folder}")[0]
