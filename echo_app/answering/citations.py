"""From a reply's marks to citations: which words of the passage bear out what was said."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from echo_app.answering.marks import Marks
from echo_app.kit.language.guess import language_of
from echo_app.kit.language.sentences import Span, sentences
from echo_app.kit.language.units import Unit, units
from echo_app.kit.language.words import terms_of
from echo_app.kit.markdown import plain
from echo_app.knowledge.schemas import Hit

LONGEST_QUOTE = 600
# A sentence of the passage bears out a claim when they share at least this much.
_LEAST_SUPPORT = 0.25

_MARKS = re.compile(r"(?:[ \t]*\[\d+\])+")
_MARKER = re.compile(r"[ \t]*(?:[-*+•▪–]|\d{1,3}[.)])[ \t]+")


@dataclass(frozen=True)
class CitedPassage:
    """`quote` is `document.text[start:end]`, word for word; `number` is the reply's mark."""

    number: int
    document_id: UUID
    chunk_id: UUID
    title: str
    heading: str
    quote: str
    page: int | None
    url: str | None
    start: int
    end: int


def citations_from_marks(text: str, passages: Sequence[Hit]) -> tuple[str, list[CitedPassage]]:
    """The reply with its marks put in order, and the citation of each; `citations[n - 1]` belongs to `[n]`.

    A mark `[n]` in `text` names `passages[n - 1]`; one that names none is taken out.
    """
    marks = Marks(len(passages))
    clean = marks.feed(text) + marks.end()
    return clean, cited_passages(clean, [passages[number - 1] for number in marks.cited])


def cited_passages(clean: str, cited: Sequence[Hit]) -> list[CitedPassage]:
    """The citations of a reply whose `[n]` is `cited[n - 1]`."""
    return [
        _citation(number, hit, [claim for claim, numbers in _claims(clean) if number in numbers])
        for number, hit in enumerate(cited, 1)
    ]


def _claims(clean: str) -> Iterator[tuple[str, set[int]]]:
    """What each run of marks stands for: the words since the one before, in the same paragraph."""
    for paragraph in clean.split("\n\n"):
        begin = 0
        for marks in _MARKS.finditer(paragraph):
            claim = paragraph[begin : marks.start()].strip(" \t\n.")
            yield claim, {int(number) for number in re.findall(r"\d+", marks.group())}
            begin = marks.end()


def _citation(number: int, hit: Hit, claims: list[str]) -> CitedPassage:
    start, end = _support(hit.content, claims)
    return CitedPassage(
        number=number,
        document_id=hit.document_id,
        chunk_id=hit.chunk_id,
        title=hit.title,
        heading=hit.heading,
        quote=hit.content[start:end],
        page=hit.page,
        url=hit.url,
        start=hit.start_offset + start,
        end=hit.start_offset + end,
    )


def _support(content: str, claims: list[str]) -> Span:
    """The range of the passage that bears out the claims best, never longer than `LONGEST_QUOTE`."""
    offered = units(content)
    if not offered:
        return 0, min(len(content), LONGEST_QUOTE)
    language = language_of(content)
    terms = {unit: set(terms_of(unit.words, language)) for unit in offered}
    said = [piece for claim in claims for piece in _pieces(claim)]
    ranked = [
        max(((_overlap(set(terms_of(piece, language)), terms[unit]), unit) for unit in offered), key=_first)
        for piece in said
    ]
    best = max(ranked, key=_first, default=(0.0, offered[0]))[1]
    chosen = sorted(
        {unit.start: unit for share, unit in ranked if share >= _LEAST_SUPPORT}.values(), key=_start
    )
    chosen = chosen or [best]
    start, end = chosen[0].start, chosen[-1].end
    if end - start > LONGEST_QUOTE:
        start, end = best.start, min(best.end, best.start + LONGEST_QUOTE)
        chosen = [best]
    if len(chosen) == 1 and chosen[0].kind == "item" and (marker := _MARKER.match(content, start)):
        start = marker.end()
    return start, end


def _pieces(claim: str) -> list[str]:
    """The claim's sentences and list items as plain words."""
    lines = [_MARKER.sub("", line, count=1) for line in claim.split("\n")]
    return [words for line in lines for a, b in sentences(line) if (words := plain(line[a:b]))]


def _overlap(claim: set[str], unit: set[str]) -> float:
    """How alike two sets of terms are, 0 to 1 (the F-measure of one in the other)."""
    shared = len(claim & unit)
    return 2 * shared / (len(claim) + len(unit)) if shared else 0.0


def _first(ranked: tuple[float, Unit]) -> float:
    return ranked[0]


def _start(unit: Unit) -> int:
    return unit.start
