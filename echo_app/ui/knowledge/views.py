"""The table of /knowledge: its filters, its rows with their deeds, its pages."""

from typing import Any

import reflex as rx

from echo_app.ui.components.button import button, classes, inner_link, link_button
from echo_app.ui.components.dialog import actions, closing, dialog
from echo_app.ui.components.feedback import empty_state
from echo_app.ui.components.field import FIELD
from echo_app.ui.components.icon import icon
from echo_app.ui.components.menu import menu, menu_item
from echo_app.ui.components.moment import relative_time
from echo_app.ui.components.table import Column, cell, row, table
from echo_app.ui.components.tag import tag
from echo_app.ui.knowledge.place import LONGEST_WORDS, STATES
from echo_app.ui.knowledge.rows import DocumentLine
from echo_app.ui.knowledge.state import Choice, KnowledgeState
from echo_app.ui.knowledge.upload import replace_wanted

COLUMNS = [
    Column("Document", sort="title"),
    Column("State", sort="status"),
    Column("Source", wide=True, sort="source"),
    Column("Language", wide=True, sort="language"),
    Column("Size", number=True, wide=True, sort="size"),
    Column("Cited, 30 days", number=True, wide=True, sort="cited"),
    Column("Changed", wide=True, sort="changed"),
    Column("Deeds", hidden_title=True),
]


def documents() -> rx.Component:
    view = KnowledgeState.view
    return rx.el.div(
        _filters(),
        rx.cond(
            KnowledgeState.rows.length() > 0,
            rx.el.div(
                table(
                    "Documents",
                    COLUMNS,
                    rx.foreach(KnowledgeState.rows, _document),
                    sorted_by=view.order,
                    descending=view.descending,
                    on_sort=KnowledgeState.sort_clicked,
                ),
                _pages(),
                class_name="grid gap-3 grid-cols-[minmax(0,1fr)]",
            ),
            empty_state(
                "search-x",
                "No document fits",
                "None has these words in its title, or this state, source and language.",
                link_button("Show all", href="/knowledge"),
            ),
        ),
        ask_delete(
            KnowledgeState.asked,
            KnowledgeState.asking,
            KnowledgeState.asking_changed,
            KnowledgeState.delete_confirmed(KnowledgeState.asked.id),
        ),
        class_name="grid gap-3 grid-cols-[minmax(0,1fr)]",
    )


def select(label: str, value: Any, on_change: Any, *options: Any, **props: Any) -> rx.Component:
    """A choice without a visible label: a filter's first option says what it is."""
    return rx.el.select(
        *options,
        value=value,
        on_change=on_change,
        class_name=f"{FIELD} !w-auto max-sm:flex-1 max-sm:min-w-32",
        custom_attrs={"aria-label": label},
        **props,
    )


def option(choice: rx.Var[Choice]) -> rx.Component:
    return rx.el.option(choice.label, value=choice.value)


def ask_delete(shown: Any, asking: Any, on_change: Any, on_confirm: Any) -> rx.Component:
    """Asks once: a document does not come back."""
    return dialog(
        "Delete this document?",
        actions(closing(button("Cancel")), button("Delete", kind="danger", on_click=on_confirm)),
        description=rx.el.span(rx.el.b(shown.title), shown.losing),
        width="max-w-md",
        open=asking,
        on_open_change=on_change,
    )


def state_and_progress(document: Any) -> rx.Component:
    """A document's state, and how far reading it has come."""
    return rx.el.div(
        tag(document.state, meaning=document.meaning),
        rx.cond(
            document.progress != "",
            rx.el.div(
                rx.el.progress(
                    value=document.share,
                    max=100,
                    class_name="w-full h-1.5 block",
                    custom_attrs={"aria-label": rx.Var.create("Reading ") + document.title},
                ),
                rx.el.div(document.progress, class_name="text-12 text-muted tabular-nums"),
                class_name="grid gap-1 w-full min-w-28 max-w-52",
            ),
            rx.fragment(),
        ),
        class_name="grid gap-1.5 justify-items-start grid-cols-[minmax(0,1fr)]",
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
            class_name=f"{FIELD} !w-52 max-sm:!w-full",
            custom_attrs={"aria-label": "Filter by name", "data-key": "f", "aria-keyshortcuts": "F"},
        ),
        select(
            "State",
            view.state,
            KnowledgeState.state_chosen,
            *[rx.el.option(words.label, value=state) for state, words in STATES.items()],
        ),
        select(
            "Source",
            view.source,
            KnowledgeState.source_chosen,
            rx.el.option("All sources", value=""),
            rx.foreach(KnowledgeState.sources, option),
        ),
        select(
            "Language",
            view.language,
            KnowledgeState.language_chosen,
            rx.el.option("All languages", value=""),
            rx.foreach(KnowledgeState.languages, option),
        ),
        button(
            "Export CSV",
            icon="download",
            on_click=KnowledgeState.csv_wanted,
            class_name="ml-auto max-sm:ml-0",
        ),
        class_name="flex gap-2 flex-wrap items-center",
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
                    class_name="text-12 text-bad max-w-prose",
                ),
                rx.el.div(
                    rx.cond(
                        document.kind == "page",
                        rx.el.span(document.address, class_name="[overflow-wrap:anywhere]"),
                        document.detail,
                    ),
                    class_name="text-12 text-muted",
                ),
            ),
        ),
        # as wide as a bar needs, so that columns stay where they are when one comes
        cell(state_and_progress(document), class_name="min-w-52 max-sm:min-w-0"),
        cell(
            inner_link(
                document.source,
                href=document.source_href,
                title=document.source,
                class_name="block max-w-44 truncate text-normal no-underline hover:underline",
            ),
            wide=True,
        ),
        cell(document.language, wide=True, class_name="text-normal"),
        cell(
            rx.el.span(document.size, class_name="block"),
            rx.cond(
                document.passages > 0,
                rx.el.span(
                    document.passages,
                    rx.cond(document.passages == 1, " passage", " passages"),
                    class_name="block text-12 text-muted",
                ),
                rx.fragment(),
            ),
            number=True,
            wide=True,
        ),
        cell(rx.cond(document.cited > 0, document.cited.to_string(), "–"), number=True, wide=True),
        cell(relative_time(document.changed_at, class_name="text-muted whitespace-nowrap"), wide=True),
        cell(rx.cond(KnowledgeState.may_write_knowledge, _deeds(document), _download(document)), number=True),
    )


def _deeds(document: rx.Var[DocumentLine]) -> rx.Component:
    return menu(
        rx.el.button(
            icon("ellipsis"),
            type="button",
            title="Deeds",
            class_name=classes("quiet", "w-7 !px-0 max-sm:w-9"),
            custom_attrs={"aria-label": rx.Var.create("Deeds of ") + document.title},
        ),
        menu_item("Open", rx.redirect(document.href), icon="book-open"),
        rx.cond(
            document.snippet != "",
            menu_item("Edit", rx.redirect(document.snippet), icon="pencil"),
            rx.fragment(),
        ),
        rx.cond(
            document.busy,
            menu_item("Cancel reading", KnowledgeState.cancel_clicked(document.id), icon="circle-stop"),
            rx.fragment(),
        ),
        rx.cond(
            document.can_read_again,
            menu_item("Read again", KnowledgeState.read_again_clicked(document.id), icon="refresh-cw"),
            rx.fragment(),
        ),
        rx.cond(
            document.kind == "file",
            menu_item("Replace with a new version", replace_wanted(document), icon="file-up"),
            rx.fragment(),
        ),
        menu_item("Download the original", download(document.id), icon="download"),
        menu_item("Delete", KnowledgeState.delete_clicked(document.id), icon="trash-2", danger=True),
        label="Deeds",
    )


def download(document_id: Any) -> Any:
    """Fetches the original as a file; the page stays."""
    return rx.call_script(
        rx.Var.create("window.location.assign('/api/v1/documents/") + document_id + "/file')"
    )


def _download(document: rx.Var[DocumentLine]) -> rx.Component:
    return rx.el.button(
        icon("download"),
        type="button",
        title="Download the original",
        on_click=download(document.id),
        class_name=classes("quiet", "w-7 !px-0 max-sm:w-9"),
        custom_attrs={"aria-label": rx.Var.create("Download the original of ") + document.title},
    )


def _pages() -> rx.Component:
    view = KnowledgeState.view
    return rx.el.nav(
        rx.el.span(KnowledgeState.range_words, class_name="text-13 text-muted tabular-nums"),
        rx.cond(
            KnowledgeState.pages > 1,
            rx.el.div(
                button(
                    "Previous",
                    icon="chevron-left",
                    disabled=view.page <= 1,
                    on_click=KnowledgeState.page_turned(view.page - 1),
                ),
                button(
                    "Next",
                    icon="chevron-right",
                    disabled=view.page >= KnowledgeState.pages,
                    on_click=KnowledgeState.page_turned(view.page + 1),
                ),
                class_name="flex gap-2",
            ),
            rx.fragment(),
        ),
        class_name="flex items-center justify-between gap-3",
        custom_attrs={"aria-label": "Pages of the table"},
    )
