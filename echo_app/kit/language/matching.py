"""How much of a question's words a text holds: the same word, its synonym, a part of a compound, or with a typo."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import groupby

from echo_app.kit.language.guess import language_of
from echo_app.kit.language.stopwords import ASKING_WORDS, STOP_WORDS
from echo_app.kit.language.synonyms import phrases_in, synonyms
from echo_app.kit.language.words import codes_in, content_words, fold, is_asking, stem, stems, words_of

# How far a match goes for the word itself.
SAME = 1.0
COMPOUND = 0.8
TYPO = 0.8
SYNONYM = 0.75

# `mobil-home` is also what `mobilhome` asks for.
_HYPHENED = re.compile(r"[^\W\d_]+-[^\W\d_]+")
_SHORTEST_PART = 5
_SHORTEST_BEGINNING = 6
_SHORTEST_TYPO = 4
_MOST_CUT = 2
_REPLACED_FROM = 6
_TWO_ERRORS_FROM = 8
# Languages that write compounds as one word (`Rückgabefrist`).
_COMPOUNDING = frozenset({"de", "nl"})


@dataclass(frozen=True)
class AskedWord:
    """One word (or known phrase) of a question: the terms it is, and the terms that mean the same.

    `asking` marks words of asking (`know`, `please`), which say nothing of the subject. A `phrase` helps where it is
    found and is not missed where it is not: its words are asked by themselves too.
    """

    word: str
    terms: frozenset[str]
    related: frozenset[str]
    asking: bool = False
    phrase: bool = False


def asked_words(question: str) -> list[AskedWord]:
    """The content words of a question with everything they may be found under; phrases count as one word more."""
    words = content_words(question)
    asked = [AskedWord(word, frozenset(stems(word)), synonyms(word), is_asking(word)) for word in words]
    known = {term for word in asked if not word.asking for term in word.terms | word.related}
    for phrase, terms in phrases_in(words_of(question)).items():
        # A phrase that only repeats what its words mean by themselves adds nothing.
        if not terms & known:
            asked.append(AskedWord(" ".join(phrase), frozenset(), terms, phrase=True))
            known |= terms
    return asked


class Words:
    """The words of one text, ready to be compared with questions."""

    def __init__(self, text: str, language: str | None = None) -> None:
        self._text = text
        self._language = language or language_of(text)
        stop = STOP_WORDS[self._language]
        self._words = {word for word in words_of(text) if word not in stop}
        self._compounding = self._language in _COMPOUNDING
        self._folded = frozenset(fold(word) for word in self._words)

    @cached_property
    def terms(self) -> frozenset[str]:
        """What the words are indexed under; their stems are half the work of reading a text."""
        joined = (word.replace("-", "") for word in _HYPHENED.findall(self._text.lower()))
        return frozenset(
            (
                *(stem(word, self._language) for word in self._words),
                *codes_in(self._text),
                *(stem(word, self._language) for word in joined),
            )
        )

    def holds(self, asked: AskedWord) -> float:
        """From 0 (not at all) to `SAME`."""
        if asked.terms & self.terms:
            return SAME
        if not asked.terms.isdisjoint(self._folded):
            return SAME
        if asked.related & self.terms:
            return SYNONYM
        return self.resembles(asked)

    def resembles(self, asked: AskedWord) -> float:
        """The same for a word whose terms are known to be in none of the text's: as a part of a compound or with a
        typo."""
        if asked.asking or not asked.terms:
            return 0.0
        if not asked.terms.isdisjoint(self._folded):
            return SAME
        # A foreign stemmer may cut a word to half (`toothp`): that is no spelling of it.
        whole = fold(asked.word)
        spellings = {whole, *(term for term in asked.terms if len(term) >= len(whole) - _MOST_CUT)}
        return max(
            (
                _resembles(word, other, self._compounding)
                for word in spellings
                for other in (self._folded if self._compounding else self._by_letter.get(word[:1], ()))
            ),
            default=0.0,
        )

    @cached_property
    def _by_letter(self) -> dict[str, list[str]]:
        # Nothing resembles a word with another first letter, unless words are joined to one.
        found: dict[str, list[str]] = {}
        for word in self._folded:
            found.setdefault(word[:1], []).append(word)
        return found


@lru_cache(maxsize=20_000)
def looks_like_asking(word: str) -> bool:
    """True for a word of asking with a letter too many or too few (`shoud`, `mutch`)."""
    return any(
        len(word) != len(other) and _errors(word, other) is not None
        for other in _asking_words().get(word[:1], ())
    )


@cache
def _asking_words() -> dict[str, list[str]]:
    """By their first letter."""
    words = sorted(frozenset().union(ASKING_WORDS, *STOP_WORDS.values()))
    return {letter: list(found) for letter, found in groupby(words, key=lambda word: word[:1])}


def closest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate that `word` is a typo of, if any: the one with the fewest errors."""
    within = [
        (errors, candidate) for candidate in candidates if (errors := _errors(word, candidate)) is not None
    ]
    return min(within)[1] if within else None


@lru_cache(maxsize=50_000)
def _resembles(word: str, other: str, compounding: bool) -> float:
    if len(word) >= _SHORTEST_PART and other.startswith(word[: max(_SHORTEST_BEGINNING, len(word) - 2)]):
        return COMPOUND
    if compounding and min(len(word), len(other)) >= _SHORTEST_PART:
        shorter, longer = sorted((word, other), key=len)
        if longer.startswith(shorter) or longer.endswith(shorter):
            return COMPOUND
    return TYPO if _errors(word, other) is not None else 0.0


def _errors(word: str, other: str) -> int | None:
    """How many letters must be put right to make one of the other; None when they are too many for a typo.

    Nobody mistypes the first letter often enough to risk reading `tours` as `hours`; and in a short word a letter
    replaced by another usually makes another word.
    """
    if word[:1] != other[:1] or not word.isalpha() or not other.isalpha():
        return None
    if min(len(word), len(other)) < _SHORTEST_TYPO:
        return None
    allowed = 2 if len(word) >= _TWO_ERRORS_FROM else 1
    if abs(len(word) - len(other)) > allowed:
        return None
    # Each error changes at most one letter for another: most pairs are told apart by this, in no time.
    if (_letters(word) ^ _letters(other)).bit_count() > 2 * allowed:
        return None
    if len(word) == len(other) < _REPLACED_FROM and sorted(word) != sorted(other):
        return None
    distance = _distance(word, other)
    return distance if distance <= allowed else None


@lru_cache(maxsize=100_000)
def _letters(word: str) -> int:
    """Which letters a word holds, as bits."""
    bits = 0
    for letter in word:
        bits |= 1 << (ord(letter) & 63)
    return bits


def _distance(a: str, b: str) -> int:
    """Letters inserted, left out, replaced or swapped with their neighbour (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        earlier, before, row = before, row, [i]
        for j, y in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
    return row[-1]
