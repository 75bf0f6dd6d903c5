"""A short reply made of the passages' own sentences, without a model.

Runs of sentences, list items or table rows are chosen by how much of the question they hold (rare words count more,
synonyms and typos less), by meaning, and by whether they have the kind of thing that was asked for: a time for `how
long`, a price for `how much`, steps for `how do I`. Each ends with its passage's mark. A question that no run holds
enough of is not answered: better one refusal too many than a wrong answer.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from echo_app.kit.language.kinds import needs
from echo_app.kit.language.questions import asks_for_offer, parts
from echo_app.kit.language.units import Unit
from echo_app.providers.llm.base import Passage
from echo_app.providers.llm.reading import ReadPassage
from echo_app.providers.llm.scoring import Asked, Run, asked_of, ranked_runs

LONGEST_REPLY = 90
_MOST_PASSAGES = 8
# A part of the question is answered from this on (the share of its words' weight that the run holds, and more).
_ENOUGH = 0.3
# `Do you have …?` is no question of wording: what is asked for must be there.
_ENOUGH_OFFERED = 0.5
# A further run must bring at least this much of the question that is not said yet, and be nearly as good.
_LEAST_GAIN = 0.3
_NEAR_BEST = 0.75
# Two short answers that are nearly as good are both said, when the second holds nearly as much of the question.
_NEARLY = 0.78
_HOLDS_LESS = 0.18
_SHORT_REPLY = 75
# Rows as good as the best belong to the answer.
_AS_GOOD = 0.02
_MOST_ROWS = 4


@dataclass(frozen=True)
class Reply:
    """`text` has `[number]` marks; it is empty when nothing is answered. `missing` are the questions that are not."""

    text: str
    missing: list[str] = field(default_factory=list)


def compose(question: str, passages: Sequence[Passage], before: str = "") -> Reply:
    """The reply to each question of the message. `before` is the message that it takes up, if it does.

    Passages are taken best first.
    """
    considered = list(passages[:_MOST_PASSAGES])
    said: list[Run] = []
    missing: list[str] = []
    taken_up = bool(before)
    for part in parts(question):
        found = _answer(asked_of(part, before, taken_up, considered), considered)
        if found:
            said += [run for run in found if not any(_repeats(run, other) for other in said)]
        else:
            missing.append(part)
        before, taken_up = part, False
    return Reply("\n\n".join(f"{_joined(run)} [{run.passage.number}]" for run in said), missing)


def _answer(asked: Asked, passages: list[Passage]) -> list[Run]:
    """The best run, and one of another passage when that adds something to it; none when it holds too little."""
    runs = ranked_runs(asked, passages)
    enough = _ENOUGH_OFFERED if asks_for_offer(asked.text) else _ENOUGH
    if runs and not runs[0].fitting and any(needs(kind) for kind in asked.kinds):
        return []  # a price was asked for, and there is none in it
    if not runs or runs[0].evidence < enough or not _counts(asked, runs):
        return []
    best = _with_rows(asked, runs[0], runs)
    length = best.source.length(best.places)
    for run in runs[1:]:
        gain = sum(
            asked.weights[word] * max(0.0, share - best.held[word]) for word, share in run.held.items()
        )
        if run.score < best.score * _NEAR_BEST:
            break
        together = length + run.source.length(run.places)
        elsewhere = run.passage.number != best.passage.number
        if (
            (elsewhere or not set(run.places) & set(best.places))
            and (
                (gain >= _LEAST_GAIN and together <= LONGEST_REPLY)
                or (elsewhere and _says_as_much(run, best) and together <= _SHORT_REPLY)
            )
            and not _repeats(run, best)
        ):
            return [best, run] if elsewhere else [_joint(best, run)]
    return [best]


def _says_as_much(run: Run, best: Run) -> bool:
    return run.score >= best.score * _NEARLY and run.evidence >= best.evidence - _HOLDS_LESS


def _joint(run: Run, other: Run) -> Run:
    """Both as one run, in the order of the passage."""
    return replace(run, places=tuple(sorted({*run.places, *other.places})))


def _counts(asked: Asked, runs: list[Run]) -> bool:
    """`how much caffeine`: the caffeine must stand somewhere."""
    return asked.counted is None or any(run.held.get(asked.counted, 1.0) > 0 for run in runs)


def _with_rows(asked: Asked, best: Run, runs: list[Run]) -> Run:
    """A row together with those of its table that answer as well."""
    if best.source.units[best.places[0]].kind != "row":
        return best
    group = best.source.units[best.places[0]].group
    siblings = [place for place, unit in enumerate(best.source.units) if unit.group == group]
    rows = {
        run.places[0]
        for run in runs
        if run.passage.number == best.passage.number
        and run.source.units[run.places[0]].kind == "row"
        and run.source.units[run.places[0]].group == group
        and run.evidence >= best.evidence - _AS_GOOD
    }
    if any(asked.weights[word] and not share for word, share in best.held.items()):
        # Something asked for is not in the row: perhaps it is what tells it from its variants.
        rows |= {
            place
            for place in siblings
            if _variant(best.source, place) == _variant(best.source, best.places[0])
        }
    if len(rows) > _MOST_ROWS:
        rows = (
            set(sorted(rows)[:_MOST_ROWS])
            if best.places[0] in sorted(rows)[:_MOST_ROWS]
            else {best.places[0]}
        )
    return replace(best, places=tuple(sorted(rows | set(best.places))))


def _variant(source: ReadPassage, place: int) -> str:
    """What a row has in common with its variants: `Root canal` of `Root canal, molar`."""
    return re.split(r"[,(:]", source.units[place].words, maxsplit=1)[0].strip().lower()


def _repeats(run: Run, other: Run) -> bool:
    a, b = (
        {word for place in one.places for word in one.source.units[place].words.lower().split()}
        for one in (run, other)
    )
    return len(a & b) > 0.7 * min(len(a), len(b))


def _joined(run: Run) -> str:
    chosen = [run.source.units[place] for place in run.places]
    several = sum(unit.kind != "sentence" for unit in chosen) > 1 or len({unit.kind for unit in chosen}) > 1
    text = ""
    listing = False
    for unit in chosen:
        if unit.kind == "sentence" or not several:
            text += ("\n\n" if listing else " " if text else "") + _ended(unit)
            listing = False
        else:
            marker = unit.marker if unit.marker[:1].isdigit() else "-"
            text += ("\n" if text else "") + f"{marker.replace(')', '.')} {unit.words}"
            listing = True
    return text


def _ended(unit: Unit) -> str:
    return unit.words if unit.words[-1] in '.!?:…。！？"”»)' else f"{unit.words}."
