"""The pieces of a passage that can be quoted by themselves: sentences, list items, table rows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from echo_app.kit.language.guess import language_of
from echo_app.kit.language.sentences import Span, sentences
from echo_app.kit.markdown import plain

_ITEM = re.compile(r"^(?P<indent>[ \t]*)(?P<marker>[-*+•▪–]|\d{1,3}[.)])[ \t]+(?P<text>.*)$")
_ROW = re.compile(r"^\s*\|.*\|\s*$")
_RULE = re.compile(r"^\s*\|?[\s:|-]+\|?\s*$")
_HEADING = re.compile(r"^\s{0,3}(?:#{1,6}\s+|(?:\*\*|__)[^*_\n]+(?:\*\*|__):?\s*$)")
_FENCE = re.compile(r"^\s*(?:```|~~~)")
_SPEAKER = re.compile(r"^(?:Q|A|Question|Answer|F|Frage|Antwort|P|R)\s*[:.)]\s+", re.I)
_CELL = re.compile(r"(?<!\\)\|")

Kind = Literal["sentence", "item", "row"]


@dataclass(frozen=True)
class Unit:
    """`content[start:end]` of a passage, and how it reads as plain words.

    Units of one list, table or paragraph share a `group`. `marker` is an item's `1.` or `-`.
    """

    kind: Kind
    start: int
    end: int
    words: str
    group: int
    marker: str = ""


def units(content: str) -> list[Unit]:
    """The units of a passage's content, in order. Headings, code and table rules are none."""
    found: list[Unit] = []
    for group, (kind, lines) in enumerate(_runs(content)):
        if kind == "list":
            found.extend(_items(content, lines, group))
        elif kind == "table":
            found.extend(_rows(content, lines, group))
        else:
            found.extend(_sentences(content, lines[0][0], lines[-1][1], group))
    return found


def _runs(content: str) -> Iterator[tuple[str, list[Span]]]:
    """Neighbouring lines of one kind: `list`, `table` or `text`."""
    kind, run, code = "", list[Span](), False
    for line in re.finditer(r"[^\n]*(?:\n|$)", content):
        text = line.group().rstrip("\n")
        span = (line.start(), line.start() + len(text))
        if _FENCE.match(text):
            code = not code
            this = ""
        elif code or _HEADING.match(text):
            this = ""
        elif not text.strip():
            # A loose list has blank lines between its items; for anything else they end the run.
            this = "blank"
        elif _ROW.match(text):
            this = "table"
        elif _ITEM.match(text):
            this = "list"
        else:
            this = "list" if kind == "list" and run and text[0] in " \t" else "text"
        if this == "blank" and kind == "list":
            continue
        if this != kind and run:
            yield kind, run
            run = []
        kind = this if this != "blank" else ""
        if kind:
            run.append(span)
    if run:
        yield kind, run


def _items(content: str, lines: list[Span], group: int) -> Iterator[Unit]:
    starts = [span for span in lines if _ITEM.match(content[span[0] : span[1]])]
    for number, (start, _) in enumerate(starts):
        limit = starts[number + 1][0] if number + 1 < len(starts) else lines[-1][1]
        end = start + len(content[start:limit].rstrip())
        item = _ITEM.match(content[start:end].split("\n", 1)[0])
        assert item is not None
        words = plain(content[start + item.start("text") : end])
        if words:
            yield Unit("item", start, end, words, group, item.group("marker"))


def _rows(content: str, lines: list[Span], group: int) -> Iterator[Unit]:
    ruled = len(lines) > 1 and _RULE.match(content[slice(*lines[1])]) is not None
    header = _cells(content[slice(*lines[0])]) if ruled else []
    # Within a sentence a column's name is small, unless it is a name or German.
    if header and language_of(content[lines[0][0] : lines[-1][1]]) != "de":
        header = [_small(name) for name in header]
    for start, end in lines[2:] if ruled else lines:
        cells = _cells(content[start:end])
        if any(cells) and not _RULE.match(content[start:end]):
            yield Unit("row", start, end, _row_in_words(header, cells), group)


def _row_in_words(header: list[str], cells: list[str]) -> str:
    """`Express: delivery 1 day, price €9` out of a row and its header."""
    pairs = (
        list(zip(header, cells, strict=False))
        if len(header) == len(cells)
        else [("", cell) for cell in cells]
    )
    first = pairs[0][1]
    others = ", ".join(f"{name} {cell}" if name else cell for name, cell in pairs[1:] if cell)
    return f"{first}: {others}" if first and others else first or others


def _small(name: str) -> str:
    return name[:1].lower() + name[1:] if name[1:].islower() and name.replace(" ", "").isalpha() else name


def _cells(row: str) -> list[str]:
    return [
        plain(cell.replace("\\|", "|"))
        for cell in _CELL.split(row.strip().removeprefix("|").removesuffix("|"))
    ]


def _sentences(content: str, start: int, end: int, group: int) -> Iterator[Unit]:
    for begin, stop in sentences(content, start, end):
        while speaker := _SPEAKER.match(content[begin:stop]):
            begin += speaker.end()
        quoted = re.match(r"(?:>[ \t]*)+", content[begin:stop])
        begin += quoted.end() if quoted else 0
        words = plain(re.sub(r"\n[ \t]*>[ \t]*", "\n", content[begin:stop]))
        if any(character.isalnum() for character in words):
            yield Unit("sentence", begin, stop, words, group)
