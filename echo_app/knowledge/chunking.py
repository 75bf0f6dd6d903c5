"""Passages: a text cut along its headings and pages into pieces that each can be quoted and judged alone.

A passage is an exact range of the text and never crosses a heading or a page. Lists, tables and code stay whole as
long as they fit; what does not fit is cut at items or lines, then sentences, then words, then anywhere.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

from echo_app.kit.language.sentences import Span, sentences
from echo_app.knowledge.blocks import Block
from echo_app.knowledge.parsing import Parsed

# Sizes are counted in words; a run without spaces counts one for every eight characters.
MOST_WORDS = 250
_WORD_CHARACTERS = 8
# A passage that is cut anew is filled to this share, so that the pieces come out even.
_FULL = 0.84
# A list, a table or code stays whole up to this many times the size of other passages.
_WHOLE = 2
_FEWEST_WORDS = 40
LONGEST_HEADING = 300
_CHARACTERS_PER_TOKEN = 4

Cut = Callable[[str, Span], Iterable[Span]]

_ITEM = re.compile(r"^(?:[-*+•]|\d{1,9}[.)])[ \t]", re.M)
_LINE = re.compile(r"^.*$", re.M)
_RUN = re.compile(r"\S+")


@dataclass(frozen=True)
class Passage:
    """`text[start:end] == content`; `heading` is the path `A > B` above it; `page` counts from 1."""

    start: int
    end: int
    content: str
    heading: str
    page: int | None
    token_count: int


def passages(parsed: Parsed, most_words: int = MOST_WORDS) -> list[Passage]:
    """Cuts a parsed document into passages, in order. A document with any text has at least one."""
    found = [
        _passage(parsed, section, span)
        for section in _sections(parsed)
        for span in _grouped(parsed.text, section.blocks, most_words)
    ]
    if found:
        return found
    # Headings and nothing under them: then they are the text.
    headings = [Block("text", block.start, block.end) for block in parsed.blocks]
    return [
        _passage(parsed, _Section("", None, headings), span)
        for span in _grouped(parsed.text, headings, most_words)
    ]


def words_for(longest_tokens: int, text: str) -> int:
    """The size of passages for a model that reads so many tokens, the words of their place included.

    A word of a European language is up to two tokens; a word's worth of a script without spaces is eight.
    """
    sample = text[:20_000]
    spaceless = len(sample.split()) * 3 * _WORD_CHARACTERS < len(sample)
    fitting = longest_tokens // ((_WORD_CHARACTERS if spaceless else 2) * _WHOLE)
    return max(_FEWEST_WORDS, min(MOST_WORDS, fitting))


def token_count(content: str) -> int:
    """About how many tokens a model counts, four characters each."""
    return ceil(len(content) / _CHARACTERS_PER_TOKEN)


@dataclass(frozen=True)
class _Section:
    heading: str
    page: int | None
    blocks: list[Block]


def _passage(parsed: Parsed, section: _Section, span: Span) -> Passage:
    content = parsed.text[span[0] : span[1]]
    return Passage(span[0], span[1], content, section.heading, section.page, token_count(content))


def _sections(parsed: Parsed) -> Iterator[_Section]:
    """The runs of blocks under one heading and on one page."""
    path: list[tuple[int, str]] = []
    page_number = 0
    section = _Section("", 1 if parsed.pages else None, [])
    for block in parsed.blocks:
        while (
            parsed.pages
            and block.start >= parsed.pages[page_number][1]
            and page_number + 1 < len(parsed.pages)
        ):
            page_number += 1
        page = page_number + 1 if parsed.pages else None
        if block.kind == "heading":
            path = [(level, title) for level, title in path if level < block.level]
            path.append((block.level, block.title))
        if block.kind == "heading" or page != section.page:
            if section.blocks:
                yield section
            heading = " > ".join(title for _, title in path if title)
            section = _Section(heading[:LONGEST_HEADING], page, [])
        if block.kind != "heading":
            section.blocks.append(block)
    if section.blocks:
        yield section


def _grouped(text: str, blocks: list[Block], most: int) -> Iterator[Span]:
    """Joins a section's blocks, cut where they must be, into passages of about even size."""
    pieces = [piece for unit in _units(text, blocks, most) for piece in _fitting(text, unit, most)]
    if not pieces:
        return
    counts = [_words_in(text, piece) for piece in pieces]
    total = max(sum(counts), (pieces[-1][1] - pieces[0][0]) // _WORD_CHARACTERS)
    aim = total / ceil(total / (most * _FULL)) if total > most else most
    (start, end), words = pieces[0], counts[0]
    for piece, count in zip(pieces[1:], counts[1:], strict=True):
        full = max(words, (end - start) // _WORD_CHARACTERS) >= aim * 0.9
        if full or words + count > most or piece[1] - start > most * _WORD_CHARACTERS:
            yield start, end
            start, words = piece[0], 0
        end, words = piece[1], words + count
    yield start, end


def _units(text: str, blocks: list[Block], most: int) -> Iterator[Block]:
    """The blocks; a line that announces a list, table or code (`You need:`) is one unit with it if both fit."""
    waiting: Block | None = None
    for block in blocks:
        if waiting is not None:
            joined = Block(block.kind, waiting.start, block.end)
            if block.kind != "text" and _fits(text, (joined.start, joined.end), most * _WHOLE):
                yield joined
                waiting = None
                continue
            yield waiting
            waiting = None
        if block.kind == "text" and text[block.end - 1] == ":":
            waiting = block
        else:
            yield block
    if waiting is not None:
        yield waiting


def _fitting(text: str, block: Block, most: int) -> Iterator[Span]:
    span = (block.start, block.end)
    if _fits(text, span, most if block.kind == "text" else most * _WHOLE):
        yield span
        return
    cuts: dict[str, tuple[Cut, ...]] = {"list": (_items, _lines), "table": (_lines,), "code": (_lines,)}
    yield from _cut(text, span, (*cuts.get(block.kind, ()), _sentences, _words, _anywhere(most)), most)


def _cut(text: str, span: Span, ways: tuple[Cut, ...], most: int) -> Iterator[Span]:
    for piece in ways[0](text, span):
        if _fits(text, piece, most):
            yield piece
        else:
            yield from _cut(text, piece, ways[1:], most)


def _items(text: str, span: Span) -> Iterable[Span]:
    starts = [match.start() for match in _ITEM.finditer(text, *span)]
    bounds = sorted({span[0], *starts, span[1]})
    return [trimmed for a, b in pairwise(bounds) if (trimmed := _trimmed(text, a, b))]


def _lines(text: str, span: Span) -> Iterable[Span]:
    return [trimmed for match in _LINE.finditer(text, *span) if (trimmed := _trimmed(text, *match.span()))]


def _sentences(text: str, span: Span) -> Iterable[Span]:
    return sentences(text, *span)


def _words(text: str, span: Span) -> Iterable[Span]:
    return (match.span() for match in _RUN.finditer(text, *span))


def _anywhere(most: int) -> Cut:
    length = most * _WORD_CHARACTERS
    return lambda text, span: ((at, min(at + length, span[1])) for at in range(span[0], span[1], length))


def _trimmed(text: str, start: int, end: int) -> Span | None:
    piece = text[start:end]
    begin = start + len(piece) - len(piece.lstrip())
    return (begin, begin + len(piece.strip())) if piece.strip() else None


def _fits(text: str, span: Span, most: int) -> bool:
    return ceil((span[1] - span[0]) / _WORD_CHARACTERS) <= most and _words_in(text, span) <= most


def _words_in(text: str, span: Span) -> int:
    return len(text[span[0] : span[1]].split())
