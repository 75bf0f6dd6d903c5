"""A page read: its main text as Markdown, its title, and where it leads.

trafilatura finds the main text. It and lxml are imported here and nowhere else, and this runs only where hostile
pages may be parsed (see isolation.py): the page's HTML goes no further, what is kept and shown is the Markdown.
"""

import logging
import re
from copy import deepcopy

import lxml.html
import trafilatura
from lxml.etree import ParserError
from trafilatura.settings import DEFAULT_CONFIG

from echo_app.knowledge.crawling.addresses import canonical
from echo_app.knowledge.crawling.page import Page, wishes_of
from echo_app.knowledge.crawling.robots import ROBOT
from echo_app.knowledge.html_text import markdown_of

MOST_LINKS = 2_000
LONGEST_TITLE = 300
# Of the words that a page itself marks as its main part, trafilatura's choice must hold this share.
_FEWEST_OF_MAIN = 0.6
_DECLARED = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([A-Za-z0-9_-]{2,40})""", re.I)
_CONTROLS = re.compile(r"[\x01-\x08\x0e-\x1f\x7f]")
_MOST_CONTROLS = 0.001
_LINE_ENDS = re.compile(r"[ \t]+$", re.M)
_REFRESH = re.compile(r"^\s*\d+\s*[;,]\s*url\s*=\s*['\"]?([^'\"]+)", re.I)

# Answers in a help centre are short; below its own limits trafilatura would take the navigation too.
_SETTINGS = deepcopy(DEFAULT_CONFIG)
_SETTINGS["DEFAULT"].update({"MIN_EXTRACTED_SIZE": "1", "MIN_OUTPUT_SIZE": "1"})

# They tell of pages without text as if something were wrong.
for _name in ("trafilatura", "htmldate", "courlan", "justext"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)


def read_page(content: bytes, url: str, charset: str | None = None) -> Page:
    """Reads HTML; what cannot be parsed at all is a page without text."""
    html = _decoded(content, charset)
    if len(_CONTROLS.findall(html)) > len(html) * _MOST_CONTROLS:
        # Some other file that calls itself a page.
        return Page("", "")
    try:
        tree = lxml.html.document_fromstring(html)
    except (ParserError, ValueError):
        return Page("", "")
    wishes = _robots_wishes(tree)
    return Page(
        title=_title(tree),
        text=_main_text(html, tree),
        links=_links(tree, url) if "nofollow" not in wishes else [],
        canonical=_canonical(tree, url),
        indexed="noindex" not in wishes,
    )


def _decoded(content: bytes, charset: str | None) -> str:
    declared = _DECLARED.search(content[:4096])
    for name in ("utf-8-sig", charset, declared and declared[1].decode("ascii"), "utf-8"):
        try:
            if name:
                text = content.decode(name)
                break
        except (LookupError, UnicodeDecodeError):
            continue
    else:
        text = content.decode("windows-1252", "replace")
    # An XML declaration would make lxml refuse a string; NULs end it early.
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", text.replace("\x00", ""), count=1)


def _main_text(html: str, tree: lxml.html.HtmlElement) -> str:
    found = (
        trafilatura.extract(
            html,
            output_format="markdown",
            include_comments=False,
            include_tables=True,
            include_images=False,
            config=_SETTINGS,
        )
        or ""
    )
    marked = tree.xpath("//main | //*[@role='main']") or tree.xpath("//article")
    region = marked[0] if len(marked) == 1 else None
    if region is not None:
        linked = sum(len(str(link.text_content()).split()) for link in region.iter("a"))
        own = len(markdown_of(_source(region)).split()) - linked
        if len(found.split()) < own * _FEWEST_OF_MAIN:
            found = markdown_of(_source(region))
    elif not found:
        found = markdown_of(html)
    return _LINE_ENDS.sub("", found).strip()


def _source(element: lxml.html.HtmlElement) -> str:
    return str(lxml.html.tostring(element, encoding="unicode", with_tail=False))


def _title(tree: lxml.html.HtmlElement) -> str:
    headings = [" ".join(str(heading.text_content()).split()) for heading in tree.iter("h1")]
    offered = [
        *(headings if len(headings) == 1 else []),
        *tree.xpath("//meta[@property='og:title']/@content"),
        *(" ".join(str(title.text_content()).split()) for title in tree.xpath("//head/title")),
        *headings,
    ]
    printable = ("".join(filter(str.isprintable, " ".join(str(title).split()))) for title in offered)
    return next((title for title in printable if title), "")[:LONGEST_TITLE]


def _robots_wishes(tree: lxml.html.HtmlElement) -> set[str]:
    wishes: set[str] = set()
    for meta in tree.iter("meta"):
        if (meta.get("name") or "").lower() in ("robots", ROBOT.lower()):
            wishes |= wishes_of(meta.get("content") or "")
    return wishes


def _links(tree: lxml.html.HtmlElement, url: str) -> list[str]:
    base = _base(tree, url)
    hrefs = [
        link.get("href")
        for link in tree.iter("a", "area")
        if link.get("href") and "nofollow" not in (link.get("rel") or "").lower()
    ]
    for meta in tree.xpath("//meta[translate(@http-equiv, 'REFSH', 'refsh')='refresh']/@content"):
        if refresh := _REFRESH.match(str(meta)):
            hrefs.append(refresh[1])
    found: dict[str, None] = {}
    for href in hrefs:
        if len(found) >= MOST_LINKS:
            break
        try:
            found[canonical(href, base)] = None
        except ValueError:
            # mailto:, javascript: and what is no address at all.
            continue
    return list(found)


def _canonical(tree: lxml.html.HtmlElement, url: str) -> str | None:
    for href in tree.xpath("//head/link[@rel='canonical']/@href"):
        try:
            return canonical(str(href), _base(tree, url))
        except ValueError:
            return None
    return None


def _base(tree: lxml.html.HtmlElement, url: str) -> str:
    for href in tree.xpath("//head/base/@href"):
        try:
            return canonical(str(href), url)
        except ValueError:
            break
    return url
