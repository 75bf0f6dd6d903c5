"""Two panels behind a reply: why this answer, and a cited passage."""

import reflex as rx

from echo_app.ui.components.button import link_button
from echo_app.ui.components.dialog import actions, closing, dialog
from echo_app.ui.components.tag import tag
from echo_app.ui.inbox.details import facts
from echo_app.ui.inbox.why_state import PassageRow, WhyState


def why_dialog() -> rx.Component:
    return dialog(
        "Why this answer",
        rx.cond(
            WhyState.found,
            rx.el.div(
                _part(
                    "Passages found",
                    rx.cond(
                        WhyState.passages.length() > 0,
                        rx.el.ol(rx.foreach(WhyState.passages, _passage), class_name="grid gap-2"),
                        rx.el.p("None: the documents hold nothing about it.", class_name="text-normal"),
                    ),
                ),
                _part("Model", rx.el.p(WhyState.model, class_name="font-mono text-13")),
                rx.cond(
                    WhyState.timings.length() > 0,
                    _part("Time", facts(WhyState.timings, "160px")),
                    rx.fragment(),
                ),
                rx.cond(
                    WhyState.attempts.length() > 0,
                    _part(
                        "Attempts",
                        rx.el.ol(
                            rx.foreach(WhyState.attempts, lambda words: rx.el.li(words)),
                            class_name="grid gap-1 text-normal",
                        ),
                    ),
                    rx.fragment(),
                ),
                class_name="grid gap-4",
            ),
            rx.el.p("Nothing was kept about how this reply came about.", class_name="text-normal"),
        ),
        description="What was found in the documents, best first, and how long it took.",
        open=WhyState.why_open,
        on_open_change=WhyState.why_shown,
        width="max-w-xl",
    )


def passage_dialog() -> rx.Component:
    passage = WhyState.passage
    return dialog(
        passage.title,
        rx.el.blockquote(
            passage.before,
            rx.el.mark(passage.quote),
            passage.after,
            tab_index=0,
            class_name="max-h-[45vh] overflow-y-auto border-l-2 border-line pl-3 text-normal whitespace-pre-wrap "
            "[overflow-wrap:anywhere]",
        ),
        rx.cond(
            passage.href != "",
            actions(closing(link_button("Open in Knowledge", href=passage.href, kind="primary"))),
            rx.el.p("The document is gone; its quote was kept.", class_name="text-13 text-muted"),
        ),
        description=rx.cond(passage.where != "", passage.where, "The cited passage"),
        open=WhyState.passage_open,
        on_open_change=WhyState.passage_shown,
    )


def _part(title: str, content: rx.Component) -> rx.Component:
    return rx.el.section(rx.el.h3(title, class_name="text-12 font-semibold text-muted mb-1.5"), content)


def _passage(passage: rx.Var[PassageRow]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.div(passage.title, class_name="text-strong"),
            rx.el.div(passage.where, class_name="text-12 text-muted"),
            class_name="min-w-0 flex-1 [overflow-wrap:anywhere]",
        ),
        rx.cond(passage.cited, tag("Cited", meaning="accent"), rx.fragment()),
        rx.el.span(
            passage.score, title="Score", class_name="text-13 tabular-nums text-normal w-12 text-right"
        ),
        class_name="flex items-start gap-2",
    )
