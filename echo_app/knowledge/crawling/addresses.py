"""Addresses of pages, folded so that one page has one address, and which of them belong to a crawl.

Folded: case of scheme and host, the default port, the fragment, dots and doubled slashes in the path, percent signs
that say nothing (RFC 3986 section 6.2), tracking parameters and session ids.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, quote, urljoin, urlsplit, urlunsplit

LONGEST = 2_000
_DEFAULT_PORTS = {"http": 80, "https": 443}
# They tell who sent the reader, or who the reader is, and never what is read.
_TRACKING = re.compile(
    r"(?:utm_\w+|gclid|gclsrc|dclid|gbraid|wbraid|fbclid|msclkid|yclid|twclid|ttclid|igshid|mc_[ce]id|_ga|_gl|_hs\w+"
    r"|hsctatracking|mkt_tok|oly_\w+_id|vero_id|ref_src|phpsessid|jsessionid|aspsessionid\w*|cfid|cftoken|sessionid)",
    re.I,
)
_SESSION_IN_PATH = re.compile(r";(?:jsessionid|phpsessid)=[^/?;]*", re.I)
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_KEPT_IN_PATH = "/%:@!$&'()*+,;=-._~"
_KEPT_IN_QUERY = _KEPT_IN_PATH + "?"
_WHITE = re.compile(r"[\x00-\x20\x7f]+")


def canonical(address: str, base: str | None = None) -> str:
    """The one form of an address, absolute; relative ones are read as links of the page `base`.

    Raises ValueError for what is no address of a page: another scheme, no host, a user name in it, too long.
    """
    stripped = _WHITE.sub("", address) if "\n" in address or "\t" in address else address.strip()
    if len(stripped) > LONGEST:
        raise ValueError("the address is too long")
    parts = urlsplit(urljoin(base, stripped) if base else stripped)
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS:
        raise ValueError("not an http or https address")
    if parts.username is not None or parts.password is not None:
        raise ValueError("the address holds a user name")
    host = _host(parts)
    port = parts.port
    place = host if port is None or port == _DEFAULT_PORTS[scheme] else f"{host}:{port}"
    path = re.sub(r"/{2,}", "/", _SESSION_IN_PATH.sub("", parts.path)) or "/"
    if "/." in path:
        path = urlsplit(urljoin(f"{scheme}://{place}/", path)).path or "/"
    query = "&".join(
        pair for pair in parts.query.split("&") if pair and not _TRACKING.fullmatch(pair.partition("=")[0])
    )
    found = urlunsplit((scheme, place, _escaped(path, _KEPT_IN_PATH), _escaped(query, _KEPT_IN_QUERY), ""))
    if len(found) > LONGEST:
        raise ValueError("the address is too long")
    return found


def host_of(address: str) -> str:
    """`host` or `host:port` of a canonical address."""
    return urlsplit(address).netloc


def path_of(address: str) -> str:
    """Path and query, as filters see them."""
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def is_trap(address: str) -> bool:
    """Whether an address has the look of one that software makes without end: a part that comes again and again
    (`/a/b/a/b/a/b`), very many parts, or very many parameters."""
    parts = urlsplit(address)
    segments = [segment for segment in parts.path.split("/") if segment]
    often = max((segments.count(segment) for segment in set(segments)), default=0)
    return often > 3 or len(segments) > 20 or len(parse_qsl(parts.query, keep_blank_values=True)) > 8


@dataclass
class Scope:
    """Which addresses belong to a crawl: one host (with and without `www.`), and the paths that were chosen.

    A pattern is a path: `/help` means it and all below; `*` stands for anything.
    """

    host: str
    include: list[str] = field(default_factory=list)
    exclude: list[str] = field(default_factory=list)

    def has_host(self, address: str) -> bool:
        return host_of(address).removeprefix("www.") == self.host.removeprefix("www.")

    def has(self, address: str) -> bool:
        path = path_of(address)
        if not self.has_host(address) or any(matches(pattern, path) for pattern in self.exclude):
            return False
        return not self.include or any(matches(pattern, path) for pattern in self.include)


def matches(pattern: str, path: str) -> bool:
    """Whether a path filter means this path (with its query). Takes time linear in both."""
    parts = re.sub(r"\*+", "*", pattern if pattern.startswith(("/", "*")) else f"/{pattern}").split("*")
    if len(parts) == 1:
        whole = parts[0].rstrip("/")
        return path == whole or path.startswith((whole + "/", whole + "?"))
    if not path.startswith(parts[0]):
        return False
    position = len(parts[0])
    for part in parts[1:-1]:
        found = path.find(part, position)
        if found < 0:
            return False
        position = found + len(part)
    return len(path) - len(parts[-1]) >= position and path.endswith(parts[-1])


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    if ":" in host:
        return f"[{host}]"
    if not host.isascii():
        # Only where it is needed: its tables take some megabytes.
        import idna

        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except idna.IDNAError as wrong:
            raise ValueError("the host's name is not valid") from wrong
    if not re.fullmatch(r"[a-z0-9_](?:[a-z0-9._-]{0,252})", host):
        raise ValueError("the host's name is not valid")
    return host


def _escaped(text: str, kept: str) -> str:
    def unescape(match: re.Match[str]) -> str:
        character = chr(int(match[1], 16))
        return character if character in _UNRESERVED else match[0].upper()

    # A percent sign that begins no escape stands for itself.
    sound = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", _ESCAPE.sub(unescape, text))
    return quote(sound, safe=kept)
