from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from echo_app.answering.citations import LONGEST_QUOTE, citations_from_marks
from echo_app.answering.marks import Marks
from echo_app.kit.ids import new_id
from echo_app.knowledge.schemas import Hit

RETURNS = (
    "You can return **unopened** kettles within 47 days. The label is free in Sweden.\n\n"
    "1. Open My orders.\n2. Print the label.\n\n| Country | Price |\n|---|---|\n| Norway | 4 € |"
)
WARRANTY = "The heating plate is covered for 9 years. Lids are covered for 3 years."


def hit(content: str, title: str = "Returns", start: int = 100) -> Hit:
    return Hit(new_id(), new_id(), title, "How", 2, content, start, start + len(content), None, 1.0, 0.5, 1.0)


HITS = [hit(RETURNS), hit(WARRANTY, "Warranty")]


class TestMarks:
    def clean(self, text: str, passages: int = 3) -> str:
        return citations_from_marks(text, [hit("Words.") for _ in range(passages)])[0]

    def test_they_are_numbered_by_first_appearance(self) -> None:
        assert self.clean("One [3]. Two [1]. Three [3].") == "One [1]. Two [2]. Three [1]."

    def test_those_that_name_nothing_retrieved_go(self) -> None:
        assert self.clean("One [4]. Two [0]. Three [2].") == "One. Two. Three [1]."

    def test_every_way_of_writing_them_is_read(self) -> None:
        assert self.clean("A [1, 2] b 【3】 c [^1] d [2][2].") == "A [1][2] b [3] c [1] d [2][2]."

    def test_a_link_is_no_mark(self) -> None:
        assert self.clean("See [1](https://shop.example) and [years] and [2024].") == (
            "See [1](https://shop.example) and [years] and [2024]."
        )

    @given(
        text=st.text(alphabet="ab [](),123【】^.\n", max_size=60),
        cuts=st.lists(st.integers(0, 60), max_size=8),
    )
    def test_in_pieces_they_come_out_as_in_one(self, text: str, cuts: list[int]) -> None:
        bounds = sorted({0, len(text), *(min(cut, len(text)) for cut in cuts)})
        marks, whole = Marks(3), Marks(3)
        shown = "".join(marks.feed(text[a:b]) for a, b in pairwise(bounds)) + marks.end()
        assert shown == whole.feed(text) + whole.end()
        assert marks.cited == whole.cited


class TestCitations:
    def test_the_quote_is_the_sentence_that_bears_the_claim_out(self) -> None:
        text, citations = citations_from_marks("Lids have three years of cover [2].", HITS)
        assert text == "Lids have three years of cover [1]."
        assert [(c.number, c.title, c.quote, c.page) for c in citations] == [
            (1, "Warranty", "Lids are covered for 3 years.", 2)
        ]
        assert citations[0].chunk_id == HITS[1].chunk_id

    def test_it_stands_word_for_word_where_it_says(self) -> None:
        _, (cited,) = citations_from_marks("You can return unopened kettles within 47 days. [1]", HITS)
        assert cited.quote == "You can return **unopened** kettles within 47 days."
        assert RETURNS[cited.start - 100 : cited.end - 100] == cited.quote

    def test_a_claim_of_two_sentences_is_quoted_from_the_first_to_the_last(self) -> None:
        _, (cited,) = citations_from_marks(
            "You can return unopened kettles within 47 days. The label is free in Sweden. [1]", HITS
        )
        assert cited.quote.startswith("You can return")
        assert cited.quote.endswith("free in Sweden.")

    def test_a_single_step_is_quoted_without_its_number(self) -> None:
        _, (cited,) = citations_from_marks("Print the label [1].", HITS)
        assert cited.quote == "Print the label."

    def test_a_reply_in_another_language_still_has_a_quote(self) -> None:
        _, (cited,) = citations_from_marks("Die Heizplatte ist lange abgesichert [2].", HITS)
        assert cited.quote in WARRANTY

    @given(text=st.text(alphabet="abc 12.[]\n", max_size=80), content=st.text(min_size=1, max_size=900))
    def test_whatever_is_said_quotes_are_exact_and_numbered_in_order(self, text: str, content: str) -> None:
        hits = [hit(content), hit("Other words.")]
        clean, citations = citations_from_marks(text, hits)
        assert [cited.number for cited in citations] == list(range(1, len(citations) + 1))
        for cited in citations:
            source = next(each for each in hits if each.chunk_id == cited.chunk_id)
            assert source.content[cited.start - 100 : cited.end - 100] == cited.quote
            assert len(cited.quote) <= LONGEST_QUOTE
            assert f"[{cited.number}]" in clean
