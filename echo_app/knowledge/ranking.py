"""Weighing candidates: BM25 over stemmed words in title and body, runs of four characters, and likeness in meaning.

Each signal is scaled by its best value among the candidates and they are added; the runs of characters forgive
typos, endings the stemmer does not know, and parts of compounds. Everything is computed from what was just read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

from echo_app.kit.language.matching import SAME, SYNONYM, AskedWord, Words
from echo_app.kit.language.words import fold, four_grams
from echo_app.knowledge.retrieval import COMMON, Candidate, SoughtTerm
from echo_app.knowledge.schemas import Hit, HitWord

# How much less a synonym's presence says than the word's own.
_SYNONYM_WORTH = 0.5
_TITLE_WORTH = 0.8
_GRAM_WORTH = 0.25
_MEANING_WORTH = 0.5
# Runs of characters are only looked for in the candidates that lead without them.
_MOST_WITH_GRAMS = 30
# The first hits, on which it is judged whether the documents answer.
_READ_CLOSELY = 3
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
        same = max((counts.get(term, 0) for term in word.related), default=0)
        weight = log(1 + (total + 0.5) / ((own or same) + 0.5)) * (_ASKING_WORTH if word.asking else 1.0)
        rarity.append(weight)
        known.append(own > 0 or same > 0)
        for related, terms, worth in ((0, word.terms, 1.0), (1, word.related - word.terms, _SYNONYM_WORTH)):
            sought += [
                SoughtTerm(
                    term, number * 2 + related, weight * worth, counts[term] < COMMON and not word.asking
                )
                for term in sorted(terms)
                if counts.get(term, 0)
            ]
    if not any(term.gathers for term in sought):
        sought = [SoughtTerm(term.term, term.entry, term.weight, True) for term in sought]
    return Plan(asked, rarity, known, sought)


def rank(candidates: Sequence[Candidate], plan: Plan, limit: int) -> list[Hit]:
    """The best candidates first, at most `limit`, each with what it holds of the question."""
    lexical = _scaled([_lexical(candidate) for candidate in candidates])
    meaning = _scaled([max(0.0, candidate.cosine) for candidate in candidates])
    scores = [words + _MEANING_WORTH * near for words, near in zip(lexical, meaning, strict=True)]
    leading = sorted(range(len(candidates)), key=lambda i: -scores[i])[:_MOST_WITH_GRAMS]
    grams = _scaled(_gram_scores([candidates[i] for i in leading], plan))
    for i, share in zip(leading, grams, strict=True):
        scores[i] += _GRAM_WORTH * share
    whole = 1.0 + _MEANING_WORTH + _GRAM_WORTH
    order = sorted(leading, key=lambda i: (-scores[i], str(candidates[i].chunk_id)))
    rest = sorted(set(range(len(candidates))) - set(leading), key=lambda i: -scores[i])
    return [
        _hit(candidates[i], scores[i] / whole, plan, closely=place < _READ_CLOSELY)
        for place, i in enumerate([*order, *rest][:limit])
    ]


def _scaled(values: list[float]) -> list[float]:
    """The values as shares of the best."""
    best = max(values, default=0.0)
    return [value / best for value in values] if best > 0 else values


def _lexical(candidate: Candidate) -> float:
    """The sum over words and fields; of a word's several terms only the best counts."""
    best: dict[tuple[int, int], float] = {}
    for entry, field, share in zip(
        candidate.entries or (), candidate.fields or (), candidate.shares or (), strict=True
    ):
        word = entry // 2
        best[word, field] = max(share, best.get((word, field), 0.0))
    return sum(share * (_TITLE_WORTH if field == 0 else 1.0) for (_, field), share in best.items())


def _gram_scores(candidates: Sequence[Candidate], plan: Plan) -> list[float]:
    """How many of the question's runs of four characters each candidate holds, the rare ones counting more."""
    words = [
        asked.word for asked in plan.asked if not asked.asking and len(asked.word) >= _SHORTEST_GRAM_WORD
    ]
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


def _hit(candidate: Candidate, score: float, plan: Plan, *, closely: bool) -> Hit:
    shares = _held(candidate, plan, closely=closely)
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


def _held(candidate: Candidate, plan: Plan, *, closely: bool) -> list[float]:
    """How far the candidate holds each word: as the index has it, and by resemblance where that has nothing (only
    read `closely`: it means going through the passage's words)."""
    entries = set(candidate.entries or ())
    text: Words | None = None
    shares = []
    for number, asked in enumerate(plan.asked):
        if number * 2 in entries:
            shares.append(SAME)
        elif number * 2 + 1 in entries:
            shares.append(SYNONYM)
        elif asked.asking or asked.phrase or not closely:
            shares.append(0.0)
        else:
            text = text or Words(f"{candidate.title}\n{candidate.heading}\n{candidate.content}")
            shares.append(text.holds(asked))
    return shares
