"""What an address shows that no page has."""

import reflex as rx

from echo_app.ui.components.button import link_button
from echo_app.ui.components.feedback import empty_state


def add_to(app: rx.App) -> None:
    app.add_page(page, route="404", title="No such page · Echo")


def page() -> rx.Component:
    return rx.el.main(
        rx.el.h1("Echo", class_name="sr-only"),
        empty_state(
            "search-x",
            "There is no page at this address",
            "It may be mistyped, or from another time. Code: not_found",
            link_button("Go to the inbox", href="/inbox"),
        ),
        class_name="min-h-dvh grid place-items-center bg-surface-0",
    )
