"""Behind a reply: why it says what it says, and the passages it cites."""

from dataclasses import dataclass
from typing import Any

from echo_app import db
from echo_app.conversations import service as conversations
from echo_app.conversations.schemas import CitationView, TraceView
from echo_app.kit.text import preview
from echo_app.knowledge import service as knowledge
from echo_app.knowledge.schemas import PassageView
from echo_app.tenancy import Actor
from echo_app.ui.inbox.facts import Fact
from echo_app.ui.inbox.timeline import citation_row, where_of
from echo_app.ui.session import SignedInState, deed, read_id

# Characters shown before and after a cited quote; the rest is one click away.
SURROUNDINGS = 200

TIMINGS = {
    "prepareMs": "Reading and searching",
    "firstTokenMs": "Until the first word",
    "writeMs": "Until the last word",
}
OUTCOMES = {
    "complete": "complete",
    "taken_over": "stopped, a person took over",
    "refused": "refused by the model",
}


@dataclass(frozen=True)
class PassageRow:
    """A passage that was found for the reply. `score` has two digits; `cited` when the reply refers to it."""

    title: str
    where: str
    score: str
    cited: bool


@dataclass(frozen=True)
class CitedPassage:
    """A citation's quote in its surroundings. `href` leads to it in the knowledge base, "" when it is gone there."""

    title: str = ""
    where: str = ""
    before: str = ""
    quote: str = ""
    after: str = ""
    href: str = ""


class WhyState(SignedInState):
    """`found` is False when nothing was kept about the reply."""

    why_open: bool = False
    found: bool = True
    model: str = ""
    passages: list[PassageRow] = []
    timings: list[Fact] = []
    attempts: list[str] = []

    passage_open: bool = False
    passage: CitedPassage = CitedPassage()

    def _close(self) -> None:
        """For a visit of another address: nothing stays open over it."""
        self.why_open = self.passage_open = False

    @deed
    async def why_clicked(self, actor: Actor, message: str) -> None:
        async with db.read_only(actor) as tx:
            trace = await conversations.get_trace(tx, actor, read_id("msg", message))
        self.found = trace is not None
        self.model = model_words(trace.model) if trace else ""
        self.passages = passages_of(trace) if trace else []
        self.timings = timings_of(trace) if trace else []
        self.attempts = [attempt_words(n, one) for n, one in enumerate(trace.attempts, 1)] if trace else []
        self.why_open = True

    @deed
    async def why_shown(self, actor: Actor, shown: bool) -> None:
        self.why_open = shown

    @deed
    async def citation_clicked(self, actor: Actor, message: str, number: str) -> None:
        """Opens a reply's cited passage."""
        async with db.read_only(actor) as tx:
            view = await conversations.get_message(tx, actor, read_id("msg", message))
            cited = next((one for one in view.citations if str(one.number) == number), None)
            if cited is None:
                return
            found = await knowledge.get_passage(tx, actor, cited.chunk_id, cited.quote)
        self.passage, self.passage_open = cited_passage(cited, found), True

    @deed
    async def passage_shown(self, actor: Actor, shown: bool) -> None:
        self.passage_open = shown


def model_words(model: str) -> str:
    """The model's name, or that none was asked."""
    return "None was asked: the assistant has its own words for this" if model == "none" else model


def cited_passage(citation: CitationView, found: PassageView | None) -> CitedPassage:
    """`found` is the passage as the document has it now, None when the document is gone: the quote was kept."""
    row = citation_row(citation)
    if found is None:
        return CitedPassage(row.title, row.where, quote=row.quote)
    before, after = _end_of(found.before), _beginning_of(found.after)
    return CitedPassage(row.title, row.where, before, found.quote, after, row.href)


def passages_of(trace: TraceView) -> list[PassageRow]:
    """Best first."""
    ranked = sorted(trace.retrieved, key=lambda one: float(one.get("score") or 0), reverse=True)
    return [
        PassageRow(
            title=str(one.get("title") or "Untitled"),
            where=where_of(str(one.get("title") or ""), str(one.get("heading") or ""), one.get("page")),
            score=f"{float(one.get('score') or 0):.2f}",
            cited=bool(one.get("cited")),
        )
        for one in ranked
    ]


def timings_of(trace: TraceView) -> list[Fact]:
    """Those that TIMINGS names, in its order; they are stored in milliseconds."""
    return [
        Fact(label, f"{trace.timings[name]:,.0f} ms")
        for name, label in TIMINGS.items()
        if name in trace.timings
    ]


def attempt_words(number: int, attempt: dict[str, Any]) -> str:
    """One attempt at the reply as a line; what a withdrawn one had shown stands in quotes."""
    outcome = str(attempt.get("outcome") or "")
    words = f"{number}. {attempt.get('model') or 'Echo'}: {OUTCOMES.get(outcome, outcome.replace('_', ' '))}"
    shown = preview(str(attempt.get("shown") or ""), 80)
    return f"{words}; “{shown}” was shown and withdrawn" if shown and outcome != "complete" else words


def _end_of(text: str) -> str:
    """The last SURROUNDINGS characters, from a word's beginning."""
    return text if len(text) <= SURROUNDINGS else "… " + text[-SURROUNDINGS:].partition(" ")[2]


def _beginning_of(text: str) -> str:
    """The first SURROUNDINGS characters, to a word's end."""
    return text if len(text) <= SURROUNDINGS else text[:SURROUNDINGS].rpartition(" ")[0] + " …"
