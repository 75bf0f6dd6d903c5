from echo_app.kit.language.units import Unit, units

PASSAGE = """To return an item:

1. Open **My orders**.
2. Print the label.

   It is a PDF.
3. Drop it off.

| Method | Time |
|---|---|
| Standard | 3 days |

Q: Is it free? A: Yes.

```
code
```

> Quoted words."""


def test_sentences_items_and_rows_stand_alone_as_plain_words() -> None:
    assert [(unit.kind, unit.words) for unit in units(PASSAGE)] == [
        ("sentence", "To return an item:"),
        ("item", "Open My orders."),
        ("item", "Print the label. It is a PDF."),
        ("item", "Drop it off."),
        ("row", "Standard: time 3 days"),
        ("sentence", "Is it free?"),
        ("sentence", "Yes."),
        ("sentence", "Quoted words."),
    ]


def test_each_unit_knows_its_exact_place() -> None:
    found = units(PASSAGE)
    assert all(0 <= unit.start < unit.end <= len(PASSAGE) for unit in found)
    assert PASSAGE[found[1].start : found[1].end] == "1. Open **My orders**."


def test_items_of_one_list_share_a_group() -> None:
    items: list[Unit] = [unit for unit in units(PASSAGE) if unit.kind == "item"]
    assert len({unit.group for unit in items}) == 1
    assert [unit.marker for unit in items] == ["1.", "2.", "3."]


def test_the_names_of_columns_are_small_unless_they_are_names_or_german() -> None:
    table = "| Part | Price | FK-12 |\n|---|---|---|\n| Lid | 4 € | yes |\n"
    assert [unit.words for unit in units(table)] == ["Lid: price 4 €, FK-12 yes"]
    german = "| Tarif | Grundpreis |\n|---|---|\n| Flex | 9,90 € im Monat für alle |\n"
    assert [unit.words for unit in units(german)] == ["Flex: Grundpreis 9,90 € im Monat für alle"]
