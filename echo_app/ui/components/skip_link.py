"""A link within the page. Reflex makes each `a` a link of its router, which would go to another address first."""

import reflex as rx
from reflex_components_core.el.element import Element


class AnchorLink(Element):
    """A plain HTML link."""

    tag = "a"

    href: rx.Var[str]


def skip_link(words: str, element_id: str, class_name: str) -> rx.Component:
    """First on a page, for the keyboard: past what every page repeats, to the element with that id."""
    return AnchorLink.create(words, href=f"#{element_id}", class_name=class_name)
