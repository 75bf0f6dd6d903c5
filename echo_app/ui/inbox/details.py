"""The details pane: the contact, the conversation, the sources used, and what came before."""

from typing import Any

import reflex as rx

from echo_app.ui.components.button import inner_link
from echo_app.ui.components.moment import relative_time
from echo_app.ui.components.tag import tag
from echo_app.ui.inbox.facts import EarlierRow, Fact
from echo_app.ui.inbox.messages import CITE
from echo_app.ui.inbox.thread_state import ThreadState
from echo_app.ui.inbox.timeline import CitationRow


def details() -> rx.Component:
    """The pane's sections; also shown in a dialog where there is no room for the pane."""
    return rx.el.div(
        _section("Contact", facts(ThreadState.contact_facts)),
        _section("Conversation", facts(ThreadState.conversation_facts)),
        _section(
            "Sources used",
            rx.cond(
                ThreadState.sources.length() > 0,
                rx.el.ul(rx.foreach(ThreadState.sources, _source), class_name="grid gap-1"),
                rx.el.p("No passage was cited yet.", class_name="text-muted"),
            ),
        ),
        _section(
            "Earlier",
            rx.cond(
                ThreadState.earlier.length() > 0,
                rx.el.ul(rx.foreach(ThreadState.earlier, _earlier), class_name="grid gap-1.5"),
                rx.el.p("This is the first conversation.", class_name="text-muted"),
            ),
        ),
    )


def facts(rows: Any, label_width: str = "80px") -> rx.Component:
    """Labels and values, a row each."""
    columns = {"--labels": label_width}
    return rx.el.dl(rx.foreach(rows, _fact), class_name="grid gap-y-[5px]", style=columns)


def _section(title: str, content: rx.Component) -> rx.Component:
    return rx.el.section(
        rx.el.h3(title, class_name="text-12 font-semibold text-muted mb-2"),
        content,
        class_name="px-4 py-3.5 border-b border-line",
    )


def _fact(fact: rx.Var[Fact]) -> rx.Component:
    return rx.el.div(
        rx.el.dt(fact.label, class_name="text-muted"),
        rx.el.dd(
            rx.cond(fact.at != "", relative_time(fact.at), fact.value),
            class_name="min-w-0 [overflow-wrap:anywhere]",
        ),
        class_name="grid grid-cols-[var(--labels)_minmax(0,1fr)] gap-x-2",
    )


def _source(source: rx.Var[CitationRow]) -> rx.Component:
    return rx.el.li(
        rx.el.span(source.number, class_name=f"{CITE} !ml-0 mt-0.5 pointer-events-none"),
        inner_link(
            source.title,
            rx.cond(source.where != "", rx.el.span(" · ", source.where, class_name="text-muted"), ""),
            href=source.href,
            class_name="text-strong no-underline hover:underline min-w-0 [overflow-wrap:anywhere]",
        ),
        class_name="flex gap-1.5 items-start",
    )


def _earlier(row: rx.Var[EarlierRow]) -> rx.Component:
    return rx.el.li(
        inner_link(
            rx.el.span(row.preview, class_name="truncate"),
            href=row.href,
            class_name="text-strong no-underline hover:underline min-w-0 flex-1 flex",
        ),
        tag(row.tag, meaning=row.tag_meaning, class_name="shrink-0"),
        relative_time(row.at, kind="short", class_name="text-12 text-muted shrink-0"),
        class_name="flex items-center gap-2 min-w-0",
    )
