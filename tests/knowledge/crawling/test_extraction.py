"""What is read out of a page."""

import pytest

from echo_app.knowledge import errors
from echo_app.knowledge.blocks import markdown_blocks
from echo_app.knowledge.crawling.extraction import read_page
from echo_app.knowledge.isolation import close_parsers, read_page_safely

URL = "https://company.example/help/returns"
ARTICLE = b"""<!doctype html><html><head><title>Returns | Company</title></head><body>
<header><nav><ul><li><a href="/">Home</a></li><li><a href="/help">Help centre</a></li></ul></nav></header>
<main><article><h1>Returns</h1>
<p>You can return an unopened kettle within 30 days. We pay the postage.</p>
<h2>How to return</h2>
<ol><li>Open <a href="/orders">your orders</a>.</li><li>Choose the article.</li><li>Print the label.</li></ol>
<h2>Costs</h2>
<table><tr><th>Country</th><th>Cost</th></tr><tr><td>Germany</td><td>free</td></tr>
<tr><td>France</td><td>4.90 EUR</td></tr></table>
<h3>Opened goods</h3><details><summary>What do they cost?</summary><p>A fifth of the price.</p></details>
<script>track("returns")</script><style>p { color: red }</style>
</article></main>
<footer>Imprint and <a href="/privacy">privacy</a></footer></body></html>"""


class TestText:
    def test_keeps_headings_lists_and_tables_as_markdown(self) -> None:
        text = read_page(ARTICLE, URL).text
        assert "# Returns\n" in text
        assert "1. Open your orders.\n2. Choose the article.\n3. Print the label." in text
        assert "| Germany | free |" in text
        kinds = [block.kind for block in markdown_blocks(text)]
        assert kinds.count("heading") >= 4
        assert {"list", "table"} <= set(kinds)

    def test_leaves_out_navigation_scripts_and_styles(self) -> None:
        text = read_page(ARTICLE, URL).text
        for foreign in ("Home", "Help centre", "Imprint", "track(", "color", "<"):
            assert foreign not in text

    def test_of_a_very_short_answer_is_the_answer(self) -> None:
        html = b"<html><body><nav>Home</nav><main><h1>Hours</h1><p>Nine to five.</p></main></body></html>"
        assert read_page(html, URL).text == "# Hours\n\nNine to five."

    def test_holds_every_question_of_a_list_of_them(self) -> None:
        entries = "".join(f"<div><h3>Question {n}?</h3><p>Answer number {n}.</p></div>" for n in range(40))
        text = read_page(f"<html><body><main><h1>FAQ</h1>{entries}</main></body></html>".encode(), URL).text
        assert all(f"Answer number {n}." in text for n in range(40))

    def test_of_scripts_in_words_is_no_html(self) -> None:
        html = b"<body><main><h1>A</h1><p>Write &lt;script&gt;alert(1)&lt;/script&gt; here.</p></main></body>"
        assert "<script>" not in read_page(html, URL).text.replace("\\<", "")

    @pytest.mark.parametrize("html", [b"", b"   ", b"\x00\x01\x02" * 500, b"<html></html>", b"<!-- only -->"])
    def test_of_nothing_is_empty(self, html: bytes) -> None:
        assert read_page(html, URL).text == ""


class TestEncoding:
    @pytest.mark.parametrize(
        ("head", "charset", "encoding"),
        [
            ("", None, "utf-8"),
            ("", None, "utf-8-sig"),
            ("", "iso-8859-1", "iso-8859-1"),
            ("<meta charset='windows-1252'>", None, "windows-1252"),
            (
                "<meta http-equiv='Content-Type' content='text/html; charset=iso-8859-15'>",
                None,
                "iso-8859-15",
            ),
            ("", None, "windows-1252"),
            ("", "no-such-charset", "utf-8"),
            ("<?xml version='1.0' encoding='utf-8'?>", None, "utf-8"),
        ],
    )
    def test_is_found(self, head: str, charset: str | None, encoding: str) -> None:
        html = f"{head}<html><body><main><p>Größe und Maße der Kannen.</p></main></body></html>"
        assert "Größe und Maße" in read_page(html.encode(encoding), URL, charset).text


class TestTitle:
    @pytest.mark.parametrize(
        ("html", "title"),
        [
            ("<head><title>Returns | Company</title></head><body><h1>Returns</h1>", "Returns"),
            ("<head><title>Returns</title></head><body><h1>A</h1><h1>B</h1>", "Returns"),
            ("<head><meta property='og:title' content='Returns'></head><body>", "Returns"),
            ("<head><title> Two\n lines </title></head><body>", "Two lines"),
            ("<body><p>No title</p>", ""),
        ],
    )
    def test_is_what_the_page_calls_itself(self, html: str, title: str) -> None:
        assert read_page(html.encode(), URL).title == title


class TestLinks:
    def test_are_canonical_and_each_once(self) -> None:
        html = (
            b"<a href='/a#x'>1</a><a href='/a'>2</a><a href='b?utm_source=z'>3</a><a href='mailto:a@b'>4</a>"
            b"<a href='/no' rel='nofollow'>5</a><area href='/c'><a>6</a><a href='javascript:x()'>7</a>"
        )
        assert read_page(html, URL).links == [
            "https://company.example/a",
            "https://company.example/help/b",
            "https://company.example/c",
        ]

    def test_begin_at_the_base_that_the_page_names(self) -> None:
        html = b"<html><head><base href='/docs/'></head><body><a href='a'>1</a></body></html>"
        assert read_page(html, URL).links == ["https://company.example/docs/a"]

    def test_of_a_page_that_refreshes_to_another_are_that_one(self) -> None:
        html = b"<html><head><meta http-equiv='Refresh' content='0; url=/new'></head><body></body></html>"
        assert read_page(html, URL).links == ["https://company.example/new"]

    def test_are_none_when_the_page_says_so(self) -> None:
        html = b"<html><head><meta name='robots' content='none'></head><body><a href='/a'>A</a></body></html>"
        page = read_page(html, URL)
        assert (page.links, page.indexed) == ([], False)


class TestInItsOwnProcess:
    async def test_is_read_as_here(self) -> None:
        assert await read_page_safely(ARTICLE, URL, None) == read_page(ARTICLE, URL)

    async def test_a_page_that_takes_too_much_is_refused_and_the_next_is_read(self) -> None:
        with pytest.raises(errors.DocumentTooDemanding):
            await read_page_safely(b"<p>" + b"<a href='/x'>x</a>" * 250_000, URL, None)
        assert (await read_page_safely(ARTICLE, URL, None)).title == "Returns"
        await close_parsers()
