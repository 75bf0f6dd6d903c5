"""The entries of a thread. Who speaks is seen at once: the contact left, agents right in accent, the assistant
right and outlined, changes of state as one line in the middle."""

from typing import Any

import reflex as rx

from echo_app.ui.components.avatar import avatar
from echo_app.ui.components.moment import relative_time
from echo_app.ui.components.prose import Block, Span
from echo_app.ui.components.prose_view import Case, block_view, span_view
from echo_app.ui.components.tag import ai_mark
from echo_app.ui.inbox.browser import DayLine
from echo_app.ui.inbox.thread_state import ThreadState
from echo_app.ui.inbox.timeline import CitationRow, ItemRow
from echo_app.ui.inbox.why_state import WhyState

BUBBLE = "px-[13px] py-[9px] rounded-[14px] min-w-0 grid gap-1.5 [overflow-wrap:anywhere]"
META = "flex items-center flex-wrap gap-x-2 gap-y-1 mt-1 mx-1 text-12 text-muted"
SIDES = {
    "left": "flex gap-2.5 max-w-[74%] max-sm:max-w-[88%] mt-1",
    "right": "flex flex-col items-end self-end max-w-[74%] max-sm:max-w-[88%] mt-1",
}
CITE = (
    "inline-grid place-items-center min-w-4 h-4 px-1 ml-0.5 rounded-[5px] bg-accent-soft text-accent-text "
    "text-[11px] leading-none font-semibold align-[1px] hover:bg-accent hover:text-on-accent"
)
# keeps a citation's mark on the line of the word before it
WORD_JOINER = "\u2060"
_LINE = "self-center text-12 text-muted text-center text-balance my-2.5 max-w-[88%]"
_CARET = (
    "[&>*:last-child]:after:content-[''] [&>*:last-child]:after:inline-block [&>*:last-child]:after:w-[7px] "
    "[&>*:last-child]:after:h-[15px] [&>*:last-child]:after:ml-0.5 [&>*:last-child]:after:align-[-2px] "
    "[&>*:last-child]:after:bg-accent-text [&>*:last-child]:after:animate-pulse"
)
_LOOKS = {
    "contact": f"{BUBBLE} bg-surface-2 text-strong",
    "agent": f"{BUBBLE} bg-accent text-on-accent",
    "assistant": f"{BUBBLE} border border-line text-strong",
    "system": f"{BUBBLE} bg-note-soft text-strong",
}


def item(row: rx.Var[ItemRow]) -> rx.Component:
    """One entry, with the day above it where a day begins."""
    return rx.el.div(
        DayLine.create(at=row.at, previous_at=row.previous_at, class_name=f"{_LINE} font-medium"),
        rx.match(
            row.kind,
            ("state", _state_line(row)),
            ("contact", _from_contact(row)),
            ("assistant", _from_assistant(row)),
            ("agent", _from_agent(row)),
            _from_system(row),
        ),
        key=row.seq.to_string(),
        class_name=rx.cond(row.leads, "flex flex-col pt-2.5", "flex flex-col"),
    )


def written_reply() -> rx.Component:
    """The reply as far as it is written, or the dots before its first word."""
    return rx.el.div(
        rx.cond(
            ThreadState.written.length() > 0,
            rx.el.div(
                prose(ThreadState.written, ""),
                class_name=f"{_LOOKS['assistant']} {_CARET}",
            ),
            _dots(),
        ),
        rx.el.div(
            ai_mark(ThreadState.assistant),
            rx.el.span("writing"),
            class_name=f"{META} justify-end",
        ),
        class_name=f"{SIDES['right']} pt-2.5",
        role="status",
        custom_attrs={"aria-live": "off"},
    )


def typing_dots(name: Any) -> rx.Component:
    """The contact is writing."""
    return rx.el.div(
        _dots(),
        rx.el.span(name, " is writing", class_name="text-12 text-muted"),
        class_name="flex items-center gap-2 pt-2.5 pl-[38px]",
        role="status",
    )


def prose(blocks: Any, message_id: Any) -> rx.Component:
    """Blocks of Markdown-light. Citations' marks open the passage they refer to in that message."""
    return rx.foreach(blocks, lambda block: _block(block, message_id))


def citation_chip(citation: rx.Var[CitationRow], message_id: Any) -> rx.Component:
    """A source below a reply; opens its passage."""
    return rx.el.button(
        rx.el.span(citation.number, class_name=CITE, custom_attrs={"aria-hidden": "true"}),
        rx.el.span(citation.title, class_name="truncate"),
        type="button",
        title=citation.where,
        on_click=WhyState.citation_clicked(message_id, citation.number),
        custom_attrs={"aria-label": rx.Var.create("Source ") + citation.number + ": " + citation.title},
        class_name="flex items-center gap-1 min-w-0 max-w-56 rounded-6 hover:text-strong hover:underline",
    )


def _from_contact(row: rx.Var[ItemRow]) -> rx.Component:
    return rx.el.div(
        rx.cond(row.leads, avatar(row.initials, row.colour), rx.el.span(class_name="w-7 shrink-0")),
        rx.el.div(
            rx.el.div(_said_by(row.name), prose(row.blocks, ""), class_name=_LOOKS["contact"]),
            _meta(row, relative_time(row.at, kind="clock")),
            class_name="min-w-0",
        ),
        class_name=SIDES["left"],
    )


def _from_agent(row: rx.Var[ItemRow]) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            _said_by(row.name),
            prose(row.blocks, ""),
            class_name=f"{_LOOKS['agent']} [&_a]:text-on-accent [&_code]:bg-transparent",
        ),
        _meta(row, rx.el.span(row.name), relative_time(row.at, kind="clock")),
        class_name=SIDES["right"],
    )


def _from_assistant(row: rx.Var[ItemRow]) -> rx.Component:
    return rx.el.div(
        rx.el.div(_said_by(row.name), prose(row.blocks, row.message_id), class_name=_LOOKS["assistant"]),
        rx.cond(
            row.citations.length() > 0,
            rx.el.div(
                rx.foreach(row.citations, lambda citation: citation_chip(citation, row.message_id)),
                class_name=f"{META} justify-end",
            ),
            rx.fragment(),
        ),
        _meta(
            row,
            ai_mark(row.name),
            relative_time(row.at, kind="clock"),
            rx.el.button(
                "Why this answer",
                type="button",
                on_click=WhyState.why_clicked(row.message_id),
                class_name="underline text-accent-text hover:text-strong rounded-6",
            ),
            always=True,
        ),
        class_name=SIDES["right"],
    )


def _from_system(row: rx.Var[ItemRow]) -> rx.Component:
    return rx.el.div(
        rx.el.div(prose(row.blocks, ""), class_name=_LOOKS["system"]),
        class_name="self-center max-w-[88%] mt-1",
    )


def _state_line(row: rx.Var[ItemRow]) -> rx.Component:
    return rx.fragment(
        rx.el.p(
            row.words,
            " · ",
            relative_time(row.at, kind="clock"),
            class_name=_LINE,
        ),
        rx.cond(
            row.brief != "",
            rx.el.div(
                rx.el.h3("Brief", class_name="text-12 font-semibold"),
                rx.el.p(row.brief, class_name="whitespace-pre-wrap [overflow-wrap:anywhere]"),
                class_name="bg-note-soft text-strong rounded-10 px-[13px] py-[9px] mb-1",
            ),
            rx.fragment(),
        ),
    )


def _said_by(name: Any) -> rx.Component:
    return rx.el.span(name, " wrote:", class_name="sr-only")


def _meta(row: rx.Var[ItemRow], *parts: rx.Component, always: bool = False) -> rx.Component:
    """Below the last message of a turn; `always` below each."""
    side = "justify-end" if len(parts) > 1 else ""
    line = rx.el.div(*parts, class_name=f"{META} {side}")
    return line if always else rx.cond(row.ends, line, rx.fragment())


def _block(block: rx.Var[Block], message_id: Any) -> rx.Component:
    return block_view(block, rx.foreach(block.spans, lambda span: span_view(span, _cite(span, message_id))))


def _cite(span: rx.Var[Span], message_id: Any) -> Case:
    return (
        "cite",
        rx.fragment(
            WORD_JOINER,
            rx.el.button(
                span.text,
                type="button",
                on_click=WhyState.citation_clicked(message_id, span.text),
                custom_attrs={"aria-label": rx.Var.create("Source ") + span.text},
                class_name=CITE,
            ),
        ),
    )


def _dots() -> rx.Component:
    dot = "size-1.5 rounded-full bg-muted animate-pulse"
    return rx.el.span(
        rx.el.span(class_name=dot),
        rx.el.span(class_name=f"{dot} [animation-delay:200ms]"),
        rx.el.span(class_name=f"{dot} [animation-delay:400ms]"),
        class_name="inline-flex gap-1 px-[13px] py-[13px] rounded-[14px] bg-surface-2",
        custom_attrs={"aria-hidden": "true"},
    )
