import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo_app.knowledge.chunking import LONGEST_PASSAGE, MOST_WORDS, passages
from echo_app.knowledge.errors import DocumentBinary, DocumentEmpty
from echo_app.knowledge.parsing import Format, parse

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
        assert len(passage.content) <= LONGEST_PASSAGE
        assert len(passage.content.split()) <= MOST_WORDS
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
