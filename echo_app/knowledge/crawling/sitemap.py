"""The pages that a site's sitemap names (sitemaps.org): XML, an index of such files, or one address a line, also
packed by gzip.

Read by pattern, not by an XML parser: entities and nesting that a hostile file is made of mean nothing here, and a
file that is not quite XML still names its pages.
"""

import asyncio
import html
import re
import zlib

from echo_app.knowledge.crawling.addresses import canonical
from echo_app.knowledge.crawling.fetching import Answer, Fetcher, unpacked
from echo_app.knowledge.sources.errors import FetchFailed, PageMissing, SitemapUnreadable

LARGEST = 20_000_000
MOST_FILES = 50
_LOCATION = re.compile(r"<loc>\s*(?:<!\[CDATA\[)?([^<\]]{1,4000})", re.I)
_INDEX = re.compile(r"<sitemapindex[\s>]", re.I)
_PAGES = re.compile(r"<urlset[\s>]", re.I)
_GZIP_MARK = b"\x1f\x8b"


async def read_sitemap(fetcher: Fetcher, url: str, most: int) -> list[str]:
    """The canonical addresses it names, in its order, at most `most`.

    Raises SitemapUnreadable and the failures of fetching, also for a file that an index names: half a sitemap would
    look as if the other half of the site had vanished.
    """
    pages: dict[str, None] = {}
    files = [url]
    for place, file in enumerate(files):
        if place >= MOST_FILES or len(pages) >= most:
            break
        found, is_index = await asyncio.to_thread(_locations, _content(await _fetched(fetcher, file)))
        if is_index:
            files += [each for each in found if each not in files]
        else:
            pages.update(dict.fromkeys(found))
    return list(pages)[:most]


async def _fetched(fetcher: Fetcher, url: str) -> Answer:
    answer = await fetcher.follow(url, largest=LARGEST)
    if answer.status != 200:
        raise PageMissing("The sitemap does not exist.", status=answer.status)
    return answer


def _content(answer: Answer) -> str:
    content = answer.content
    if content.startswith(_GZIP_MARK):
        try:
            content = unpacked(content, LARGEST)
        except (zlib.error, FetchFailed) as wrong:
            raise SitemapUnreadable() from wrong
    return content.decode("utf-8-sig", "replace")


def _locations(text: str) -> tuple[list[str], bool]:
    """The addresses in one file, which must be whole ones, and whether they are of further files.

    Raises SitemapUnreadable.
    """
    if _INDEX.search(text) or _PAGES.search(text):
        named = [html.unescape(found[1]) for found in _LOCATION.finditer(text)]
    elif text.lstrip()[:8].startswith(("http://", "https://")):
        named = text.split()
    else:
        raise SitemapUnreadable()
    sound: dict[str, None] = {}
    for address in named:
        try:
            sound[canonical(address)] = None
        except ValueError:
            # One address that is none does not spoil the others.
            continue
    return list(sound), bool(_INDEX.search(text))
