"""What a tenant may set on a source, checked and brought into form."""

import re
from dataclasses import replace
from typing import get_args

from echo_app.errors import Invalid
from echo_app.knowledge.crawling.addresses import canonical
from echo_app.knowledge.sources.errors import (
    SnippetTextMissing,
    SourceLanguageUnknown,
    SourceNameMissing,
    WebsiteAddressInvalid,
    WebsiteAddressMissing,
    WebsiteFilterInvalid,
)
from echo_app.knowledge.sources.schemas import MOST_DEPTH, MOST_HOURS, MOST_PAGES, Audience, Website

LONGEST_NAME = 100
LONGEST_SNIPPET = 100_000
_MOST_FILTERS = 100
_LONGEST_FILTER = 500


def checked_name(name: str) -> str:
    """Raises SourceNameMissing."""
    chosen = " ".join(name.split())
    if not chosen or len(chosen) > LONGEST_NAME or not chosen.isprintable():
        raise SourceNameMissing()
    return chosen


def checked_language(language: str | None) -> str | None:
    """Raises SourceLanguageUnknown."""
    if language is None or re.fullmatch(r"[a-z]{2}", language):
        return language
    raise SourceLanguageUnknown(language=language[:20])


def checked_audience(audience: str) -> Audience:
    """Raises Invalid."""
    for known in get_args(Audience):
        if audience == known:
            return audience  # type: ignore[return-value]
    raise Invalid("The audience is `public` or `contacts`.", audience=audience[:20])


def checked_website(website: Website) -> Website:
    """With canonical addresses. Raises WebsiteAddressMissing, WebsiteAddressInvalid, WebsiteFilterInvalid; Invalid for
    limits out of their range."""
    if not website.start_url and not website.sitemap_url:
        raise WebsiteAddressMissing()
    for name, value, least, most in (
        ("maxPages", website.max_pages, 1, MOST_PAGES),
        ("maxDepth", website.max_depth, 0, MOST_DEPTH),
        ("everyHours", website.every_hours, 1, MOST_HOURS),
    ):
        if value is not None and not least <= value <= most:
            raise Invalid(f"{name} must be between {least} and {most}.", field=name)
    for filters in (website.include, website.exclude):
        if len(filters) > _MOST_FILTERS or not all(_is_filter(each) for each in filters):
            raise WebsiteFilterInvalid()
    return replace(
        website,
        start_url=_address(website.start_url) if website.start_url else None,
        sitemap_url=_address(website.sitemap_url) if website.sitemap_url else None,
    )


def checked_text(text: str) -> str:
    """A snippet's Markdown. Raises SnippetTextMissing."""
    sound = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if not sound or len(sound) > LONGEST_SNIPPET:
        raise SnippetTextMissing()
    return sound


def _is_filter(pattern: str) -> bool:
    return pattern.startswith(("/", "*")) and len(pattern) <= _LONGEST_FILTER and pattern.isprintable()


def _address(url: str) -> str:
    try:
        # People type `example.com/help`.
        return canonical(url if "://" in url else f"https://{url}")
    except ValueError as wrong:
        raise WebsiteAddressInvalid() from wrong
