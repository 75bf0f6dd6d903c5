"""Conflicts and duplicates between two passages: precise rather than many."""

import pytest

from echo_app.knowledge.findings.comparing import Side, compared
from echo_app.knowledge.findings.facts import statement_of


def side(content: str, title: str = "Terms", heading: str = "") -> Side:
    return Side(title, heading, content)


def conflicts(one: str, other: str) -> list[tuple[str, str, str]]:
    return [
        (found.about, found.quote, found.other_quote)
        for found in compared(side(one), side(other))
        if found.kind == "conflict"
    ]


class TestConflicts:
    @pytest.mark.parametrize(
        ("one", "other", "about"),
        [
            ("Unopened kettles go back within 30 days.", "Unopened kettles go back within 14 days.", "day"),
            ("An express parcel to Norway costs €9.90.", "An express parcel to Norway costs 12 €.", "price"),
            ("The winter sale starts on 12 January 2026.", "The winter sale starts on 19 January 2026.", "date"),
            ("Students get a discount of 10 %.", "Students get a discount of 15 percent.", "percentage"),
            ("The showroom in Lund opens at 9:00.", "The showroom in Lund opens at 10:00.", "time"),
            ("Der Versand nach Österreich kostet 6,90 €.", "Der Versand nach Österreich kostet 4,90 €.", "price"),
        ],
    )  # fmt: skip
    def test_different_figures_of_the_same_thing_are_one(self, one: str, other: str, about: str) -> None:
        assert conflicts(one, other) == [(about, one, other)]

    def test_the_quotes_are_the_sentences_not_the_passages(self) -> None:
        one = "We like tea. Gift cards are valid for 3 years. Ask us anything."
        other = "Gift cards are valid for 2 years."
        assert conflicts(one, other) == [
            ("year", "Gift cards are valid for 3 years.", "Gift cards are valid for 2 years.")
        ]

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            # Of different things.
            ("Standard delivery arrives within 4 days.", "Express delivery arrives within 1 day."),
            ("The small kettle holds 1.2 litres.", "The large kettle holds 1.7 litres."),
            # Of different kinds.
            ("Delivery to Norway costs €9.", "Delivery to Norway arrives within 9 days."),
            # The same figure, written otherwise.
            ("Gift cards cost 1,000 euros at most.", "Gift cards cost at most €1000."),
            # Several cases on one side.
            ("Parcels cost €5 or €9.", "Parcels cost €5."),
            # Too little is said of the subject.
            ("It costs €5.", "It costs €9."),
            # No figures.
            ("Kettles can be returned.", "Kettles cannot be returned."),
        ],
    )
    def test_what_only_looks_alike_is_none(self, one: str, other: str) -> None:
        assert conflicts(one, other) == []

    def test_under_headings_of_different_things_more_must_be_shared(self) -> None:
        austria = side("Delivery arrives within 4 days.", "Austria")
        norway = side("Delivery arrives within 9 days.", "Norway")
        assert compared(austria, norway) == []

    def test_passages_of_two_languages_are_not_compared(self) -> None:
        german = side("Die Wartung der Anlage kostet bei uns 40 € und ist im Preis nicht enthalten.")
        english = side("The maintenance costs €50 and it is not part of the price that you pay.")
        assert compared(german, english) == []


class TestDuplicates:
    TEXT = "Send the kettle back in its own box, with the label from your account, to our workshop in Lund."

    def test_the_same_words_are_one(self) -> None:
        (found,) = compared(side(self.TEXT, "Returns"), side(self.TEXT + "\n", "Repairs"))
        assert (found.kind, found.quote) == ("duplicate", self.TEXT)

    def test_different_numbers_are_none(self) -> None:
        found = compared(side(self.TEXT + " It takes 5 days."), side(self.TEXT + " It takes 7 days."))
        assert [each.kind for each in found] != ["duplicate"]

    def test_a_few_words_are_none(self) -> None:
        assert compared(side("See above."), side("See above.")) == []


class TestStatementOf:
    def test_gives_each_kind_with_its_values_and_leaves_them_out_of_the_subject(self) -> None:
        found = statement_of("Repairs take 5 to 7 days and cost €1,000.", "en")
        assert found is not None
        assert found.figures == {"day": frozenset({"5", "7"}), "price": frozenset({"1000"})}
        assert found.subject == {"repair", "cost"}

    def test_a_number_of_nothing_known_is_no_statement(self) -> None:
        assert statement_of("Call extension 4711.", "en") is None
