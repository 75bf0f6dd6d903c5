"""The palette (Ctrl-K), the list of keys (`?`) and the keys themselves: all in the browser."""

import reflex as rx
from reflex_components_internal.components.base_ui import BaseUIComponent

_LIBRARY = rx.asset("palette.jsx", shared=True).importable_path


class Palette(BaseUIComponent):
    """See palette.jsx. `pages`: list of {label, href, letter}."""

    library = _LIBRARY
    tag = "Palette"

    pages: rx.Var[list[dict[str, str]]]
