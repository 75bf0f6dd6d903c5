import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo_app.kit.language.sentences import sentences


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    "text",
    [
        "The tank holds 2.5 l of water.",
        "Use a mild cleaner, e.g. vinegar, once a month.",
        "Order part Nr. 5 for the lid.",
        "Das gilt z. B. für Tee und z.B. für Kaffee.",
        "Am 5. Mai ist geschlossen.",
        "See https://shop.example/returns.html?x=1 for the form.",
        "Ask Dr. Miller about it.",
        "J. Smith wrote it.",
        "Boil max. 5 cups at 9 a.m. on weekdays.",
        "Version 3.10.2 is the newest.",
        "El Sr. García responde.",
        "Wait... then press the button.",
    ],
)
def test_it_stays_one_sentence(text: str) -> None:
    assert cut(text) == [text]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Is it free? No. You pay 5 EUR.", ["Is it free?", "No.", "You pay 5 EUR."]),
        ('"Really!" he said. Then he left.', ['"Really!" he said.', "Then he left."]),
        ("It takes 14 days. Refunds follow.", ["It takes 14 days.", "Refunds follow."]),
        ("We are open until 5 p.m. Sundays we rest.", ["We are open until 5 p.m.", "Sundays we rest."]),
        ("First part\ngoes on.\n\nSecond part", ["First part\ngoes on.", "Second part"]),
        ("可以退货吗？可以。", ["可以退货吗？", "可以。"]),
    ],
)
def test_it_is_cut_where_sentences_end(text: str, parts: list[str]) -> None:
    assert cut(text) == parts


@given(st.text(alphabet="aB1 .!?\n\"'-äß。", max_size=200))
def test_the_sentences_hold_everything_but_the_space_between(text: str) -> None:
    spans = list(sentences(text))
    assert "".join("".join(text[a:b].split()) for a, b in spans) == "".join(text.split())
    assert all(a < b for a, b in spans)
    assert spans == sorted(spans)
