"""A text's blocks: headings, paragraphs, lists, tables and code, each with its exact place."""

import re
from dataclasses import dataclass
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

from echo_app.kit.markdown import plain

Kind = Literal["heading", "text", "list", "table", "code"]


@dataclass(frozen=True)
class Block:
    """`text[start:end]`, without surrounding blank lines. `level` (1 highest) and `title` only for headings."""

    kind: Kind
    start: int
    end: int
    level: int = 0
    title: str = ""


# Only the block structure is wanted: reading the inline marks as well would take most of the time.
_MARKDOWN = MarkdownIt("commonmark").enable("table")
_MARKDOWN.core.ruler.disable(["inline"])

_KINDS: dict[str, Kind] = {
    "paragraph_open": "text",
    "blockquote_open": "text",
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "table_open": "table",
    "fence": "code",
    "code_block": "code",
}
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?:[^\n]*\n){0,200}?---[ \t]*(?:\n|\Z)")
_BOLD_LINE = re.compile(r"\*\*(?P<title>[^*\n]{1,120})\*\*:?|__(?P<other>[^_\n]{1,120})__:?")
# Below every `#` heading.
_LOWEST_LEVEL = 7
_LONGEST_HEADING = 90
_MOST_HEADING_WORDS = 14


def markdown_blocks(text: str) -> list[Block]:
    """The blocks of a Markdown text. Front matter, rules, comments and link definitions belong to none."""
    front = _FRONT_MATTER.match(text)
    offset = front.end() if front else 0
    lines = _line_starts(text, offset)
    blocks: list[Block] = []
    tokens = _MARKDOWN.parse(text[offset:])
    for position, token in enumerate(tokens):
        if token.level == 0 and token.map is not None:
            block = _block(text, lines, token, tokens[position + 1] if position + 1 < len(tokens) else token)
            if block is not None:
                blocks.append(block)
    return blocks


def plain_blocks(text: str) -> list[Block]:
    """The blocks of a text without marks: paragraphs parted by blank lines; a short line of its own before more text
    is a heading."""
    spans = [match.span() for match in re.finditer(r"\S(?:.|\n(?![ \t]*(?:\n|\Z)))*", text)]
    blocks = []
    for number, (start, end) in enumerate(spans):
        end = start + len(text[start:end].rstrip())
        if number + 1 < len(spans) and reads_as_heading(text[start:end]):
            blocks.append(Block("heading", start, end, 1, text[start:end].strip()))
        else:
            blocks.append(Block("text", start, end))
    return blocks


def reads_as_heading(line: str) -> bool:
    """True for one short line that ends no sentence (or asks a question) and does not begin in the middle of one."""
    line = line.strip()
    return (
        "\n" not in line
        and 0 < len(line) <= _LONGEST_HEADING
        and len(line.split()) <= _MOST_HEADING_WORDS
        and line[-1] not in ".!,;:…"
        and not line[0].islower()
        and any(character.isalpha() for character in line)
        and line[0] not in "-*•|>"
    )


def _block(text: str, lines: list[int], token: Token, following: Token) -> Block | None:
    assert token.map is not None
    start, end = _tight(text, lines[token.map[0]], lines[min(token.map[1], len(lines) - 1)])
    if start == end:
        return None
    if token.type == "heading_open":
        return Block("heading", start, end, int(token.tag[1:]), plain(following.content))
    kind = _KINDS.get(token.type)
    if kind == "text" and (bold := _BOLD_LINE.fullmatch(text[start:end])):
        title = bold.group("title") or bold.group("other")
        return Block("heading", start, end, _LOWEST_LEVEL, plain(title))
    if token.type == "html_block":
        return Block("text", start, end) if plain(text[start:end]) else None
    return Block(kind, start, end) if kind else None


def _line_starts(text: str, offset: int) -> list[int]:
    """Where each line begins, and the end of the text as a last entry."""
    starts = [offset, *(match.end() for match in re.compile("\n").finditer(text, offset))]
    return [*starts, len(text)]


def _tight(text: str, start: int, end: int) -> tuple[int, int]:
    """Without blank lines around; the first line keeps its indentation (it may be code or a nested list)."""
    piece = text[start:end]
    end = start + len(piece.rstrip())
    leading = re.match(r"(?:[ \t]*\n)*", piece)
    return min(start + (leading.end() if leading else 0), end), end
