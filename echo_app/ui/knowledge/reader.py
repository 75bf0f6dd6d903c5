"""A passage's text as blocks for the screen: no HTML is ever made of what a document holds.

Markdown and what was read out of pages and Word files is shown with its headings, lists and tables; other text as it
stands. Raw HTML inside is shown as the text it is.
"""

import re
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

from echo_app.ui.components.prose import Span, blocks_of

_TABLES = MarkdownIt("commonmark", {"html": False}).enable("table")
_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")
_WRITTEN_AS_MARKDOWN = ("markdown", "html", "docx")


@dataclass(frozen=True)
class ReadBlock:
    """A paragraph, a heading, a list's item, code, or a table's `rows`, the first of them its head."""

    kind: str
    spans: list[Span] = field(default_factory=list)
    bullet: str = ""
    depth: int = 0
    rows: list[list[str]] = field(default_factory=list)


def read_blocks(content: str, format: str) -> list[ReadBlock]:
    """`format` is the document's."""
    if format not in _WRITTEN_AS_MARKDOWN:
        return [ReadBlock("p", [Span(part)]) for part in _PARAGRAPHS.split(content) if part.strip()]
    lines, blocks, done = content.split("\n"), [], 0
    tokens = _TABLES.parse(content)
    for number, token in enumerate(tokens):
        if token.type != "table_open" or token.level or token.map is None:
            continue
        start, end = token.map
        blocks += _prose("\n".join(lines[done:start]))
        blocks.append(ReadBlock("table", rows=_rows(tokens[number:])))
        done = end
    return blocks + _prose("\n".join(lines[done:]))


def _prose(content: str) -> list[ReadBlock]:
    return [
        ReadBlock(block.kind, list(block.spans), block.bullet, block.depth)
        for block in blocks_of(content)
        if block.spans
    ]


def _rows(tokens: list[Token]) -> list[list[str]]:
    rows: list[list[str]] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(token.content)
        elif token.type == "table_close":
            break
    return rows
