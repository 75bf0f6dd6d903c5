"""/knowledge/snippets: short texts written here, edited in place."""

import reflex as rx

from echo_app.ui.components.button import button, icon_button, inner_link, link_button
from echo_app.ui.components.dialog import actions, closing, dialog
from echo_app.ui.components.feedback import empty_state, error_panel, skeleton_rows
from echo_app.ui.components.field import text_area, text_field
from echo_app.ui.components.moment import relative_time
from echo_app.ui.components.tag import tag
from echo_app.ui.components.unsaved import unsaved_guard
from echo_app.ui.knowledge.frame import frame, on_load
from echo_app.ui.knowledge.rows import DocumentLine
from echo_app.ui.knowledge.snippets_state import HOME, NEW, SnippetsState

LONGEST_TEXT = 100_000


def add_to(app: rx.App) -> None:
    app.add_page(
        page,
        route=HOME,
        title="Snippets · Knowledge · Echo",
        on_load=on_load(SnippetsState.opened, SnippetsState.follow),
    )


def page() -> rx.Component:
    return frame(
        "snippets",
        rx.el.div(
            rx.cond(SnippetsState.loaded, _content(), skeleton_rows(4, "h-16")),
            _ask_delete(),
            class_name="max-w-3xl mx-auto px-6 py-5 max-sm:px-4",
        ),
        actions=[
            rx.cond(
                SnippetsState.may_write_knowledge,
                link_button(
                    "Write a snippet",
                    href=f"{HOME}?edit={NEW}",
                    icon="pencil",
                    kind="primary",
                    custom_attrs={"data-key": "n"},
                    title="Key: N",
                ),
                rx.fragment(),
            )
        ],
    )


def _content() -> rx.Component:
    failed = error_panel(
        "The snippets could not be shown",
        SnippetsState.load_error,
        SnippetsState.load_code,
        link_button("Go to the snippets", href=HOME),
    )
    nothing = empty_state(
        "text-quote",
        "No snippets yet",
        "A snippet is a short answer written here: what no page and no file says, or not clearly enough.",
        rx.cond(
            SnippetsState.may_write_knowledge,
            link_button("Write a snippet", href=f"{HOME}?edit={NEW}", icon="pencil"),
            rx.fragment(),
        ),
    )
    return rx.el.div(
        rx.cond(SnippetsState.load_error != "", failed, rx.fragment()),
        rx.cond(SnippetsState.editing == NEW, rx.el.div(_form(), class_name=_CARD), rx.fragment()),
        rx.cond(
            SnippetsState.total > 0,
            rx.el.ul(
                rx.foreach(SnippetsState.rows, _snippet),
                class_name="grid gap-2 grid-cols-[minmax(0,1fr)]",
                custom_attrs={"aria-label": "Snippets"},
            ),
            rx.cond(
                (SnippetsState.editing == NEW) | (SnippetsState.load_error != ""), rx.fragment(), nothing
            ),
        ),
        class_name="grid gap-3 grid-cols-[minmax(0,1fr)]",
    )


_CARD = "border border-line rounded-10 p-3.5"


def _snippet(row: rx.Var[DocumentLine]) -> rx.Component:
    shown = rx.el.div(
        rx.el.div(
            inner_link(
                row.title,
                href=row.href,
                class_name="font-medium text-strong no-underline hover:underline [overflow-wrap:anywhere]",
            ),
            rx.cond(
                row.failed,
                rx.el.p(row.error, " Code: ", row.error_code, class_name="text-12 text-bad"),
                rx.el.p(
                    "Changed ",
                    relative_time(row.changed_at),
                    " · ",
                    row.language,
                    rx.cond(row.cited > 0, rx.el.span(" · cited ", row.cited, " times in 30 days"), ""),
                    class_name="text-12 text-muted",
                ),
            ),
            class_name="min-w-0 flex-1",
        ),
        tag(row.state, meaning=row.meaning),
        rx.cond(
            SnippetsState.may_write_knowledge,
            rx.el.div(
                link_button(
                    "Edit",
                    rx.el.span(" ", row.title, class_name="sr-only"),
                    href=row.snippet,
                    kind="plain",
                    replace=True,
                ),
                icon_button(
                    "trash-2",
                    rx.Var.create("Delete ") + row.title,
                    on_click=SnippetsState.delete_clicked(row.id),
                ),
                class_name="flex gap-1 items-center shrink-0",
            ),
            rx.fragment(),
        ),
        class_name="flex items-center gap-3",
    )
    return rx.el.li(rx.cond(SnippetsState.editing == row.id, _form(), shown), class_name=_CARD)


def _form() -> rx.Component:
    return rx.el.form(
        text_field(
            "Title",
            name="title",
            required=True,
            max_length=300,
            default_value=SnippetsState.title,
            error=SnippetsState.title_error,
            help="Citations show it. A question that customers ask is a good one.",
            auto_focus=True,
        ),
        text_area(
            "Text",
            name="text",
            rows=8,
            required=True,
            max_length=LONGEST_TEXT,
            default_value=SnippetsState.text,
            error=SnippetsState.text_error,
            help="Markdown. What is found stays the old text until the new one has been read.",
        ),
        actions(link_button("Cancel", href=HOME), button("Save", kind="primary", type="submit")),
        unsaved_guard(),
        on_submit=SnippetsState.saved,
        key=SnippetsState.editing,
        class_name="grid gap-3",
        custom_attrs={"aria-label": "Snippet"},
    )


def _ask_delete() -> rx.Component:
    asked = SnippetsState.asked
    return dialog(
        "Delete this snippet?",
        actions(
            closing(button("Cancel")),
            button("Delete", kind="danger", on_click=SnippetsState.delete_confirmed(asked.id)),
        ),
        description=rx.el.span(rx.el.b(asked.title), asked.losing),
        width="max-w-md",
        open=SnippetsState.asking,
        on_open_change=SnippetsState.asking_changed,
    )
