"""What the pages of /knowledge say: states, progress, reasons and marks, in words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from echo_app.knowledge.catalogue.schemas import CataloguedDocument
from echo_app.knowledge.embedding.schemas import Change
from echo_app.knowledge.schemas import DocumentRow
from echo_app.knowledge.sources.schemas import CrawlReport, SourceRow
from echo_app.ui.knowledge.embedder_state import change_line
from echo_app.ui.knowledge.findings_state import marked
from echo_app.ui.knowledge.reader import read_blocks
from echo_app.ui.knowledge.rows import document_line, progress_words
from echo_app.ui.knowledge.source_rows import crawl_words, report_words, website_of
from echo_app.ui.knowledge.state import _csv
from echo_app.ui.knowledge.words import counted, dollars, place, size, time_left

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
ROW = DocumentRow(
    id=UUID(int=1),
    title="Manual",
    format="pdf",
    status="ready",
    error_code=None,
    error=None,
    size_bytes=98_000,
    url=None,
    pages=38,
    chunk_count=94,
    created_at=AT,
    updated_at=AT,
    language="de",
    source_id=UUID(int=2),
)
SOURCE = SourceRow(
    id=UUID(int=2),
    kind="website",
    name="Help",
    is_default=False,
    language=None,
    audience="public",
    enabled=True,
    website=None,
    state="crawling",
    pages_found=300,
    pages_done=143,
    report=None,
    error_code=None,
    error=None,
    started_at=AT - timedelta(seconds=20),
    last_crawled_at=None,
    next_crawl_at=None,
    created_at=AT,
    updated_at=AT,
    documents=0,
    failed=0,
    chunks=0,
)


class TestDocument:
    def test_a_ready_one_says_what_it_is(self) -> None:
        shown = document_line(CataloguedDocument(ROW, "Files", True, 412))
        assert (shown.state, shown.meaning, shown.detail) == ("Ready", "good", "PDF · 38 pages")
        assert (shown.language, shown.size, shown.cited) == ("German", "98 kB", 412)
        assert not shown.can_read_again

    def test_one_of_a_source_that_is_off_is_off(self) -> None:
        assert document_line(CataloguedDocument(ROW, "Files", False, 0)).state == "Off"

    def test_a_page_that_is_gone_says_so(self) -> None:
        gone = replace(ROW, retired_at=AT)
        assert document_line(CataloguedDocument(gone, "Help", True, 0)).state == "Gone from its site"

    def test_progress_counts_pages_then_passages(self) -> None:
        reading = replace(
            ROW, status="processing", pages_done=12, pages_total=300, started_at=AT - timedelta(seconds=2)
        )
        assert progress_words(reading).startswith("12 of 300 pages")
        later = replace(reading, pages_done=300, chunks_done=40, chunks_total=120)
        assert progress_words(later).startswith("40 of 120 passages, about ")

    def test_nothing_is_told_before_reading_begins(self) -> None:
        assert progress_words(replace(ROW, status="queued")) == ""
        assert progress_words(replace(ROW, status="processing")) == ""

    def test_deleting_names_what_is_lost(self) -> None:
        losing = document_line(CataloguedDocument(ROW, "Files", True, 3)).losing
        assert "94 passages and the original file" in losing
        assert "3 times" in losing

    def test_an_exported_title_is_no_formula(self) -> None:
        assert "'=HYPERLINK" in _csv([['=HYPERLINK("http://x")', "Ready"]])


class TestSource:
    def test_a_crawl_tells_pages_and_time(self) -> None:
        assert crawl_words(SOURCE, AT) == "143 of 300 pages, about 22 s left"

    def test_a_crawl_that_has_just_begun_tells_no_time(self) -> None:
        assert crawl_words(replace(SOURCE, pages_found=9, pages_done=1), AT) == "1 of 9 pages"
        assert crawl_words(replace(SOURCE, pages_found=0, pages_done=0), AT) == "Looking for pages"

    def test_a_report_leaves_out_what_did_not_happen(self) -> None:
        report = CrawlReport(True, new=0, changed=1, unchanged=299, retired=0, failed=0, seconds=11.6)
        assert report_words(report) == "1 changed, 299 unchanged, in 12 s"
        assert "limits" in report_words(replace(report, complete=False))

    def test_a_form_becomes_settings(self) -> None:
        form = {
            "start_url": " example.com ",
            "max_pages": "20",
            "max_depth": "0",
            "include": "/help\n/faq",
            "every_hours": "",
        }
        website = website_of(form)
        assert (website.start_url, website.include, website.every_hours) == (
            "example.com",
            ("/help", "/faq"),
            None,
        )

    @pytest.mark.parametrize("number", ["", "many", "-1", "1e9", "²"])
    def test_what_is_no_number_names_its_field(self, number: str) -> None:
        with pytest.raises(ValueError, match=r"^max_pages$"):
            website_of({"max_pages": number, "max_depth": "1"})


class TestReading:
    def test_markdown_is_shown_with_its_lists_and_tables(self) -> None:
        text = "# Prices\n\nTax included.\n\n| Part | Price |\n|---|---|\n| Lid | 9 € |\n\n1. One\n2. Two"
        blocks = read_blocks(text, "markdown")
        assert [block.kind for block in blocks] == ["h", "p", "table", "item", "item"]
        assert blocks[2].rows == [["Part", "Price"], ["Lid", "9 €"]]

    def test_html_is_never_more_than_text(self) -> None:
        (block,) = read_blocks("<img src=x onerror=alert(1)> hello", "markdown")
        assert "".join(span.text for span in block.spans) == "<img src=x onerror=alert(1)> hello"

    def test_a_script_address_is_no_link(self) -> None:
        (block,) = read_blocks("[click](javascript:alert(1))", "html")
        assert all(span.kind != "link" for span in block.spans)

    def test_other_text_keeps_its_signs(self) -> None:
        blocks = read_blocks("# not a heading\n\n* 4 stars *", "pdf")
        assert [block.spans[0].text for block in blocks] == ["# not a heading", "* 4 stars *"]


class TestFindings:
    def test_only_numbers_that_differ_are_marked(self) -> None:
        spans = marked("In 2026 the plate is covered for 9 years.", "Since 2026: free repair for 7 years.")
        assert [span.text for span in spans if span.kind == "mark"] == ["9"]
        assert "".join(span.text for span in spans) == "In 2026 the plate is covered for 9 years."

    def test_marks_of_punctuation_do_not_count(self) -> None:
        assert all(span.kind != "mark" for span in marked("It costs 9 €.", "The price: 9, in €"))


class TestEmbedder:
    def test_a_change_tells_how_far_it_is_and_what_it_has_cost(self) -> None:
        change = Change(
            UUID(int=3), "openai:x", "building", 50, 200, 9_000, 180, None, None, AT - timedelta(seconds=30)
        )
        shown = change_line(change, AT)
        assert (shown.model, shown.share) == ("x", 25)
        assert shown.progress == "50 of 200 passages, about 2 min left"
        assert shown.spent == "less than $0.01"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (counted(1, "page"), "1 page"),
        (counted(1_204, "passage"), "1,204 passages"),
        (counted(2, "reply"), "2 replies"),
        (size(1), "1 byte"),
        (size(25_000_000), "25.0 MB"),
        (time_left(0.2), "about 1 s left"),
        (time_left(200), "about 3 min left"),
        (time_left(None), ""),
        (dollars(0), "nothing"),
        (dollars(1_250_000), "$1.25"),
        (place("Manual > Care > Descaling", 31, "Manual"), "Care › Descaling · page 31"),
        (place("", None), ""),
    ],
)
def test_numbers_are_said_as_people_say_them(said: str, meant: str) -> None:
    assert said == meant
