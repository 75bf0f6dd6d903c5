"""The page lost its connection: said in our own words, in the place of Reflex's toast and blinking icon."""

import reflex as rx
from reflex_components_core.core.banner import has_connection_errors

_LIBRARY = rx.asset("connection.jsx", shared=True).importable_path
_PILL = "px-3 py-1.5 rounded-10 text-13 font-medium shadow-lift echo-in"


class ConnectionNotice(rx.Component):
    """See connection.jsx."""

    library = _LIBRARY
    tag = "ConnectionNotice"

    lost: rx.Var[bool]
    lost_class: rx.Var[str]
    back_class: rx.Var[str]


def connection_notice() -> rx.Component:
    """Over every page; empty while the connection stands. Reflex puts the page beside it, into the fragment."""
    notice = ConnectionNotice.create(
        lost=has_connection_errors,
        class_name="fixed z-50 top-2 left-1/2 -translate-x-1/2 w-max max-w-[calc(100vw-1rem)] pointer-events-none",
        lost_class=f"{_PILL} bg-warn-soft text-warn",
        back_class=f"{_PILL} bg-good-soft text-good",
    )
    return rx.fragment(notice)
