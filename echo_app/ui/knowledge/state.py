"""What /knowledge knows: the documents and how far they are, a page of the table at a time."""

import csv
import io
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

import reflex as rx

from echo_app import db
from echo_app.errors import EchoError, Unavailable
from echo_app.kit.ids import decode, encode
from echo_app.knowledge import service as knowledge
from echo_app.knowledge.catalogue import service as catalogue
from echo_app.knowledge.catalogue.schemas import Catalogue, DocumentFilter
from echo_app.knowledge.findings import service as findings
from echo_app.knowledge.sources import service as sources
from echo_app.knowledge.sources.schemas import SourceRow
from echo_app.tenancy import Actor
from echo_app.ui import live
from echo_app.ui.components.feedback import done
from echo_app.ui.knowledge.frame import FrameState
from echo_app.ui.knowledge.place import LONGEST_WORDS, STATES, State, View, address, sorted_by, view_of
from echo_app.ui.knowledge.rows import CSV_COLUMNS, NOTHING, DocumentLine, csv_row, document_line
from echo_app.ui.knowledge.words import counted, language_name, listed
from echo_app.ui.session import deed, failure_of, read_id

PAGE = 50
# A row that spreadsheets would read as a formula begins with one of these.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Choice:
    """An option of a filter."""

    value: str
    label: str


@dataclass(frozen=True)
class _Shown:
    found: Catalogue
    counts: dict[str, int]
    sources: list[SourceRow]
    languages: list[str]
    findings: int


class KnowledgeState(FrameState):
    loaded: bool = False
    load_error: str = ""
    load_code: str = ""

    rows: list[DocumentLine] = []
    # of those that the filter shows
    pages: int = 1
    range_words: str = ""
    summary: str = ""
    # how many there are, whatever the filter shows
    total: int = 0
    view: View = View()
    sources: list[Choice] = []
    languages: list[Choice] = []
    # the filter field is made anew when something else than typing in it has changed the filter
    filter_field: int = 0

    # which document's deletion is asked about
    asked: DocumentLine = NOTHING
    asking: bool = False

    _typed: str = ""

    @deed
    async def opened(self, actor: Actor) -> None:
        """On every visit; the address says how the table is filtered and sorted."""
        self.view = view_of(self.router.url.query_parameters)
        if self.view.words != self._typed:
            self._typed = self.view.words
            self.filter_field += 1
        try:
            self._show(await _read(actor, self.view))
            self.load_error = self.load_code = ""
        except EchoError as wrong:
            error, reference = failure_of(wrong)
            self.load_error, self.load_code = error.message, f"{error.code} {reference}".strip()
        self.loaded = True

    @deed(background=True)
    async def follow(self, actor: Actor) -> None:
        """Keeps the table current: documents are read, become ready, or fail, while somebody looks."""
        async with aclosing(live.bursts(self, actor, gap=0.4)) as bursts:
            async for burst in bursts:
                if not any(news.kind in ("document", "source", "finding", "resync") for news in burst):
                    continue
                try:
                    read = await _read(actor, self.view)
                except Unavailable:
                    continue  # a `resync` comes when the database is back
                async with self:
                    self._show(read)

    @deed(debounce=250)
    async def name_typed(self, actor: Actor, words: str) -> Any:
        self._typed = words.strip()[:LONGEST_WORDS]
        return self._go(replace(self.view, words=self._typed, page=1))

    @deed
    async def state_chosen(self, actor: Actor, chosen: State) -> Any:
        return self._go(replace(self.view, state=chosen, page=1))

    @deed
    async def source_chosen(self, actor: Actor, source: str) -> Any:
        return self._go(replace(self.view, source=source, page=1))

    @deed
    async def language_chosen(self, actor: Actor, language: str) -> Any:
        return self._go(replace(self.view, language=language, page=1))

    @deed
    async def sort_clicked(self, actor: Actor, column: str) -> Any:
        return self._go(sorted_by(self.view, column))

    @deed
    async def page_turned(self, actor: Actor, page: int) -> Any:
        return rx.redirect(address(replace(self.view, page=page)))

    @deed
    async def csv_wanted(self, actor: Actor) -> Any:
        """All rows that the filter shows, as a file."""
        async with db.read_only(actor) as tx:
            found = await _find(tx, actor, self.view, limit=catalogue.MOST_ROWS, offset=0)
        return rx.download(data=_csv([csv_row(one) for one in found.items]), filename="documents.csv")

    @deed
    async def read_again_clicked(self, actor: Actor, document_id: str) -> Any:
        async with db.transaction(actor) as tx:
            await knowledge.retry_document(tx, actor, read_id("doc", document_id))
        self._show(await _read(actor, self.view))
        return done("Reading it again.")

    @deed
    async def cancel_clicked(self, actor: Actor, document_id: str) -> Any:
        async with db.transaction(actor) as tx:
            await knowledge.cancel_document(tx, actor, read_id("doc", document_id))
        self._show(await _read(actor, self.view))
        return done("Cancelled.", undo=KnowledgeState.read_again_clicked(document_id))

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
            await knowledge.delete_document(tx, actor, read_id("doc", document_id))
        self._show(await _read(actor, self.view))
        return done("Document deleted.")

    def _go(self, view: View) -> Any:
        return rx.redirect(address(view), replace=True)

    def _show(self, shown: _Shown) -> None:
        found, first = shown.found, (self.view.page - 1) * PAGE
        self.rows = [document_line(one) for one in found.items]
        self.pages = max(1, -(-found.total // PAGE))
        last = first + len(self.rows)
        self.range_words = f"{first + 1:,} to {last:,} of {found.total:,}" if self.rows else ""
        self.total, self.summary = sum(shown.counts.values()), _summary(shown)
        self.open_findings = shown.findings
        self.sources = [Choice(encode("src", source.id), source.name) for source in shown.sources]
        self.languages = [Choice(code, language_name(code)) for code in shown.languages]


async def _read(actor: Actor, view: View) -> _Shown:
    async with db.read_only(actor) as tx:
        return _Shown(
            await _find(tx, actor, view, limit=PAGE, offset=(view.page - 1) * PAGE),
            await knowledge.count_documents(tx, actor),
            await sources.list_sources(tx, actor),
            await catalogue.list_languages(tx, actor),
            await findings.count_findings(tx, actor),
        )


async def _find(tx: Any, actor: Actor, view: View, *, limit: int, offset: int) -> Catalogue:
    try:
        source_id = decode("src", view.source) if view.source else None
    except ValueError:
        return Catalogue([], 0)
    wanted = DocumentFilter(view.words, STATES[view.state].statuses, source_id, view.language or None)
    return await catalogue.find_documents(
        tx, actor, wanted, order=view.order, descending=view.descending, limit=limit, offset=offset
    )


def _summary(shown: _Shown) -> str:
    counts, total = shown.counts, sum(shown.counts.values())
    busy = counts.get("queued", 0) + counts.get("processing", 0)
    passages = sum(source.chunks for source in shown.sources)
    parts = [
        counted(total, "document"),
        counted(passages, "passage") if passages else "",
        f"{busy:,} being read" if busy else "",
        f"{counts['failed']:,} failed" if counts.get("failed") else "",
        ", ".join(language_name(code) for code in shown.languages[:4]),
    ]
    return listed(parts) if total else ""


def _csv(rows: list[list[str]]) -> str:
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(CSV_COLUMNS)
    writer.writerows([[f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row] for row in rows])
    # A mark by which spreadsheets know UTF-8.
    return "\ufeff" + written.getvalue()
