"""Trying what the assistant would find: a question, and the passages that fit it best."""

import reflex as rx

from echo_app.ui.components.button import button, inner_link
from echo_app.ui.components.field import FIELD
from echo_app.ui.knowledge.rows import HitLine
from echo_app.ui.knowledge.state import KnowledgeState


def search_card() -> rx.Component:
    return rx.el.div(
        rx.el.h2("Try a search", class_name="text-12 font-semibold text-muted"),
        rx.el.form(
            rx.el.input(
                name="q",
                type="search",
                default_value=KnowledgeState.query,
                key=KnowledgeState.query,
                placeholder="Ask as a customer would",
                max_length=500,
                class_name=FIELD,
                custom_attrs={"aria-label": "Question", "data-key": "/"},
            ),
            button("Search", type="submit"),
            on_submit=KnowledgeState.search_sent,
            role="search",
            class_name="flex gap-2 items-center",
        ),
        rx.cond(
            KnowledgeState.searched,
            rx.el.div(
                rx.cond(
                    KnowledgeState.hits.length() > 0,
                    rx.el.ol(
                        rx.foreach(KnowledgeState.hits, _hit),
                        class_name="grid gap-2 grid-cols-[minmax(0,1fr)]",
                    ),
                    rx.el.p(
                        "No passage fits. The assistant would ask a person.", class_name="text-13 text-normal"
                    ),
                ),
                custom_attrs={"aria-live": "polite"},
            ),
            rx.el.p(
                "Shows the passages the assistant would answer from, best first.",
                class_name="text-12 text-muted",
            ),
        ),
        class_name="grid gap-3 grid-cols-[minmax(0,1fr)] border border-line rounded-10 p-3.5",
    )


def _hit(hit: rx.Var[HitLine]) -> rx.Component:
    return rx.el.li(
        inner_link(
            rx.el.span(
                rx.el.span(hit.title, class_name="font-medium truncate"),
                rx.el.span(
                    rx.el.span("score ", class_name="sr-only"),
                    hit.score,
                    class_name="ml-auto text-12 text-muted tabular-nums",
                ),
                class_name="flex gap-2",
            ),
            rx.cond(
                hit.place != "",
                rx.el.span(hit.place, class_name="block text-12 text-muted truncate"),
                rx.fragment(),
            ),
            rx.el.span(hit.words, class_name="text-13 text-normal line-clamp-4 mt-1"),
            href=hit.href,
            class_name="block no-underline text-strong rounded-6 p-2 bg-surface-2 hover:bg-surface-3",
        )
    )
