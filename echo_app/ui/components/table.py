"""Tables: headed columns, numbers on the right with even digits; less important columns leave a narrow screen."""

from dataclasses import dataclass
from typing import Any

import reflex as rx


@dataclass(frozen=True)
class Column:
    """`number` aligns right; `wide` is hidden under 640 px; `label` alone (no title) is read to screen readers."""

    title: str
    number: bool = False
    wide: bool = False
    hidden_title: bool = False


def table(caption: str, columns: list[Column], rows: Any) -> rx.Component:
    """`rows` are rx.el.tr of `cell`s, or an rx.foreach of them; the caption is for screen readers."""
    return rx.el.table(
        rx.el.caption(caption, class_name="sr-only"),
        rx.el.thead(
            rx.el.tr(
                *[
                    rx.el.th(
                        rx.el.span(column.title, class_name="sr-only" if column.hidden_title else ""),
                        scope="col",
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
