"""Sources as the screen shows them."""

from dataclasses import dataclass, field
from datetime import datetime

from echo_app.kit.clock import now
from echo_app.kit.ids import encode
from echo_app.knowledge.sources.schemas import CrawlReport, SourceRow, Website
from echo_app.ui.knowledge.words import counted, listed, time_left

_KINDS = {"files": "Files", "website": "Website", "snippets": "Snippets"}
# In hours; "" is never.
SCHEDULES = {
    "": "Only when asked",
    "1": "Every hour",
    "6": "Every 6 hours",
    "24": "Every day",
    "168": "Every week",
}
# Before so many pages nothing can be told from how long they took.
_TOLD_FROM = 3


@dataclass(frozen=True)
class Problem:
    """A page that the last crawl could not read."""

    url: str
    words: str
    code: str


@dataclass(frozen=True)
class WebsiteForm:
    """A website's settings as fields hold them."""

    start_url: str = ""
    sitemap_url: str = ""
    max_pages: str = "500"
    max_depth: str = "10"
    include: str = ""
    exclude: str = ""
    every_hours: str = "24"


@dataclass(frozen=True)
class SourceLine:
    """A source. `share` (0 to 100; -1 while it cannot be told) and `progress` are a running crawl's; `result` says in
    words what the last one did."""

    id: str = ""
    name: str = ""
    kind: str = ""
    kind_label: str = ""
    address: str = ""
    enabled: bool = False
    is_default: bool = False
    language: str = ""
    audience: str = "public"
    state: str = ""
    meaning: str = ""
    crawling: bool = False
    share: int = 0
    progress: str = ""
    result: str = ""
    error: str = ""
    error_code: str = ""
    holds: str = ""
    failed: str = ""
    crawled_at: str = ""
    next_at: str = ""
    href: str = ""
    documents_href: str = ""
    failed_href: str = ""
    losing: str = ""
    website: WebsiteForm = field(default_factory=WebsiteForm)
    problems: list[Problem] = field(default_factory=list)


NO_SOURCE = SourceLine()


def source_line(row: SourceRow) -> SourceLine:
    source = encode("src", row.id)
    crawling = row.state == "crawling"
    state, meaning = _state(row)
    documents = counted(row.documents, "page" if row.kind == "website" else "document")
    return SourceLine(
        id=source,
        name=row.name,
        kind=row.kind,
        kind_label=_KINDS[row.kind],
        address=_address(row.website),
        enabled=row.enabled,
        is_default=row.is_default,
        language=row.language or "",
        audience=row.audience,
        state=state,
        meaning=meaning,
        crawling=crawling,
        share=round(100 * row.pages_done / row.pages_found) if row.pages_found else 0,
        progress=crawl_words(row, now()) if crawling else "",
        result=report_words(row.report) if row.report and not crawling else "",
        error=(row.error or "") if row.state == "failed" else "",
        error_code=(row.error_code or "") if row.state == "failed" else "",
        holds=listed([documents, counted(row.chunks, "passage")]),
        failed=f"{row.failed:,} could not be read" if row.failed else "",
        crawled_at=row.last_crawled_at.isoformat() if row.last_crawled_at else "",
        next_at=row.next_crawl_at.isoformat() if row.next_crawl_at and not crawling else "",
        href=f"/knowledge/sources/{source}",
        documents_href=f"/knowledge?source={source}",
        failed_href=f"/knowledge?state=failed&source={source}",
        losing=f" is removed with its {documents} and {counted(row.chunks, 'passage')}; answers no longer come from "
        "it. Replies keep their quotes. This cannot be undone.",
        website=website_form(row.website) if row.website else WebsiteForm(),
        problems=[Problem(one.url, one.message, one.code) for one in row.report.problems]
        if row.report
        else [],
    )


def crawl_words(row: SourceRow, at: datetime) -> str:
    """`143 of 300 pages, about 20 s left`."""
    if row.pages_found == 0:
        return "Looking for pages"
    left = None
    if row.started_at is not None and row.pages_done >= _TOLD_FROM:
        taken = (at - row.started_at).total_seconds()
        left = taken * (row.pages_found - row.pages_done) / row.pages_done
    return listed([f"{row.pages_done:,} of {counted(row.pages_found, 'page')}", time_left(left)], ", ")


def report_words(report: CrawlReport) -> str:
    """What a crawl did: `4 new, 1 changed, 295 unchanged, in 12 s`."""
    numbers = (
        (report.new, "new"),
        (report.changed, "changed"),
        (report.unchanged, "unchanged"),
        (report.retired, "gone"),
        (report.failed, "not readable"),
    )
    did = ", ".join(f"{number:,} {what}" for number, what in numbers if number) or "nothing found"
    limits = "" if report.complete else "; its limits were reached, so nothing was taken out"
    return f"{did}, in {max(1, round(report.seconds)):,} s{limits}"


def website_form(website: Website) -> WebsiteForm:
    return WebsiteForm(
        start_url=website.start_url or "",
        sitemap_url=website.sitemap_url or "",
        max_pages=str(website.max_pages),
        max_depth=str(website.max_depth),
        include="\n".join(website.include),
        exclude="\n".join(website.exclude),
        every_hours=str(website.every_hours or ""),
    )


def website_of(form: dict[str, str]) -> Website:
    """What a form says. Raises ValueError, whose message is the name of the field that holds no number."""
    return Website(
        start_url=form.get("start_url", "").strip() or None,
        sitemap_url=form.get("sitemap_url", "").strip() or None,
        max_pages=_number(form, "max_pages"),
        max_depth=_number(form, "max_depth"),
        include=tuple(form.get("include", "").split()),
        exclude=tuple(form.get("exclude", "").split()),
        every_hours=_number(form, "every_hours") if form.get("every_hours") else None,
    )


def _number(form: dict[str, str], name: str) -> int:
    text = form.get(name, "").strip()
    if not (text.isascii() and text.isdigit() and len(text) < 8):
        raise ValueError(name)
    return int(text)


def _address(website: Website | None) -> str:
    if website is None:
        return ""
    return (website.start_url or website.sitemap_url or "").split("://", 1)[-1].rstrip("/")


def _state(row: SourceRow) -> tuple[str, str]:
    if not row.enabled:
        return "Off", ""
    if row.state == "crawling":
        return "Being crawled", "note"
    if row.state == "failed":
        return "Failed", "bad"
    return ("On", "good") if row.kind != "website" or row.last_crawled_at else ("Not crawled yet", "")
