"""The words behind an icon, shown on hover and focus (Base UI's behaviour, our look)."""

from typing import Any

import reflex as rx

from echo_app.ui.components.base_ui import tooltip_part

_POPUP = "z-50 max-w-72 px-2 py-1 rounded-6 bg-strong text-surface-1 text-12 shadow-lift"


def tooltip(trigger: rx.Component, words: Any, *, key: str | None = None) -> rx.Component:
    """Wraps a focusable element. The words must be its accessible name or description as well."""
    return tooltip_part(
        "Root",
        tooltip_part("Trigger", render_=trigger, delay=300),
        tooltip_part(
            "Portal",
            tooltip_part(
                "Positioner",
                tooltip_part("Popup", words, *([f" ({key})"] if key else []), class_name=_POPUP),
                side_offset=6,
            ),
        ),
    )
