"""A document's bytes read as text with its blocks and pages; or a named refusal.

The text of Markdown and plain text is the source itself (line ends and the byte-order mark aside), so that a quote
stands word for word in what the tenant uploaded. HTML is read as Markdown, a PDF page by page.
"""

import json
import re
from dataclasses import asdict, dataclass
from typing import Literal

from echo_app.kit.language.sentences import Span
from echo_app.knowledge.blocks import Block, markdown_blocks, plain_blocks
from echo_app.knowledge.errors import (
    DocumentBinary,
    DocumentEmpty,
    DocumentNotUtf8,
    DocumentTooLong,
    DocumentTypeUnsupported,
)
from echo_app.knowledge.html_text import markdown_of

Format = Literal["markdown", "text", "html", "pdf"]
FORMATS: tuple[Format, ...] = ("markdown", "text", "html", "pdf")
MOST_CHARACTERS = 10_000_000

_SUFFIXES: dict[str, Format] = {
    "md": "markdown",
    "markdown": "markdown",
    "mdx": "markdown",
    "txt": "text",
    "text": "text",
    "log": "text",
    "csv": "text",
    "html": "html",
    "htm": "html",
    "xhtml": "html",
    "pdf": "pdf",
}
# A stray control character is left out; many of them are no text.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_MOST_STRAYS = 0.001
_PDF_MARK = b"%PDF-"
# A PDF may have some bytes before its mark (PDF 1.7, Adobe's implementation note 13).
_MARK_WITHIN = 1024


@dataclass(frozen=True)
class Parsed:
    """`pages` are the pages' ranges in `text`, None for what has no pages; blocks in order, without overlaps."""

    text: str
    blocks: list[Block]
    pages: list[Span] | None = None

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, packed: str) -> "Parsed":
        values = json.loads(packed)
        pages = values["pages"]
        return cls(
            values["text"],
            [Block(**block) for block in values["blocks"]],
            [(start, end) for start, end in pages] if pages is not None else None,
        )


def format_of(filename: str) -> Format:
    """The format a file's name promises. Raises DocumentTypeUnsupported for any other ending."""
    ending = filename.rsplit(".", 1)[-1].lower() if "." in filename else ""
    if ending not in _SUFFIXES:
        raise DocumentTypeUnsupported(filename=filename[-100:])
    return _SUFFIXES[ending]


def check_content(content: bytes, format: str) -> Format:
    """Looks at the bytes before anything is stored; the format they really are in is returned.

    A PDF sent as text is a PDF. Raises DocumentEmpty, DocumentTypeUnsupported, DocumentBinary, DocumentNotUtf8.
    """
    if not content.strip():
        raise DocumentEmpty()
    if _PDF_MARK in content[:_MARK_WITHIN]:
        return "pdf"
    for known in FORMATS:
        if format == known:
            if known != "pdf":
                decoded(content)
            return known
    raise DocumentTypeUnsupported(format=format[:50])


def decoded(content: bytes) -> str:
    """The text of UTF-8 bytes with plain line ends. Raises DocumentBinary, DocumentNotUtf8 or DocumentEmpty."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise (
            DocumentBinary() if b"\x00" in content[:8192] else DocumentNotUtf8(byte=wrong.start)
        ) from wrong
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")
    strays = len(_CONTROLS.findall(text))
    if "\x00" in text or strays > len(text) * _MOST_STRAYS:
        raise DocumentBinary()
    text = _CONTROLS.sub("", text) if strays else text
    if not text.strip():
        raise DocumentEmpty()
    return text


def parse(content: bytes, format: Format) -> Parsed:
    """Reads a document. Raises the refusals of `errors.py`."""
    if format == "pdf":
        # pypdf is imported only where a PDF is read.
        from echo_app.knowledge.pdf_text import read_pdf

        text, pages, blocks = read_pdf(content)
        parsed = Parsed(text, blocks, pages)
    else:
        text = decoded(content)
        if format == "html":
            text = markdown_of(text)
        parsed = Parsed(text, plain_blocks(text) if format == "text" else markdown_blocks(text))
    if len(parsed.text) > MOST_CHARACTERS:
        raise DocumentTooLong()
    if not parsed.blocks:
        raise DocumentEmpty()
    return parsed
