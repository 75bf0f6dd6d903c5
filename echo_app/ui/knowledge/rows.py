"""Documents, passages and hits as the screen shows them: text, ISO times and addresses."""

from dataclasses import dataclass
from typing import Any

from echo_app.kit.ids import encode
from echo_app.kit.text import preview
from echo_app.knowledge.schemas import DocumentRow, Hit

_FORMATS = {"markdown": "Markdown", "text": "Text", "html": "HTML", "pdf": "PDF"}
_STATES = {
    "queued": ("Waiting", ""),
    "processing": ("Being read", "note"),
    "ready": ("Ready", "good"),
    "failed": ("Failed", "bad"),
}


@dataclass(frozen=True)
class DocumentLine:
    """A document in the table. `meaning` is the tag's; `error` is empty unless it failed."""

    id: str
    title: str
    detail: str
    state: str
    meaning: str
    failed: bool
    error: str
    error_code: str
    passages: int
    changed_at: str
    url: str
    href: str


NOTHING = DocumentLine("", "", "", "", "", False, "", "", 0, "", "", "")


@dataclass(frozen=True)
class HitLine:
    """A passage that a search found."""

    number: int
    title: str
    place: str
    words: str
    score: str
    href: str


@dataclass(frozen=True)
class PassageLine:
    """A passage of a document, in its order. `wanted` is the one the address names."""

    id: str
    place: str
    text: str
    wanted: bool
    href: str


def document_line(row: DocumentRow) -> DocumentLine:
    state, meaning = _STATES[row.status]
    pages = f"{row.pages} pages" if row.pages and row.pages != 1 else "1 page" if row.pages else ""
    return DocumentLine(
        id=(document := encode("doc", row.id)),
        title=row.title,
        detail=" · ".join(
            part for part in (_FORMATS.get(row.format, row.format), pages, size(row.size_bytes)) if part
        ),
        state=state,
        meaning=meaning,
        failed=row.status == "failed",
        error=row.error or "",
        error_code=row.error_code or "",
        passages=row.chunk_count,
        changed_at=row.updated_at.isoformat(),
        url=row.url or "",
        href=f"/knowledge/{document}",
    )


def hit_line(number: int, hit: Hit) -> HitLine:
    document, chunk = encode("doc", hit.document_id), encode("chk", hit.chunk_id)
    return HitLine(
        number=number,
        title=hit.title,
        place=place(hit.heading, hit.page),
        words=preview(hit.content, 280),
        score=f"{hit.score:.2f}",
        href=f"/knowledge/{document}?chunk={chunk}",
    )


def passage_line(document: str, passage: Any, wanted: str) -> PassageLine:
    """`passage` is one of knowledge.list_passages."""
    chunk = encode("chk", passage.id)
    return PassageLine(
        id=chunk,
        place=place(passage.heading, passage.page),
        text=passage.content,
        wanted=chunk == wanted,
        href=f"/knowledge/{document}?chunk={chunk}",
    )


def place(heading: str, page: int | None) -> str:
    """Where in a document: its heading, its page, or nothing."""
    return " · ".join(
        part for part in (heading.replace(" > ", " › "), f"page {page}" if page else "") if part
    )


def size(number: int) -> str:
    """Bytes as people say them."""
    if number < 1_000:
        return f"{number} bytes"
    return f"{number / 1_000:.0f} kB" if number < 100_000 else f"{number / 1_000_000:.1f} MB"
