"""/knowledge: every document, how far it is, and adding more. The other pages of /knowledge are added from here."""

import reflex as rx

from echo_app.ui.components.button import button, link_button
from echo_app.ui.components.feedback import empty_state, error_panel, skeleton_rows
from echo_app.ui.knowledge import document_page, embedder, findings, search, snippets, source_page
from echo_app.ui.knowledge import sources_page as sources
from echo_app.ui.knowledge.frame import frame, on_load
from echo_app.ui.knowledge.state import KnowledgeState
from echo_app.ui.knowledge.upload import Uploader
from echo_app.ui.knowledge.views import documents


def add_to(app: rx.App) -> None:
    app.add_page(
        page,
        route="/knowledge",
        title="Knowledge · Echo",
        on_load=on_load(KnowledgeState.opened, KnowledgeState.follow),
    )
    for one in (sources, source_page, snippets, search, findings, embedder, document_page):
        one.add_to(app)


def page() -> rx.Component:
    return frame(
        "documents",
        rx.el.div(
            rx.cond(KnowledgeState.may_write_knowledge, Uploader.create(), rx.fragment()),
            _content(),
            class_name="grid gap-4 content-start p-5 max-sm:p-4 grid-cols-[minmax(0,1fr)]",
        ),
        beside=KnowledgeState.summary,
        actions=[
            link_button(
                "Try a search",
                href="/knowledge/search",
                icon="search",
                class_name="max-sm:!hidden",
                custom_attrs={"data-key": "/"},
                title="Key: /",
            ),
            rx.cond(
                KnowledgeState.may_write_knowledge,
                link_button(
                    "Write a snippet",
                    href="/knowledge/snippets?edit=new",
                    icon="pencil",
                    custom_attrs={"data-key": "w"},
                    title="Key: W",
                ),
                rx.fragment(),
            ),
        ],
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
        "Echo answers from what you add: files above, your website, or a text written here. "
        "Begin with the questions that come most.",
        link_button("Add a website", href="/knowledge/sources/new", icon="globe"),
        link_button("Write a snippet", href="/knowledge/snippets?edit=new", icon="pencil"),
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
