"""What /knowledge/search knows: a question, what it is narrowed to, and the passages that were found, with why."""

import time
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlencode

import reflex as rx

from echo_app import db
from echo_app.errors import EchoError
from echo_app.kit.ids import decode, encode
from echo_app.knowledge import service as knowledge
from echo_app.knowledge.catalogue import service as catalogue
from echo_app.knowledge.retrieval import Narrowing
from echo_app.knowledge.schemas import Found, Hit, HitWord
from echo_app.knowledge.sources import service as sources
from echo_app.tenancy import Actor
from echo_app.ui.knowledge.frame import FrameState
from echo_app.ui.knowledge.reader import ReadBlock, read_blocks
from echo_app.ui.knowledge.state import Choice
from echo_app.ui.knowledge.words import counted, language_name, listed, place
from echo_app.ui.session import deed, failure_of

HITS = 20
LONGEST_QUESTION = 500
# characters of a passage
LONGEST_SHOWN = 700
Audience = Literal["", "public"]
Filter = Literal["source", "language", "audience"]
# Below this a word counts for nothing in the passage.
_HELD = 0.3


@dataclass(frozen=True)
class Reason:
    """One of the things a passage was found by; `share` (0 to 100) is of what the best of this search reached."""

    name: str
    help: str
    share: int


@dataclass(frozen=True)
class WordLine:
    """A word of the question: whether the passage holds it, and what is said of it on hover."""

    word: str
    held: bool
    words: str


@dataclass(frozen=True)
class HitLine:
    """A passage that a search found."""

    number: int
    title: str
    place: str
    score: str
    href: str
    blocks: list[ReadBlock] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)
    asked: list[WordLine] = field(default_factory=list)


class SearchState(FrameState):
    loaded: bool = False
    load_error: str = ""
    load_code: str = ""
    query: str = ""
    source: str = ""
    language: str = ""
    audience: Audience = ""
    sources: list[Choice] = []
    languages: list[Choice] = []
    hits: list[HitLine] = []
    searched: bool = False
    lexical_only: bool = False
    summary: str = ""

    @deed
    async def opened(self, actor: Actor) -> None:
        """On every visit: `?q=` is the question, `source`, `language` and `audience` narrow the search."""
        asked = self.router.url.query_parameters
        self.query = asked.get("q", "").replace("\x00", "")[:LONGEST_QUESTION].strip()
        self.source, self.language = asked.get("source", "")[:40], asked.get("language", "")[:2]
        self.audience = "public" if asked.get("audience") == "public" else ""
        try:
            async with db.read_only(actor) as tx:
                known = await sources.list_sources(tx, actor)
                spoken = await catalogue.list_languages(tx, actor)
            self.sources = [Choice(encode("src", one.id), one.name) for one in known]
            self.languages = [Choice(code, language_name(code)) for code in spoken]
            await self._search(actor)
            self.load_error = self.load_code = ""
        except EchoError as wrong:
            error, reference = failure_of(wrong)
            self.load_error, self.load_code = error.message, f"{error.code} {reference}".strip()
        self.loaded = True

    @deed
    async def search_sent(self, actor: Actor, form: dict[str, str]) -> Any:
        return rx.redirect(
            self._address(
                query=form.get("q", ""),
                source=form.get("source", ""),
                language=form.get("language", ""),
                audience=form.get("audience", ""),
            )
        )

    @deed
    async def narrowed(self, actor: Actor, narrowing: Filter, value: str) -> Any:
        return rx.redirect(self._address(**{narrowing: value}), replace=True)

    def _address(self, **changes: str) -> str:
        now = {
            "source": self.source,
            "language": self.language,
            "audience": self.audience,
            "query": self.query,
        }
        now |= changes
        now["q"] = now.pop("query").strip()[:LONGEST_QUESTION]
        query = urlencode({name: value for name, value in now.items() if value})
        return f"/knowledge/search?{query}" if query else "/knowledge/search"

    async def _search(self, actor: Actor) -> None:
        self.hits, self.searched, self.lexical_only, self.summary = [], False, False, ""
        if not self.query:
            return
        narrowing = _narrowing(self.source, self.language, self.audience)
        found, taken = Found([]), 0.0
        if narrowing is not None:
            begun = time.perf_counter()
            await knowledge.embed_ahead(actor, self.query)
            async with db.read_only(actor) as tx:
                found = await knowledge.find(tx, actor, self.query, HITS, narrowing)
            taken = time.perf_counter() - begun
        self.hits = [hit_line(number, hit) for number, hit in enumerate(found.hits, 1)]
        self.searched, self.lexical_only = True, found.lexical_only
        self.summary = f"{counted(len(self.hits), 'passage')} in {max(1, round(1000 * taken))} ms"


def hit_line(number: int, hit: Hit) -> HitLine:
    document, chunk = encode("doc", hit.document_id), encode("chk", hit.chunk_id)
    return HitLine(
        number=number,
        title=hit.title,
        place=place(hit.heading, hit.page, hit.title),
        # most documents are Markdown, or became it
        blocks=read_blocks(hit.content[:LONGEST_SHOWN], "markdown"),
        score=f"{hit.score:.2f}",
        href=f"/knowledge/{document}?passage={chunk}",
        reasons=_reasons(hit),
        asked=[_word(word) for word in hit.words],
    )


def _reasons(hit: Hit) -> list[Reason]:
    why = hit.signals
    if why is None:
        return []
    return [
        Reason("Words", "Its words and their synonyms, in title and text", round(100 * why.words)),
        Reason("Meaning", "Likeness in meaning, whatever the words", round(100 * why.meaning)),
        Reason("Runs", "Runs of letters: typing errors, parts of compounds", round(100 * why.spelling)),
        Reason("Nearness", "How near to one another the words stand", round(100 * why.closeness)),
    ]


def _word(word: HitWord) -> WordLine:
    weight = f"{word.weight:.0%} of the question"
    if not word.known:
        return WordLine(word.word, False, listed([weight, "in none of your documents"], ", "))
    held = word.held >= _HELD
    return WordLine(
        word.word, held, listed([weight, "in this passage" if held else "not in this passage"], ", ")
    )


def _narrowing(source: str, language: str, audience: str) -> Narrowing | None:
    """None when the address names no source that could be."""
    try:
        chosen = (decode("src", source),) if source else None
    except ValueError:
        return None
    return Narrowing(sources=chosen, language=language or None, signed_in=audience != "public")
