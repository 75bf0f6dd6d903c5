"""Weighing candidates: BM25 over stemmed words in title and body, runs of four characters, and likeness in meaning.

Each signal is scaled by its best value among the candidates, or, where even the best holds little of the question, by
half of what a passage could hold: a signal that found nothing to speak of must not outvote one that did. What is
compared is only what was just read; no weight is fitted to a collection (see bench/retrieval.py).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log

from echo_app.kit.language.grams import shared
from echo_app.kit.language.matching import SAME, SYNONYM, AskedWord, Words
from echo_app.knowledge.duplicates import folded
from echo_app.knowledge.retrieval import COMMON, MOST_READ, Candidate, SoughtTerm
from echo_app.knowledge.schemas import Hit, HitWord, Signals

# How much less a synonym's presence says than the word's own.
_SYNONYM_WORTH = 0.5
_TITLE_WORTH = 0.8
# Words of asking say little even where they are rare.
_ASKING_WORTH = 0.25

# What each signal counts in the sum.
_WORDS = 1.0
_SPELLING = 0.8
_CLOSENESS = 0.15
_MEANING = 0.55
_WHOLE = _WORDS + _SPELLING + _CLOSENESS + _MEANING
# Below this share of what could be held, a signal's best is no longer full marks.
_LEAST = 0.5
# BM25's k1 and b for bodies (titles are not compared by length).
_K1 = 1.2
_B = 0.75
# Runs of characters are only looked for in the candidates that lead without them.
_MOST_WITH_GRAMS = 40
# The first hits, on which it is judged whether the documents answer.
_READ_CLOSELY = 3


@dataclass(frozen=True)
class Plan:
    """What to look for, and how much each of the question's words counts (its rarity among the tenant's passages)."""

    question: str
    asked: list[AskedWord]
    rarity: list[float]
    known: list[bool]
    terms: list[SoughtTerm]
    average_length: float


def plan(
    question: str, asked: list[AskedWord], counts: Mapping[str, int], total: int, average_length: float
) -> Plan:
    """Weighs the question's words by how rare they are (`counts` as `survey` gives them), and chooses the terms that
    gather candidates: the rarest first, as long as they are read quickly, words of asking last."""
    rarity, known = [], []
    weighed: list[tuple[bool, int, str, int, float]] = []
    for number, word in enumerate(asked):
        own = max((counts.get(term, 0) for term in word.terms), default=0)
        same = max((counts.get(term, 0) for term in word.related), default=0)
        weight = log(1 + (total + 0.5) / ((own or same) + 0.5)) * (_ASKING_WORTH if word.asking else 1.0)
        rarity.append(weight)
        known.append(own > 0 or same > 0)
        for related, terms, worth in ((0, word.terms, 1.0), (1, word.related - word.terms, _SYNONYM_WORTH)):
            for term in terms:
                if count := counts.get(term, 0):
                    weighed.append((word.asking, count, term, number * 2 + related, weight * worth))
    sought: list[SoughtTerm] = []
    read = 0
    for asking, count, term, entry, weight in sorted(weighed):
        gathers = not sought or (read + count <= MOST_READ and not (asking and count >= COMMON))
        read += count if gathers else 0
        sought.append(SoughtTerm(term, entry, weight, gathers, not gathers or count >= COMMON))
    return Plan(question, asked, rarity, known, sought, average_length)


def rank(candidates: Sequence[Candidate], plan: Plan, limit: int) -> list[Hit]:
    """The best candidates first, at most `limit`, each with what it holds of the question; of passages that say the
    same only the best."""
    shares = Counter(title for title, _ in {(each.title, each.document_id) for each in candidates})
    words = _scaled([_lexical(each, plan, shares[each.title]) for each in candidates], sum(plan.rarity))
    meaning = _scaled([max(0.0, each.cosine or 0.0) for each in candidates], 0.0)
    scores = [_WORDS * word + _MEANING * near for word, near in zip(words, meaning, strict=True)]
    order = sorted(range(len(candidates)), key=lambda i: (-scores[i], candidates[i].chunk_id))
    leading = order[:_MOST_WITH_GRAMS]
    found = shared(plan.question, [f"{candidates[i].title} \n {candidates[i].content}" for i in leading])
    spelling = dict(zip(leading, _scaled([each.whole for each in found], 1.0), strict=True))
    closeness = dict(zip(leading, _scaled([each.close for each in found], 1.0), strict=True))
    for i in leading:
        scores[i] += _SPELLING * spelling[i] + _CLOSENESS * closeness[i]
    leading.sort(key=lambda i: (-scores[i], candidates[i].chunk_id))
    kept = folded([*leading, *order[_MOST_WITH_GRAMS:]], candidates, limit)
    return [
        _hit(
            candidates[i],
            scores[i] / _WHOLE,
            Signals(words[i], spelling.get(i, 0.0), closeness.get(i, 0.0), meaning[i]),
            plan,
            closely=place < _READ_CLOSELY,
        )
        for place, i in enumerate(kept)
    ]


def _scaled(values: list[float], ideal: float) -> list[float]:
    """The values as shares of the best, or of the least that counts as much when the best is below it."""
    best = max(max(values, default=0.0), ideal * _LEAST)
    return [value / best for value in values] if best > 0 else values


def _lexical(candidate: Candidate, plan: Plan, same_title: int) -> float:
    """BM25 over the question's words: half of it with title and body as one text, half as fields of their own, where
    a title that several documents share says less. Of a word's several terms only the best counts."""
    if candidate.entries is None:
        return 0.0
    assert candidate.fields is not None and candidate.frequencies is not None
    assert candidate.lengths is not None and candidate.weights is not None
    best: dict[int, list[tuple[float, float]]] = {}
    for entry, in_field, frequency, length, weight in zip(
        candidate.entries,
        candidate.fields,
        candidate.frequencies,
        candidate.lengths,
        candidate.weights,
        strict=True,
    ):
        presence = frequency / (1 - _B + _B * length / plan.average_length) if in_field else float(frequency)
        fields = best.setdefault(entry // 2, [(0.0, 0.0), (0.0, 0.0)])
        fields[in_field] = max(fields[in_field], (weight, presence))
    score = 0.0
    for (title_weight, title), (body_weight, body) in best.values():
        together = title + body
        score += max(title_weight, body_weight) * together / (together + _K1) / 2
        score += body_weight * body / (body + _K1) / 2
        score += title_weight * title / (title + 1) * _TITLE_WORTH / same_title / 2
    return score


def _hit(candidate: Candidate, score: float, signals: Signals, plan: Plan, *, closely: bool) -> Hit:
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
        cosine=candidate.cosine or 0.0,
        coverage=sum(word.weight * word.held for word in words),
        words=words,
        signals=signals,
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
            text = text or _read(f"{candidate.title}\n{candidate.heading}\n{candidate.content}")
            shares.append(text.resembles(asked))
    return shares


@lru_cache(maxsize=2_000)
def _read(text: str) -> Words:
    """A passage's words: the passages that answer are found again and again."""
    return Words(text)
