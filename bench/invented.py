"""Passages put together from real words, as many as wanted: some words common to all, as in a language, some of one
subject, a few names that are found nowhere else.

The words are those of Echo's own texts. Invented ones would not do: a model that has never met them makes nearly the
same vector of every passage, and nothing can tell the near from the far.
"""

import random
import re
from functools import cache
from pathlib import Path

import numpy

from echo_app.kit.language.words import stem

ROOT = Path(__file__).parents[1]
SUBJECTS = 4_000
SUBJECT_WORDS = 25
PASSAGES_A_SUBJECT = 40
# Of a passage's words, those of its subject.
OF_SUBJECT = 0.5
NAMES_A_PASSAGE = 3
_NAMES = 200_000


@cache
def vocabulary() -> list[str]:
    found: set[str] = set()
    for path in (*ROOT.glob("demo/**/*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "README.md"):
        found.update(re.findall(r"[a-z]{4,14}", path.read_text().lower()))
    words = sorted(found)
    random.Random(1).shuffle(words)
    return words


@cache
def _stem(word: str) -> str:
    return stem(word, "en")


@cache
def _shares() -> numpy.ndarray:
    """The cumulated shares of the words by Zipf's law."""
    shares = 1 / numpy.arange(1, len(vocabulary()) + 1)
    return numpy.cumsum(shares / shares.sum())


@cache
def subject_words(subject: int) -> list[str]:
    return random.Random(subject).sample(vocabulary(), SUBJECT_WORDS)


class Passages:
    """One tenant's passages; one subject is followed by the next."""

    def __init__(self, seed: int) -> None:
        self._chooser = numpy.random.default_rng(seed)

    def text(self, number: int) -> str:
        length = int(self._chooser.integers(40, 90))
        own = subject_words(self._subject(number))
        of_subject = int(length * OF_SUBJECT)
        words = [own[i] for i in self._chooser.integers(0, SUBJECT_WORDS, of_subject)]
        places = numpy.searchsorted(_shares(), self._chooser.random(length - of_subject - NAMES_A_PASSAGE))
        words += [vocabulary()[min(int(i), len(vocabulary()) - 1)] for i in places]
        words += [f"x{int(i)}" for i in self._chooser.integers(0, _NAMES, NAMES_A_PASSAGE)]
        self._chooser.shuffle(words)
        return " ".join(words) + "."

    def title(self, number: int) -> str:
        return " ".join(subject_words(self._subject(number))[:3])

    def terms(self, text: str) -> list[str]:
        return [_stem(word) for word in text.rstrip(".").split()]

    def question(self, chooser: random.Random) -> str:
        """Four words of a subject, and one of any kind."""
        own = chooser.sample(subject_words(chooser.randrange(SUBJECTS)), 4)
        return " ".join([*own, chooser.choice(vocabulary())]) + "?"

    def _subject(self, number: int) -> int:
        return number // PASSAGES_A_SUBJECT % SUBJECTS
