"""Blocks and spans of `prose` as elements. Who shows a kind of their own hands it in as a further case."""

from typing import Any

import reflex as rx

from echo_app.ui.components.prose import Span

Case = tuple[str, rx.Component]


def block_view(block: Any, spans: rx.Component, *further: Case) -> rx.Component:
    """`block` is a var with the fields of a Block; `spans` are its spans' elements."""
    return rx.match(
        block.kind,
        (
            "item",
            rx.el.div(
                rx.el.span(block.bullet, class_name="shrink-0 min-w-4 tabular-nums"),
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
                class_name="font-mono text-13 whitespace-pre-wrap rounded-6 bg-surface-2 text-strong p-2",
            ),
        ),
        *further,
        rx.el.p(spans),
    )


def span_view(span: rx.Var[Span], *further: Case) -> rx.Component:
    """A run of text in its look."""
    return rx.match(
        span.kind,
        ("strong", rx.el.strong(span.text, class_name="font-semibold whitespace-pre-wrap")),
        ("em", rx.el.em(span.text, class_name="whitespace-pre-wrap")),
        ("code", rx.el.code(span.text, class_name="font-mono text-13 bg-surface-2 rounded-[4px] px-1")),
        ("mark", rx.el.mark(span.text, class_name="whitespace-pre-wrap")),
        (
            "link",
            rx.el.a(
                span.text,
                href=span.href,
                target="_blank",
                rel="noopener noreferrer nofollow",
                class_name="underline text-accent-text",
            ),
        ),
        *further,
        rx.el.span(span.text, class_name="whitespace-pre-wrap"),
    )
