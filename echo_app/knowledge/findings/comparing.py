"""Two passages next to one another: do they say the same, or state different figures of the same thing?

Precise rather than many: sentences are only compared when one says nothing of its subject that the other does not say
too (`standard delivery` and `express delivery` may well take a different time), and when they state figures of the same
kinds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from echo_app.kit.language.guess import language_of
from echo_app.kit.language.units import units
from echo_app.kit.language.words import is_asking, terms_of, words_of
from echo_app.knowledge.duplicates import says_same
from echo_app.knowledge.findings.facts import Statement, statement_of

# Shorter passages say the same by chance.
_SHORTEST_DUPLICATE = 60
_LEAST_SHARED = 2
# Where the places of both (title, headings) say something that the other passage does not know of.
_LEAST_SHARED_ELSEWHERE = 3


@dataclass(frozen=True)
class Side:
    """A passage to be compared, with its place."""

    title: str
    heading: str
    content: str


@dataclass(frozen=True)
class Difference:
    """What two passages are found for: `about` names what a conflict is about. The quotes stand in the passages."""

    kind: Literal["conflict", "duplicate"]
    about: str
    quote: str
    other_quote: str


def compared(one: Side, other: Side) -> list[Difference]:
    """What somebody should look at in these two; most often nothing."""
    if min(len(one.content), len(other.content)) >= _SHORTEST_DUPLICATE and says_same(
        one.content, other.content
    ):
        return [Difference("duplicate", "", one.content, other.content)]
    language = language_of(one.content)
    if language_of(other.content) != language:
        return []
    least = _LEAST_SHARED_ELSEWHERE if _elsewhere(one, other, language) else _LEAST_SHARED
    others = _statements(other.content, language)
    return [
        Difference("conflict", about, quote, other_quote)
        for statement, quote in _statements(one.content, language)
        for compared_to, other_quote in others
        if (about := _contradicted(statement, compared_to, least)) is not None
    ]


def _contradicted(one: Statement, other: Statement, least: int) -> str | None:
    """What the two state different figures of; None when they do not, or not of the same thing."""
    shared = one.subject & other.subject
    if len(shared) < least or (one.subject - other.subject and other.subject - one.subject):
        return None
    if one.figures.keys() != other.figures.keys():
        return None
    different = [kind for kind, values in one.figures.items() if values != other.figures[kind]]
    # Where one gives two prices and the other three, they speak of different cases.
    if len(different) != 1 or len(one.figures[different[0]]) != len(other.figures[different[0]]):
        return None
    return different[0]


def _elsewhere(one: Side, other: Side, language: str) -> bool:
    """True when each stands under words that the other passage does not have: maybe they speak of different things."""
    return bool(_unknown_place(one, other, language) and _unknown_place(other, one, language))


def _unknown_place(one: Side, other: Side, language: str) -> set[str]:
    return _terms(f"{one.title} {one.heading}", language) - _terms(
        f"{other.title} {other.heading} {other.content}", language
    )


def _terms(text: str, language: str) -> set[str]:
    return set(terms_of(" ".join(word for word in words_of(text) if not is_asking(word)), language))


def _statements(content: str, language: str) -> Sequence[tuple[Statement, str]]:
    """The sentences, items and rows that state figures, each with its exact words in the content."""
    found = []
    for unit in units(content):
        statement = statement_of(unit.words, language)
        if statement is not None:
            found.append((statement, content[unit.start : unit.end]))
    return found
