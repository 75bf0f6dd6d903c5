import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo_app.knowledge.chunking import MOST_WORDS, passages, words_for
from echo_app.knowledge.errors import DocumentBinary, DocumentEmpty
from echo_app.knowledge.parsing import Format, parse

LONGEST_PASSAGE = 8 * MOST_WORDS

SNIPPETS = st.lists(
    st.sampled_from(
        [
            "# Heading\n\n",
            "## Deeper\n",
            "Title\n=====\n\n",
            "A sentence here. And e.g. another of 2.5 l! ",
            "word " * 60,
            "- item one\n- item two\n  more of it\n\n",
            "1. first\n2. second\n",
            "| a | b |\n|---|---|\n| 1 | 2 |\n\n",
            "```\ncode\n\nmore\n```\n",
            "> quoted\n\n",
            "x" * 3_000,
            "\n\n",
            "**Bold line**\n\n",
            "größe 退货可以吗。",
            "<div>html</div>\n\n",
            "- " + "long item " * 200 + "\n",
        ]
    ),
    min_size=1,
    max_size=25,
).map("".join)


@given(text=SNIPPETS, format=st.sampled_from(["markdown", "text"]))
def test_every_passage_is_an_exact_bounded_range_in_order(text: str, format: Format) -> None:
    if not text.strip():
        return
    parsed = parse(text.encode(), format)
    found = passages(parsed)
    assert found
    end = 0
    for passage in found:
        assert parsed.text[passage.start : passage.end] == passage.content
        assert passage.content.strip()
        assert passage.start >= end
        # Lists, tables and code may be twice as long as other passages.
        assert len(passage.content) <= 2 * LONGEST_PASSAGE
        assert len(passage.content.split()) <= 2 * MOST_WORDS
        assert passage.token_count > 0
        end = passage.end


@given(text=st.text(max_size=2_000).filter(lambda text: text.strip() and "\x00" not in text))
def test_any_text_that_is_read_has_exact_passages(text: str) -> None:
    try:
        parsed = parse(text.encode("utf-8", "replace"), "markdown")
    except (DocumentBinary, DocumentEmpty):
        return
    assert all(parsed.text[passage.start : passage.end] == passage.content for passage in passages(parsed))


def test_a_long_section_is_cut_into_even_passages() -> None:
    text = "# Heading\n\n" + "\n\n".join("A sentence of exactly seven words here. " * 6 for _ in range(12))
    sizes = [len(passage.content.split()) for passage in passages(parse(text.encode(), "markdown"))]
    assert all(120 <= size <= MOST_WORDS for size in sizes)


def test_a_list_stays_with_the_line_that_announces_it() -> None:
    text = (
        "Words before. " * 115
        + "\n\nTo return an item:\n\n"
        + "".join(f"{i}. Step of it\n" for i in range(1, 9))
    )
    last = passages(parse(text.encode(), "markdown"))[-1].content
    assert last.startswith("To return an item:")
    assert last.endswith("8. Step of it")


@pytest.mark.parametrize("line", ["x" * 1_000_000, "word " * 200_000, "One sentence. " * 70_000])
def test_a_line_of_a_megabyte_is_cut_too(line: str) -> None:
    found = passages(parse(line.encode(), "text"))
    assert max(len(passage.content) for passage in found) <= LONGEST_PASSAGE
    assert sum(len(passage.content.replace(" ", "")) for passage in found) == len(line.replace(" ", ""))


def test_headings_alone_are_a_passage() -> None:
    (only,) = passages(parse(b"# One\n\n## Two", "markdown"))
    assert only.content == "# One\n\n## Two"


def test_a_table_stays_whole_where_a_text_of_its_length_would_be_cut() -> None:
    table = "| Item | Days |\n| --- | --- |\n" + "".join(f"| Mug {i} | {i} days |\n" for i in range(60))
    assert len(table.split()) > MOST_WORDS
    (only,) = passages(parse(table.encode(), "markdown"))
    assert only.content == table.strip()


def test_passages_fit_a_model_that_reads_little() -> None:
    text = "A sentence of exactly seven words here. " * 200
    most = words_for(512, text)
    assert most == 128
    assert (
        max(len(passage.content.split()) for passage in passages(parse(text.encode(), "text"), most)) <= 128
    )
    assert words_for(8_192, text) == MOST_WORDS
    assert words_for(512, "返品は三十日以内に可能です。" * 50) == 40
