"""The questions of a message, what they ask for, and which words are verbs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo_app.kit.language.kinds import Kind, asked_kinds, counted, has_kind
from echo_app.kit.language.questions import asks_for_offer, deeds, goes_on, parts


@pytest.mark.parametrize(
    ("message", "asked"),
    [
        ("is there parking, and is it free", ["is there parking", "is it free"]),
        ("Where are you based? When do you open?", ["Where are you based?", "When do you open?"]),
        ("Wie kündige ich Flex und wann endet er?", ["Wie kündige ich Flex", "wann endet er?"]),
        (
            "Quel est le prix des vélos et où commander le pain ?",
            ["Quel est le prix des vélos", "où commander le pain ?"],
        ),
        ("I bought a lamp. Can I return it?", ["I bought a lamp. Can I return it?"]),
        ("lids and seals for the FK-9", ["lids and seals for the FK-9"]),
        ("", [""]),
    ],
)
def test_a_message_is_cut_into_its_questions(message: str, asked: list[str]) -> None:
    assert parts(message) == asked


@given(st.text(max_size=300))
def test_any_message_has_a_part_and_none_is_made_up(message: str) -> None:
    found = parts(message)
    assert found
    assert all(" ".join(part.split()) in " ".join(message.split()) for part in found)


@pytest.mark.parametrize(
    "message", ["and for kids?", "und bei Fix 24?", "et pour deux ?", "y la familiar?", "what about Sundays"]
)
def test_a_message_that_goes_on_is_told(message: str) -> None:
    assert goes_on(message)


@pytest.mark.parametrize(
    "message", ["How long is it?", "and if I want to cancel the whole order, what happens then to my points"]
)
def test_others_are_not(message: str) -> None:
    assert not goes_on(message)


@pytest.mark.parametrize(
    ("question", "verbs"),
    [
        ("how do I calculate VAT in Norway", {"calculate"}),
        ("kann ich meinen Abschlag senken", {"senken"}),
        ("kündige ich Flex", {"kündige"}),
        ("faut il apporter les draps", {"apporter"}),
        ("puedo congelar la cuota", {"congelar"}),
        ("warranty on the lid", set()),
    ],
)
def test_the_verb_is_told_by_its_place(question: str, verbs: set[str]) -> None:
    assert deeds(question) == verbs


@pytest.mark.parametrize(
    ("question", "kind", "answer", "other"),
    [
        ("how long is the warranty", "duration", "It is one to three years.", "It costs 9 €."),
        ("how often should I descale", "often", "Descale once a month.", "Use vinegar."),
        ("à quelle heure fermez-vous", "hour", "Nous fermons à 19 h.", "Cela coûte 19 €."),
        ("was kostet der Versand", "price", "Er kostet 4,90 €.", "Er dauert drei Tage."),
        ("ab welchem alter geht gitarre", "age", "Gitarre geht ab 6 Jahren.", "Gitarre macht Freude."),
        ("what temperature for tea", "heat", "Use 80 °C.", "Use cold water."),
        ("how many SIMs can I have", "count", "At most six SIMs.", "As you like."),
        ("how do I reset it", "steps", "Press the button.", "It is red."),
    ],
)
def test_the_kind_asked_for_is_known_when_it_is_there(
    question: str, kind: Kind, answer: str, other: str
) -> None:
    assert kind in asked_kinds(question)
    assert has_kind(answer, kind)
    assert not has_kind(other, kind)


def test_what_is_to_be_counted_is_told() -> None:
    assert counted("how much caffeine is in oolong") == "caffeine"
    assert counted("which toothpaste do you recommend") == "toothpaste"
    assert counted("how much is it") is None
    assert counted("how many can I take") is None


def test_asking_for_an_offer_is_told() -> None:
    assert asks_for_offer("do you have tandems")
    assert asks_for_offer("gibt es eine app")
    assert asks_for_offer("avez-vous un club enfants")
    assert not asks_for_offer("how do you have it delivered")
