"""Runs of four characters: how far texts share a question's spelling, whatever the language.

They forgive typos, endings a stemmer does not know and parts of compounds; running on over the spaces they also notice
words that stand side by side as in the question, the small ones included. All texts are compared at once: 60 passages
take half a millisecond.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy
from numpy.typing import NDArray

from echo_app.kit.language.words import fold

# BM25's saturation, over runs of characters.
_K1 = 1.2
_B = 0.75
# About a sentence and a half, in characters.
_WINDOW = 200
_FACTOR = numpy.uint32(0x9E3779B1)
_BETWEEN = "\0" * 4


def _table() -> NDArray[numpy.uint32]:
    """Latin letters as lower case without accents, every other sign as a space."""
    folded = [fold(chr(code).lower())[:1] if chr(code).isalnum() else " " for code in range(256)]
    return numpy.array([ord(character) if code else 0 for code, character in enumerate(folded)], numpy.uint32)


_LATIN = _table()


@dataclass(frozen=True)
class Shared:
    """What one text shares with the question, each 0 to 1: of the question's runs, rare ones counting more, the share
    found anywhere in the text (`whole`), and found close together (`close`)."""

    whole: float
    close: float


def shared(question: str, texts: Sequence[str]) -> list[Shared]:
    """One result a text, in order. How rare a run is, is judged among these texts."""
    asked = numpy.unique(_runs(_characters(f" {question} ")))
    characters = _characters(_BETWEEN.join(texts) + _BETWEEN)
    if not texts or not len(asked):
        return [Shared(0.0, 0.0)] * len(texts)
    places, numbers = _found(_runs(characters), asked)
    lengths = numpy.array([len(text) for text in texts])
    ends = numpy.cumsum(lengths + len(_BETWEEN))
    owners = numpy.searchsorted(ends, places, side="right")
    counts = numpy.bincount(owners * len(asked) + numbers, minlength=len(texts) * len(asked))
    counts = counts.reshape(len(texts), len(asked)).astype(float)
    holders = (counts > 0).sum(axis=0)
    rarity = numpy.log(1 + (len(texts) - holders + 0.5) / (holders + 0.5)) * (holders > 0)
    norm = _K1 * (1 - _B + _B * lengths / max(1.0, lengths.mean()))
    whole = (counts / (counts + norm[:, None])) @ rarity
    close = _close(places, owners, rarity[numbers], ends)
    best = float(rarity.sum()) or 1.0
    return [Shared(float(w) / best, min(1.0, float(c) / best)) for w, c in zip(whole, close, strict=True)]


def _characters(text: str) -> NDArray[numpy.uint32]:
    codes = numpy.frombuffer(text.lower().encode("utf-32-le", "replace"), numpy.uint32)
    return numpy.where(codes < len(_LATIN), _LATIN[codes & 0xFF], codes)


def _runs(codes: NDArray[numpy.uint32]) -> NDArray[numpy.uint32]:
    """Each run of four characters as one number."""
    run = codes[:-3].copy()
    for offset in (1, 2, 3):
        run = run * _FACTOR + codes[offset : len(codes) - 3 + offset]
    return run


def _found(
    runs: NDArray[numpy.uint32], asked: NDArray[numpy.uint32]
) -> tuple[NDArray[numpy.intp], NDArray[numpy.intp]]:
    """Where the asked runs stand, and which of them each is. `asked` is sorted."""
    # Most runs are none of those asked: a table of their upper halves says so at once.
    maybe = numpy.zeros(1 << 16, bool)
    maybe[asked >> 16] = True
    places = numpy.flatnonzero(maybe[runs >> 16])
    numbers = numpy.minimum(numpy.searchsorted(asked, runs[places]), len(asked) - 1)
    right = asked[numbers] == runs[places]
    return places[right], numbers[right]


def _close(
    places: NDArray[numpy.intp],
    owners: NDArray[numpy.intp],
    weights: NDArray[numpy.float64],
    ends: NDArray[numpy.intp],
) -> NDArray[numpy.float64]:
    """The most weight within a window, for each text."""
    best = numpy.zeros(len(ends))
    if len(places):
        sums = numpy.concatenate(([0.0], numpy.cumsum(weights)))
        stops = numpy.searchsorted(places, numpy.minimum(places + _WINDOW, ends[owners]))
        numpy.maximum.at(best, owners, sums[stops] - sums[:-1])
    return best
