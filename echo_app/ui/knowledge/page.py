"""/knowledge: every document and how far it is, adding more, and trying what a search finds."""

import reflex as rx

from echo_app.ui.components.button import button
from echo_app.ui.components.feedback import empty_state, error_panel, skeleton_rows
from echo_app.ui.knowledge import document_page
from echo_app.ui.knowledge.search import search_card
from echo_app.ui.knowledge.state import KnowledgeState
from echo_app.ui.knowledge.upload import Uploader
from echo_app.ui.knowledge.views import documents, write_text
from echo_app.ui.session import SignedInState
from echo_app.ui.shell import bar, shell


def add_to(app: rx.App) -> None:
    app.add_page(
        page,
        route="/knowledge",
        title="Knowledge · Echo",
        on_load=[SignedInState.entered, KnowledgeState.opened, KnowledgeState.follow],
    )
    document_page.add_to(app)


def page() -> rx.Component:
    return shell(
        bar(
            "Knowledge",
            rx.el.span(KnowledgeState.summary, class_name="text-muted truncate max-sm:hidden"),
            actions=[rx.cond(KnowledgeState.may_write_knowledge, write_text(), rx.fragment())],
        ),
        rx.el.div(
            rx.el.div(
                rx.el.div(
                    rx.cond(KnowledgeState.may_write_knowledge, Uploader.create(), rx.fragment()),
                    _content(),
                    class_name="grid gap-4 content-start min-w-0 grid-cols-[minmax(0,1fr)]",
                ),
                rx.el.aside(search_card(), custom_attrs={"aria-label": "Try a search"}, class_name="min-w-0"),
                class_name="grid gap-6 grid-cols-[minmax(0,1fr)_320px] max-lg:grid-cols-[minmax(0,1fr)] p-5 max-sm:p-4",
            ),
            class_name="flex-1 min-h-0 overflow-auto",
        ),
        here="knowledge",
    )


def _content() -> rx.Component:
    failed = error_panel(
        "The documents could not be loaded",
        KnowledgeState.load_error,
        KnowledgeState.load_code,
        button("Try again", on_click=KnowledgeState.opened),
    )
    nothing = empty_state(
        "book-open",
        "Nothing here yet",
        "Echo answers from the documents you add: help pages, manuals, terms. Begin with the questions that come most.",
    )
    return rx.cond(
        KnowledgeState.loaded,
        rx.cond(
            KnowledgeState.load_error != "",
            failed,
            rx.cond(KnowledgeState.total > 0, documents(), nothing),
        ),
        skeleton_rows(6),
    )
