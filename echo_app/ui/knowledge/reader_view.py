"""Blocks of a document's text as elements."""

from typing import Any

import reflex as rx

from echo_app.ui.inbox.prose import Span
from echo_app.ui.knowledge.reader import ReadBlock


def prose(blocks: Any) -> rx.Component:
    """`blocks` is a var of ReadBlocks."""
    return rx.el.div(
        rx.foreach(blocks, _block),
        class_name="grid gap-2 grid-cols-[minmax(0,1fr)] text-14 text-strong [overflow-wrap:anywhere]",
    )


def _block(block: rx.Var[ReadBlock]) -> rx.Component:
    spans = rx.foreach(block.spans, span)
    return rx.match(
        block.kind,
        (
            "item",
            rx.el.div(
                rx.el.span(block.bullet, class_name="shrink-0 min-w-4 tabular-nums text-muted"),
                rx.el.div(spans, class_name="min-w-0"),
                class_name="flex gap-1",
                style={"paddingLeft": rx.Var.create("calc(16px * ") + block.depth.to_string() + ")"},
            ),
        ),
        ("h", rx.el.p(spans, class_name="font-semibold")),
        (
            "code",
            rx.el.pre(
                spans,
                tab_index=0,
                class_name="font-mono text-13 whitespace-pre-wrap rounded-6 bg-surface-2 p-2",
            ),
        ),
        ("table", _table(block.rows)),
        rx.el.p(spans),
    )


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


def span(run: rx.Var[Span]) -> rx.Component:
    """A run of text in its look."""
    return rx.match(
        run.kind,
        ("strong", rx.el.strong(run.text, class_name="font-semibold whitespace-pre-wrap")),
        ("em", rx.el.em(run.text, class_name="whitespace-pre-wrap")),
        ("code", rx.el.code(run.text, class_name="font-mono text-13 bg-surface-2 rounded-[4px] px-1")),
        ("mark", rx.el.mark(run.text, class_name="whitespace-pre-wrap")),
        (
            "link",
            rx.el.a(
                run.text,
                href=run.href,
                target="_blank",
                rel="noopener noreferrer nofollow",
                class_name="underline text-accent-text",
            ),
        ),
        rx.el.span(run.text, class_name="whitespace-pre-wrap"),
    )
