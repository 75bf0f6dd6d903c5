"""Numbers, places and languages as people say them."""

from collections.abc import Sequence

# Those whose words are cut to their stems; a source may be in any other.
LANGUAGES = {
    "en": "English",
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "it": "Italian",
    "nl": "Dutch",
}


def language_name(code: str | None) -> str:
    """`German` for `de`; a code without a name here as it stands; nothing for none."""
    return LANGUAGES.get(code or "", (code or "").upper())


def place(heading: str, page: int | None, title: str = "") -> str:
    """Where in a document: its headings, its page, or nothing. Headings need not begin with its title."""
    path = heading.split(" > ")
    below = path[1:] if path[0] == title else path
    return listed([" › ".join(below), f"page {page}" if page else ""])


def size(number: int) -> str:
    """Bytes as people say them."""
    if number < 1_000:
        return counted(number, "byte")
    return f"{number / 1_000:.0f} kB" if number < 100_000 else f"{number / 1_000_000:.1f} MB"


def counted(number: int, noun: str) -> str:
    """`1 page`, `1,204 pages`; of `-y` the plural ends in `-ies`."""
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} {noun[:-1]}ies" if noun.endswith("y") else f"{number:,} {noun}s"


def time_left(seconds: int | float | None) -> str:
    """`about 20 s left`, `about 3 min left`; nothing when it cannot be told."""
    if seconds is None:
        return ""
    if seconds < 90:
        return f"about {max(1, round(seconds))} s left"
    if seconds < 5_400:
        return f"about {round(seconds / 60)} min left"
    return f"about {round(seconds / 3_600)} h left"


def listed(parts: Sequence[str], between: str = " · ") -> str:
    """Those that say something."""
    return between.join(part for part in parts if part)


def dollars(micro: int) -> str:
    """Micro-dollars as people say them: `$0.02`, `less than $0.01`, `nothing`."""
    if micro <= 0:
        return "nothing"
    if micro < 10_000:
        return "less than $0.01"
    return f"${micro / 1_000_000:,.2f}"
