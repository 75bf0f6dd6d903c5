"""The palette (Ctrl-K), the list of keys (`?`) and the keys themselves: all in the browser."""

from typing import ClassVar

import reflex as rx

from echo_app.ui.components.base_ui import PACKAGE

_LIBRARY = rx.asset("palette.jsx", shared=True).importable_path


class Palette(rx.Component):
    """See palette.jsx. `pages`: list of {label, href, letter}."""

    library = _LIBRARY
    tag = "Palette"
    lib_dependencies: ClassVar[list[str]] = [PACKAGE]

    pages: rx.Var[list[dict[str, str]]]
