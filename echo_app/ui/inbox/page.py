"""/inbox/[folder]/[conversation]: every conversation, in three panes.

One page for all of these addresses, so that nothing is built anew between a list and a thread.
"""

import reflex as rx

from echo_app.ui.inbox.browser import Panes
from echo_app.ui.inbox.deeds import DeedState
from echo_app.ui.inbox.details import details
from echo_app.ui.inbox.state import InboxState
from echo_app.ui.inbox.thread_state import ThreadState
from echo_app.ui.inbox.thread_views import thread
from echo_app.ui.inbox.views import conversation_list, folder_bar
from echo_app.ui.inbox.why import passage_dialog, why_dialog
from echo_app.ui.session import SignedInState
from echo_app.ui.shell import shell


def add_to(app: rx.App) -> None:
    app.add_page(
        page,
        route="/inbox/[[folder]]/[[conversation]]",
        title="Inbox · Echo",
        on_load=[
            SignedInState.entered,
            InboxState.opened,
            DeedState.opened,
            InboxState.follow,
            DeedState.follow,
        ],
    )


def page() -> rx.Component:
    return shell(
        Panes.create(
            rx.el.h1("Inbox", class_name="sr-only"),
            folder_bar(),
            rx.el.div(
                conversation_list(),
                thread(),
                rx.el.aside(
                    rx.cond((ThreadState.open_id != "") & ~ThreadState.missing, details(), rx.fragment()),
                    custom_attrs={"aria-label": "Details"},
                    class_name="hidden min-h-0 overflow-y-auto border-l border-line "
                    "@5xl/inbox:group-data-[open=true]/inbox:block",
                ),
                class_name="grid flex-1 min-h-0 grid-rows-[minmax(0,1fr)] grid-cols-[minmax(0,1fr)] "
                "@3xl/inbox:grid-cols-[320px_minmax(0,1fr)] @5xl/inbox:grid-cols-[320px_minmax(0,1fr)_288px]",
            ),
            why_dialog(),
            passage_dialog(),
            class_name="@container/inbox group/inbox flex flex-col flex-1 min-h-0 pb-[var(--keyboard,0px)]",
        ),
        here="inbox",
        bottom_bar=ThreadState.open_id == "",
    )
