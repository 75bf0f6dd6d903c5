"""Passages that say the same: told by their words, and never where their numbers differ."""

import re
from collections.abc import Sequence
from typing import Protocol

# Of all words of both, the share both have.
_SAME_WORDS = 0.9
_SAME_LENGTH = 0.85
# Passages that say the same are as near to a question as one another.
_SAME_COSINE = 0.03

_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\d+")


class Likened(Protocol):
    """What is compared of a candidate."""

    @property
    def content(self) -> str: ...

    @property
    def cosine(self) -> float | None: ...

    def in_body(self) -> frozenset[int]:
        """Which of the question's words its body holds."""
        ...


def says_same(text: str, other: str) -> bool:
    """True when two passages have nearly all words in common, and the same numbers."""
    if text == other:
        return True
    shorter, longer = sorted((text, other), key=len)
    if len(shorter) < _SAME_LENGTH * len(longer):
        return False
    words, others = set(_WORD.findall(text.lower())), set(_WORD.findall(other.lower()))
    if len(words & others) < _SAME_WORDS * len(words | others):
        return False
    return sorted(_NUMBER.findall(text)) == sorted(_NUMBER.findall(other))


def folded(order: Sequence[int], candidates: Sequence[Likened], limit: int) -> list[int]:
    """The first `limit` of `order` (places in `candidates`), of those that say the same only the first."""
    kept: list[int] = []
    # Those that hold the same of the question: no others are compared word by word, which takes time.
    alike: dict[frozenset[int], list[Likened]] = {}
    for i in order:
        if len(kept) == limit:
            break
        candidate = candidates[i]
        before = alike.setdefault(candidate.in_body(), [])
        if not any(
            _as_near(candidate, each) and says_same(candidate.content, each.content) for each in before
        ):
            kept.append(i)
            before.append(candidate)
    return kept


def _as_near(one: Likened, other: Likened) -> bool:
    return abs((one.cosine or 0.0) - (other.cosine or 0.0)) < _SAME_COSINE
