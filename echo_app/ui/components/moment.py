"""Times as people say them, in their own zone."""

from typing import Any, Literal

import reflex as rx

_LIBRARY = rx.asset("moment.jsx", shared=True).importable_path


class RelativeTime(rx.Component):
    """See moment.jsx."""

    library = _LIBRARY
    tag = "RelativeTime"

    at: rx.Var[str]
    kind: rx.Var[str]


def relative_time(
    at: Any, *, kind: Literal["long", "short", "clock"] = "long", class_name: str = ""
) -> rx.Component:
    """`at` is ISO 8601 with its zone. long: `3 minutes ago`; short: `3 min`; clock: `09:41`; hover: in full."""
    return RelativeTime.create(at=at, kind=kind, class_name=class_name)
