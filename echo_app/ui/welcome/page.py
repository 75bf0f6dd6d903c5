"""/welcome, after sign-up: the API key (shown once), the snippet, and what to do next."""

from typing import Any

import reflex as rx

from echo_app.ui.components.button import inner_link, link_button
from echo_app.ui.components.copy import code_block
from echo_app.ui.components.feedback import skeleton
from echo_app.ui.session import SignedInState
from echo_app.ui.shell import bar, shell
from echo_app.ui.welcome.state import WelcomeState


def add_to(app: rx.App) -> None:
    app.add_page(
        page, route="/welcome", title="Welcome · Echo", on_load=[SignedInState.entered, WelcomeState.opened]
    )


def page() -> rx.Component:
    return shell(
        bar("Welcome"),
        rx.el.div(
            rx.el.div(
                rx.el.div(
                    rx.el.h2("Welcome to Echo, ", SignedInState.me_name, class_name="text-28 font-semibold"),
                    rx.el.p(
                        "Three steps, and your customers get answers.", class_name="text-16 text-normal mt-1"
                    ),
                ),
                rx.el.ol(
                    _step(
                        "1",
                        "Add what Echo should know",
                        "Your help pages, manuals and terms: Markdown, plain text or PDF.",
                        link_button("Add knowledge", href="/knowledge", kind="primary", icon="book-open"),
                    ),
                    _step(
                        "2",
                        "Put the widget on your site",
                        "Paste this before </body> on every page that should have it.",
                        code_block(WelcomeState.snippet, "Snippet for your site", "Copy snippet"),
                    ),
                    _step(
                        "3",
                        "Keep your API key",
                        "For your own programs. It is shown this once: copy it to a safe place.",
                        _key(),
                    ),
                    class_name="grid gap-7 grid-cols-[minmax(0,1fr)]",
                ),
                link_button("Open the inbox", href="/inbox", icon="inbox", class_name="justify-self-start"),
                class_name="max-w-2xl mx-auto grid gap-8 grid-cols-[minmax(0,1fr)] px-6 py-10 max-sm:px-4 max-sm:py-6",
            ),
            class_name="flex-1 min-h-0 overflow-auto",
        ),
        here="welcome",
    )


def _key() -> rx.Component:
    seen = rx.el.p(
        "Its key was shown already. ",
        inner_link(
            "Create another in Settings", href="/settings/api-keys", class_name="text-accent-text underline"
        ),
        ".",
        class_name="text-14 text-normal",
    )
    return rx.cond(
        WelcomeState.loaded,
        rx.cond(WelcomeState.api_key != "", code_block(WelcomeState.api_key, "API key", "Copy key"), seen),
        skeleton("h-24 w-full"),
    )


def _step(number: str, title: str, words: str, deed: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(
            number,
            class_name="grid place-items-center size-7 rounded-full bg-accent-soft text-accent-text text-13 "
            "font-semibold shrink-0",
            custom_attrs={"aria-hidden": "true"},
        ),
        rx.el.div(
            rx.el.h3(title, class_name="text-16 font-semibold"),
            rx.el.p(words, class_name="text-14 text-normal"),
            rx.el.div(deed, class_name="mt-2"),
            class_name="min-w-0 grid gap-1 grid-cols-[minmax(0,1fr)] flex-1",
        ),
        class_name="flex gap-4",
    )
