"""What a page says, as plain data: it crosses from the process that reads pages to the one that crawls."""

import re
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Page:
    """`text` is Markdown, empty when there is none; `links` and `canonical` are canonical addresses."""

    title: str
    text: str
    links: list[str] = field(default_factory=list)
    canonical: str | None = None
    # Whether its maker lets it be found (no `noindex`).
    indexed: bool = True


def wishes_of(told: str) -> set[str]:
    """What a robots tag or an X-Robots-Tag header asks for: `noindex`, `nofollow`."""
    words = set(re.findall(r"[a-z]+", told.lower()))
    return {"noindex", "nofollow"} if "none" in words else words & {"noindex", "nofollow"}
