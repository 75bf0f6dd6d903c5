"""A short reply made of the passages' own sentences, without a model.

Runs of sentences are chosen by how much of the question they hold (rare words count more, synonyms and typos count
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

LONGEST_REPLY = 90
_LONGEST_RUN = 55
_MOST_PASSAGES = 6
# Words of the heading hold for every sentence under it, but less than the sentence's own.
_HEADING_WORTH = 0.45
_MEANING_WORTH = 0.35
_KIND_WORTH = 0.5
_RANK_COST = 0.06
# A fuller passage is more often the answer than its best sentence alone, and reads better.
_WORD_WORTH = 0.001
# One "sentence" longer than a reply is a table or a listing that lost its lines: only when there is nothing else.
_TOO_LONG = 1.0
# A further run must bring at least this much of the question that is not said yet.
_LEAST_GAIN = 0.35
_NEAR_BEST = 0.8
_AS_GOOD = 0.8

# A sentence that begins so leans on the one before.
_LEANING = re.compile(
    r"(?:this|these|those|it|they|that|then|otherwise|however|but|and|also|so|instead|if so|if not|after that|"
    r"dies|diese[rsnm]?|das|es|er|sie|dann|sonst|danach|dabei|jedoch|außerdem|cela|ceci|il|elle|ils|elles|ensuite|"
    r"esto|eso|luego|entonces|además|pero)\b",
    re.I,
)
_KINDS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    (
        re.compile(
            r"\b(?:how long|how fast|how soon|when|how many days|wie lange|wann|combien de temps|quand|cu[aá]nto tiempo|cu[aá]ndo|cu[aá]nto tarda)\b",
            re.I,
        ),
        re.compile(
            r"\d[\d.,–\- ]*\s*(?:(?:working|business) )?(?:second|minute|hour|day|week|month|year|sekunde|stunde|tag|werktag|woche|monat|jahr|"
            r"heure|jour|semaine|mois|an|hora|día|dia|semana|mes|año)|\d{1,2}[:.]\d{2}|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day",
            re.I,
        ),
    ),
    (
        re.compile(
            r"\b(?:how much|price|cost|costs|fee|fees|was kostet|wie viel|wieviel|preis|kosten|combien|prix|co[uû]te|cu[aá]nto cuesta|precio|cu[aá]nto vale)\b",
            re.I,
        ),
        re.compile(
            r"[€$£]\s?\d|\d[\d.,]*\s?(?:€|\$|£|eur|euro|usd|gbp|chf|%)|\b(?:free|kostenlos|gratis|gratuit)",
            re.I,
        ),
    ),
    (
        re.compile(
            r"^(?:how (?:do|can|to|would|should)|wie (?:kann|mache|funktioniert|gehe|soll)|comment|c[oó]mo)\b",
            re.I,
        ),
        re.compile(
            r"^(?:go|open|click|press|choose|select|print|send|write|call|log|sign|enter|hold|turn|put|use|contact|visit|fill|scan|pack|take|remove|unplug|tap|email|reply|"
            r"öffne|klick|drück|wähl|druck|sende|schreib|ruf|meld|gib|halt|leg|nutz|ouvr|cliqu|choisi|imprim|envoy|abr|hag|elij|imprim|env[ií])|\byou can\b|\bsie können\b",
            re.I,
        ),
    ),
    (
        re.compile(r"\b(?:where|wo|wohin|où|d[oó]nde)\b", re.I),
        re.compile(
            r"\b(?:at|in|under|on|unter|im|in der|dans|sous|en)\b [A-ZÄÖÜ]|\d{4,5}|\bstreet|straße", re.I
        ),
    ),
)


@dataclass(frozen=True)
class _Window:
    """Consecutive units of one passage. `held` is how far each word of the question stands in any of them."""

    passage: Passage
    places: range
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
    windows = _windows(question, asked, weights, considered, by_passage)
    chosen = _chosen(windows, weights, by_passage)
    return "\n\n".join(
        f"{_joined([by_passage[window.passage.number][place] for place in window.places])}"
        f" [{window.passage.number}]"
        for window in chosen
    )


def _weights(asked: list[AskedWord], passages: list[Passage]) -> dict[str, float]:
    """How much each word of the question says: one that stands in every passage says little. They sum to 1."""
    texts = [Words(f"{passage.title} {passage.heading} {passage.content}") for passage in passages]
    raw = {
        word.word: log(1 + (len(texts) + 1) / (0.5 + sum(text.holds(word) > 0 for text in texts)))
        for word in asked
    }
    total = sum(raw.values()) or 1.0
    return {word: weight / total for word, weight in raw.items()}


def _windows(
    question: str,
    asked: list[AskedWord],
    weights: dict[str, float],
    passages: list[Passage],
    by_passage: dict[int, list[Unit]],
) -> list[_Window]:
    """Every run of units that is short enough to be a reply, the best first."""
    likeness = _likeness(question, passages, by_passage)
    wanted = [answer for ask, answer in _KINDS if ask.search(question)]
    windows: list[_Window] = []
    for rank, passage in enumerate(passages):
        language = language_of(passage.content)
        offered = by_passage[passage.number]
        above = Words(f"{passage.title} {passage.heading}", language)
        headed = {word.word: _HEADING_WORTH * above.holds(word) for word in asked}
        held = [_held(asked, Words(unit.words, language), headed) for unit in offered]
        for places in _runs(offered):
            together = {word: max(held[place][word] for place in places) for word in weights}
            alike = [likeness[passage.number, place] for place in places]
            score = sum(weights[word] * share for word, share in together.items())
            score += _MEANING_WORTH * (0.7 * max(alike) + 0.3 * sum(alike) / len(alike))
            # Each of the kinds asked for counts where what is asked about stands too.
            score += max(
                (
                    _KIND_WORTH * (0.4 + 0.6 * sum(weights[word] * held[place][word] for word in weights))
                    for place in places
                    if any(answer.search(offered[place].words) for answer in wanted)
                ),
                default=0.0,
            )
            score += _WORD_WORTH * _length(offered, places) - _RANK_COST * rank
            if _length(offered, places) > LONGEST_REPLY:
                score -= _TOO_LONG
            windows.append(_Window(passage, places, together, score))
    return sorted(windows, key=lambda window: -window.score)


def _held(asked: list[AskedWord], text: Words, headed: dict[str, float]) -> dict[str, float]:
    return {word.word: max(text.holds(word), headed[word.word]) for word in asked}


def _runs(offered: list[Unit]) -> list[range]:
    """The runs that can stand alone: none begins with a sentence that leans on the one before, splits a list from
    the line announcing it, or is a question only."""
    runs = []
    for first in range(len(offered)):
        if first > 0 and _leans(offered, first):
            continue
        for last in range(first, len(offered)):
            places = range(first, last + 1)
            if last > first and _length(offered, places) > _LONGEST_RUN:
                break
            announces = offered[last].words.endswith(":") and last + 1 < len(offered)
            asks = all(offered[place].words.endswith("?") for place in places)
            if not announces and not asks:
                runs.append(places)
    return runs


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


def _chosen(
    windows: list[_Window], weights: dict[str, float], by_passage: dict[int, list[Unit]]
) -> list[_Window]:
    """The best run, and one of another passage when that adds something to it."""
    if not windows:
        return []
    best = windows[0]
    words = _length(by_passage[best.passage.number], best.places)
    for window in windows[1:]:
        if window.score < best.score * _NEAR_BEST:
            break
        gain = sum(weights[word] * max(0.0, share - best.held[word]) for word, share in window.held.items())
        length = _length(by_passage[window.passage.number], window.places)
        if (
            window.passage.number != best.passage.number
            and words + length <= LONGEST_REPLY
            and (gain >= _LEAST_GAIN or window.score >= best.score * _AS_GOOD)
            and not _repeats(window, best, by_passage)
        ):
            return [best, window]
    return [best]


def _repeats(window: _Window, other: _Window, by_passage: dict[int, list[Unit]]) -> bool:
    a, b = (
        {word for place in one.places for word in by_passage[one.passage.number][place].words.lower().split()}
        for one in (window, other)
    )
    return len(a & b) > 0.7 * min(len(a), len(b))


def _leans(siblings: list[Unit], place: int) -> bool:
    unit, before = siblings[place], siblings[place - 1]
    if before.words.endswith("?") or before.kind != "sentence":
        return False
    if unit.kind == "item":
        return before.words.endswith(":")
    return before.group == unit.group and unit.kind == "sentence" and _LEANING.match(unit.words) is not None


def _length(siblings: list[Unit], places: range) -> int:
    return sum(len(siblings[place].words.split()) for place in places)


def _joined(chosen: list[Unit]) -> str:
    several = sum(unit.kind != "sentence" for unit in chosen) > 1
    text = ""
    listing = False
    for unit in chosen:
        if unit.kind == "sentence" or not several:
            text += ("\n\n" if listing else " " if text else "") + _ended(unit.words)
            listing = False
        else:
            marker = unit.marker if unit.marker[:1].isdigit() else "-"
            text += ("\n" if text else "") + f"{marker.replace(')', '.')} {unit.words}"
            listing = True
    return text


def _ended(words: str) -> str:
    return words if words[-1] in '.!?:…。！？"”»)' else f"{words}."
