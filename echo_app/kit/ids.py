"""Ids: UUIDv7 inside (sortable by time, RFC 9562 section 5.7), a prefix and 32 hex digits outside."""

import os
import time
from uuid import UUID


def new_id() -> UUID:
    """A fresh UUIDv7: 48 bits of Unix milliseconds, the rest random."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & 0xFFFFFFFFFFFF) << 80 | random
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)


def encode(prefix: str, value: UUID) -> str:
    """The outside form, for example `conv_0193…`."""
    return f"{prefix}_{value.hex}"


def decode(prefix: str, text: object) -> UUID:
    """The inside form of an outside id.

    Raises ValueError when it is not a string of that prefix and 32 lower-case hex digits.
    """
    if not isinstance(text, str) or not text.startswith(prefix + "_"):
        raise ValueError(f"not an id of the form {prefix}_…")
    digits = text[len(prefix) + 1 :]
    if len(digits) != 32 or not set(digits) <= set("0123456789abcdef"):
        raise ValueError(f"not an id of the form {prefix}_…")
    return UUID(hex=digits)
