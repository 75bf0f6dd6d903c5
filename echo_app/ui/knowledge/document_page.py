"""/knowledge/DOCUMENT: its text as the passages answers come from; `?passage=` marks the one a citation meant."""

from typing import Any

import reflex as rx

from echo_app.ui.components.button import button, classes, inner_link, link_button
from echo_app.ui.components.feedback import empty_state, error_panel, progress, skeleton_rows
from echo_app.ui.components.icon import icon
from echo_app.ui.components.menu import menu, menu_item
from echo_app.ui.components.moment import relative_time
from echo_app.ui.components.tag import tag
from echo_app.ui.knowledge.document_state import STRETCH, CitationLine, DocumentState, PassageLine
from echo_app.ui.knowledge.frame import frame, on_load
from echo_app.ui.knowledge.reader_view import prose
from echo_app.ui.knowledge.upload import Uploader, replace_wanted
from echo_app.ui.knowledge.views import ask_delete, download


def add_to(app: rx.App) -> None:
    app.add_page(
        page,
        route="/knowledge/[document]",
        title="Document · Echo",
        on_load=on_load(DocumentState.opened, DocumentState.follow),
    )


def page() -> rx.Component:
    shown = DocumentState.shown
    return frame(
        "documents",
        rx.el.div(
            rx.cond(DocumentState.may_write_knowledge, Uploader.create(zone=False), rx.fragment()),
            _content(),
            ask_delete(
                shown, DocumentState.asking, DocumentState.asking_changed, DocumentState.delete_confirmed
            ),
            class_name="max-w-5xl mx-auto px-6 py-5 max-sm:px-4",
        ),
        title=rx.cond(shown.title != "", shown.title, "Document"),
        beside=rx.cond(shown.state != "", tag(shown.state, meaning=shown.meaning), rx.fragment()),
        actions=[rx.cond(shown.id != "", _deeds(), rx.fragment())],
        back="/knowledge",
    )


def _deeds() -> rx.Component:
    shown = DocumentState.shown
    writes = rx.el.div(
        rx.cond(
            shown.snippet != "",
            link_button("Edit", href=shown.snippet, icon="pencil"),
            rx.fragment(),
        ),
        menu(
            rx.el.button(
                icon("ellipsis"),
                type="button",
                title="Deeds",
                class_name=classes("quiet", "w-7 !px-0 max-sm:w-9"),
                custom_attrs={"aria-label": "Deeds"},
            ),
            rx.cond(
                shown.busy,
                menu_item("Cancel reading", DocumentState.cancel_clicked, icon="circle-stop"),
                rx.fragment(),
            ),
            rx.cond(
                shown.can_read_again,
                menu_item("Read again", DocumentState.read_again_clicked, icon="refresh-cw"),
                rx.fragment(),
            ),
            rx.cond(
                shown.kind == "file",
                menu_item("Replace with a new version", replace_wanted(shown), icon="file-up"),
                rx.fragment(),
            ),
            menu_item("Download the original", download(shown.id), icon="download"),
            menu_item("Delete", DocumentState.delete_clicked, icon="trash-2", danger=True),
            label="Deeds",
        ),
        class_name="flex gap-2 items-center",
    )
    reads = button("Download", icon="download", on_click=download(shown.id))
    return rx.cond(DocumentState.may_write_knowledge, writes, reads)


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
    return rx.el.div(
        rx.el.div(_reading(), class_name="min-w-0"),
        rx.el.aside(
            _facts(),
            _cited(),
            custom_attrs={"aria-label": "About this document"},
            class_name="grid gap-5 content-start min-w-0",
        ),
        class_name="grid gap-8 grid-cols-[minmax(0,1fr)_240px] max-lg:grid-cols-[minmax(0,1fr)] "
        "max-lg:[&>aside]:order-first max-lg:gap-5",
    )


def _reading() -> rx.Component:
    shown = DocumentState.shown
    failed = error_panel(
        "This document could not be read",
        shown.error,
        shown.error_code,
        rx.cond(
            DocumentState.may_write_knowledge,
            button("Read again", on_click=DocumentState.read_again_clicked),
            rx.fragment(),
        ),
    )
    under_way = rx.el.div(
        progress(
            shown.share,
            100,
            rx.cond(shown.progress != "", shown.progress, "Waits for its turn"),
            "Reading this document",
        ),
        class_name="rounded-10 border border-line p-3.5",
    )
    return rx.el.div(
        rx.cond(shown.failed, failed, rx.fragment()),
        rx.cond(shown.busy, under_way, rx.fragment()),
        rx.cond(
            DocumentState.passages.length() > 0,
            _passages(),
            rx.cond(shown.failed, rx.fragment(), _not_yet()),
        ),
        class_name="grid gap-4 grid-cols-[minmax(0,1fr)]",
    )


def _not_yet() -> rx.Component:
    return rx.cond(
        DocumentState.shown.busy,
        empty_state("hourglass", "Being read", "Its passages appear here as soon as they can be found."),
        empty_state(
            "circle-stop",
            "Not read",
            "Nothing of it can be found. Read it again, or delete it.",
            rx.cond(
                DocumentState.may_write_knowledge,
                button("Read again", on_click=DocumentState.read_again_clicked),
                rx.fragment(),
            ),
        ),
    )


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
            class_name="grid gap-1 grid-cols-[minmax(0,1fr)]",
        ),
        stretch("Later passages", DocumentState.after > 0, before + DocumentState.passages.length()),
        class_name="grid gap-4 grid-cols-[minmax(0,1fr)]",
    )


def _passage(passage: rx.Var[PassageLine]) -> rx.Component:
    look = "rounded-10 border px-3.5 py-2.5 grid gap-1.5 grid-cols-[minmax(0,1fr)] group "
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
            class_name="flex items-center gap-2 min-h-4",
        ),
        prose(passage.blocks),
        id=passage.id,
        custom_attrs={"data-wanted": rx.cond(passage.wanted, "true", rx.Var("undefined"))},
        class_name=rx.cond(
            passage.wanted,
            look + "border-accent bg-accent-soft [&_.text-muted]:text-normal",
            look + "border-transparent hover:border-line",
        ),
    )


def _facts() -> rx.Component:
    shown = DocumentState.shown
    return rx.el.dl(
        _fact(
            "Source",
            inner_link(
                shown.source, href=shown.source_href, class_name="text-strong no-underline hover:underline"
            ),
        ),
        _fact("Kind", shown.detail),
        _fact("Language", rx.cond(shown.language != "", shown.language, "–")),
        _fact("Size", shown.size),
        _fact("Passages", shown.passages),
        _fact("Cited, 30 days", shown.cited),
        _fact("Changed", relative_time(shown.changed_at)),
        rx.cond(
            shown.url != "",
            _fact(
                "Address",
                rx.el.a(
                    shown.url,
                    href=shown.url,
                    target="_blank",
                    rel="noopener noreferrer",
                    class_name="text-accent-text underline break-all",
                ),
            ),
            rx.fragment(),
        ),
        class_name="grid gap-1.5 text-13 max-lg:grid-cols-2 max-lg:gap-x-6",
    )


def _fact(name: str, value: Any) -> rx.Component:
    return rx.el.div(
        rx.el.dt(name, class_name="text-muted shrink-0"),
        rx.el.dd(value, class_name="text-strong text-right min-w-0 tabular-nums [overflow-wrap:anywhere]"),
        class_name="flex justify-between gap-4",
    )


def _cited() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Cited by", class_name="text-12 font-semibold text-muted"),
        rx.cond(
            DocumentState.citations.length() > 0,
            rx.el.ul(rx.foreach(DocumentState.citations, _citation), class_name="grid gap-2.5"),
            rx.el.p("No reply has cited it yet.", class_name="text-13 text-normal"),
        ),
        class_name="grid gap-2 max-lg:hidden",
    )


def _citation(cited: rx.Var[CitationLine]) -> rx.Component:
    return rx.el.li(
        inner_link(
            "“",
            cited.quote,
            "”",
            href=cited.passage_href,
            class_name="text-13 text-normal no-underline hover:text-strong line-clamp-3",
        ),
        inner_link(
            "In a conversation ",
            relative_time(cited.at),
            href=cited.conversation_href,
            class_name="text-12 text-accent-text underline",
        ),
        class_name="grid gap-0.5",
    )
