"""Documents as the screen shows them: text, ISO times and addresses."""

from dataclasses import dataclass

from echo_app.kit.ids import encode
from echo_app.knowledge.catalogue.schemas import CataloguedDocument
from echo_app.knowledge.schemas import DocumentRow
from echo_app.ui.knowledge.words import counted, language_name, listed, size, time_left

_FORMATS = {
    "markdown": "Markdown",
    "text": "Text",
    "html": "HTML",
    "pdf": "PDF",
    "docx": "Word",
    "csv": "CSV",
}
_STATES = {
    "queued": ("Waiting", ""),
    "processing": ("Being read", "note"),
    "ready": ("Ready", "good"),
    "failed": ("Failed", "bad"),
    "cancelled": ("Cancelled", "warn"),
}
_UNDER_WAY = ("queued", "processing")


@dataclass(frozen=True)
class DocumentLine:
    """A document in the table. `meaning` is the tag's; `error` is empty unless it failed; `share` (0 to 100) and
    `progress` are how far reading it has come; `snippet` is where a snippet is edited."""

    id: str = ""
    title: str = ""
    kind: str = ""
    detail: str = ""
    state: str = ""
    meaning: str = ""
    failed: bool = False
    busy: bool = False
    share: int = 0
    progress: str = ""
    error: str = ""
    error_code: str = ""
    source: str = ""
    source_href: str = ""
    language: str = ""
    size: str = ""
    passages: int = 0
    cited: int = 0
    changed_at: str = ""
    url: str = ""
    address: str = ""
    href: str = ""
    snippet: str = ""
    can_read_again: bool = False
    losing: str = ""


NOTHING = DocumentLine()


def document_line(found: CataloguedDocument) -> DocumentLine:
    """A row of the table."""
    row = found.row
    state, meaning = state_of(row, found.source_enabled)
    document, source = encode("doc", row.id), encode("src", row.source_id) if row.source_id else ""
    failed, busy = row.status == "failed", row.status in _UNDER_WAY
    return DocumentLine(
        id=document,
        title=row.title,
        kind=row.kind,
        detail=listed(
            ["Snippet" if row.kind == "snippet" else _FORMATS.get(row.format, row.format), _pages(row)]
        ),
        state=state,
        meaning=meaning,
        failed=failed,
        busy=busy,
        share=round(100 * row.share_done),
        progress=progress_words(row) if busy else "",
        error=(row.error or "") if failed else "",
        error_code=(row.error_code or "") if failed else "",
        source=found.source,
        source_href=f"/knowledge/sources/{source}",
        language=language_name(row.language),
        size=size(row.size_bytes),
        passages=row.chunk_count,
        cited=found.cited,
        changed_at=row.updated_at.isoformat(),
        url=row.url or "",
        address=(row.url or "").split("://", 1)[-1],
        href=f"/knowledge/{document}",
        snippet=f"/knowledge/snippets?edit={document}" if row.kind == "snippet" else "",
        can_read_again=row.status != "ready",
        losing=_losing(row, found.cited),
    )


def state_of(row: DocumentRow, source_enabled: bool) -> tuple[str, str]:
    """A document's state in a word, and what its colour means."""
    if row.retired_at is not None:
        return "Gone from its site", ""
    if row.status == "ready" and not source_enabled:
        return "Off", ""
    return _STATES[row.status]


def progress_words(row: DocumentRow) -> str:
    """`12 of 300 pages, about 20 s left`; empty before reading it has begun."""
    if row.status != "processing":
        return ""
    if row.chunks_total:
        done = f"{row.chunks_done:,} of {counted(row.chunks_total, 'passage')}"
    elif row.pages_total:
        done = f"{row.pages_done:,} of {counted(row.pages_total, 'page')}"
    else:
        return ""
    return listed([done, time_left(row.seconds_left)], ", ")


def csv_row(found: CataloguedDocument) -> list[str]:
    """A row of the export, in the order of CSV_COLUMNS."""
    row = found.row
    return [
        row.title,
        state_of(row, found.source_enabled)[0],
        found.source,
        row.kind,
        row.format,
        row.language or "",
        str(row.size_bytes),
        "" if row.pages is None else str(row.pages),
        str(row.chunk_count),
        str(found.cited),
        row.created_at.isoformat(timespec="seconds"),
        row.updated_at.isoformat(timespec="seconds"),
        row.url or "",
        row.error or "",
        encode("doc", row.id),
    ]


CSV_COLUMNS = [
    "Title",
    "State",
    "Source",
    "Kind",
    "Format",
    "Language",
    "Bytes",
    "Pages",
    "Passages",
    "Cited in 30 days",
    "Added",
    "Changed",
    "Address",
    "Error",
    "Id",
]


def _pages(row: DocumentRow) -> str:
    return counted(row.pages, "page") if row.pages else ""


def _losing(row: DocumentRow, cited: int) -> str:
    parts = [f"its {counted(row.chunk_count, 'passage')}" if row.chunk_count else "its text"]
    parts.append("the original file" if row.kind == "file" else "")
    lost = listed(parts, " and ")
    answers = (
        f" Replies cited it {counted(cited, 'time')} in the last 30 days; they keep their quotes."
        if cited
        else ""
    )
    back = "The next crawl brings it back, unless its path is excluded."
    end = back if row.kind == "page" else "" if row.kind == "snippet" else "This cannot be undone."
    return f" and {lost} are removed, and answers no longer come from it.{answers} {end}".rstrip()
