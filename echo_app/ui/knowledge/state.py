"""What /knowledge knows: the documents and how far they are, and what a search would find."""

from contextlib import aclosing
from typing import Any
from urllib.parse import quote

import reflex as rx

from echo_app import db
from echo_app.errors import EchoError, Unavailable
from echo_app.knowledge import service as knowledge
from echo_app.knowledge.errors import DocumentEmpty, DocumentTitleMissing
from echo_app.tenancy import Actor
from echo_app.ui import live
from echo_app.ui.components.feedback import done
from echo_app.ui.knowledge.rows import DocumentLine, HitLine, document_line, hit_line
from echo_app.ui.session import SignedInState, deed, failure_of, read_id

PAGE = 50
# The table is kept live for as many documents as were paged in, up to this many.
MOST_LIVE = 500
HITS = 6


class KnowledgeState(SignedInState):
    loaded: bool = False
    load_error: str = ""
    load_code: str = ""

    rows: list[DocumentLine] = []
    has_more: bool = False
    summary: str = ""

    query: str = ""
    hits: list[HitLine] = []
    searched: bool = False

    title_error: str = ""
    text_error: str = ""
    # the dialog is made anew, closed, when this changes
    dialog: int = 0

    _shown: int = PAGE

    @deed
    async def opened(self, actor: Actor) -> None:
        """On every visit; `?q=` is a search."""
        self._shown = PAGE
        self.query = self.router.url.query_parameters.get("q", "")[:500]
        try:
            self._show(*await _read(actor, self._shown))
            await self._search(actor)
            self.load_error = self.load_code = ""
        except EchoError as wrong:
            error, reference = failure_of(wrong)
            self.load_error, self.load_code = error.message, f"{error.code} {reference}".strip()
        self.loaded = True

    @deed(background=True)
    async def follow(self, actor: Actor) -> None:
        """Keeps the table current: documents become ready, or fail, while somebody looks."""
        async with aclosing(live.bursts(self, actor)) as bursts:
            async for burst in bursts:
                if not any(news.kind in ("document", "resync") for news in burst):
                    continue
                try:
                    read = await _read(actor, self._shown)
                except Unavailable:
                    continue  # a `resync` comes when the database is back
                async with self:
                    self._show(*read)

    @deed
    async def more_clicked(self, actor: Actor) -> None:
        self._shown = min(self._shown + PAGE, MOST_LIVE)
        self._show(*await _read(actor, self._shown))

    @deed
    async def search_sent(self, actor: Actor, form: dict[str, str]) -> Any:
        query = form.get("q", "").strip()
        return rx.redirect(f"/knowledge?q={quote(query)}" if query else "/knowledge")

    @deed
    async def text_added(self, actor: Actor, form: dict[str, str]) -> Any:
        self.title_error = self.text_error = ""
        try:
            async with db.transaction(actor) as tx:
                await knowledge.add_document(
                    tx,
                    actor,
                    title=form.get("title", ""),
                    content=form.get("text", "").encode("utf-8", "surrogatepass"),
                    format="markdown",
                )
        except DocumentTitleMissing as wrong:
            self.title_error = wrong.message
            return None
        except DocumentEmpty as wrong:
            self.text_error = wrong.message
            return None
        self.dialog += 1
        self._show(*await _read(actor, self._shown))
        return done("Text added. It can be found in a few seconds.")

    @deed
    async def retry_clicked(self, actor: Actor, document_id: str) -> Any:
        async with db.transaction(actor) as tx:
            await knowledge.retry_document(tx, actor, read_id("doc", document_id))
        self._show(*await _read(actor, self._shown))
        return done("Reading it again.")

    @deed
    async def delete_confirmed(self, actor: Actor, document_id: str) -> Any:
        async with db.transaction(actor) as tx:
            await knowledge.delete_document(tx, actor, read_id("doc", document_id))
        self._show(*await _read(actor, self._shown))
        await self._search(actor)
        return done("Document deleted.")

    def _show(self, rows: list[DocumentLine], has_more: bool, summary: str) -> None:
        self.rows, self.has_more, self.summary = rows, has_more and len(rows) < MOST_LIVE, summary

    async def _search(self, actor: Actor) -> None:
        self.hits, self.searched = [], bool(self.query)
        if self.query:
            await knowledge.embed_ahead(actor, self.query)
            async with db.read_only(actor) as tx:
                found = await knowledge.search(tx, actor, self.query, HITS)
            self.hits = [hit_line(number, hit) for number, hit in enumerate(found, 1)]


async def _read(actor: Actor, limit: int) -> tuple[list[DocumentLine], bool, str]:
    async with db.read_only(actor) as tx:
        page = await knowledge.list_documents(tx, actor, limit=limit)
        counts = await knowledge.count_documents(tx, actor)
    return [document_line(row) for row in page.items], page.next is not None, _summary(counts)


def _summary(counts: dict[str, int]) -> str:
    total = sum(counts.values())
    parts = [f"{total:,} document{'' if total == 1 else 's'}"]
    busy = counts.get("queued", 0) + counts.get("processing", 0)
    if busy:
        parts.append(f"{busy:,} being read")
    if counts.get("failed"):
        parts.append(f"{counts['failed']:,} failed")
    return " · ".join(parts) if total else ""
