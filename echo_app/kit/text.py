"""Text that came from outside: is it text, and its beginning for a list."""

import re
import unicodedata

_SPACE = re.compile(r"\s+")


def is_text(value: str) -> bool:
    """False when it holds NUL, other control characters or lone surrogates: bytes that posed as text."""
    return not any(
        unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\r\t" for character in value
    )


def preview(value: str, length: int = 120) -> str:
    """One line of at most `length` characters, cut with an ellipsis."""
    line = _SPACE.sub(" ", value).strip()
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"
