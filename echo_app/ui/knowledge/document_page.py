"""/knowledge/DOCUMENT: its text as the passages answers come from; `?chunk=` marks the one a citation meant."""

from typing import Any

import reflex as rx

from echo_app.ui.components.button import button, inner_link, link_button
from echo_app.ui.components.feedback import empty_state, error_panel, skeleton_rows
from echo_app.ui.components.moment import relative_time
from echo_app.ui.components.tag import tag
from echo_app.ui.knowledge.document_state import STRETCH, DocumentState
from echo_app.ui.knowledge.rows import PassageLine
from echo_app.ui.knowledge.views import ask_delete
from echo_app.ui.session import SignedInState
from echo_app.ui.shell import bar, shell


def add_to(app: rx.App) -> None:
    app.add_page(
        page,
        route="/knowledge/[document]",
        title="Document · Echo",
        on_load=[SignedInState.entered, DocumentState.opened, DocumentState.follow],
    )


def page() -> rx.Component:
    shown = DocumentState.shown
    return shell(
        bar(
            rx.cond(shown.title != "", shown.title, "Document"),
            rx.cond(shown.state != "", tag(shown.state, meaning=shown.meaning), rx.fragment()),
            actions=[
                rx.cond(
                    DocumentState.may_write_knowledge & (shown.id != ""),
                    ask_delete(shown, DocumentState.delete_confirmed),
                    rx.fragment(),
                )
            ],
            back="/knowledge",
        ),
        rx.el.div(
            rx.el.div(_content(), class_name="max-w-3xl mx-auto px-6 py-6 max-sm:px-4"),
            class_name="flex-1 min-h-0 overflow-auto",
        ),
        here="knowledge",
    )


def _content() -> rx.Component:
    failed = error_panel(
        "The document could not be shown",
        DocumentState.load_error,
        DocumentState.load_code,
        link_button("Go to the documents", href="/knowledge"),
    )
    return rx.cond(
        DocumentState.loaded,
        rx.cond(DocumentState.load_error != "", failed, _document()),
        skeleton_rows(5, "h-24"),
    )


def _document() -> rx.Component:
    shown = DocumentState.shown
    return rx.el.div(
        rx.el.p(
            shown.detail,
            " · changed ",
            relative_time(shown.changed_at),
            rx.cond(
                shown.url != "",
                rx.el.span(
                    " · ",
                    rx.el.a(shown.url, href=shown.url, class_name="text-accent-text underline break-all"),
                ),
                rx.fragment(),
            ),
            class_name="text-13 text-muted",
        ),
        rx.cond(
            shown.failed,
            error_panel(
                "This document could not be read",
                shown.error,
                shown.error_code,
                rx.cond(
                    DocumentState.may_write_knowledge,
                    button("Retry", on_click=DocumentState.retry_clicked),
                    rx.fragment(),
                ),
            ),
            rx.cond(DocumentState.passages.length() > 0, _passages(), _not_yet()),
        ),
        class_name="grid gap-4 grid-cols-[minmax(0,1fr)]",
    )


def _not_yet() -> rx.Component:
    return empty_state("hourglass", "Being read", "Its passages appear here as soon as they can be found.")


def _passages() -> rx.Component:
    def stretch(words: str, there: Any, start: Any) -> rx.Component:
        turn = button(words, on_click=DocumentState.stretch_wanted(start))
        return rx.cond(there, rx.el.div(turn, class_name="flex justify-center"), rx.fragment())

    before = DocumentState.before
    return rx.el.div(
        stretch("Earlier passages", before > 0, before - STRETCH),
        rx.el.ol(
            rx.foreach(DocumentState.passages, _passage),
            id="passages",
            class_name="grid gap-3 grid-cols-[minmax(0,1fr)]",
        ),
        stretch("Later passages", DocumentState.after > 0, before + DocumentState.passages.length()),
        class_name="grid gap-4 grid-cols-[minmax(0,1fr)]",
    )


def _passage(passage: rx.Var[PassageLine]) -> rx.Component:
    marked = "border-accent bg-accent-soft"
    return rx.el.li(
        rx.el.div(
            rx.el.span(passage.place, class_name="text-12 text-muted truncate"),
            rx.cond(passage.wanted, tag("This passage", class_name="!bg-surface-1"), rx.fragment()),
            inner_link(
                "Link",
                rx.el.span(" to this passage", class_name="sr-only"),
                href=passage.href,
                class_name="ml-auto text-12 text-accent-text underline shrink-0",
            ),
            class_name="flex items-center gap-2",
        ),
        rx.el.p(passage.text, class_name="whitespace-pre-wrap break-words text-14 text-strong"),
        id=passage.id,
        custom_attrs={"data-wanted": rx.cond(passage.wanted, "true", rx.Var("undefined"))},
        class_name=rx.cond(
            passage.wanted,
            f"rounded-10 border p-3.5 grid gap-1.5 {marked}",
            "rounded-10 border p-3.5 grid gap-1.5 border-line",
        ),
    )
