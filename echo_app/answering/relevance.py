"""Whether the documents answer a question at all, told from what a search found.

Two things speak for it: how much of the question's weight of words a passage holds (rare words weigh most; synonyms,
typos and parts of compounds count a little less), and how near passage and question are in meaning. The numbers were
fitted with `bench/relevance.py`; what they come to stands in docs/BENCHMARKS.md.
"""

from collections.abc import Sequence

from echo_app.kit.language.guess import language_of
from echo_app.knowledge.schemas import Hit

_ENOUGH = 0.58
_MEANING_WORTH = 0.5
_MOST_MEANING = 0.6
# The keyless vectors know English; elsewhere nearness says little, so all passages are taken as equally near.
_MEANING_ELSEWHERE = 0.3
_LOOKED_AT = 3
# Each embedder has its own measure of near: what was fitted with one says nothing of another.
_FITTED_WITH = "wordllama"


def is_relevant(question: str, hits: Sequence[Hit], embedder: str | None = _FITTED_WITH) -> bool:
    """True when one of the best passages holds enough of what the question is about. `embedder` is whose vectors their
    `cosine` comes from; None when words alone were compared."""
    looked_at = hits[:_LOOKED_AT]
    if not looked_at:
        return False
    nearness = _MEANING_ELSEWHERE
    if embedder == _FITTED_WITH and language_of(question) == "en":
        nearness = min(_MOST_MEANING, max(0.0, *(hit.cosine for hit in looked_at)))
    return max(hit.coverage for hit in looked_at) + _MEANING_WORTH * nearness >= _ENOUGH
