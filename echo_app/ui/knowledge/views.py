"""The parts of /knowledge: the table of documents, and the dialog to write one."""

from typing import Any

import reflex as rx

from echo_app.ui.components.button import button, classes, inner_link, link_button
from echo_app.ui.components.dialog import actions, ask_once, closing, dialog
from echo_app.ui.components.feedback import empty_state
from echo_app.ui.components.field import FIELD, text_area, text_field
from echo_app.ui.components.icon import icon
from echo_app.ui.components.moment import relative_time
from echo_app.ui.components.table import Column, cell, row, table
from echo_app.ui.components.tag import tag
from echo_app.ui.knowledge.place import LONGEST_WORDS, STATES
from echo_app.ui.knowledge.rows import DocumentLine
from echo_app.ui.knowledge.state import KnowledgeState

# More than this is a file: an event travels in one frame of the socket.
LONGEST_TEXT = 200_000


def documents() -> rx.Component:
    columns = [
        Column("Document", sort="title"),
        Column("State", sort="status"),
        Column("Passages", number=True, wide=True, sort="passages"),
        Column("Changed", wide=True, sort="changed"),
        Column("Deeds", hidden_title=True),
    ]
    view = KnowledgeState.view
    return rx.el.div(
        _filters(),
        rx.cond(
            KnowledgeState.rows.length() > 0,
            table(
                "Documents",
                columns,
                rx.foreach(KnowledgeState.rows, _document),
                sorted_by=view.order,
                descending=view.descending,
                on_sort=KnowledgeState.sort_clicked,
            ),
            empty_state(
                "search-x",
                "No document fits",
                "None has these words in its title and this state.",
                link_button("Show all", href="/knowledge"),
            ),
        ),
        rx.cond(
            KnowledgeState.has_more,
            rx.el.div(
                button("Show more", on_click=KnowledgeState.more_clicked), class_name="flex justify-center"
            ),
            rx.fragment(),
        ),
        class_name="grid gap-4 grid-cols-[minmax(0,1fr)]",
    )


def _filters() -> rx.Component:
    view = KnowledgeState.view
    return rx.el.div(
        rx.el.input(
            type="search",
            key=KnowledgeState.filter_field.to_string(),
            default_value=view.words,
            on_change=KnowledgeState.name_typed,
            placeholder="Filter by name",
            max_length=LONGEST_WORDS,
            class_name=f"{FIELD} !w-60 max-sm:!w-auto max-sm:flex-1 min-w-0",
            custom_attrs={"aria-label": "Filter by name", "data-key": "f", "aria-keyshortcuts": "F"},
        ),
        rx.el.select(
            *[rx.el.option(words.label, value=state) for state, words in STATES.items()],
            value=view.state,
            on_change=KnowledgeState.state_chosen,
            class_name=f"{FIELD} !w-auto shrink-0",
            custom_attrs={"aria-label": "State"},
        ),
        class_name="flex gap-2",
    )


def _document(document: rx.Var[DocumentLine]) -> rx.Component:
    return row(
        cell(
            inner_link(
                document.title,
                href=document.href,
                class_name="font-medium text-strong no-underline hover:underline [overflow-wrap:anywhere]",
            ),
            rx.cond(
                document.failed,
                rx.el.div(
                    document.error,
                    rx.el.span(" Code: ", document.error_code, class_name="text-muted"),
                    class_name="text-12 text-bad",
                ),
                rx.el.div(document.detail, class_name="text-12 text-muted"),
            ),
        ),
        cell(tag(document.state, meaning=document.meaning)),
        cell(rx.cond(document.passages > 0, document.passages.to_string(), "–"), number=True, wide=True),
        cell(relative_time(document.changed_at, class_name="text-muted whitespace-nowrap"), wide=True),
        cell(
            rx.cond(
                KnowledgeState.may_write_knowledge,
                rx.el.div(
                    rx.cond(
                        document.failed,
                        button("Retry", kind="quiet", on_click=KnowledgeState.retry_clicked(document.id)),
                        rx.fragment(),
                    ),
                    ask_delete(document, KnowledgeState.delete_confirmed(document.id)),
                    class_name="flex justify-end gap-1",
                ),
                rx.fragment(),
            ),
            number=True,
        ),
    )


def ask_delete(document: Any, on_confirm: Any) -> rx.Component:
    """Asks once: a document does not come back."""
    trigger = rx.el.button(
        icon("trash-2"),
        type="button",
        title="Delete",
        class_name=classes("quiet", "w-7 !px-0 max-sm:w-9"),
        custom_attrs={"aria-label": rx.Var.create("Delete ") + document.title.to(str)},
    )
    return ask_once(
        "Delete this document?",
        rx.el.span(
            rx.el.b(document.title),
            " and its passages are removed, and answers no longer come from it. This cannot be undone.",
        ),
        "Delete",
        on_confirm,
        trigger=trigger,
    )


def write_text() -> rx.Component:
    """A dialog for a short text; the title is what citations show."""
    return dialog(
        "Write text",
        rx.el.form(
            text_field(
                "Title",
                name="title",
                required=True,
                max_length=300,
                error=KnowledgeState.title_error,
                help="Citations show it.",
            ),
            text_area(
                "Text",
                name="text",
                rows=12,
                required=True,
                max_length=LONGEST_TEXT,
                error=KnowledgeState.text_error,
                help="Markdown. Headings help Echo find the right passage. Longer texts: upload a file.",
            ),
            actions(closing(button("Cancel")), button("Add text", kind="primary", type="submit")),
            on_submit=KnowledgeState.text_added,
            class_name="grid gap-4",
        ),
        trigger=button("Write text", icon="pencil", key="W"),
        width="max-w-2xl",
        key=KnowledgeState.dialog.to_string(),
    )
