"""Passages of invented words, as many as wanted: some words common to all, as in a language, some of one subject."""

import random
from functools import cache

import numpy

from echo_app.kit.language.words import stem

WORDS = 40_000
SUBJECTS = 4_000
SUBJECT_WORDS = 60
# Of a passage's words, those of its subject.
OF_SUBJECT = 0.4
_SYLLABLES = (
    "ba be bo da de di du fa fe fi go ga ka ke ki ko la le li lo ma me mi mo na ne ni no pa pe pi ra re ri ro sa"
).split()


@cache
def vocabulary() -> list[str]:
    chooser = random.Random(1)
    words: dict[str, None] = {}
    while len(words) < WORDS:
        words["".join(chooser.choice(_SYLLABLES) for _ in range(chooser.randint(2, 4)))] = None
    return list(words)


@cache
def _stems() -> dict[str, str]:
    return {word: stem(word, "en") for word in vocabulary()}


@cache
def _common() -> numpy.ndarray:
    """The cumulated shares of the words by Zipf's law."""
    shares = 1 / numpy.arange(1, WORDS + 1)
    return numpy.cumsum(shares / shares.sum())


def subject_words(subject: int) -> list[str]:
    chooser = random.Random(subject)
    return [vocabulary()[chooser.randrange(200, WORDS)] for _ in range(SUBJECT_WORDS)]


class Passages:
    """One tenant's passages; one subject is followed by the next."""

    def __init__(self, seed: int) -> None:
        self._chooser = numpy.random.default_rng(seed)

    def text(self, number: int) -> str:
        length = int(self._chooser.integers(50, 110))
        own = subject_words_cached(self._subject(number))
        of_subject = int(length * OF_SUBJECT)
        words = [own[i] for i in self._chooser.integers(0, SUBJECT_WORDS, of_subject)]
        places = numpy.searchsorted(_common(), self._chooser.random(length - of_subject))
        words += [vocabulary()[min(int(i), WORDS - 1)] for i in places]
        self._chooser.shuffle(words)
        return " ".join(words) + "."

    def title(self, number: int) -> str:
        return " ".join(subject_words_cached(self._subject(number))[:3])

    def terms(self, text: str) -> list[str]:
        return [_stems()[word] for word in text.rstrip(".").split()]

    def question(self, chooser: random.Random) -> str:
        """Three words of a subject, two of any kind, one of the commonest."""
        own = chooser.sample(subject_words_cached(chooser.randrange(SUBJECTS)), 3)
        others = [
            vocabulary()[int(numpy.searchsorted(_common(), chooser.random())) % WORDS] for _ in range(2)
        ]
        return " ".join([*own, *others, vocabulary()[chooser.randrange(20)]]) + "?"

    def _subject(self, number: int) -> int:
        return number // 40 % SUBJECTS


@cache
def subject_words_cached(subject: int) -> list[str]:
    return subject_words(subject)
