"""/welcome."""

import reflex as rx

from echo_app.ui.components.feedback import empty_state
from echo_app.ui.session import SignedInState
from echo_app.ui.shell import bar, shell


def add_to(app: rx.App) -> None:
    for route in ("/welcome",):
        app.add_page(page, route=route, title="Welcome · Echo", on_load=[SignedInState.entered])


def page() -> rx.Component:
    return shell(
        bar("Welcome"),
        empty_state("inbox", "No conversations yet", "What customers ask in the widget arrives here."),
        here="welcome",
    )
