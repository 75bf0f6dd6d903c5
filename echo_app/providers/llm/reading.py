"""Passages read for composing: their sentences, rows and items, the words of each, and which can stand alone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from echo_app.kit.language.guess import language_of
from echo_app.kit.language.matching import AskedWord, Words
from echo_app.kit.language.units import Unit, units

LONGEST_RUN = 55
# A whole passage this short is given rather than a part of it.
SHORT_PASSAGE = 60
LONGEST_LIST = 75
LONGEST_STEPS = 130

# A row tells of what its first cell names; its other cells and their headings count less.
_ROW_WORTH = 0.9

_LABEL = re.compile(r"([^:.!?]{2,60}): (?=\w)")

# A sentence that begins so leans on the one before.
_LEANING = re.compile(
    r"(?:this|these|those|it|they|that|then|otherwise|however|but|and|also|so|instead|if so|if not|after that|"
    r"later|dies|diese[rsnm]?|das|es|er|sonst|danach|dabei|jedoch|außerdem|cela|ceci|il|elle|ils|elles|ensuite|"
    r"après cela|esto|eso|luego|entonces|además|pero|questo|poi|inoltre|dit|dan|daarna)\b",
    re.I,
)


@dataclass(frozen=True)
class ReadPassage:
    """`runs` are the places (in `units`) that can be a reply by themselves, in order of reading."""

    units: list[Unit]
    words: list[Words]
    all_words: Words
    language: str
    # What a table's row is about: the words of its first cell.
    subjects: dict[int, Words]
    # What an item says it is about: `Damaged: write to us within 7 days.`
    labels: dict[int, Words]
    runs: list[tuple[int, ...]]

    def length(self, places: tuple[int, ...]) -> int:
        """In words."""
        return sum(self.units[place].words.count(" ") + 1 for place in places)

    def held(self, asked: list[AskedWord]) -> list[dict[str, float]]:
        """How far each unit holds each word by itself."""
        there = [word for word in asked if self.all_words.holds(word)]
        held = [{word.word: words.holds(word) for word in there} for words in self.words]
        for place, subject in self.subjects.items():
            held[place] = {
                word.word: share if subject.holds(word) else _ROW_WORTH * share
                for word in there
                if (share := held[place][word.word])
            }
        return held


@lru_cache(maxsize=2_000)
def read(content: str) -> ReadPassage:
    """A passage's content, read once: passages of one company come again and again."""
    language = language_of(content)
    found = units(content)
    return ReadPassage(
        units=found,
        words=[Words(unit.words, language) for unit in found],
        all_words=Words(content, language),
        language=language,
        subjects={
            place: Words(unit.words.split(": ", 1)[0], language)
            for place, unit in enumerate(found)
            if unit.kind == "row"
        },
        labels={
            place: Words(label.group(1), language)
            for place, unit in enumerate(found)
            if unit.kind != "row" and (label := _LABEL.match(unit.words))
        },
        runs=[places for places in dict.fromkeys(_runs(found)) if not _only_asks(found, places)],
    )


@lru_cache(maxsize=4_000)
def read_words(text: str, language: str) -> Words:
    """The words of a heading or of a whole passage, read once."""
    return Words(text, language)


def is_question(unit: Unit) -> bool:
    return unit.kind == "sentence" and unit.words.endswith("?")


def _only_asks(found: list[Unit], places: tuple[int, ...]) -> bool:
    return all(is_question(found[place]) for place in places)


def _runs(found: list[Unit]) -> Iterator[tuple[int, ...]]:
    prose = [place for place, unit in enumerate(found) if unit.kind != "row" and not is_question(unit)]
    if len(prose) == len(found) and sum(len(unit.words.split()) for unit in found) <= SHORT_PASSAGE:
        yield tuple(prose)
    for kind, numbered in groupby(enumerate(found), key=lambda each: each[1].kind):
        places = [place for place, _ in numbered]
        if kind == "sentence":
            yield from _sentence_runs(found, places)
        elif kind == "row":
            yield from ((place,) for place in places)
        else:
            for _, group in groupby(places, key=lambda place: found[place].group):
                yield from _list_runs(found, list(group))


def _sentence_runs(found: list[Unit], places: list[int]) -> Iterator[tuple[int, ...]]:
    """None begins with a sentence that leans on the one before, or ends with one that announces what follows."""
    for first in places:
        if is_question(found[first]) or _leans(found, first):
            continue
        length = 0
        for last in range(first, places[-1] + 1):
            length += len(found[last].words.split())
            if last > first and (length > LONGEST_RUN or is_question(found[last])):
                break
            if not (found[last].words.endswith(":") and last + 1 < len(found)):
                yield tuple(range(first, last + 1))


def _list_runs(found: list[Unit], items: list[int]) -> Iterator[tuple[int, ...]]:
    """A list with the line that announces it; a single item only under that line (it may say `not`), and no step
    without the others."""
    before = items[0] - 1
    announced = before >= 0 and found[before].words.endswith(":") and found[before].kind == "sentence"
    head = (before,) if announced else ()
    whole = (*head, *items)
    steps = found[items[0]].marker[:1].isdigit()
    length = sum(len(found[place].words.split()) for place in whole)
    if length <= (LONGEST_STEPS if steps else LONGEST_LIST):
        yield whole
    if not steps or length > LONGEST_STEPS:
        yield from ((*head, item) for item in items)


def _leans(found: list[Unit], place: int) -> bool:
    if place == 0:
        return False
    unit, before = found[place], found[place - 1]
    if before.kind != "sentence" or is_question(before):
        return False
    return before.group == unit.group and _LEANING.match(unit.words) is not None
