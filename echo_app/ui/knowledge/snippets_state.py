"""What /knowledge/snippets knows: the snippets, and the one that is open for editing."""

from contextlib import aclosing
from typing import Any

import reflex as rx

from echo_app import db
from echo_app.errors import EchoError, Unavailable
from echo_app.kit.ids import encode
from echo_app.knowledge import service as knowledge
from echo_app.knowledge.catalogue import service as catalogue
from echo_app.knowledge.catalogue.schemas import DocumentFilter
from echo_app.knowledge.errors import DocumentTitleMissing
from echo_app.knowledge.sources import snippets
from echo_app.knowledge.sources.errors import SnippetTextMissing
from echo_app.tenancy import Actor
from echo_app.ui import live
from echo_app.ui.components.feedback import done
from echo_app.ui.knowledge.frame import FrameState
from echo_app.ui.knowledge.rows import NOTHING, DocumentLine, document_line
from echo_app.ui.session import deed, failure_of, read_id

MOST = 500
HOME = "/knowledge/snippets"
NEW = "new"


class SnippetsState(FrameState):
    loaded: bool = False
    load_error: str = ""
    load_code: str = ""
    rows: list[DocumentLine] = []
    total: int = 0
    # the id of the one that is open, NEW, or nothing
    editing: str = ""
    title: str = ""
    text: str = ""
    title_error: str = ""
    text_error: str = ""
    asked: DocumentLine = NOTHING
    asking: bool = False

    @deed
    async def opened(self, actor: Actor) -> None:
        """On every visit; `?edit=` is the id of the snippet to edit, or `new`."""
        wanted = self.router.url.query_parameters.get("edit", "")
        self.title_error = self.text_error = self.title = self.text = self.editing = ""
        self.asking = False
        try:
            await self._load(actor)
            if wanted == NEW:
                self.editing = NEW
            elif wanted:
                async with db.read_only(actor) as tx:
                    snippet = await snippets.get_snippet(tx, actor, read_id("doc", wanted))
                self.title, self.text, self.editing = snippet.title, snippet.text, wanted
            self.load_error = self.load_code = ""
        except EchoError as wrong:
            error, reference = failure_of(wrong)
            self.load_error, self.load_code = error.message, f"{error.code} {reference}".strip()
        self.loaded = True

    @deed(background=True)
    async def follow(self, actor: Actor) -> None:
        """What was written becomes ready while somebody looks. The open form is left alone."""
        async with aclosing(live.bursts(self, actor, gap=0.4)) as bursts:
            async for burst in bursts:
                if not any(news.kind in ("document", "resync") for news in burst):
                    continue
                try:
                    rows, total = await _read(actor)
                except Unavailable:
                    continue  # a `resync` comes when the database is back
                async with self:
                    self.rows, self.total = rows, total

    @deed
    async def saved(self, actor: Actor, form: dict[str, str]) -> Any:
        """The open snippet, or a new one."""
        self.title_error = self.text_error = ""
        title, text = form.get("title", ""), form.get("text", "")
        try:
            async with db.transaction(actor) as tx:
                if self.editing and self.editing != NEW:
                    snippet_id = read_id("doc", self.editing)
                    await snippets.edit_snippet(tx, actor, snippet_id, title=title, text=text)
                else:
                    await snippets.add_snippet(tx, actor, title=title, text=text)
        except DocumentTitleMissing as wrong:
            self.title_error = wrong.message
            return None
        except SnippetTextMissing as wrong:
            self.text_error = wrong.message
            return None
        return [rx.redirect(HOME), done("Saved. It can be found in a moment.")]

    @deed
    async def delete_clicked(self, actor: Actor, document_id: str) -> None:
        """Asks first."""
        self.asked = next((row for row in self.rows if row.id == document_id), NOTHING)
        self.asking = self.asked.id != ""

    @deed
    async def asking_changed(self, actor: Actor, shown: bool) -> None:
        self.asking = shown

    @deed
    async def delete_confirmed(self, actor: Actor, document_id: str) -> Any:
        self.asking = False
        async with db.transaction(actor) as tx:
            snippet = await snippets.get_snippet(tx, actor, read_id("doc", document_id))
            await knowledge.delete_document(tx, actor, snippet.id)
        await self._load(actor)
        removed = done(
            f"“{snippet.title}” deleted.", undo=SnippetsState.written_again(snippet.title, snippet.text)
        )
        return [rx.redirect(HOME), removed] if self.editing == encode("doc", snippet.id) else removed

    @deed
    async def written_again(self, actor: Actor, title: str, text: str) -> Any:
        """Undo: the same words as a new snippet."""
        async with db.transaction(actor) as tx:
            await snippets.add_snippet(tx, actor, title=title, text=text)
        await self._load(actor)
        return done("Written again.")

    async def _load(self, actor: Actor) -> None:
        self.rows, self.total = await _read(actor)


async def _read(actor: Actor) -> tuple[list[DocumentLine], int]:
    async with db.read_only(actor) as tx:
        found = await catalogue.find_documents(
            tx, actor, DocumentFilter(kind="snippet"), order="title", descending=False, limit=MOST
        )
    return [document_line(one) for one in found.items], found.total
