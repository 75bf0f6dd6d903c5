import pytest

from echo_app.answering.intents import small_talk, wants_person
from echo_app.answering.phrases import PHRASES, language_of, phrase


@pytest.mark.parametrize(
    "text",
    [
        "I want to talk to a human",
        "Can I speak to someone please?",
        "human",
        "agent please",
        "Hi, can you connect me with an agent?",
        "This is useless. Let me talk to a real person!!",
        "Is there a real person here?",
        "speak to a manager",
        "I'd like to speak with somebody about my refund",
        "i need help from a human",
        "I'd rather speak with someone from your team",
        "not a bot, a real person!!",
        "Ich möchte mit einem Menschen sprechen",
        "Kann ich bitte mit einem Mitarbeiter reden?",
        "Bitte verbinden Sie mich mit einem Mitarbeiter",
        "Mitarbeiter",
        "Je voudrais parler à un conseiller",
        "Puis-je parler à quelqu'un ?",
        "Quiero hablar con una persona",
        "agente por favor",
    ],
)
def test_a_wish_for_a_person_is_heard(text: str) -> None:
    assert wants_person(text)


@pytest.mark.parametrize(
    "text",
    [
        "Can I pay in person?",
        "How much is it per person?",
        "What does a real estate agent cost?",
        "I need an agent licence",
        "how do I add a support agent to my plan?",
        "Can someone else pick up my parcel?",
        "Can I give the ticket to another person?",
        "Can I chat with support on weekends?",
        "Could someone help me with my order?",
        "What is an agent?",
        "Wie viele Mitarbeiter habt ihr?",
        "Darf eine andere Person das Paket abholen?",
        "Combien de personnes peuvent dormir dans la chambre ?",
        "¿Cuánto cuesta por persona?",
        "",
        "x" * 100_000,
        "please " * 20_000,
    ],
)
def test_a_question_that_merely_names_one_is_a_question(text: str) -> None:
    assert not wants_person(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Hi", "greeting"),
        ("hello there!", "greeting"),
        ("good morning, how are you?", "greeting"),
        ("Guten Tag", "greeting"),
        ("hola", "greeting"),
        ("Bonjour 👋", "greeting"),
        ("Thanks a lot!", "thanks"),
        ("Perfect, thank you so much for your help!", "thanks"),
        ("Danke schön 🙂", "thanks"),
        ("merci beaucoup", "thanks"),
        ("muchas gracias", "thanks"),
        ("Bye", "bye"),
        ("Thanks, bye", "bye"),
        ("Auf Wiedersehen", "bye"),
        ("thank you, but how do I return it?", None),
        ("Hello, where is my order?", None),
        ("hi " * 50_000, None),
        ("", None),
    ],
)
def test_small_talk_is_told_from_questions(text: str, kind: str | None) -> None:
    assert small_talk(text) == kind


def test_every_phrase_is_there_in_every_language() -> None:
    names = set(PHRASES["en"])
    assert all(set(phrases) == names for phrases in PHRASES.values())
    assert phrase("thanks", "de") != phrase("thanks", "en")
    assert phrase("thanks", "nl") == phrase("thanks", "en")


def test_the_language_to_answer_in_is_one_that_has_phrases() -> None:
    assert language_of("Wie lange dauert das?") == "de"
    assert language_of("Hoe lang duurt het voordat mijn pakket komt?") == "en"
