"""Blocks of a document's text as elements."""

from typing import Any

import reflex as rx

from echo_app.ui.components.prose_view import block_view, span_view
from echo_app.ui.knowledge.reader import ReadBlock


def prose(blocks: Any) -> rx.Component:
    """`blocks` is a var of ReadBlocks."""
    return rx.el.div(
        rx.foreach(blocks, _block),
        class_name="grid gap-2 grid-cols-[minmax(0,1fr)] text-14 text-strong [overflow-wrap:anywhere]",
    )


def _block(block: rx.Var[ReadBlock]) -> rx.Component:
    return block_view(block, rx.foreach(block.spans, span_view), ("table", _table(block.rows)))


def _table(rows: Any) -> rx.Component:
    cell = "px-2 py-1 border border-line text-left align-top"
    return rx.el.div(
        rx.el.table(
            rx.el.tbody(
                rx.foreach(
                    rows,
                    lambda row, number: rx.el.tr(
                        rx.foreach(
                            row,
                            lambda words: rx.cond(
                                number == 0,
                                rx.el.th(words, scope="col", class_name=f"{cell} font-medium bg-surface-2"),
                                rx.el.td(words, class_name=cell),
                            ),
                        )
                    ),
                )
            ),
            class_name="border-collapse text-13",
        ),
        tab_index=0,
        class_name="overflow-x-auto",
    )
