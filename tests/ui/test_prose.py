"""Markdown-light becomes blocks; nothing that somebody wrote becomes HTML or a dangerous address."""

from echo_app.ui.components.prose import Block, Span, blocks_of, plain_blocks, without_marks


class TestBlocks:
    def test_marks_up_to_the_number_of_citations_become_citations(self) -> None:
        (block,) = blocks_of("Within 47 days [1]. Not [3], not [0].", citations=2)
        assert block.spans == (
            Span("Within 47 days"),
            Span("1", "cite"),
            Span(". Not [3], not [0]."),
        )

    def test_lists_keep_their_signs_numbers_and_depth(self) -> None:
        blocks = blocks_of("- one\n  - deep\n\n3. three\n4. four")
        assert [(block.kind, block.bullet, block.depth) for block in blocks] == [
            ("item", "•", 0),
            ("item", "•", 1),
            ("item", "3.", 0),
            ("item", "4.", 0),
        ]

    def test_a_second_paragraph_of_an_item_has_no_sign(self) -> None:
        assert [block.bullet for block in blocks_of("- one\n\n  more of it")] == ["•", ""]

    def test_looks_are_told_apart_and_the_outermost_wins(self) -> None:
        (block,) = blocks_of("**bold** *thin* `code` [see **here**](https://a.example)")
        assert [(span.kind, span.text) for span in block.spans if span.text.strip()] == [
            ("strong", "bold"),
            ("em", "thin"),
            ("code", "code"),
            ("link", "see here"),
        ]

    def test_a_bare_address_is_a_link_without_its_full_stop(self) -> None:
        (block,) = blocks_of("See https://a.example/b.")
        assert block.spans[1] == Span("https://a.example/b", "link", "https://a.example/b")
        assert block.spans[2] == Span(".")

    def test_html_and_dangerous_addresses_stay_words(self) -> None:
        (block,) = blocks_of("<b onclick=x>hi</b> [x](javascript:alert(1)) [y](data:text/html,1)")
        assert all(span.href == "" for span in block.spans)
        assert "<b onclick=x>" in "".join(span.text for span in block.spans)

    def test_a_list_of_nothing_and_an_unfinished_text_are_no_error(self) -> None:
        for text in ("", "-", "1.", "**", "[", "[1", "```", "> quote", "# ", "| a |"):
            blocks_of(text, citations=1)


class TestPlainBlocks:
    def test_what_a_contact_writes_is_shown_word_for_word(self) -> None:
        (block,) = plain_blocks("**not bold** [1]\n- no list")
        assert block == Block("p", (Span("**not bold** [1]\n- no list"),))

    def test_addresses_are_links_all_the_same(self) -> None:
        (block,) = plain_blocks("it is http://a.example, see")
        assert [span.kind for span in block.spans] == ["", "link", ""]


def test_marks_are_taken_off_with_the_space_before_them() -> None:
    assert without_marks("Within 47 days [1]. Nine years[12].") == "Within 47 days. Nine years."
