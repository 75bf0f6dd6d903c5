"""Pages of a list: items, and an opaque cursor to the next ones."""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True)
class Page(Generic[Item]):
    """`next` is the cursor of the following page, None at the end."""

    items: list[Item]
    next: str | None


def cursor(*position: Any) -> str:
    """Packs a row's sort key into a cursor. Values must be JSON."""
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode().rstrip("=")


def position(text: str, length: int) -> list[Any]:
    """The sort key inside a cursor: texts, and whole numbers that a column of Postgres can hold.

    Raises ValueError when it was not made by `cursor` with that length.
    """
    try:
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError, RecursionError) as broken:
        raise ValueError("not a cursor") from broken
    if not isinstance(values, list) or len(values) != length or not all(map(_fits, values)):
        raise ValueError("not a cursor")
    return values


def _fits(value: Any) -> bool:
    return isinstance(value, str) or (type(value) is int and abs(value) < 2**63)
