"""Whether the documents answer a question at all, told from what a search found."""

from collections.abc import Sequence

from echo_app.knowledge.schemas import Hit

_ENOUGH_WORDS = 0.5
_SOME_WORDS = 0.35
_CLOSE = 0.4
_VERY_CLOSE = 0.6


def is_relevant(question: str, hits: Sequence[Hit]) -> bool:
    """True when the best passages hold enough of what the question is about."""
    return any(
        hit.coverage >= _ENOUGH_WORDS
        or (hit.coverage >= _SOME_WORDS and hit.cosine >= _CLOSE)
        or hit.cosine >= _VERY_CLOSE
        for hit in hits[:3]
    )
