"""/knowledge/sources/SOURCE: one source's settings, its last crawl, and taking it out."""

import reflex as rx

from echo_app.ui.components.button import button, link_button
from echo_app.ui.components.dialog import actions, closing, dialog
from echo_app.ui.components.feedback import error_panel, skeleton_rows
from echo_app.ui.components.field import text_field
from echo_app.ui.components.tag import tag
from echo_app.ui.components.unsaved import unsaved_guard
from echo_app.ui.knowledge.frame import frame, on_load
from echo_app.ui.knowledge.source_rows import Problem
from echo_app.ui.knowledge.source_views import audience_select, crawl, language_select, on_off, website_fields
from echo_app.ui.knowledge.sources_state import SourcesState


def add_to(app: rx.App) -> None:
    app.add_page(
        page,
        route="/knowledge/sources/[source]",
        title="Source · Knowledge · Echo",
        on_load=on_load(SourcesState.opened, SourcesState.follow),
    )


def page() -> rx.Component:
    shown = SourcesState.shown
    failed = error_panel(
        "The source could not be shown",
        SourcesState.load_error,
        SourcesState.load_code,
        link_button("Go to the sources", href="/knowledge/sources"),
    )
    return frame(
        "sources",
        rx.el.div(
            rx.cond(
                SourcesState.loaded,
                rx.cond((SourcesState.load_error != "") | (shown.id == ""), failed, _source()),
                skeleton_rows(3, "h-24"),
            ),
            class_name="max-w-2xl mx-auto px-6 py-6 max-sm:px-4",
        ),
        title=rx.cond(shown.name != "", shown.name, "Source"),
        beside=rx.cond(shown.state != "", tag(shown.state, meaning=shown.meaning), rx.fragment()),
        actions=[
            rx.cond(
                SourcesState.may_write_knowledge & (shown.kind == "website") & ~shown.crawling,
                button(
                    "Crawl now",
                    icon="refresh-cw",
                    disabled=~shown.enabled,
                    on_click=SourcesState.crawl_clicked(shown.id),
                ),
                rx.fragment(),
            )
        ],
        back="/knowledge/sources",
    )


def _source() -> rx.Component:
    shown = SourcesState.shown
    return rx.el.div(
        rx.cond(shown.kind == "website", crawl(shown), rx.fragment()),
        rx.cond(shown.problems.length() > 0, _problems(), rx.fragment()),
        rx.el.section(
            rx.el.h2("In use", class_name="text-16 font-semibold"),
            _line("Answers come from it", on_off(shown)),
            _line("Who may find it", audience_select(shown)),
            _line("Language", language_select(shown)),
            _line("Holds", link_button(shown.holds, href=shown.documents_href, kind="plain")),
            class_name="grid gap-3",
        ),
        _settings(),
        rx.cond(SourcesState.may_write_knowledge, _deletion(), rx.fragment()),
        class_name="grid gap-8 grid-cols-[minmax(0,1fr)]",
    )


def _line(label: str, control: rx.Component) -> rx.Component:
    return rx.el.div(
        rx.el.span(label, class_name="text-normal"),
        control,
        class_name="flex items-center justify-between gap-4 min-h-8",
    )


def _settings() -> rx.Component:
    shown = SourcesState.shown
    return rx.el.section(
        rx.el.h2("Settings", class_name="text-16 font-semibold"),
        rx.el.form(
            rx.el.fieldset(
                text_field(
                    "Name",
                    name="name",
                    required=True,
                    max_length=100,
                    default_value=shown.name,
                    error=SourcesState.wrong.get("name", ""),
                ),
                rx.cond(shown.kind == "website", website_fields(shown.website), rx.fragment()),
                disabled=~SourcesState.may_write_knowledge,
                class_name="grid gap-4 disabled:opacity-80",
            ),
            rx.cond(
                SourcesState.may_write_knowledge,
                rx.el.div(button("Save", kind="primary", type="submit"), class_name="flex"),
                rx.el.p("Owners and admins can change this.", class_name="text-13 text-muted"),
            ),
            unsaved_guard(),
            on_submit=SourcesState.saved,
            key=SourcesState.revision.to_string(),
            class_name="grid gap-4",
        ),
        class_name="grid gap-3",
    )


def _problems() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Pages that could not be read", class_name="text-16 font-semibold"),
        rx.el.ul(
            rx.foreach(SourcesState.shown.problems, _problem),
            class_name="grid gap-2 max-h-80 overflow-auto",
            tab_index=0,
            custom_attrs={"aria-label": "Pages that could not be read"},
        ),
        class_name="grid gap-3",
    )


def _problem(problem: rx.Var[Problem]) -> rx.Component:
    return rx.el.li(
        rx.el.a(
            problem.url,
            href=problem.url,
            target="_blank",
            rel="noopener noreferrer",
            class_name="text-13 text-accent-text underline [overflow-wrap:anywhere]",
        ),
        rx.el.p(
            problem.words, rx.el.span(" Code: ", problem.code, class_name="text-muted"), class_name="text-13"
        ),
    )


def _deletion() -> rx.Component:
    shown = SourcesState.shown
    return rx.el.section(
        rx.el.h2("Delete", class_name="text-16 font-semibold"),
        rx.el.p(
            "Turn it off to stop answers from it and keep what it holds.", class_name="text-13 text-normal"
        ),
        rx.el.div(button("Delete this source", icon="trash-2", on_click=SourcesState.delete_clicked)),
        dialog(
            "Delete this source?",
            actions(
                closing(button("Cancel")),
                button("Delete", kind="danger", on_click=SourcesState.delete_confirmed),
            ),
            description=rx.el.span(rx.el.b(shown.name), shown.losing),
            width="max-w-md",
            open=SourcesState.asking,
            on_open_change=SourcesState.asking_changed,
        ),
        class_name="grid gap-2",
    )
