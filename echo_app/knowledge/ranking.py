"""Weighing candidates: BM25 over stemmed words in title and body, runs of four characters, and likeness in meaning.

Each signal is scaled by its best value among the candidates and they are added; the runs of characters forgive
typos, endings the stemmer does not know, and parts of compounds. Everything is computed from what was just read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

from echo_app.kit.language.matching import AskedWord, Words
from echo_app.kit.language.words import fold, four_grams
from echo_app.knowledge.retrieval import COMMON, Candidate, SoughtTerm
from echo_app.knowledge.schemas import Hit, HitWord

# How much less a synonym's presence says than the word's own.
_SYNONYM_WORTH = 0.5
_TITLE_WORTH = 0.8
_GRAM_WORTH = 0.5
_MEANING_WORTH = 0.4
_SHORTEST_GRAM_WORD = 4
# Words of asking say little even where they are rare.
_ASKING_WORTH = 0.25


@dataclass(frozen=True)
class Plan:
    """What to look for, and how much each of the question's words counts (its rarity among the tenant's passages)."""

    asked: list[AskedWord]
    rarity: list[float]
    known: list[bool]
    terms: list[SoughtTerm]


def plan(asked: list[AskedWord], counts: Mapping[str, int], total: int) -> Plan:
    """Weighs the question's words by how rare they are.

    `counts` as `count_terms` gives them. Common words gather candidates only when there is no rarer one.
    """
    rarity, known = [], []
    sought: list[SoughtTerm] = []
    for number, word in enumerate(asked):
        own = max((counts.get(term, 0) for term in word.terms), default=0)
        related = max((counts.get(term, 0) for term in word.related), default=0)
        weight = log(1 + (total + 0.5) / ((own or related) + 0.5)) * (_ASKING_WORTH if word.asking else 1.0)
        rarity.append(weight)
        known.append(own > 0 or related > 0)
        for terms, worth in ((word.terms, 1.0), (word.related - word.terms, _SYNONYM_WORTH)):
            sought += [
                SoughtTerm(term, number, weight * worth, counts[term] < COMMON and not word.asking)
                for term in sorted(terms)
                if counts.get(term, 0)
            ]
    if not any(term.gathers for term in sought):
        sought = [SoughtTerm(term.term, term.word, term.weight, True) for term in sought]
    return Plan(asked, rarity, known, sought)


def rank(candidates: Sequence[Candidate], plan: Plan, limit: int) -> list[Hit]:
    """The best candidates first, at most `limit`, each with what it holds of the question."""
    if not candidates:
        return []
    lexical = [_lexical(candidate) for candidate in candidates]
    grams = _gram_scores(candidates, plan)
    meaning = [max(0.0, candidate.cosine) for candidate in candidates]
    parts = ((lexical, 1.0), (grams, _GRAM_WORTH), (meaning, _MEANING_WORTH))
    whole = 1.0 + _GRAM_WORTH + _MEANING_WORTH
    scores = [0.0] * len(candidates)
    for values, worth in parts:
        best = max(values)
        if best > 0:
            scores = [score + worth * value / best / whole for score, value in zip(scores, values, strict=True)]
    order = sorted(range(len(candidates)), key=lambda i: (-scores[i], str(candidates[i].chunk_id)))
    return [_hit(candidates[i], scores[i], plan) for i in order[:limit]]


def _lexical(candidate: Candidate) -> float:
    """The sum over words and fields; of a word's several terms only the best counts."""
    best: dict[tuple[int, int], float] = {}
    for word, field, share in zip(
        candidate.words or (), candidate.fields or (), candidate.shares or (), strict=True
    ):
        best[word, field] = max(share, best.get((word, field), 0.0))
    return sum(share * (_TITLE_WORTH if field == 0 else 1.0) for (_, field), share in best.items())


def _gram_scores(candidates: Sequence[Candidate], plan: Plan) -> list[float]:
    """How many of the question's runs of four characters each candidate holds, the rare ones counting more."""
    words = [asked.word for asked in plan.asked if not asked.asking and len(asked.word) >= _SHORTEST_GRAM_WORD]
    grams = sorted({gram for word in words for part in word.split() for gram in four_grams(part)})
    texts = [fold(f" {c.title} {c.heading} {c.content} ".lower().replace("\n", " ")) for c in candidates]
    scores = [0.0] * len(candidates)
    for gram in grams:
        holders = [i for i, text in enumerate(texts) if gram in text]
        if holders:
            weight = log(1 + (len(texts) - len(holders) + 0.5) / (len(holders) + 0.5))
            for i in holders:
                scores[i] += weight
    return scores


def _hit(candidate: Candidate, score: float, plan: Plan) -> Hit:
    held = Words(f"{candidate.title}\n{candidate.heading}\n{candidate.content}")
    shares = [held.holds(asked) for asked in plan.asked]
    counted = [
        (asked.word, rarity, share, known)
        for asked, rarity, share, known in zip(plan.asked, plan.rarity, shares, plan.known, strict=True)
        if share or not asked.phrase
    ]
    total = sum(rarity for _, rarity, _, _ in counted) or 1.0
    words = tuple(HitWord(word, rarity / total, share, known) for word, rarity, share, known in counted)
    return Hit(
        document_id=candidate.document_id,
        chunk_id=candidate.chunk_id,
        title=candidate.title,
        heading=candidate.heading,
        page=candidate.page,
        content=candidate.content,
        start_offset=candidate.start_offset,
        end_offset=candidate.end_offset,
        url=candidate.url,
        score=score,
        cosine=candidate.cosine,
        coverage=sum(word.weight * word.held for word in words),
        words=words,
    )
