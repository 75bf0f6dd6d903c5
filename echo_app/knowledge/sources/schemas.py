"""What sources hand out, and what a website's settings are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypedDict
from uuid import UUID

SourceKind = Literal["files", "website", "snippets"]
Audience = Literal["public", "contacts"]
SourceState = Literal["idle", "crawling", "failed", "deleting"]

MOST_PAGES = 10_000
MOST_DEPTH = 20
MOST_HOURS = 24 * 90


@dataclass(frozen=True)
class Website:
    """What to crawl: from a first page along its links, the pages of a sitemap, or both.

    `include` and `exclude` are paths (`/help`, `/blog/*`). `every_hours` None: only when asked to.
    """

    start_url: str | None = None
    sitemap_url: str | None = None
    max_pages: int = 500
    max_depth: int = 10
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    every_hours: int | None = 24

    def to_json(self) -> dict[str, Any]:
        """As it is stored and as the API shows it."""
        return {
            "startUrl": self.start_url,
            "sitemapUrl": self.sitemap_url,
            "maxPages": self.max_pages,
            "maxDepth": self.max_depth,
            "include": list(self.include),
            "exclude": list(self.exclude),
            "everyHours": self.every_hours,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Website":
        return cls(
            start_url=values["startUrl"],
            sitemap_url=values["sitemapUrl"],
            max_pages=values["maxPages"],
            max_depth=values["maxDepth"],
            include=tuple(values["include"]),
            exclude=tuple(values["exclude"]),
            every_hours=values["everyHours"],
        )


class SourceChanges(TypedDict, total=False):
    """What of a source may be changed; what is left out stays."""

    name: str
    language: str | None
    audience: Audience
    enabled: bool
    website: Website


@dataclass(frozen=True)
class PageProblem:
    """A page that the last crawl could not read, and why in words."""

    url: str
    code: str
    message: str


@dataclass(frozen=True)
class CrawlReport:
    """What the last crawl did, in pages. `complete` is False when limits kept it from visiting everything; then no
    page was taken out."""

    complete: bool
    new: int
    changed: int
    unchanged: int
    retired: int
    failed: int
    seconds: float
    problems: tuple[PageProblem, ...] = field(default=())


@dataclass(frozen=True)
class SourceRow:
    """A source with what it holds. `pages_found` and `pages_done` are the running or last crawl's; `documents` and
    `chunks` count what can be found, `failed` the documents that could not be read."""

    id: UUID
    kind: SourceKind
    name: str
    is_default: bool
    language: str | None
    audience: Audience
    enabled: bool
    website: Website | None
    state: SourceState
    pages_found: int
    pages_done: int
    report: CrawlReport | None
    error_code: str | None
    error: str | None
    started_at: datetime | None
    last_crawled_at: datetime | None
    next_crawl_at: datetime | None
    created_at: datetime
    updated_at: datetime
    documents: int
    failed: int
    chunks: int


@dataclass(frozen=True)
class SnippetView:
    """A snippet with its text, to be edited."""

    id: UUID
    source_id: UUID
    title: str
    text: str
    status: str
    error: str | None
    updated_at: datetime
