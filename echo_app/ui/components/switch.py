"""A switch: on or off at once, without a button to save."""

from typing import Any

import reflex as rx


def switch(label: Any, on: Any, on_change: Any, *, disabled: Any = False) -> rx.Component:
    """`on` is a bool var; `on_change` the event that turns it over; `label` names it to screen readers."""
    return rx.el.button(
        rx.el.span(
            class_name=rx.cond(
                on,
                "block size-4 rounded-full bg-on-accent translate-x-4 transition-transform duration-100",
                "block size-4 rounded-full bg-surface-1 transition-transform duration-100",
            )
        ),
        type="button",
        role="switch",
        on_click=on_change,
        disabled=disabled,
        custom_attrs={"aria-checked": rx.cond(on, "true", "false"), "aria-label": label},
        class_name=rx.cond(
            on,
            "w-10 h-6 p-1 rounded-full bg-accent disabled:opacity-60 shrink-0",
            "w-10 h-6 p-1 rounded-full bg-edge disabled:opacity-60 shrink-0",
        ),
    )
