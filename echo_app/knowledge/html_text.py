"""HTML read as Markdown: its headings, lists, tables and words; no scripts, styles or navigation.

By the standard library's parser, which never refuses a page: what browsers forgive is forgiven here too.
"""

import re
from html.parser import HTMLParser

_SKIPPED = frozenset(
    "script style noscript template svg canvas iframe object audio video nav head select button textarea".split()
)
_BLOCKS = frozenset(
    "p div section article main header footer aside address blockquote dl dt dd figure figcaption form fieldset "
    "ul ol table tr hr details summary body".split()
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_SPACE = re.compile(r"[ \t\r\n\f\v]+")


def markdown_of(html: str) -> str:
    """The page's text with its structure as Markdown."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._line: list[str] = []
        self._skipping: list[str] = []
        self._lists: list[int | None] = []
        self._prefix = ""
        self._verbatim = False
        self._row: list[str] | None = None
        self._in_cell = False
        self._rows = 0

    def text(self) -> str:
        self._end_row()
        self._end_line()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self._lines)).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._skipping:
            if tag == self._skipping[-1]:
                self._skipping.append(tag)
            return
        if tag in _SKIPPED:
            self._skipping.append(tag)
        elif tag in _HEADINGS:
            self._paragraph()
            self._prefix = "#" * _HEADINGS[tag] + " "
        elif tag == "br":
            self._line.append("\n" if self._verbatim else " ")
        elif tag == "pre":
            self._paragraph()
            self._lines.append("```")
            self._verbatim = True
        elif tag in ("td", "th"):
            self._end_cell()
            self._in_cell = self._row is not None
        elif tag == "li":
            self._end_line()
            self._prefix = self._marker()
        elif tag in _BLOCKS:
            self._open_block(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._skipping:
            if tag == self._skipping[-1]:
                self._skipping.pop()
        elif tag in _HEADINGS:
            self._paragraph()
        elif tag == "pre" and self._verbatim:
            self._verbatim = False
            self._lines.extend("".join(self._line).strip("\n").split("\n"))
            self._line = []
            self._lines.extend(["```", ""])
        elif tag in ("td", "th"):
            self._end_cell()
        elif tag in ("tr", "table"):
            self._end_row()
            if tag == "table":
                self._paragraph()
        elif tag == "li":
            self._end_line()
        elif tag in _BLOCKS:
            self._close_block(tag)

    def handle_data(self, data: str) -> None:
        if not self._skipping:
            self._line.append(data)

    def _open_block(self, tag: str) -> None:
        if tag in ("ul", "ol"):
            self._end_line() if self._lists else self._paragraph()
            self._lists.append(1 if tag == "ol" else None)
        elif tag == "tr":
            self._end_row()
            self._row = []
            self._line = []
        elif tag == "table":
            self._end_row()
            self._paragraph()
            self._rows = 0
        elif self._row is None and not self._lists:
            self._paragraph()

    def _close_block(self, tag: str) -> None:
        if tag in ("ul", "ol"):
            self._end_line()
            if self._lists:
                self._lists.pop()
            if not self._lists:
                self._paragraph()
        elif self._row is not None or self._lists:
            self._line.append(" ")
        else:
            self._paragraph()

    def _marker(self) -> str:
        indent = "  " * max(0, len(self._lists) - 1)
        if not self._lists or (number := self._lists[-1]) is None:
            return f"{indent}- "
        self._lists[-1] = number + 1
        return f"{indent}{number}. "

    def _paragraph(self) -> None:
        self._end_line()
        if self._row is None:
            self._lines.append("")

    def _end_line(self) -> None:
        if self._row is not None or self._verbatim:
            return
        words = _SPACE.sub(" ", "".join(self._line)).strip()
        self._line = []
        if words:
            self._lines.append(self._prefix + words)
            self._prefix = ""

    def _end_cell(self) -> None:
        if self._row is not None and self._in_cell:
            self._row.append(_SPACE.sub(" ", "".join(self._line)).strip().replace("|", "/"))
        self._in_cell = False
        self._line = []

    def _end_row(self) -> None:
        if self._row is not None:
            self._end_cell()
        row, self._row = self._row, None
        if not row or not any(row):
            return
        self._lines.append("| " + " | ".join(row) + " |")
        self._rows += 1
        if self._rows == 1:
            self._lines.append("|" + " --- |" * len(row))
