"""A menu of deeds behind one button (Base UI's behaviour, our look)."""

from typing import Any

import reflex as rx

from echo_app.ui.components.base_ui import menu_part
from echo_app.ui.components.icon import icon as draw

_POPUP = "z-50 min-w-44 p-1 rounded-10 border border-line bg-surface-1 shadow-lift text-14 outline-none"
_ITEM = (
    "flex items-center gap-2 w-full px-2 py-1.5 rounded-6 text-left text-strong select-none outline-none "
    "data-[highlighted]:bg-surface-2 data-[disabled]:opacity-60"
)


def menu(
    trigger: rx.Component, *items: rx.Component, label: str, side: str = "bottom", align: str = "end"
) -> rx.Component:
    """`trigger` is a button; `items` come from menu_item; `label` names the place that they open in.

    It opens at the end of the document, outside the page's landmarks, so it is one of its own (axe: region).
    """
    return menu_part(
        "Root",
        menu_part("Trigger", render_=trigger),
        menu_part(
            "Portal",
            menu_part(
                "Positioner",
                rx.el.section(
                    menu_part("Popup", *items, class_name=_POPUP), custom_attrs={"aria-label": label}
                ),
                side=side,
                align=align,
                side_offset=6,
            ),
        ),
    )


def menu_item(words: Any, on_click: Any, *, icon: str | None = None, danger: bool = False) -> rx.Component:
    """One deed of a menu."""
    return menu_part(
        "Item",
        *([draw(icon)] if icon else []),
        words,
        on_click=on_click,
        class_name=_ITEM + (" !text-bad" if danger else ""),
    )
