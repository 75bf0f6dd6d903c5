"""Markdown's inline marks taken off, for headings and for sentences that are shown as plain words."""

import re

_IMAGE = re.compile(r"!\[([^\]\n]*)\]\([^)\s]*(?:\s+\"[^\"]*\")?\)")
_LINK = re.compile(r"\[([^\]\n]+)\]\(\s*<?([^)\s>]*)>?(?:\s+\"[^\"]*\")?\s*\)")
_REFERENCE = re.compile(r"\[([^\]\n]+)\]\[[^\]\n]*\]")
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^>\s]+|[^>\s@]+@[^>\s]+)>")
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]*>|<!--.*?-->", re.S)
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1", re.S)
_EMPHASIS = re.compile(
    r"(?<![\w*])\*(?=[^\s*])(.+?)(?<=[^\s*])\*(?![\w*])|(?<![\w_])_(?=[^\s_])(.+?)(?<=[^\s_])_(?![\w_])",
    re.S,
)
_CODE = re.compile(r"(`+)(.+?)\1", re.S)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_SPACE = re.compile(r"\s+")


def plain(markdown: str) -> str:
    """The words of a piece of inline Markdown on one line; a link keeps its address in brackets if it is absolute."""
    text = _IMAGE.sub(r"\1", markdown)
    text = _AUTOLINK.sub(lambda match: match.group(1).removeprefix("mailto:"), text)
    text = _LINK.sub(_spelled_out, text)
    text = _REFERENCE.sub(r"\1", text)
    text = _TAG.sub("", text)
    text = _STRONG.sub(r"\2", text)
    text = _EMPHASIS.sub(lambda match: match.group(1) or match.group(2), text)
    text = _CODE.sub(r"\2", text)
    text = _ESCAPE.sub(r"\1", text)
    return _SPACE.sub(" ", text).strip()


def _spelled_out(link: re.Match[str]) -> str:
    label, address = link.group(1), link.group(2)
    if not address.startswith(("http://", "https://")):
        return label
    return address if label in (address, address.split("://", 1)[1].rstrip("/")) else f"{label} ({address})"
