import pytest

from echo_app.knowledge import errors
from echo_app.knowledge.chunking import passages
from echo_app.knowledge.parsing import Parsed, check_content, format_of, parse
from tests.knowledge.pdfs import encrypted, pdf

MARKDOWN = """---
title: hidden
---
# Returns

You can return **anything**.

How to do it
------------

1. Print the label
2. Send it

| Item | Days |
|------|------|
| Mug  | 30   |

**Is it free?**

Yes.

```
# no heading
```
"""


def outline(parsed: Parsed) -> list[tuple[str, str]]:
    return [(block.kind, parsed.text[block.start : block.end].split("\n")[0]) for block in parsed.blocks]


class TestCheckContent:
    def test_a_pdf_is_a_pdf_whatever_it_is_called(self) -> None:
        assert check_content(pdf(["Hello"]), "text") == "pdf"

    @pytest.mark.parametrize(
        ("content", "format", "fact"),
        [
            (b"", "markdown", errors.DocumentEmpty),
            (b" \n\t ", "pdf", errors.DocumentEmpty),
            ("\ufeff \n".encode(), "text", errors.DocumentEmpty),
            (b"\x89PNG\x0d\x0a\x00\x00\xff\xfe", "text", errors.DocumentBinary),
            (b"text\x00text", "markdown", errors.DocumentBinary),
            (bytes(range(1, 32)) * 10, "text", errors.DocumentBinary),
            ("Größe".encode("latin-1"), "text", errors.DocumentEncodingUnknown),
            (b"hello", "exe", errors.DocumentTypeUnsupported),
        ],
    )
    def test_what_is_no_document_is_refused_by_name(
        self, content: bytes, format: str, fact: type[Exception]
    ) -> None:
        with pytest.raises(fact):
            check_content(content, format)

    def test_the_ending_tells_the_format(self) -> None:
        assert [format_of(name) for name in ("a.MD", "b.txt", "c.htm", "d.x.pdf")] == [
            "markdown", "text", "html", "pdf",
        ]  # fmt: skip
        with pytest.raises(errors.DocumentTypeUnsupported):
            format_of("setup.exe")
        with pytest.raises(errors.DocumentTypeUnsupported):
            format_of("noending")


class TestMarkdown:
    def test_its_blocks_are_found_and_front_matter_is_none(self) -> None:
        assert outline(parse(MARKDOWN.encode(), "markdown")) == [
            ("heading", "# Returns"),
            ("text", "You can return **anything**."),
            ("heading", "How to do it"),
            ("list", "1. Print the label"),
            ("table", "| Item | Days |"),
            ("heading", "**Is it free?**"),
            ("text", "Yes."),
            ("code", "```"),
        ]

    def test_the_text_is_the_source_itself(self) -> None:
        assert parse(MARKDOWN.encode(), "markdown").text == MARKDOWN
        assert parse("\ufeffa\r\nb\rc".encode(), "markdown").text == "a\nb\nc"

    def test_headings_make_a_path(self) -> None:
        found = passages(parse(MARKDOWN.encode(), "markdown"))
        assert [passage.heading for passage in found] == [
            "Returns",
            "Returns > How to do it",
            "Returns > How to do it > Is it free?",
        ]


class TestPlainText:
    def test_a_short_line_of_its_own_is_a_heading(self) -> None:
        parsed = parse(b"Opening hours\n\nWe are open daily.\nAlso on Sundays.\n\nThe end.", "text")
        assert [block.kind for block in parsed.blocks] == ["heading", "text", "text"]


class TestHtml:
    def test_structure_stays_and_scripts_and_menus_go(self) -> None:
        html = """<html><head><title>x</title><style>p{}</style></head><body><nav>Home</nav>
            <h1>Returns &amp; refunds</h1><p>Within <b>30</b> days<br>of delivery.</p>
            <ul><li>Print<li>Send<ol><li>inner</ol></ul>
            <table><tr><th>Item<th>Days<tr><td>Mug<td>30</table>
            <pre>a\n b</pre><script>alert("no")</script><div>End</div>"""
        assert parse(html.encode(), "html").text == (
            "# Returns & refunds\n\nWithin 30 days of delivery.\n\n- Print\n- Send\n  1. inner\n\n"
            "| Item | Days |\n| --- | --- |\n| Mug | 30 |\n\n```\na\n b\n```\n\nEnd"
        )

    def test_a_page_without_words_is_empty(self) -> None:
        with pytest.raises(errors.DocumentEmpty):
            parse(b"<html><script>var a = 1</script></html>", "html")


class TestPdf:
    def test_pages_lines_and_headings_are_read(self) -> None:
        content = pdf(
            [
                "Care of the kettle",
                "Descale the kettle once a month, or twice in places where the wa-",
                "ter is hard.",
            ],
            ["Safety", "Never open the lid while the water boils, because the steam burns."],
        )
        parsed = parse(content, "pdf")
        assert "in places where the water is hard." in parsed.text
        assert [(passage.heading, passage.page) for passage in passages(parsed)] == [
            ("Care of the kettle", 1),
            ("Safety", 2),
        ]

    def test_running_headers_and_page_numbers_are_left_out(self) -> None:
        content = pdf(
            *([f"Manual of the kettle FK-{9}", f"Text of part {word} goes here.", f"Page {number} of 4"]
              for number, word in enumerate(("one", "two", "three", "four"), 1))
        )  # fmt: skip
        text = parse(content, "pdf").text
        assert "Page" not in text
        assert "Manual of" not in text
        assert "Text of part three goes here." in text

    def test_what_is_on_every_page_stays_where_there_is_nothing_else(self) -> None:
        content = pdf(*([f"Label of box {number}"] for number in range(5)))
        assert "Label of box 3" in parse(content, "pdf").text

    def test_bullets_are_a_list(self) -> None:
        parsed = parse(
            pdf(["You need:", "- a screwdriver", "- a new seal", "Then begin with the work now."]), "pdf"
        )
        assert ("list", "- a screwdriver") in outline(parsed)

    @pytest.mark.parametrize(
        ("content", "fact"),
        [
            (encrypted(pdf(["Secret"]), "password"), errors.PdfEncrypted),
            (b"%PDF-1.7\nnothing of a PDF", errors.PdfDamaged),
            (pdf(["Hello"])[:300], errors.PdfDamaged),
            (pdf([]), errors.PdfWithoutText),
        ],
    )
    def test_what_cannot_be_read_is_refused_by_name(self, content: bytes, fact: type[Exception]) -> None:
        with pytest.raises(fact):
            parse(content, "pdf")

    def test_one_locked_against_editing_only_is_read(self) -> None:
        assert "Open" in parse(encrypted(pdf(["Open words for everybody."]), ""), "pdf").text
