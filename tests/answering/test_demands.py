"""Demands for a deed or for money back, told from questions about them, in seven languages."""

import pytest

from echo_app.answering.demands import demand_of


@pytest.mark.parametrize(
    "text",
    [
        "Then I want the money back, not a new one.",
        "your dentist ruined my tooth, i want compensation",
        "i was charged twice, give me my money back",
        "I demand a full refund",
        "refund me now",
        "this is the third time you overcharged me",
        "This is a scam!",
        "Ich will mein Geld zurück, das ist Betrug!",
        "Ihr habt mir doppelt abgebucht",
        "ich möchte mich über Frau Meier beschweren",
        "das ist eine Frechheit",
        "Je veux être remboursé, le mobil-home était sale !",
        "vous m'avez débité deux fois",
        "c'est inadmissible",
        "quiero que me devuelvan el dinero",
        "me han cobrado dos veces",
        "esto es una vergüenza",
        "voglio indietro i miei soldi",
        "è una truffa",
        "quero o meu dinheiro de volta",
        "fui cobrado duas vezes",
        "ik wil mijn geld terug",
        "jullie hebben dubbel afgeschreven",
    ],
)
def test_complaints_and_money_demanded_back_are_heard(text: str) -> None:
    assert demand_of(text) == "complaint"


@pytest.mark.parametrize(
    "text",
    [
        "please cancel my appointment on the 5th",
        "Cancel my subscription",
        "I'd like to cancel my order",
        "can you change my delivery address?",
        "Hello, could you reschedule my visit to Friday?",
        "bitte ändern Sie meine Bankverbindung auf DE12 3456",
        "Können Sie meinen Termin verschieben?",
        "ich möchte meinen Vertrag kündigen",
        "Annulez ma réservation s'il vous plaît",
        "pouvez-vous modifier ma réservation ?",
        "cancele mi reserva",
        "quiero cancelar mi reserva",
        "annullate la mia prenotazione",
        "cancelem a minha reserva",
        "annuleer mijn bestelling",
        "ik wil mijn abonnement opzeggen",
    ],
)
def test_deeds_asked_for_are_heard(text: str) -> None:
    assert demand_of(text) == "needs_action"


@pytest.mark.parametrize(
    "text",
    [
        "how do I cancel my booking?",
        "when do i get my money after sending it back",
        "I need to cancel, what does it cost",
        "can i get a refund if it rains",
        "my kettle broke, do I get my money back?",
        "do you refund shipping",
        "can you ship to my office in Norway?",
        "can you send me a replacement lid?",
        "wann bekomme ich mein geld zurück",
        "wie kann ich mich beschweren?",
        "kann ich meinen abschlag senken",
        "comment annuler ma réservation",
        "cuando me devuelven el dinero",
        "come posso annullare il mio ordine?",
        "como cancelo a minha reserva?",
        "hoe kan ik mijn bestelling annuleren?",
        "",
    ],
)
def test_questions_about_them_are_questions(text: str) -> None:
    assert demand_of(text) is None
