"""/inbox: every conversation, in three panes."""

import reflex as rx

from echo_app.ui.components.feedback import empty_state
from echo_app.ui.session import SignedInState
from echo_app.ui.shell import bar, shell


def add_to(app: rx.App) -> None:
    for route in ("/inbox", "/inbox/[folder]", "/inbox/[folder]/[conversation]"):
        app.add_page(page, route=route, title="Inbox · Echo", on_load=[SignedInState.entered])


def page() -> rx.Component:
    return shell(
        bar("Inbox"),
        empty_state("inbox", "No conversations yet", "What customers ask in the widget arrives here."),
        here="inbox",
    )
