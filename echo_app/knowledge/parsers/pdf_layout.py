"""A PDF's lines joined to paragraphs again, page by page; running headers and footers are left out."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from echo_app.knowledge.blocks import Block, reads_as_heading

# A line on at least this share of the pages (and on three) is a running header or footer.
_RUNNING_SHARE = 0.6
_FEWEST_PAGES_FOR_RUNNING = 3
# How many lines at a page's top and bottom may be running ones.
_EDGE_LINES = 2
# A line shorter than this share of the longest ends its paragraph, if it also ends a sentence.
_SHORT_LINE = 0.75
_ITEM = re.compile(r"^\s*(?:[-•–*▪◦●]|\d{1,2}[.)]|[a-z]\))\s+")
_DIGITS = re.compile(r"\d+")
_SPACES = re.compile(r"[ \t\u00a0]+")
# PDFium gives a hyphen at a line's end, and the end itself, as U+FFFE or U+0002; Word writes its bullets as private
# characters.
_SIGNS = {0xFFFE: "-\n", 0x02: "-\n", 0xF0B7: "•", 0xF0A7: "▪"}
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\ufeff\ufff0-\uffff\ue000-\uf8ff]")
_HYPHEN = re.compile(r"(?<=[^\W\d_])[-\u00ad\u2010]$")


_GOES_ON = re.compile(r"(?:und|oder|bzw|and|or|et|ou|y|o|og|och|en|of|i|lub)\b")


@dataclass(frozen=True)
class PageText:
    """A page's paragraphs, parted by blank lines; `blocks` are ranges of `text`."""

    text: str
    blocks: list[Block]


def laid_out(pages: list[str]) -> Iterator[PageText]:
    """The pages' texts as their readers see them, one after the other."""
    running = _running_lines(pages)
    if running and not any(any(_own_lines(page, running)) for page in pages):
        # Forms and labels: what is the same on every page is all there is.
        running = set()
    for page in pages:
        yield _page(_own_lines(page, running))


def _own_lines(page: str, running: set[str]) -> list[str]:
    return [
        line
        for line, is_edge in _with_edges(_lines(page))
        if not (is_edge and running and _pattern(line) in running)
    ]


def _page(lines: list[str]) -> PageText:
    parts: list[str] = []
    length = 0
    blocks: list[Block] = []
    for kind, paragraph in _paragraphs(lines):
        if parts:
            parts.append("\n\n")
            length += 2
        end = length + len(paragraph)
        if kind == "heading":
            blocks.append(Block("heading", length, end, 1, paragraph))
        else:
            blocks.append(Block("list" if kind == "list" else "text", length, end))
        parts.append(paragraph)
        length = end
    return PageText("".join(parts), blocks)


def _lines(page: str) -> list[str]:
    """The page's lines, a blank one as an empty string, without control characters."""
    clean = _CONTROLS.sub("", page.translate(_SIGNS))
    return [_SPACES.sub(" ", line).strip() for line in clean.split("\n")]


def _running_lines(pages: list[str]) -> set[str]:
    if len(pages) < _FEWEST_PAGES_FOR_RUNNING:
        return set()
    counts: Counter[str] = Counter()
    for page in pages:
        # A set: a pattern counts once a page, however often it stands there.
        counts.update({_pattern(line) for line in _edge_lines(page) if line})
    fewest = max(_FEWEST_PAGES_FOR_RUNNING, _RUNNING_SHARE * len(pages))
    return {line for line, count in counts.items() if count >= fewest}


def _edge_lines(page: str) -> list[str]:
    lines = page.split("\n")
    if len(lines) > 2 * _EDGE_LINES:
        lines = lines[:_EDGE_LINES] + lines[-_EDGE_LINES:]
    return _lines("\n".join(lines))


def _with_edges(lines: list[str]) -> Iterable[tuple[str, bool]]:
    last = len(lines) - _EDGE_LINES
    return ((line, place < _EDGE_LINES or place >= last) for place, line in enumerate(lines))


def _pattern(line: str) -> str:
    """The line with its numbers alike: `Page 3 of 9` is the same on every page."""
    return _DIGITS.sub("0", line)


def _paragraphs(lines: list[str]) -> list[tuple[str, str]]:
    """(`heading`, `list` or `text`, its text): broken lines joined, words cut by a hyphen made whole."""
    widest = max((len(line) for line in lines), default=0)
    paragraphs: list[tuple[str, list[str]]] = []
    fresh = True
    for line, following in _with_following(lines):
        if not line:
            fresh = True
            continue
        if _ITEM.match(line):
            if paragraphs and paragraphs[-1][0] == "list" and not fresh:
                paragraphs[-1][1].append("\n" + line)
            else:
                paragraphs.append(("list", [line]))
            fresh = False
        elif _is_heading(line, following, widest, fresh or _ends_sentence(paragraphs)):
            paragraphs.append(("heading", [line]))
            fresh = True
        elif fresh or not paragraphs:
            paragraphs.append(("text", [line]))
            fresh = False
        else:
            _append(paragraphs[-1][1], line)
        if len(line) < _SHORT_LINE * widest and line[-1] in ".!?:":
            # The last line of a paragraph: a list goes on over it.
            fresh = fresh or paragraphs[-1][0] != "list"
    return [(kind, "".join(parts)) for kind, parts in paragraphs]


def _with_following(lines: list[str]) -> list[tuple[str, str]]:
    """Each line with the next one that is not blank."""
    pairs: list[tuple[str, str]] = []
    following = ""
    for line in reversed(lines):
        pairs.append((line, following))
        following = line or following
    return pairs[::-1]


def _append(parts: list[str], line: str) -> None:
    if not _HYPHEN.search(parts[-1]):
        parts.append(" " + line)
    elif _GOES_ON.match(line):
        # `vor- und nachher`: the hyphen stands for a part of a word that comes later.
        parts.append(" " + line)
    else:
        # A word cut in two; or, before a capital letter, one that is written with a hyphen.
        if line[0].islower():
            parts[-1] = _HYPHEN.sub("", parts[-1])
        parts.append(line)


def _ends_sentence(paragraphs: list[tuple[str, list[str]]]) -> bool:
    return not paragraphs or paragraphs[-1][1][-1].rstrip()[-1:] in ".!?:"


def _is_heading(line: str, following: str, widest: int, may_begin: bool) -> bool:
    # A heading is short, stands where a paragraph may begin, and is followed by something that begins anew.
    return (
        may_begin
        and reads_as_heading(line)
        and len(line) < 0.7 * max(widest, 60)
        and bool(following)
        and not following[0].islower()
    )
