"""What a crawl is told of the pages there are, and what it tells of those it finds."""

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class KnownPage:
    """A page that has a document, as the last crawl found it."""

    text_sha256: str | None
    etag: str | None = None
    last_modified: str | None = None
    links: tuple[str, ...] = ()
    retired: bool = False


@dataclass(frozen=True)
class FoundPage:
    """A page with text. `content` is what is kept of it: Markdown, plain text, or a PDF as it is."""

    url: str
    title: str
    content: bytes
    format: str
    text_sha256: str
    etag: str | None
    last_modified: str | None
    links: list[str]


@dataclass(frozen=True)
class Problem:
    url: str
    code: str
    message: str


class Ledger(Protocol):
    """Where a crawl writes down what it finds. Any call may raise to end the crawl."""

    async def keep(self, page: FoundPage) -> None:
        """A new page, or one whose text is not what it was."""
        ...

    async def confirm(self, url: str, page: FoundPage | None) -> None:
        """A page whose text is as it was, but that was retired, or has another ETag or other links; None when its
        server sent nothing of it."""
        ...

    async def progress(self, found: int, done: int) -> None: ...


@dataclass
class Outcome:
    """`alive` are the addresses whose documents stay, `gone` those that were seen to be gone. Unless `complete`, an
    address in neither may only not have been reached."""

    complete: bool = True
    alive: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    failed: int = 0
    problems: list[Problem] = field(default_factory=list)
