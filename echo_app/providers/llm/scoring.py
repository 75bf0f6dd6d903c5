"""How well each run of sentences, items or rows answers a question: a weighing of words, headings, kinds and meaning.

The weights were set by hand on invented companies (`bench/answers.py`), where each stands for a class of mistakes.
"""

from dataclasses import dataclass, replace
from math import log

from echo_app.kit.language.guess import language_of
from echo_app.kit.language.kinds import Kind, asked_kinds, counted, has_kind, kind_words, needs
from echo_app.kit.language.matching import AskedWord, Words, asked_words, looks_like_asking
from echo_app.kit.language.questions import deeds
from echo_app.providers.llm.base import Passage
from echo_app.providers.llm.likeness import likeness_of
from echo_app.providers.llm.reading import SHORT_PASSAGE, ReadPassage, is_question, read, read_words

# The message taken up (`and for kids?`) says what it is about; the first of two questions may.
_TAKEN_UP_WORTH = 0.7
_BEFORE_WORTH = 0.3
# Words of the heading hold for every sentence under it, but less than the sentence's own; the title's still less.
_HEADING_WORTH = 0.8
_TITLE_WORTH = 0.45
# A section about what is asked is better than one that only mentions it.
_ABOUT_WORTH = 0.25
_MEANING_WORTH = 0.35
_MEANT_RUNS = 8
_KIND_WORTH = 0.45
_KIND_ALONE = 0.15
_WITHOUT_KIND = 0.3
# One sentence that holds the words says more than several that hold one each.
_SINGLE_WORTH = 0.3
# A row, or a labelled item, about something that was not asked about.
_OTHER_SUBJECT = 0.3
# Steps, where a price or a time was asked for.
_STEPS_UNASKED = 0.2
# A short passage is given whole: its exceptions belong to its rule.
_WHOLE_WORTH = 0.08
_RANK_COST = 0.05
# An article in the language of the question is better than one in another.
_FOREIGN_COST = 0.25
# The verb of a question is seldom the article's.
_DEED_WORTH = 0.55
# Words of asking say little, those that tell the kind (`price`) are heard as that.
_ASKING_WORTH = 0.15
_KIND_WORD_WORTH = 0.3
# A fuller run reads better, as far as it is short.
_WORD_WORTH = 0.001
_FULL = 45
_LONG_COST = 0.002


@dataclass(frozen=True)
class Run:
    """Units of one passage. `held` is how far each word of the question stands in any of them or in the heading."""

    passage: Passage
    source: ReadPassage
    places: tuple[int, ...]
    held: dict[str, float]
    evidence: float
    score: float
    # It has a thing of the kind asked for.
    fitting: bool


@dataclass(frozen=True)
class Asked:
    """One question: its words, how much each says (they sum to 1), and the kinds of thing asked for."""

    text: str
    words: list[AskedWord]
    weights: dict[str, float]
    kinds: list[Kind]
    counted: str | None
    phrases: list[str]


def asked_of(question: str, before: str, taken_up: bool, passages: list[Passage]) -> Asked:
    """A word that stands in every passage says little."""
    before_worth = _TAKEN_UP_WORTH if taken_up else _BEFORE_WORTH
    texts = [
        read_words(f"{passage.title}\n{passage.heading}\n{passage.content}", read(passage.content).language)
        for passage in passages
    ]
    kind, verbs = kind_words(question), deeds(question)
    words = [word for word in asked_words(question) if not (word.phrase and set(word.word.split()) <= kind)]
    words = [
        word for word in words if any(text.holds(word) for text in texts) or not looks_like_asking(word.word)
    ]
    own = {word.word for word in words}
    words += (
        [word for word in asked_words(before) if not word.asking and word.word not in own] if before else []
    )
    raw: dict[str, float] = {}
    for word in words:
        weight = log(1 + (len(texts) + 1) / (0.5 + sum(text.holds(word) > 0 for text in texts)))
        # In `and plus?` every word is what is new.
        weight *= _ASKING_WORTH if word.asking and not (taken_up and word.word in own) else 1.0
        weight *= _KIND_WORD_WORTH if word.word in kind else 1.0
        weight *= _DEED_WORTH if word.word in verbs else 1.0
        weight *= before_worth if word.word not in own else 1.0
        if weight and not (word.phrase and not any(text.holds(word) for text in texts)):
            raw[word.word] = weight
    for phrase in [word for word in words if word.phrase]:
        # `sending back` stands for `sending`: they are not counted twice.
        if set(phrase.word.split()) & raw.keys() - {phrase.word}:
            raw[phrase.word] = 0.0
    total = sum(raw.values()) or 1.0
    kinds = asked_kinds(question) or (asked_kinds(before) if taken_up else [])
    weights = {word: weight / total for word, weight in raw.items()}
    return Asked(
        question,
        [word for word in words if word.word in weights],
        weights,
        kinds,
        counted(question),
        [word.word for word in words if word.phrase],
    )


def _weighed(asked: Asked, passages: list[Passage]) -> list[Run]:
    found: list[Run] = []
    language = language_of(asked.text)
    mixed = any(read(passage.content).language == language for passage in passages)
    for rank, passage in enumerate(passages):
        source = read(passage.content)
        heading = passage.heading.rsplit(" > ", 1)[-1]
        near = read_words(heading, source.language)
        above = read_words(f"{passage.title} {passage.heading}", source.language)
        headed = {
            word.word: max(_HEADING_WORTH * near.holds(word), _TITLE_WORTH * above.holds(word))
            for word in asked.words
        }
        own = [_with_phrases(asked, held) for held in source.held(asked.words)]
        headed = _with_phrases(asked, headed)
        kinds = [
            {kind for kind in asked.kinds if has_kind(unit.words, kind)} if asked.kinds else set()
            for unit in source.units
        ]
        for places in source.runs:
            if run := _run(asked, passage, source, places, own, headed, near, kinds):
                foreign = mixed and source.language != language
                cost = _RANK_COST * rank + _FOREIGN_COST * foreign
                found.append(replace(run, score=run.score - cost))
    return found


def _with_phrases(asked: Asked, held: dict[str, float]) -> dict[str, float]:
    """Words that stand in a phrase are held as far as the phrase is: `send it back` by *return*."""
    for phrase in asked.phrases:
        if share := held.get(phrase, 0.0):
            for word in phrase.split():
                if word in asked.weights:
                    held[word] = max(held.get(word, 0.0), share)
    return held


def _run(
    asked: Asked,
    passage: Passage,
    source: ReadPassage,
    places: tuple[int, ...],
    own: list[dict[str, float]],
    headed: dict[str, float],
    near: Words,
    kinds: list[set[Kind]],
) -> Run | None:
    first = source.units[places[0]]
    # The question above an answer (`Do you take cheques?`) stands for it as a heading does.
    above = own[places[0] - 1] if places[0] > 0 and is_question(source.units[places[0] - 1]) else {}
    held = {
        word: max(
            max(own[place].get(word, 0.0) for place in places),
            share,
            _HEADING_WORTH * above.get(word, 0.0),
        )
        for word, share in headed.items()
    }
    last = source.units[places[-1]]
    if last.kind == "item" and sum(source.units[place].kind == "item" for place in places) == 1:
        alone = len(places) == 1 or first.kind == "item"
        if not any(own[places[-1]].values()) and not alone:
            return None  # the whole list answers, not one item that happens to stand in it
    evidence = sum(asked.weights[word] * share for word, share in held.items())
    single = {
        place: sum(
            asked.weights[word] * max(own[place].get(word, 0.0), share) for word, share in headed.items()
        )
        for place in places
    }
    label = source.labels.get(places[-1]) if len(places) == 1 or last.kind == "item" else None
    other_subject = last.kind == "row" and not _named(asked, source.subjects[places[-1]])
    if (
        label is not None
        and not _named(asked, label)
        and any(_named(asked, other) for other in source.labels.values())
    ):
        other_subject = True
    about = sum(
        asked.weights[word.word] * max(near.holds(word), label.holds(word) if label else 0.0)
        for word in asked.words
    )
    score = _ABOUT_WORTH * about + (1 - _SINGLE_WORTH) * evidence + _SINGLE_WORTH * max(single.values())
    fitting = [single[place] for place in places if kinds[place]]
    if fitting:
        score += _KIND_WORTH * (_KIND_ALONE + (1 - _KIND_ALONE) * max(fitting))
    elif any(needs(kind) for kind in asked.kinds):
        score -= _WITHOUT_KIND
    if other_subject:
        score -= _OTHER_SUBJECT
    if last.marker[:1].isdigit() and asked.kinds and "steps" not in asked.kinds:
        score -= _STEPS_UNASKED
    length = source.length(places)
    if last.kind == "row" or (len(places) == len(source.units) and length <= SHORT_PASSAGE):
        score += _WHOLE_WORTH
    score += _WORD_WORTH * min(length, _FULL) - _LONG_COST * max(0, length - _FULL)
    return Run(passage, source, places, held, evidence, score, bool(fitting))


def _named(asked: Asked, subject: Words) -> bool:
    return any(subject.holds(word) for word in asked.words)


def _by_meaning(asked: Asked, runs: list[Run]) -> list[Run]:
    """The leading runs, put in order again by likeness in meaning too, where the vectors know the language."""
    leading = runs[:_MEANT_RUNS]
    if not leading or any(run.source.language != "en" for run in leading):
        return runs
    texts = [
        f"{run.passage.heading.rsplit(' > ', 1)[-1]} {' '.join(run.source.units[place].words for place in run.places)}"
        for run in leading
    ]
    likeness = likeness_of(asked.text, texts)
    again = [
        replace(run, score=run.score + _MEANING_WORTH * alike)
        for run, alike in zip(leading, likeness, strict=True)
    ]
    return sorted(again, key=_score, reverse=True)


def _score(run: Run) -> float:
    return run.score


def ranked_runs(asked: Asked, passages: list[Passage]) -> list[Run]:
    """Every run that can be a reply, the best first. Passages are taken best first."""
    return _by_meaning(asked, sorted(_weighed(asked, passages), key=_score, reverse=True))
