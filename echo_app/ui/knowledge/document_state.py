"""What /knowledge/[document] knows: one document, a stretch of its passages, and who cited it."""

from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import reflex as rx
from reflex.event import EventSpec

from echo_app import db
from echo_app.errors import EchoError, Unavailable
from echo_app.kit.ids import decode, encode
from echo_app.kit.text import preview
from echo_app.knowledge import service as knowledge
from echo_app.knowledge.catalogue import service as catalogue
from echo_app.knowledge.catalogue.schemas import CitedBy
from echo_app.knowledge.schemas import PassageRow
from echo_app.tenancy import Actor
from echo_app.ui import live
from echo_app.ui.components.feedback import done
from echo_app.ui.knowledge.frame import FrameState
from echo_app.ui.knowledge.reader import ReadBlock, read_blocks
from echo_app.ui.knowledge.rows import NOTHING, DocumentLine, document_line
from echo_app.ui.knowledge.words import place
from echo_app.ui.session import deed, failure_of, read_id

# Passages shown at once: a document may have thousands.
STRETCH = 40


@dataclass(frozen=True)
class PassageLine:
    """A passage of a document, in its order. `wanted` is the one the address names."""

    id: str
    place: str
    blocks: list[ReadBlock] = field(default_factory=list)
    wanted: bool = False
    href: str = ""


@dataclass(frozen=True)
class CitationLine:
    """A reply that cited the document."""

    quote: str
    at: str
    conversation_href: str
    passage_href: str


@dataclass(frozen=True)
class _Shown:
    line: DocumentLine
    passages: list[PassageLine]
    first: int
    citations: list[CitationLine]


class DocumentState(FrameState):
    loaded: bool = False
    load_error: str = ""
    load_code: str = ""
    shown: DocumentLine = NOTHING
    passages: list[PassageLine] = []
    before: int = 0
    after: int = 0
    citations: list[CitationLine] = []
    asking: bool = False

    @deed
    async def opened(self, actor: Actor) -> Any:
        """On every visit; `?passage=chk_…` is marked and scrolled to."""
        self.asking = False
        try:
            self._show(await self._read(actor))
        except EchoError as wrong:
            error, reference = failure_of(wrong)
            self.shown, self.passages, self.citations = NOTHING, [], []
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
                    read = await self._read(actor, start=self.before or None)
                except Unavailable:
                    continue  # a `resync` comes when the database is back
                async with self:
                    self._show(read)

    @deed
    async def stretch_wanted(self, actor: Actor, start: int) -> Any:
        """Shows the passages from the `start`-th on."""
        self._show(await self._read(actor, start=max(0, start)))
        return _scroll_to("#passages", "start")

    @deed
    async def read_again_clicked(self, actor: Actor) -> Any:
        async with db.transaction(actor) as tx:
            await knowledge.retry_document(tx, actor, self._asked())
        self._show(await self._read(actor))
        return done("Reading it again.")

    @deed
    async def cancel_clicked(self, actor: Actor) -> Any:
        async with db.transaction(actor) as tx:
            await knowledge.cancel_document(tx, actor, self._asked())
        self._show(await self._read(actor))
        return done("Cancelled.", undo=DocumentState.read_again_clicked)

    @deed
    async def delete_clicked(self, actor: Actor) -> None:
        """Asks first."""
        self.asking = True

    @deed
    async def asking_changed(self, actor: Actor, shown: bool) -> None:
        self.asking = shown

    @deed
    async def delete_confirmed(self, actor: Actor) -> Any:
        self.asking = False
        async with db.transaction(actor) as tx:
            await knowledge.delete_document(tx, actor, self._asked())
        return [rx.redirect("/knowledge"), done("Document deleted.")]

    async def _read(self, actor: Actor, start: int | None = None) -> _Shown:
        wanted = _wanted(self.router.url.query_parameters)
        document_id = self._asked()
        around = _chunk_id(wanted)
        async with db.read_only(actor) as tx:
            found = await catalogue.get_document(tx, actor, document_id)
            passages = await knowledge.list_passages(
                tx, actor, document_id, start=start, around=around, limit=STRETCH
            )
            citations = await catalogue.list_citations(tx, actor, document_id)
        line = document_line(found)
        return _Shown(
            line,
            [_passage_line(line, found.row.format, one, wanted) for one in passages],
            passages[0].position if passages else 0,
            [_citation_line(line.id, one) for one in citations],
        )

    def _show(self, read: _Shown) -> None:
        self.shown, self.passages, self.citations = read.line, read.passages, read.citations
        self.before = read.first
        self.after = max(0, read.line.passages - read.first - len(read.passages))
        self.load_error = self.load_code = ""

    def _asked(self) -> Any:
        return read_id("doc", self.router.url.path.rstrip("/").rpartition("/")[2])


def _passage_line(document: DocumentLine, format: str, passage: PassageRow, wanted: str) -> PassageLine:
    chunk = encode("chk", passage.id)
    return PassageLine(
        id=chunk,
        place=place(passage.heading, passage.page, document.title),
        blocks=read_blocks(passage.content, format),
        wanted=chunk == wanted,
        href=f"/knowledge/{document.id}?passage={chunk}",
    )


def _citation_line(document: str, cited: CitedBy) -> CitationLine:
    return CitationLine(
        quote=preview(cited.quote, 140),
        at=cited.at.isoformat(),
        conversation_href=f"/inbox/open/{encode('conv', cited.conversation_id)}",
        passage_href=f"/knowledge/{document}?passage={encode('chk', cited.chunk_id)}",
    )


def _wanted(query: Any) -> str:
    # `chunk` is what older links say.
    return str(query.get("passage") or query.get("chunk") or "")


def _chunk_id(wanted: str) -> Any:
    try:
        return decode("chk", wanted) if wanted else None
    except ValueError:
        return None


def _scroll_to(selector: str, block: str) -> EventSpec:
    # a moment later: the browser has the passages in its state then, but not yet on the screen
    found = f"document.querySelector({selector!r})"
    return rx.call_script(f"setTimeout(() => {found}?.scrollIntoView({{block: {block!r}}}), 80)")
