"""Dialogs: for a short form, and for asking once before what cannot be undone (Base UI's behaviour, our look)."""

from typing import Any

import reflex as rx

from echo_app.ui.components.base_ui import dialog_part
from echo_app.ui.components.button import button, classes, icon_button

_VEIL = (
    "fixed inset-0 z-40 bg-veil transition-opacity duration-150 "
    "data-[starting-style]:opacity-0 data-[ending-style]:opacity-0"
)
_POPUP = (
    "fixed z-50 left-1/2 top-[12vh] -translate-x-1/2 w-[calc(100vw-2rem)] max-h-[80vh] overflow-auto rounded-10 "
    "border border-line bg-surface-1 shadow-lift p-5 grid gap-4 transition-opacity duration-150 "
    "data-[starting-style]:opacity-0 data-[ending-style]:opacity-0"
)


def dialog(
    title: Any,
    *children: Any,
    description: Any = None,
    trigger: rx.Component | None = None,
    width: str = "max-w-lg",
    **root: Any,
) -> rx.Component:
    """A dialog opened by its trigger, or by `open` (a var) with `on_open_change` (a deed taking the new bool).

    Esc and a click outside close it; the focus stays inside and returns to the trigger.
    """
    return dialog_part(
        "Root",
        *([dialog_part("Trigger", render_=trigger)] if trigger is not None else []),
        dialog_part(
            "Portal",
            dialog_part("Backdrop", class_name=_VEIL),
            dialog_part(
                "Popup",
                rx.el.div(
                    dialog_part("Title", title, class_name="text-16 font-semibold text-strong"),
                    dialog_part(
                        "Close",
                        render_=rx.el.button(
                            rx.icon("x", size=16),
                            type="button",
                            class_name=classes("quiet", "w-7 !px-0 -mr-2 -mt-1"),
                            custom_attrs={"aria-label": "Close"},
                        ),
                    ),
                    class_name="flex items-start justify-between gap-4",
                ),
                *(
                    [dialog_part("Description", description, class_name="text-14 text-normal -mt-2")]
                    if description is not None
                    else []
                ),
                *children,
                class_name=f"{_POPUP} {width}",
            ),
        ),
        **root,
    )


def closing(trigger: rx.Component) -> rx.Component:
    """A button that closes the dialog it stands in, and does its own on_click."""
    return dialog_part("Close", render_=trigger)


def actions(*buttons: rx.Component) -> rx.Component:
    """The dialog's last row."""
    return rx.el.div(*buttons, class_name="flex justify-end gap-2 flex-wrap")


def ask_once(title: Any, losing: Any, verb: str, on_confirm: Any, *, trigger: rx.Component) -> rx.Component:
    """Asks before what cannot be undone. `losing` names what will be lost; `verb` is the deed's word."""
    return dialog(
        title,
        actions(
            closing(button("Cancel")),
            closing(button(verb, kind="danger", on_click=on_confirm)),
        ),
        description=losing,
        trigger=trigger,
        width="max-w-md",
    )


def close_icon(label: str = "Close", **props: Any) -> rx.Component:
    """A cross."""
    return icon_button("x", label, **props)
