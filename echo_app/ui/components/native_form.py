"""A form that the browser itself sends, by a full page load: for what sets or clears the session's cookie.

Reflex's own form prevents that, also when it has no handler.
"""

from typing import Any

import reflex as rx
from reflex_components_core.el.element import Element


class NativeForm(Element):
    """A plain HTML form."""

    tag = "form"

    method: rx.Var[str]
    action: rx.Var[str]


def native_form(action: str, *children: Any, **props: Any) -> rx.Component:
    """A form that POSTs to `action`."""
    return NativeForm.create(*children, method="post", action=action, **props)
