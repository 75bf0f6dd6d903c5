"""A person as initials on a colour that belongs to their id."""

from typing import Any

import reflex as rx


def initials_of(name: str) -> str:
    """Two letters of a name, or `?` of none: the first of the first and of the last word."""
    words = [word for word in name.split() if word[0].isalnum() or word[0] == "+"]
    if not words:
        return "?"
    if len(words) == 1:
        return words[0][:2].upper()
    return (words[0][0] + words[-1][0]).upper()


def avatar(initials: Any, colour: Any, *, size: int = 28) -> rx.Component:
    """`colour` is theme.avatar_colour(id), a number or a var of one. Decoration: the name stands beside it."""
    return rx.el.span(
        initials,
        class_name="inline-grid place-items-center shrink-0 rounded-full font-semibold text-on-accent select-none",
        style={
            "background": f"var(--avatar-{colour})",
            "width": f"{size}px",
            "height": f"{size}px",
            "fontSize": "12px" if size >= 28 else "10px",
        },
        custom_attrs={"aria-hidden": "true"},
    )
