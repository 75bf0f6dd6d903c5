"""Where an agent writes; while somebody else owns the next reply it says who, and offers to take over."""

from typing import Any

import reflex as rx

from echo_app.ui.components.button import button, icon_button, kbd
from echo_app.ui.components.tag import tag
from echo_app.ui.inbox.browser import Composer
from echo_app.ui.inbox.deeds import DeedState
from echo_app.ui.inbox.messages import prose
from echo_app.ui.inbox.thread import SuggestionRow
from echo_app.ui.inbox.thread_state import ThreadState

_FOOT = (
    "px-4 pt-2.5 pb-3.5 border-t border-line shrink-0 bg-surface-1 pb-[max(14px,env(safe-area-inset-bottom))]"
)
_BOX = (
    "border border-edge rounded-10 bg-surface-1 has-[textarea:focus-visible]:outline-2 outline-offset-1 "
    "outline-accent-text"
)
_AREA = (
    "block w-full min-h-14 max-h-[38dvh] px-3 pt-2.5 pb-1 bg-transparent text-strong text-14 resize-none "
    "outline-none max-sm:text-16"
)


def composer() -> rx.Component:
    return rx.fragment(_failure(), _composer())


def _failure() -> rx.Component:
    """Why the last reply was not sent; it may be that nothing can be written here any more."""
    return rx.cond(
        (DeedState.outcome.error != "") & (DeedState.outcome.conversation == ThreadState.open_id),
        rx.el.p(
            DeedState.outcome.error,
            role="alert",
            class_name="mx-4 mb-2 px-3 py-2 rounded-10 bg-bad-soft text-bad text-13 shrink-0",
        ),
        rx.fragment(),
    )


def _composer() -> rx.Component:
    head = ThreadState.head
    return rx.cond(
        head.can_reply,
        _writing(),
        rx.el.div(
            rx.match(
                head.status,
                ("resolved", rx.el.p("This conversation is resolved.")),
                rx.match(
                    head.handler,
                    ("queue", rx.el.p(head.name, " is waiting for a person.")),
                    ("assistant", rx.el.p(ThreadState.assistant, " answers here.")),
                    rx.el.p(rx.cond(head.agent_name != "", head.agent_name, "A person"), " answers here."),
                ),
            ),
            _offer(),
            class_name=f"{_FOOT} flex items-center justify-between gap-3 text-normal",
        ),
    )


def _offer() -> rx.Component:
    head = ThreadState.head
    return rx.cond(
        head.can_take_over,
        # the header's button carries the key
        button("Take over", on_click=DeedState.take_over_clicked(head.id)),
        rx.cond(
            head.can_reopen,
            button("Reopen", on_click=DeedState.reopen_clicked(head.id)),
            rx.fragment(),
        ),
    )


def _writing() -> rx.Component:
    head = ThreadState.head
    return Composer.create(
        rx.foreach(ThreadState.suggestions, _suggestion),
        rx.cond(
            head.mine,
            rx.fragment(),
            rx.el.p(
                rx.cond(head.agent_name != "", head.agent_name, "Another person"),
                " has this conversation. You can add a reply, or take over.",
                class_name="mb-2 text-13 text-muted",
            ),
        ),
        rx.el.div(
            rx.el.textarea(
                rows="2",
                max_length=8000,
                placeholder=rx.Var.create("Write to ") + head.name,
                custom_attrs={
                    "aria-label": rx.Var.create("Reply to ") + head.name,
                    "data-key": "r",
                    "aria-keyshortcuts": "R",
                    "data-deed": "true",
                },
                class_name=_AREA,
            ),
            rx.el.div(
                rx.el.span(
                    "Ctrl Enter sends. Drafts stay in this tab.",
                    class_name="text-12 text-muted max-sm:hidden",
                ),
                button(
                    "Send",
                    kind="primary",
                    icon="send",
                    type="submit",
                    title="Send (Ctrl Enter)",
                    class_name="ml-auto",
                ),
                class_name="flex items-center gap-2 px-2 pb-2",
            ),
            class_name=_BOX,
        ),
        key=ThreadState.open_id,
        conversation=ThreadState.open_id,
        on_typing=DeedState.typing_noticed,
        on_used=DeedState.suggestion_used,
        class_name=_FOOT,
    )


def _suggestion(suggestion: rx.Var[SuggestionRow]) -> rx.Component:
    attributes: dict[str, Any] = {"data-use": suggestion.id, "data-text": suggestion.text}
    return rx.el.div(
        tag("Draft", meaning="accent", class_name="shrink-0"),
        rx.el.div(
            prose(suggestion.blocks, ""),
            class_name="flex-1 min-w-0 grid gap-1.5 max-h-40 overflow-y-auto",
            tab_index=0,
            role="group",
            custom_attrs={"aria-label": "Draft by the assistant"},
        ),
        rx.el.div(
            button("Use", kbd("Tab"), title="Put it into your reply (Tab)", custom_attrs=attributes),
            icon_button("x", "Dismiss the draft", on_click=DeedState.suggestion_dismissed(suggestion.id)),
            class_name="flex items-center gap-1 shrink-0",
        ),
        key=suggestion.id,
        class_name="flex items-start gap-2.5 mb-2 px-3 py-2 border border-dashed border-accent rounded-10",
    )
