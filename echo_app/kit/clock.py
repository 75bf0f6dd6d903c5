"""The time, always in UTC."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment with its zone, UTC."""
    return datetime.now(UTC)


def milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970-01-01T00:00Z."""
    return int(moment.timestamp() * 1000)
