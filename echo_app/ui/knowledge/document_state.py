"""What /knowledge/[document] knows: one document and its passages, a stretch of them at a time."""

from contextlib import aclosing
from typing import Any

import reflex as rx
from reflex.event import EventSpec

from echo_app import db
from echo_app.errors import EchoError, Unavailable
from echo_app.kit.ids import encode
from echo_app.knowledge import service as knowledge
from echo_app.tenancy import Actor
from echo_app.ui import live
from echo_app.ui.components.feedback import done
from echo_app.ui.knowledge.rows import NOTHING, DocumentLine, PassageLine, document_line, passage_line
from echo_app.ui.session import SignedInState, deed, failure_of, read_id

# Passages shown at once: a document may have thousands.
STRETCH = 40


class DocumentState(SignedInState):
    loaded: bool = False
    load_error: str = ""
    load_code: str = ""
    shown: DocumentLine = NOTHING
    passages: list[PassageLine] = []
    before: int = 0
    after: int = 0

    @deed
    async def opened(self, actor: Actor) -> Any:
        """On every visit; `?chunk=chk_…` is marked and scrolled to."""
        try:
            self._show(*await self._read(actor))
        except EchoError as wrong:
            error, reference = failure_of(wrong)
            self.shown, self.passages = NOTHING, []
            self.load_error, self.load_code = error.message, f"{error.code} {reference}".strip()
        self.loaded = True
        return _scroll_to("[data-wanted]", "center")

    @deed(background=True)
    async def follow(self, actor: Actor) -> None:
        """A document that becomes ready while somebody waits shows its passages."""
        async with aclosing(live.bursts(self, actor)) as bursts:
            async for burst in bursts:
                subject = str(self._asked())
                if not any(news.subject_id == subject or news.kind == "resync" for news in burst):
                    continue
                try:
                    read = await self._read(actor)
                except Unavailable:
                    continue  # a `resync` comes when the database is back
                async with self:
                    self._show(*read)

    @deed
    async def stretch_wanted(self, actor: Actor, start: int) -> Any:
        """Shows the passages from the `start`-th on."""
        self._show(*await self._read(actor, start=max(0, start)))
        return _scroll_to("#passages", "start")

    @deed
    async def retry_clicked(self, actor: Actor) -> Any:
        async with db.transaction(actor) as tx:
            await knowledge.retry_document(tx, actor, self._asked())
        self._show(*await self._read(actor))
        return done("Reading it again.")

    @deed
    async def delete_confirmed(self, actor: Actor) -> Any:
        async with db.transaction(actor) as tx:
            await knowledge.delete_document(tx, actor, self._asked())
        return [rx.redirect("/knowledge"), done("Document deleted.")]

    async def _read(
        self, actor: Actor, start: int | None = None
    ) -> tuple[DocumentLine, list[PassageLine], int]:
        """The document, a stretch of its passages, and the number of the first of them."""
        wanted = self.router.url.query_parameters.get("chunk", "")
        async with db.read_only(actor) as tx:
            row = await knowledge.get_document(tx, actor, self._asked())
            passages = await knowledge.list_passages(tx, actor, row.id)
        if start is None:
            meant = next((n for n, passage in enumerate(passages) if encode("chk", passage.id) == wanted), 0)
            start = max(0, meant - STRETCH // 2)
        line = document_line(row)
        return line, [passage_line(line.id, one, wanted) for one in passages[start : start + STRETCH]], start

    def _show(self, shown: DocumentLine, passages: list[PassageLine], first: int) -> None:
        self.shown, self.passages = shown, passages
        self.before, self.after = first, max(0, shown.passages - first - len(passages))
        self.load_error = self.load_code = ""

    def _asked(self) -> Any:
        return read_id("doc", self.router.url.path.rstrip("/").rpartition("/")[2])


def _scroll_to(selector: str, block: str) -> EventSpec:
    # a moment later: the browser has the passages in its state then, but not yet on the screen
    found = f"document.querySelector({selector!r})"
    return rx.call_script(f"setTimeout(() => {found}?.scrollIntoView({{block: {block!r}}}), 80)")
