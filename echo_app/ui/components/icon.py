"""Lucide icons, 16 px, decoration beside a label: never alone."""

import reflex as rx


def icon(name: str, size: int = 16, class_name: str = "") -> rx.Component:
    """`name` is lucide's (https://lucide.dev), such as `book-open`."""
    return rx.icon(
        name.replace("-", "_"),
        size=size,
        class_name=f"shrink-0 {class_name}",
        custom_attrs={"aria-hidden": "true"},
    )
