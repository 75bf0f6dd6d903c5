"""A document's bytes read as text with its blocks and pages; or a named refusal.

The text of Markdown and plain text is the source itself (line ends and the byte-order mark aside), so that a quote
stands word for word in what the tenant uploaded. HTML and Word documents are read as Markdown, a table of values row
by row, a PDF page by page.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from echo_app.kit.language.sentences import Span
from echo_app.knowledge.blocks import Block, markdown_blocks, plain_blocks
from echo_app.knowledge.errors import DocumentEmpty, DocumentTooLong, DocumentTypeUnsupported
from echo_app.knowledge.html_text import markdown_of
from echo_app.knowledge.parsers.decoding import decoded
from echo_app.knowledge.parsers.pdf_layout import laid_out
from echo_app.knowledge.parsers.sniffing import FORMATS, Format, format_found

__all__ = [
    "FORMATS",
    "MOST_CHARACTERS",
    "Format",
    "Parsed",
    "Part",
    "check_content",
    "format_of",
    "parse",
    "parts",
]

MOST_CHARACTERS = 20_000_000
# How many pages are handed on at once.
PAGES_AT_ONCE = 50
# In characters.
LONGEST_PIECE = 500_000

_SUFFIXES: dict[str, Format] = {
    "md": "markdown",
    "markdown": "markdown",
    "mdx": "markdown",
    "txt": "text",
    "text": "text",
    "log": "text",
    "csv": "csv",
    "tsv": "csv",
    "html": "html",
    "htm": "html",
    "xhtml": "html",
    "pdf": "pdf",
    "docx": "docx",
    "zip": "zip",
}


@dataclass(frozen=True)
class Part:
    """A stretch of a document, in order: `blocks` and `pages` are ranges of this part's `text`.

    `done` of `total` pages have been read; a part may hold nothing else. `pages` is None for what has no pages.
    """

    text: str = ""
    blocks: list[Block] = field(default_factory=list)
    pages: list[Span] | None = None
    done: int = 0
    total: int = 0


@dataclass(frozen=True)
class Parsed:
    """`pages` are the pages' ranges in `text`, None for what has no pages; blocks in order, without overlaps."""

    text: str
    blocks: list[Block]
    pages: list[Span] | None = None


def format_of(filename: str) -> Format:
    """The format a file's name promises. Raises DocumentTypeUnsupported for any other ending."""
    ending = PurePosixPath(filename.replace("\\", "/")).suffix.lower().lstrip(".")
    if ending not in _SUFFIXES:
        raise DocumentTypeUnsupported(filename=filename[-100:])
    return _SUFFIXES[ending]


def check_content(content: bytes, format: str) -> Format:
    """Looks at the bytes before anything is stored; the format they really are in is returned.

    A PDF sent as text is a PDF. Raises DocumentEmpty, DocumentTypeUnsupported, DocumentBinary,
    DocumentEncodingUnknown, OfficeEncrypted, OldWordFormat.
    """
    if not content.strip():
        raise DocumentEmpty()
    for known in FORMATS:
        if format == known:
            return format_found(content, known)
    raise DocumentTypeUnsupported(format=format[:50])


def parse(content: bytes, format: Format) -> Parsed:
    """Reads a document. Raises the refusals of `errors.py`."""
    return joined(list(parts(content, format)))


def parts(content: bytes, format: Format) -> Iterator[Part]:
    """Reads a document stretch by stretch, so that none is ever held whole. Raises the refusals of `errors.py`."""
    read = _pdf_parts(content) if format == "pdf" else _text_parts(content, format)
    length, found = 0, False
    for part in read:
        length += len(part.text)
        if length > MOST_CHARACTERS:
            raise DocumentTooLong()
        found = found or bool(part.blocks)
        yield part
    if not found:
        raise DocumentEmpty()


def joined(stretches: list[Part]) -> Parsed:
    """The whole of its parts."""
    if len(stretches) == 1:
        return Parsed(stretches[0].text, stretches[0].blocks, stretches[0].pages)
    texts: list[str] = []
    blocks: list[Block] = []
    pages: list[Span] | None = None
    offset = 0
    for part in stretches:
        texts.append(part.text)
        blocks += [
            Block(block.kind, block.start + offset, block.end + offset, block.level, block.title)
            for block in part.blocks
        ]
        if part.pages is not None:
            pages = [*(pages or []), *((start + offset, end + offset) for start, end in part.pages)]
        offset += len(part.text)
    return Parsed("".join(texts), blocks, pages)


def _text_parts(content: bytes, format: Format) -> Iterator[Part]:
    # What reads Word documents and tables is imported only where there is one.
    if format == "docx":
        from echo_app.knowledge.parsers.docx_text import markdown_of_docx

        text = markdown_of_docx(content)
    else:
        text = decoded(content)
        if len(text) > MOST_CHARACTERS:
            # Before it is read, which takes more memory than the text.
            raise DocumentTooLong()
        if format == "html":
            text = markdown_of(text)
        if format == "csv":
            from echo_app.knowledge.parsers.csv_text import read_csv

            table = read_csv(text)
            if table is not None:
                yield Part(*table)
                return
    blocks_of = plain_blocks if format in ("text", "csv") else markdown_blocks
    for stretch in _cut(text):
        yield Part(stretch, blocks_of(stretch))


def _cut(text: str) -> Iterator[str]:
    """A long text in pieces, each from a heading on where there is one, else from a blank line on: reading it takes a
    hundred times its memory."""
    start = 0
    while len(text) - start > LONGEST_PIECE:
        end = start + LONGEST_PIECE
        for mark in ("\n# ", "\n## ", "\n\n", "\n"):
            found = text.rfind(mark, start + LONGEST_PIECE // 2, end)
            if found >= 0:
                end = found + 1
                break
        yield text[start:end]
        start = end
    yield text[start:]


def _pdf_parts(content: bytes) -> Iterator[Part]:
    from echo_app.knowledge.parsers.pdf_text import page_texts

    texts: list[str] = []
    length = 0
    for done, total, text in page_texts(content):
        length += len(text)
        if length > MOST_CHARACTERS:
            raise DocumentTooLong()
        texts.append(text)
        if done % PAGES_AT_ONCE == 0:
            yield Part(done=done, total=total)
    stretch = _Stretch(len(texts))
    for number, page in enumerate(laid_out(texts), 1):
        stretch.add(page.text, page.blocks)
        if number % PAGES_AT_ONCE == 0 or number == len(texts):
            yield stretch.part()
            stretch = _Stretch(len(texts))


class _Stretch:
    """Some pages being put together, a blank line after each."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._texts: list[str] = []
        self._blocks: list[Block] = []
        self._pages: list[Span] = []
        self._length = 0

    def add(self, text: str, blocks: list[Block]) -> None:
        start = self._length
        self._texts.append(text + "\n\n" if text else "")
        self._blocks += [
            Block(block.kind, block.start + start, block.end + start, block.level, block.title)
            for block in blocks
        ]
        self._pages.append((start, start + len(text)))
        self._length += len(self._texts[-1])

    def part(self) -> Part:
        return Part("".join(self._texts), self._blocks, self._pages, self._total, self._total)
