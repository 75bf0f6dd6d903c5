"""Whether the documents answer a question at all, told from what a search found.

Two things speak for it: how much of the question's weight of words a passage holds (rare words weigh most; synonyms,
typos and parts of compounds count a little less), and how near passage and question are in meaning. A verb that a
passage does not hold counts half, unless it is what is asked about (`how do I …`): an article mostly has another
one for the same deed. The numbers were fitted with
`bench/relevance.py`; what they come to stands in docs/BENCHMARKS.md.
"""

from collections.abc import Sequence

from echo_app.kit.language.guess import language_of
from echo_app.kit.language.questions import asks_about_deed, deeds
from echo_app.knowledge.schemas import Hit

_ENOUGH = 0.56
_MEANING_WORTH = 0.5
_MOST_MEANING = 0.6
# The keyless vectors know English; elsewhere nearness says little, so all passages are taken as equally near.
_MEANING_ELSEWHERE = 0.3
_MISSED_DEED = 0.5
_LOOKED_AT = 3
# Each embedder has its own measure of near: what was fitted with one says nothing of another.
_FITTED_WITH = "wordllama"


def is_relevant(question: str, hits: Sequence[Hit], embedder: str | None = _FITTED_WITH) -> bool:
    """True when one of the best passages holds enough of what the question is about. `embedder` is whose vectors their
    `cosine` comes from; None when words alone were compared."""
    verbs = frozenset[str]() if asks_about_deed(question) else deeds(question)
    fitted = embedder == _FITTED_WITH and language_of(question) == "en"
    for hit in hits[:_LOOKED_AT]:
        nearness = min(_MOST_MEANING, max(0.0, hit.cosine)) if fitted else _MEANING_ELSEWHERE
        if _coverage(hit, verbs) + _MEANING_WORTH * nearness >= _ENOUGH:
            return True
    return False


def _coverage(hit: Hit, verbs: frozenset[str]) -> float:
    """The hit's coverage with less weight on verbs that it does not hold."""
    missed = sum(word.weight for word in hit.words if not word.held and word.word in verbs)
    return hit.coverage / (1.0 - missed * (1.0 - _MISSED_DEED))
