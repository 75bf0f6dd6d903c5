"""Tables: headed columns, numbers on the right with even digits; less important columns leave a narrow screen."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from echo_app.ui.components.icon import icon


@dataclass(frozen=True)
class Column:
    """`number` aligns right; `wide` is hidden under 640 px; a `hidden_title` is read to screen readers alone.

    `sort` names what a click on the title sorts by.
    """

    title: str
    number: bool = False
    wide: bool = False
    hidden_title: bool = False
    sort: str = ""


def table(
    caption: str,
    columns: list[Column],
    rows: Any,
    *,
    sorted_by: Any = "",
    descending: Any = False,
    on_sort: Any = None,
) -> rx.Component:
    """`rows` are rx.el.tr of `cell`s, or an rx.foreach of them; the caption is for screen readers.

    `sorted_by` (text) and `descending` (bool) are vars of how it is sorted; `on_sort` takes a column's `sort`.
    """
    return rx.el.table(
        rx.el.caption(caption, class_name="sr-only"),
        rx.el.thead(
            rx.el.tr(
                *[
                    rx.el.th(
                        _sorter(column, sorted_by, descending, on_sort)
                        if column.sort
                        else rx.el.span(column.title, class_name="sr-only" if column.hidden_title else ""),
                        scope="col",
                        custom_attrs=_sorted_as(column, sorted_by, descending),
                        class_name="px-2 py-1.5 text-12 font-medium text-muted border-b border-line "
                        + _place(column),
                    )
                    for column in columns
                ]
            )
        ),
        rx.el.tbody(rows),
        class_name="w-full border-collapse text-14",
    )


def _sorter(column: Column, sorted_by: Any, descending: Any, on_sort: Any) -> rx.Component:
    mark = rx.cond(descending, icon("arrow-down", size=12), icon("arrow-up", size=12))
    return rx.el.button(
        column.title,
        rx.cond(sorted_by == column.sort, mark, rx.fragment()),
        type="button",
        title=f"Sort by {column.title.lower()}",
        on_click=on_sort(column.sort),
        class_name="inline-flex items-center gap-1 font-medium hover:text-strong max-sm:h-8",
    )


def _sorted_as(column: Column, sorted_by: Any, descending: Any) -> dict[str, Any]:
    if not column.sort:
        return {}
    way = rx.cond(descending, "descending", "ascending")
    return {"aria-sort": rx.cond(sorted_by == column.sort, way, "none")}


def row(*cells: rx.Component, **props: Any) -> rx.Component:
    """One row."""
    return rx.el.tr(*cells, class_name="border-b border-line hover:bg-surface-2/60", **props)


def cell(*children: Any, number: bool = False, wide: bool = False, class_name: str = "") -> rx.Component:
    """One cell, placed like its column."""
    return rx.el.td(
        *children, class_name=f"px-2 py-2 align-middle {_place(Column('', number, wide))} {class_name}"
    )


def _place(column: Column) -> str:
    side = "text-right tabular-nums whitespace-nowrap" if column.number else "text-left"
    return side + (" max-sm:hidden" if column.wide else "")
