"""A short reply made of the passages' own sentences, without a model.

The sentences are chosen by how much of the question they hold (rare words count more, synonyms and typos count
less), by meaning, and by whether they have the kind of thing that was asked for: a time for `how long`, a price for
`how much`, steps for `how do I`. Lists and steps stay together; each run of sentences ends with its passage's mark.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import numpy

from echo_app.kit.language.guess import language_of
from echo_app.kit.language.matching import AskedWord, Words, asked_words
from echo_app.kit.language.units import Unit, units
from echo_app.providers.llm.base import Passage

LONGEST_REPLY = 80
_MOST_SENTENCES = 3
_MOST_PASSAGES = 4
# Words of the heading hold for every sentence under it, but less than the sentence's own.
_HEADING_WORTH = 0.45
_MEANING_WORTH = 0.35
_KIND_WORTH = 0.25
_RANK_COST = 0.12
# A further sentence must bring at least this much of the question that is not said yet.
_LEAST_GAIN = 0.2
_NEAR_BEST = 0.8

# A sentence that begins so leans on the one before.
_LEANING = re.compile(
    r"(?:this|these|those|it|they|that|then|otherwise|however|but|and|also|so|instead|if so|if not|after that|"
    r"dies|diese[rsnm]?|das|es|er|sie|dann|sonst|danach|dabei|jedoch|außerdem|cela|ceci|il|elle|ils|elles|ensuite|"
    r"esto|eso|luego|entonces|además|pero)\b",
    re.I,
)
_KINDS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    (
        re.compile(r"\b(?:how long|how fast|how soon|when|how many days|wie lange|wann|combien de temps|quand|cu[aá]nto tiempo|cu[aá]ndo|cu[aá]nto tarda)\b", re.I),
        re.compile(
            r"\d[\d.,–\- ]*\s*(?:(?:working|business) )?(?:second|minute|hour|day|week|month|year|sekunde|stunde|tag|werktag|woche|monat|jahr|"
            r"heure|jour|semaine|mois|an|hora|día|dia|semana|mes|año)|\d{1,2}[:.]\d{2}|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day",
            re.I,
        ),
    ),
    (
        re.compile(r"\b(?:how much|price|cost|costs|fee|fees|was kostet|wie viel|wieviel|preis|kosten|combien|prix|co[uû]te|cu[aá]nto cuesta|precio|cu[aá]nto vale)\b", re.I),
        re.compile(r"[€$£]\s?\d|\d[\d.,]*\s?(?:€|\$|£|eur|euro|usd|gbp|chf|%)|\b(?:free|kostenlos|gratis|gratuit)", re.I),
    ),
    (
        re.compile(r"^(?:how (?:do|can|to|would|should)|wie (?:kann|mache|funktioniert|gehe|soll)|comment|c[oó]mo)\b", re.I),
        re.compile(
            r"^(?:go|open|click|press|choose|select|print|send|write|call|log|sign|enter|hold|turn|put|use|contact|visit|fill|scan|pack|take|remove|unplug|tap|email|reply|"
            r"öffne|klick|drück|wähl|druck|sende|schreib|ruf|meld|gib|halt|leg|nutz|ouvr|cliqu|choisi|imprim|envoy|abr|hag|elij|imprim|env[ií])|\byou can\b|\bsie können\b",
            re.I,
        ),
    ),
    (
        re.compile(r"\b(?:where|wo|wohin|où|d[oó]nde)\b", re.I),
        re.compile(r"\b(?:at|in|under|on|unter|im|in der|dans|sous|en)\b [A-ZÄÖÜ]|\d{4,5}|\bstreet|straße", re.I),
    ),
)


@dataclass(frozen=True)
class _Candidate:
    passage: Passage
    unit: Unit
    place: int
    held: dict[str, float]
    score: float


def compose(question: str, passages: Sequence[Passage]) -> str:
    """The reply with `[number]` marks, at most about `LONGEST_REPLY` words; empty when the passages hold no sentence.

    Passages are taken best first.
    """
    considered = list(passages[:_MOST_PASSAGES])
    asked = [word for word in asked_words(question) if not word.asking] or asked_words(question)
    weights = _weights(asked, considered)
    by_passage = {passage.number: units(passage.content) for passage in considered}
    candidates = _candidates(question, asked, weights, considered, by_passage)
    if not candidates:
        return ""
    chosen = _chosen(candidates, weights)
    picked: dict[int, set[int]] = {}
    for candidate in chosen:
        _add(picked, candidate, by_passage[candidate.passage.number])
    return _written(considered, by_passage, picked)


def _weights(asked: list[AskedWord], passages: list[Passage]) -> dict[str, float]:
    """How much each word of the question says: one that stands in every passage says little. They sum to 1."""
    texts = [Words(f"{passage.title} {passage.heading} {passage.content}") for passage in passages]
    raw = {
        word.word: log(1 + (len(texts) + 1) / (0.5 + sum(text.holds(word) > 0 for text in texts))) for word in asked
    }
    total = sum(raw.values()) or 1.0
    return {word: weight / total for word, weight in raw.items()}


def _candidates(
    question: str,
    asked: list[AskedWord],
    weights: dict[str, float],
    passages: list[Passage],
    by_passage: dict[int, list[Unit]],
) -> list[_Candidate]:
    candidates: list[_Candidate] = []
    likeness = _likeness(question, passages, by_passage)
    wanted = [answer for ask, answer in _KINDS if ask.search(question)]
    for rank, passage in enumerate(passages):
        language = language_of(passage.content)
        above = Words(f"{passage.title} {passage.heading}", language)
        for place, unit in enumerate(by_passage[passage.number]):
            text = Words(unit.words, language)
            own = {word.word: text.holds(word) for word in asked}
            held = {word.word: max(own[word.word], _HEADING_WORTH * above.holds(word)) for word in asked}
            score = sum(weights[word] * share for word, share in held.items())
            score += _MEANING_WORTH * likeness[passage.number, place]
            score += _KIND_WORTH * any(answer.search(unit.words) for answer in wanted)
            score -= _RANK_COST * rank
            if unit.words.endswith("?"):
                score -= 1.0  # a question answers none
            if unit.words.endswith(":"):
                score -= 0.1
            candidates.append(_Candidate(passage, unit, place, held, score))
    answering = [candidate for candidate in candidates if not candidate.unit.words.endswith("?")]
    return sorted(answering or candidates, key=lambda candidate: -candidate.score)


def _likeness(
    question: str, passages: list[Passage], by_passage: dict[int, list[Unit]]
) -> dict[tuple[int, int], float]:
    """The cosine of the question and each unit under its heading."""
    # The local embedder always: this is no retrieval, and nobody may wait for a vendor here.
    from echo_app.providers.embeddings.local import embed_now

    keys, texts = [], []
    for passage in passages:
        for place, unit in enumerate(by_passage[passage.number]):
            keys.append((passage.number, place))
            texts.append(f"{passage.heading.rsplit(' > ', 1)[-1]} {unit.words}")
    if not texts:
        return {}
    vectors = numpy.asarray(embed_now([question, *texts]))
    return dict(zip(keys, (vectors[1:] @ vectors[0]).tolist(), strict=True))


def _chosen(candidates: list[_Candidate], weights: dict[str, float]) -> list[_Candidate]:
    """The best sentence, and up to two more that add something to it."""
    best = candidates[0]
    chosen = [best]
    said = dict(best.held)
    for candidate in candidates[1:]:
        if len(chosen) == _MOST_SENTENCES or candidate.score < best.score * 0.5:
            break
        gain = sum(weights[word] * max(0.0, share - said[word]) for word, share in candidate.held.items())
        same_place = candidate.passage.number == best.passage.number
        near = same_place and candidate.score >= best.score * _NEAR_BEST
        if (near or gain >= _LEAST_GAIN) and not any(_repeats(candidate, other) for other in chosen):
            chosen.append(candidate)
            said = {word: max(share, said[word]) for word, share in candidate.held.items()}
    return chosen


def _repeats(candidate: _Candidate, other: _Candidate) -> bool:
    a, b = set(candidate.unit.words.lower().split()), set(other.unit.words.lower().split())
    return len(a & b) > 0.7 * min(len(a), len(b))


def _add(picked: dict[int, set[int]], candidate: _Candidate, siblings: list[Unit]) -> None:
    """Takes a unit with what it cannot stand without: its list and the line announcing it, the sentence it leans on."""
    number, place, unit = candidate.passage.number, candidate.place, candidate.unit
    wanted = {place}
    if unit.kind == "item":
        whole = {i for i, other in enumerate(siblings) if other.group == unit.group}
        wanted = whole if _length(siblings, whole) <= LONGEST_REPLY - 20 else {place}
    elif unit.words.endswith(":") and place + 1 < len(siblings) and siblings[place + 1].kind != "sentence":
        following = siblings[place + 1].group
        wanted |= {i for i, other in enumerate(siblings) if other.group == following}
        if _length(siblings, wanted) > LONGEST_REPLY + 10:
            wanted = set(sorted(wanted)[:6])
    first = min(wanted)
    if first > 0 and _leans(siblings, first):
        wanted.add(first - 1)
    present = {(other, i) for other, places in picked.items() for i in places}
    if not present or sum(len(places) for places in picked.values()) < 1:
        picked[number] = wanted
        return
    new = wanted - picked.get(number, set())
    if _length(siblings, new) + _words_picked(picked, number, siblings) <= LONGEST_REPLY:
        picked.setdefault(number, set()).update(wanted)


def _leans(siblings: list[Unit], place: int) -> bool:
    unit, before = siblings[place], siblings[place - 1]
    if before.words.endswith("?") or before.kind != "sentence":
        return False
    if unit.kind == "item":
        return before.words.endswith(":")
    return before.group == unit.group and unit.kind == "sentence" and _LEANING.match(unit.words) is not None


def _length(siblings: list[Unit], places: set[int]) -> int:
    return sum(len(siblings[i].words.split()) for i in places)


def _words_picked(picked: dict[int, set[int]], number: int, siblings: list[Unit]) -> int:
    # Other passages' sentences are counted at twenty words each: only the length's order matters here.
    return sum(
        _length(siblings, places) if other == number else 20 * len(places) for other, places in picked.items()
    )


def _written(passages: list[Passage], by_passage: dict[int, list[Unit]], picked: dict[int, set[int]]) -> str:
    paragraphs = []
    for passage in passages:
        if passage.number in picked:
            chosen = [by_passage[passage.number][i] for i in sorted(picked[passage.number])]
            paragraphs.append(f"{_joined(chosen)} [{passage.number}]")
    # The best passage's sentences first: the order the passages came in.
    return "\n\n".join(paragraphs)


def _joined(chosen: list[Unit]) -> str:
    several = sum(unit.kind != "sentence" for unit in chosen) > 1
    text = ""
    for unit in chosen:
        if unit.kind == "sentence" or not several:
            text += f" {_ended(unit.words)}" if text else _ended(unit.words)
        else:
            marker = unit.marker if unit.marker[:1].isdigit() else "-"
            text += f"\n{marker.replace(')', '.')} {unit.words}" if text else f"{marker} {unit.words}"
    return text


def _ended(words: str) -> str:
    return words if words[-1] in ".!?:…。！？\"”»)" else f"{words}."
