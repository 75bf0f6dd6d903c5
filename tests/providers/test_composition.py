"""The extractive model: what it chooses to quote, and how that reads."""

import time

import pytest

from echo_app.providers.llm.base import Finished, ModelFailed, ModelRequest, Passage, TextDelta
from echo_app.providers.llm.composition import LONGEST_REPLY, compose
from echo_app.providers.llm.local import ExtractiveModel

RETURNS = Passage(
    1,
    "Returns and refunds",
    "Returns > How to return",
    "To return an item:\n\n1. Open **My orders** and choose the item.\n2. Print the [label](https://x.example/l).\n"
    "3. Drop the parcel at any post office within 30 days.\n\nIt is free in the EU. Refunds arrive within 5 working "
    "days of our receiving the parcel.",
)
SHIPPING = Passage(
    2,
    "Shipping",
    "Shipping > Costs and times",
    "| Method | Time | Price |\n|---|---|---|\n| Standard | 3–5 days | €4.90 |\n| Express | 1 day | €9.90 |\n\n"
    "We deliver to all EU countries.",
)
CARE = Passage(
    3,
    "Care",
    "Care",
    "Wipe the lamp with a dry cloth. Do not use e.g. alcohol. Is it dishwasher-safe? The tank holds 2.5 l.",
)
PASSAGES = [RETURNS, SHIPPING, CARE]


def test_steps_stay_together_with_the_line_announcing_them() -> None:
    assert compose("How do I return something?", PASSAGES).startswith(
        "To return an item:\n1. Open My orders and choose the item.\n2. Print the label (https://x.example/l).\n"
        "3. Drop the parcel at any post office within 30 days."
    )


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (
            "How long until I get my money back?",
            "Refunds arrive within 5 working days of our receiving the parcel.",
        ),
        ("how much is express shipping", "Express: time 1 day, price €9.90"),
        ("Do you deliver to France?", "We deliver to all EU countries."),
        ("can I clean it with alcohol?", "Do not use e.g. alcohol."),
        ("how much water does the tank hold", "The tank holds 2.5 l."),
    ],
)
def test_the_sentence_that_answers_is_quoted_word_for_word(question: str, words: str) -> None:
    assert words in compose(question, PASSAGES)


def test_every_reply_is_short_and_marked() -> None:
    for question in ("How do I return something?", "shiping cost", "lamp", "What about everything else?"):
        reply = compose(question, PASSAGES)
        assert reply.rstrip().endswith("]")
        assert len(reply.split()) <= LONGEST_REPLY + 10
        assert not reply.startswith(("#", "|", "?"))


def test_a_question_in_the_text_is_not_given_as_the_answer() -> None:
    assert "Is it dishwasher-safe?" not in compose("is it dishwasher-safe", [CARE]).splitlines()[:1]


def test_nothing_to_quote_is_nothing() -> None:
    assert compose("anything", []) == ""
    assert compose("anything", [Passage(1, "T", "", "```\ncode\n```")]) == ""


def test_a_long_passage_takes_no_time() -> None:
    passages = [Passage(n, "T", "H", "A sentence about kettles and water. " * 40) for n in range(1, 7)]
    compose("warm up", passages)
    began = time.perf_counter()
    compose("how long does the kettle boil water", passages)
    assert time.perf_counter() - began < 0.5


class TestExtractiveModel:
    async def test_its_pieces_make_up_the_composed_reply(self) -> None:
        request = ModelRequest(system="", question="Do you deliver to France?", passages=tuple(PASSAGES))
        events = [event async for event in ExtractiveModel().stream(request)]
        assert "".join(event.text for event in events if isinstance(event, TextDelta)) == compose(
            request.question, PASSAGES
        )
        assert isinstance(events[-1], Finished)

    async def test_passages_without_a_sentence_are_a_failure(self) -> None:
        with pytest.raises(ModelFailed):
            async for _ in ExtractiveModel().stream(ModelRequest(system="", question="?")):
                pass
