"""What /knowledge/findings knows: passages that contradict one another or say the same, both sides of each."""

import re
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from echo_app import db
from echo_app.errors import EchoError, Unavailable
from echo_app.kit.ids import encode
from echo_app.knowledge.findings import service as findings
from echo_app.knowledge.findings.schemas import FindingRow, FindingSide
from echo_app.tenancy import Actor
from echo_app.ui import live
from echo_app.ui.components.feedback import done
from echo_app.ui.components.prose import Span
from echo_app.ui.knowledge.frame import FrameState
from echo_app.ui.knowledge.words import counted, place
from echo_app.ui.session import deed, failure_of, read_id

SHOWN = 50
_ABOUT = {
    "price": "Different prices for one thing",
    "date": "Different dates for one thing",
    "percentage": "Different percentages for one thing",
    "number": "Different numbers for one thing",
}
# What states a number: a price, a date, a percentage.
_FACT = re.compile(r"\S*\d\S*")


@dataclass(frozen=True)
class SideLine:
    """One side: its words, what differs in them marked, and where they stand."""

    title: str = ""
    place: str = ""
    href: str = ""
    spans: list[Span] = field(default_factory=list)


@dataclass(frozen=True)
class FindingLine:
    """Two passages to decide about. `meaning` is the tag's."""

    id: str
    what: str
    meaning: str
    one: SideLine
    other: SideLine


class FindingsState(FrameState):
    loaded: bool = False
    load_error: str = ""
    load_code: str = ""
    lines: list[FindingLine] = []
    more: str = ""

    @deed
    async def opened(self, actor: Actor) -> None:
        try:
            await self._load(actor)
            self.load_error = self.load_code = ""
        except EchoError as wrong:
            error, reference = failure_of(wrong)
            self.load_error, self.load_code = error.message, f"{error.code} {reference}".strip()
        self.loaded = True

    @deed(background=True)
    async def follow(self, actor: Actor) -> None:
        """Findings come and go while documents are read and deleted."""
        async with aclosing(live.bursts(self, actor, gap=0.4)) as bursts:
            async for burst in bursts:
                if not any(news.kind in ("finding", "document", "resync") for news in burst):
                    continue
                try:
                    read = await _read(actor)
                except Unavailable:
                    continue  # a `resync` comes when the database is back
                async with self:
                    self._show(*read)

    @deed
    async def dismiss_clicked(self, actor: Actor, finding_id: str) -> Any:
        async with db.transaction(actor) as tx:
            await findings.dismiss_finding(tx, actor, read_id("fin", finding_id))
        await self._load(actor)
        return done("Dismissed. It is not shown again.", undo=FindingsState.dismissal_undone(finding_id))

    @deed
    async def dismissal_undone(self, actor: Actor, finding_id: str) -> None:
        async with db.transaction(actor) as tx:
            await findings.restore_finding(tx, actor, read_id("fin", finding_id))
        await self._load(actor)

    async def _load(self, actor: Actor) -> None:
        self._show(*await _read(actor))

    def _show(self, rows: list[FindingRow], open_findings: int) -> None:
        self.lines, self.open_findings = [finding_line(row) for row in rows], open_findings
        hidden = open_findings - len(rows)
        self.more = f"{counted(hidden, 'more finding')} when these are dealt with." if hidden > 0 else ""


def finding_line(row: FindingRow) -> FindingLine:
    conflict = row.kind == "conflict"
    return FindingLine(
        id=encode("fin", row.id),
        what=_about(row.about) if conflict else "Says the same twice",
        meaning="warn" if conflict else "",
        one=_side(row.one, row.other, conflict),
        other=_side(row.other, row.one, conflict),
    )


def marked(quote: str, other: str) -> list[Span]:
    """The quote with every number marked that the other does not state."""
    known, spans, start = {_bare(word) for word in _FACT.findall(other)}, [], 0
    for fact in _FACT.finditer(quote):
        if _bare(fact.group()) not in known:
            spans += [Span(quote[start : fact.start()]), Span(fact.group(), "mark")]
            start = fact.end()
    return [span for span in [*spans, Span(quote[start:])] if span.text]


async def _read(actor: Actor) -> tuple[list[FindingRow], int]:
    async with db.read_only(actor) as tx:
        rows = await findings.list_findings(tx, actor, limit=SHOWN)
        return rows, await findings.count_findings(tx, actor)


def _side(side: FindingSide, other: FindingSide, conflict: bool) -> SideLine:
    document, chunk = encode("doc", side.document_id), encode("chk", side.chunk_id)
    return SideLine(
        title=side.title,
        place=place(side.heading, side.page, side.title),
        href=f"/knowledge/{document}?passage={chunk}",
        spans=marked(side.quote, other.quote) if conflict else [Span(side.quote)],
    )


def _about(about: str) -> str:
    return _ABOUT.get(about, f"Different numbers of {about}s for one thing" if about else _ABOUT["number"])


def _bare(word: str) -> str:
    return word.strip(".,;:!?()[]*_\"'“”„«»")
