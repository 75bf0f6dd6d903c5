"""Never a blank: what stands where nothing stands yet, what went wrong, how far something has come."""

from typing import Any

import reflex as rx
from reflex.event import EventSpec

from echo_app.ui.components.icon import icon as draw


def empty_state(icon: str, title: Any, words: Any, *actions: rx.Component) -> rx.Component:
    """Says what the page is for and offers its first deed."""
    return rx.el.div(
        rx.el.div(
            draw(icon, size=20),
            class_name="grid place-items-center size-10 rounded-10 bg-surface-2 text-muted",
        ),
        rx.el.h2(title, class_name="text-16 font-semibold"),
        rx.el.p(words, class_name="text-14 text-normal max-w-96"),
        rx.el.div(*actions, class_name="flex flex-wrap justify-center gap-2 mt-1"),
        class_name="flex flex-col items-center justify-center text-center gap-2 px-6 py-16",
    )


def error_panel(title: Any, words: Any, code: Any, *actions: rx.Component) -> rx.Component:
    """What happened, what was kept, what to do, and the code to quote."""
    return rx.el.div(
        draw("circle-alert", class_name="text-bad mt-0.5"),
        rx.el.div(
            rx.el.p(title, class_name="font-medium text-strong"),
            rx.el.p(words, class_name="text-normal"),
            rx.el.p(
                "Code: ", rx.el.code(code, class_name="font-mono"), class_name="text-12 text-normal mt-1"
            ),
            *([rx.el.div(*actions, class_name="flex gap-2 mt-2")] if actions else []),
            class_name="min-w-0",
        ),
        role="alert",
        class_name="flex gap-2.5 p-3 rounded-10 bg-bad-soft text-14",
    )


def skeleton(class_name: str) -> rx.Component:
    """A grey shape of what comes; give it its size, such as `h-4 w-40`."""
    return rx.el.div(class_name=f"echo-skeleton {class_name}", custom_attrs={"aria-hidden": "true"})


def skeleton_rows(number: int = 5, height: str = "h-10") -> rx.Component:
    """Rows to come."""
    return rx.el.div(
        *[skeleton(f"{height} w-full") for _ in range(number)],
        rx.el.span("Loading", class_name="sr-only", role="status"),
        class_name="grid gap-2",
    )


def progress(value: Any, total: Any, words: Any, label: str) -> rx.Component:
    """How far it has come: a bar and the numbers in words, such as `143 of 300 pages, about 20 s left`."""
    return rx.el.div(
        rx.el.div(words, class_name="text-13 text-normal tabular-nums"),
        rx.el.progress(
            value=value, max=total, class_name="w-full h-1.5 block", custom_attrs={"aria-label": label}
        ),
        class_name="grid gap-1.5",
    )


def done(words: str, undo: Any = None) -> EventSpec:
    """The result of a deed, in a toast for 5 seconds; with `undo` (an event) it can be taken back there."""
    if undo is None:
        return rx.toast(words, duration=5000)
    return rx.toast(words, duration=5000, action={"label": "Undo", "on_click": undo})
