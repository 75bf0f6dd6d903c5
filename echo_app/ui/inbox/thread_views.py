"""The open conversation: its header with the deeds, its entries, and what stands there instead of them."""

from typing import Any

import reflex as rx

from echo_app.ui.components.avatar import avatar
from echo_app.ui.components.button import button, classes, link_button
from echo_app.ui.components.dialog import dialog
from echo_app.ui.components.feedback import empty_state, skeleton
from echo_app.ui.components.icon import icon
from echo_app.ui.components.menu import menu, menu_item
from echo_app.ui.components.tag import tag
from echo_app.ui.inbox.browser import Fleeting, Outbox, Pending, Seen, Shown, ThreadScroll, nav_link
from echo_app.ui.inbox.composer import composer
from echo_app.ui.inbox.deeds import DeedState
from echo_app.ui.inbox.details import details
from echo_app.ui.inbox.messages import BUBBLE, META, SIDES, item, typing_dots, written_reply
from echo_app.ui.inbox.place import address
from echo_app.ui.inbox.state import InboxState
from echo_app.ui.inbox.thread_state import ThreadState
from echo_app.ui.inbox.views import PILL


def thread() -> rx.Component:
    """The middle pane."""
    return rx.el.section(
        Outbox.create(
            settled_id=DeedState.outcome.id,
            settled_error=DeedState.outcome.error,
            on_send=DeedState.reply_posted,
        ),
        Shown.create(
            rx.cond(
                ThreadState.open_id == "",
                _nothing_open(),
                rx.cond(ThreadState.missing, _not_found(), _conversation()),
            ),
            _skeleton(),
            param="conversation",
            value=ThreadState.open_id,
        ),
        class_name="flex flex-col min-h-0 min-w-0 @max-3xl/inbox:group-data-[open=false]/inbox:hidden "
        "group-data-[open=false]/inbox:col-span-2",
        custom_attrs={"aria-label": "Conversation"},
    )


def _conversation() -> rx.Component:
    return rx.el.div(
        _header(),
        Seen.create(
            conversation=ThreadState.open_id, seq=ThreadState.last_seq, on_seen=DeedState.seen_noticed
        ),
        ThreadScroll.create(
            rx.el.div(
                _older(),
                rx.foreach(ThreadState.items, item),
                Pending.create(
                    conversation=ThreadState.open_id,
                    settled_id=DeedState.outcome.id,
                    class_name=SIDES["right"],
                    bubble_class=f"{BUBBLE} bg-accent text-on-accent opacity-80 whitespace-pre-wrap",
                    note_class=f"{META} justify-end",
                ),
                rx.cond(ThreadState.writing, written_reply(), rx.fragment()),
                Fleeting.create(
                    typing_dots(ThreadState.head.name), stamp=ThreadState.typing_stamp, seconds=5
                ),
                class_name="flex flex-col px-6 pt-1 pb-5 max-sm:px-4",
            ),
            key=ThreadState.open_id,
            last=ThreadState.last_seq,
            more=ThreadState.has_older,
            on_more=ThreadState.older_wanted,
            label="Messages",
            pill_class=f"{PILL} bottom-3",
            class_name="flex flex-col-reverse flex-1 min-h-0 overflow-y-auto overscroll-contain "
            "focus-visible:-outline-offset-2",
        ),
        composer(),
        class_name="flex flex-col flex-1 min-h-0",
    )


def _header() -> rx.Component:
    head = ThreadState.head
    return rx.el.header(
        nav_link(
            icon("chevron-left"),
            to=rx.Var.create("/inbox/") + InboxState.shown_folder,
            custom_attrs={"aria-label": "Back to the list", "data-key": "escape"},
            class_name=classes("quiet", "w-7 !px-0 -ml-2 @3xl/inbox:hidden"),
        ),
        avatar(head.initials, head.colour),
        rx.el.h2(head.name, class_name="text-14 font-semibold truncate"),
        tag(head.tag, meaning=head.tag_meaning, class_name="shrink-0 max-sm:hidden"),
        rx.el.div(
            _deed("Hand back", head.can_hand_back, DeedState.hand_back_clicked, "B", phone=False),
            _deed("Resolve", head.can_resolve, DeedState.resolve_clicked, "E", phone=False),
            _deed("Reopen", head.can_reopen, DeedState.reopen_clicked, "O"),
            rx.cond(
                head.can_take_over,
                button(
                    "Take over",
                    kind="primary",
                    key="T",
                    on_click=DeedState.take_over_clicked(head.id),
                ),
                rx.fragment(),
            ),
            rx.el.div(_details_dialog(), class_name="@5xl/inbox:hidden"),
            rx.el.div(_more(), class_name="hidden max-sm:block"),
            class_name="ml-auto flex items-center gap-2 shrink-0",
        ),
        class_name="flex items-center gap-2 h-12 px-4 border-b border-line shrink-0 max-sm:h-14 max-sm:pr-2",
    )


def _deed(verb: str, fits: Any, event: Any, key: str, *, phone: bool = True) -> rx.Component:
    hidden = "" if phone else "max-sm:hidden"
    shown = button(verb, key=key, on_click=event(ThreadState.head.id), class_name=hidden)
    return rx.cond(fits, shown, rx.fragment())


def _more() -> rx.Component:
    """The deeds for which a phone's header has no room."""
    head = ThreadState.head
    return rx.cond(
        head.can_resolve,
        menu(
            icon_button_plain("ellipsis", "More deeds"),
            menu_item("Resolve", DeedState.resolve_clicked(head.id), icon="check"),
            rx.cond(
                head.can_hand_back,
                menu_item("Hand back", DeedState.hand_back_clicked(head.id), icon="corner-up-left"),
                rx.fragment(),
            ),
            label="More deeds",
        ),
        rx.fragment(),
    )


def icon_button_plain(drawing: str, label: str) -> rx.Component:
    """A trigger for a menu or dialog: those add their own behaviour, so it has no tooltip of its own."""
    return rx.el.button(
        icon(drawing),
        type="button",
        title=label,
        custom_attrs={"aria-label": label},
        class_name=classes("quiet", "w-7 !px-0 max-sm:w-9"),
    )


def _details_dialog() -> rx.Component:
    return dialog(
        "Details",
        rx.el.div(details(), class_name="-mx-5 -mb-5"),
        trigger=icon_button_plain("info", "Details"),
        width="max-w-md",
    )


def _older() -> rx.Component:
    return rx.cond(
        ThreadState.has_older,
        rx.el.div(
            button("Earlier messages", kind="quiet", on_click=ThreadState.older_wanted),
            class_name="flex justify-center pb-3",
        ),
        rx.fragment(),
    )


def _nothing_open() -> rx.Component:
    return rx.el.div(
        empty_state(
            "messages-square",
            "No conversation chosen",
            "Choose one on the left, or go through them with J and K. The ? key shows all keys.",
        ),
        class_name="m-auto",
    )


def _not_found() -> rx.Component:
    return rx.el.div(
        empty_state(
            "search-x",
            "This conversation does not exist",
            "The address may be mistyped, or the conversation was erased. Nothing else has changed. "
            "Code: not_found",
            link_button("Go to the inbox", href=address("open")),
        ),
        class_name="m-auto",
    )


def _skeleton() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            skeleton("size-7 !rounded-full"),
            skeleton("h-4 w-40"),
            class_name="flex items-center gap-2 h-12 px-4 border-b border-line shrink-0",
        ),
        rx.el.div(
            skeleton("h-14 w-3/5 !rounded-[14px]"),
            skeleton("h-20 w-3/5 !rounded-[14px] self-end"),
            skeleton("h-10 w-2/5 !rounded-[14px]"),
            rx.el.span("Loading", class_name="sr-only", role="status"),
            class_name="flex flex-col gap-4 px-6 py-5",
        ),
        custom_attrs={"aria-busy": "true"},
    )
