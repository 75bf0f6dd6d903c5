"""Markdown-light as blocks and spans for the screen: no HTML is ever made of what somebody wrote.

The assistant and agents write CommonMark; `[1]` points to the message's first citation. What a contact writes
is shown as it stands, with addresses made links.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

_MARKDOWN = MarkdownIt("commonmark", {"html": False})
_MARK = re.compile(r"\[(\d{1,2})\]")
_SPACED_MARK = re.compile(r" ?\[\d{1,2}\]")
_ADDRESS = re.compile(r"https?://[^\s<>\"'`]+[^\s<>\"'`.,;:!?)\]]")

BlockKind = Literal["p", "item", "h", "code"]
SpanKind = Literal["", "strong", "em", "code", "link", "cite", "mark"]


@dataclass(frozen=True)
class Span:
    """A run of text in one look. `href` belongs to a link; a cite's text is its number; a mark is pointed out."""

    text: str
    kind: SpanKind = ""
    href: str = ""


@dataclass(frozen=True)
class Block:
    """A paragraph, a list's item (`bullet` is its sign, `depth` from 0), a heading or code."""

    kind: BlockKind
    spans: tuple[Span, ...]
    bullet: str = ""
    depth: int = 0


def blocks_of(content: str, citations: int = 0) -> tuple[Block, ...]:
    """The blocks of Markdown-light. `[n]` becomes a mark when 1 <= n <= `citations`, else it stays text."""
    blocks: list[Block] = []
    lists: list[list[str | int]] = []  # open lists, each [kind, next number]
    pending_bullet = ""
    heading = False
    for token in _MARKDOWN.parse(content):
        if token.type == "bullet_list_open":
            lists.append(["•", 0])
        elif token.type == "ordered_list_open":
            lists.append(["1", int(token.attrGet("start") or 1)])
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            lists.pop()
        elif token.type == "list_item_open":
            sign, number = lists[-1]
            pending_bullet = "•" if sign == "•" else f"{number}."
            lists[-1][1] = int(number) + 1
        elif token.type == "heading_open":
            heading = True
        elif token.type == "heading_close":
            heading = False
        elif token.type in ("fence", "code_block"):
            blocks.append(Block("code", (Span(token.content.rstrip("\n")),)))
        elif token.type == "inline":
            spans = tuple(_merged(_spans(token.children or [], citations)))
            if lists:
                blocks.append(Block("item", spans, pending_bullet, len(lists) - 1))
                pending_bullet = ""
            else:
                blocks.append(Block("h" if heading else "p", spans))
    return tuple(blocks)


def plain_blocks(content: str) -> tuple[Block, ...]:
    """One block of what a contact wrote, word for word."""
    return (Block("p", tuple(_merged(_linked(Span(content))))),)


def without_marks(content: str) -> str:
    """The same Markdown-light without `[n]`: for text that goes out with no citations of its own."""
    return _SPACED_MARK.sub("", content)


def _spans(tokens: list[Token], citations: int) -> Iterator[Span]:
    """The outermost look wins: strong words inside a link are simply the link's."""
    looks = [Span("")]
    for token in tokens:
        now = looks[-1]
        match token.type:
            case "text":
                for part in _marked(replace(now, text=token.content), citations):
                    yield from _linked(part)
            case "code_inline":
                yield replace(now, text=token.content, kind=now.kind or "code")
            case "softbreak" | "hardbreak":
                yield replace(now, text="\n")
            case "image":
                yield replace(now, text=token.content)
            case "strong_open" | "em_open":
                looks.append(
                    replace(now, kind=now.kind or ("strong" if token.type == "strong_open" else "em"))
                )
            case "link_open":
                href = _safe(str(token.attrGet("href") or ""))
                looks.append(Span("", "link", href) if href and not now.kind else now)
            case "strong_close" | "em_close" | "link_close":
                looks.pop()


def _marked(span: Span, citations: int) -> Iterator[Span]:
    start = 0
    for mark in _MARK.finditer(span.text):
        number = int(mark.group(1))
        if 1 <= number <= citations:
            yield replace(span, text=span.text[start : mark.start()].rstrip(" "))
            yield Span(str(number), "cite")
            start = mark.end()
    yield replace(span, text=span.text[start:])


def _linked(span: Span) -> Iterator[Span]:
    if span.kind:
        yield span
        return
    start = 0
    for found in _ADDRESS.finditer(span.text):
        yield replace(span, text=span.text[start : found.start()])
        yield Span(found.group(), "link", found.group())
        start = found.end()
    yield replace(span, text=span.text[start:])


def _merged(spans: Iterator[Span]) -> Iterator[Span]:
    """Joins neighbours of one look and drops what is empty."""
    last: Span | None = None
    for span in spans:
        if not span.text:
            continue
        if last and last.kind != "cite" and replace(last, text="") == replace(span, text=""):
            last = replace(last, text=last.text + span.text)
            continue
        if last:
            yield last
        last = span
    if last:
        yield last


def _safe(href: str) -> str:
    """The address when a browser may follow it: http, https, mailto or tel; otherwise nothing."""
    try:
        scheme = urlsplit(href).scheme
    except ValueError:
        return ""
    return href if scheme in ("http", "https", "mailto", "tel") else ""
