"""A PDF's text, page by page, by pypdf: lines joined to paragraphs again, running headers and footers left out."""

import io
import re
from collections import Counter

from pypdf import PdfReader
from pypdf.errors import FileNotDecryptedError, PyPdfError

from echo_app.kit.language.sentences import Span
from echo_app.knowledge.blocks import Block, reads_as_heading
from echo_app.knowledge.errors import PdfDamaged, PdfEncrypted, PdfTooManyPages, PdfWithoutText

MOST_PAGES = 2_000
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
_HYPHEN = re.compile(r"(?<=[^\W\d_])[-\u00ad\u2010]$")


def read_pdf(content: bytes) -> tuple[str, list[Span], list[Block]]:
    """The text, the range of each page in it, and its blocks.

    Raises PdfEncrypted, PdfDamaged, PdfTooManyPages or PdfWithoutText.
    """
    pages = [_lines(page) for page in _page_texts(content)]
    running = _running_lines(pages)
    text = ""
    spans: list[Span] = []
    blocks: list[Block] = []
    for lines in pages:
        if text and not text.endswith("\n\n"):
            text += "\n\n"
        start = len(text)
        kept = [
            line
            for place, line in enumerate(lines)
            if not (_is_edge(place, len(lines)) and _pattern(line) in running)
        ]
        for kind, paragraph in _paragraphs(kept):
            if len(text) > start:
                text += "\n\n"
            begin = len(text)
            text += paragraph
            heading = kind == "heading"
            blocks.append(
                Block("heading", begin, len(text), 1, paragraph)
                if heading
                else Block("list" if kind == "list" else "text", begin, len(text))
            )
        spans.append((start, len(text)))
    if not any(character.isalnum() for character in text):
        raise PdfWithoutText()
    return text, spans, blocks


def _page_texts(content: bytes) -> list[str]:
    try:
        reader = PdfReader(io.BytesIO(content))
        # Many PDFs are encrypted with an empty password, only to forbid editing: those may be read.
        if reader.is_encrypted and not reader.decrypt(""):
            raise PdfEncrypted()
        if len(reader.pages) > MOST_PAGES:
            raise PdfTooManyPages()
        if not reader.pages:
            raise PdfDamaged()
        return [page.extract_text() for page in reader.pages]
    except FileNotDecryptedError as locked:
        raise PdfEncrypted() from locked
    except (
        PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        RecursionError,
        OSError,
    ) as broken:
        # What pypdf raises for a broken file is whatever its parser stumbled over.
        raise PdfDamaged() from broken


def _lines(page: str) -> list[str]:
    """The page's lines, a blank one as an empty string, without control characters."""
    clean = "".join(character for character in page if character in "\n\t" or character.isprintable())
    return [_SPACES.sub(" ", line).strip() for line in clean.split("\n")]


def _running_lines(pages: list[list[str]]) -> set[str]:
    if len(pages) < _FEWEST_PAGES_FOR_RUNNING:
        return set()
    counts: Counter[str] = Counter()
    for lines in pages:
        counts.update(
            {_pattern(line) for place, line in enumerate(lines) if line and _is_edge(place, len(lines))}
        )
    fewest = max(_FEWEST_PAGES_FOR_RUNNING, _RUNNING_SHARE * len(pages))
    return {line for line, count in counts.items() if count >= fewest}


def _is_edge(place: int, length: int) -> bool:
    return place < _EDGE_LINES or place >= length - _EDGE_LINES


def _pattern(line: str) -> str:
    """The line with its numbers alike: `Page 3 of 9` is the same on every page."""
    return _DIGITS.sub("0", line)


def _paragraphs(lines: list[str]) -> list[tuple[str, str]]:
    """(`heading`, `list` or `text`, its text): broken lines joined, words cut by a hyphen made whole."""
    widest = max((len(line) for line in lines), default=0)
    paragraphs: list[tuple[str, list[str]]] = []
    fresh = True
    for place, line in enumerate(lines):
        if not line:
            fresh = True
            continue
        following = next((later for later in lines[place + 1 :] if later), "")
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


def _append(parts: list[str], line: str) -> None:
    if _HYPHEN.search(parts[-1]) and line[0].islower():
        parts[-1] = _HYPHEN.sub("", parts[-1])
        parts.append(line)
    else:
        parts.append(" " + line)


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
