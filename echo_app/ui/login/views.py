"""What /login and /signup share: the card, and the words for what the server refused.

Both are native forms: the server sets the cookie and answers 303, so the dashboard's socket is opened anew with it.
"""

from typing import Any

import reflex as rx

from echo_app.ui.components.button import classes
from echo_app.ui.components.feedback import error_panel
from echo_app.ui.components.native_form import native_form
from echo_app.ui.components.query import query
from echo_app.ui.shell import logo

# error code in the address -> what happened, what to do
REFUSALS: dict[str, tuple[str, str]] = {
    "invalid_credentials": ("E-mail or password is wrong", "Check both and try again."),
    "too_many_attempts": ("Too many attempts", "Wait 15 minutes, then try again."),
    "email_taken": ("This e-mail has an account", "Log in with it, or use another one."),
    "password_too_short": ("The password is too short", "Use at least 10 characters."),
    "password_common": ("This password is easy to guess", "Use a longer or less usual one."),
    "invalid_email": ("This is not an e-mail address", "It looks like name@company.example."),
    "password_too_long": ("The password is too long", "Use at most 200 characters."),
    "missing_field": ("Something is missing", "Fill in every field."),
    "bad_origin": ("The form came from another site", "Open Echo's own address and try again."),
    "unavailable": ("Echo cannot reach its database", "Nothing was changed. Try again in a few seconds."),
}


def entrance(title: str, *children: Any) -> rx.Component:
    """The page before anybody is signed in: one card in the middle."""
    return rx.el.main(
        rx.el.div(
            rx.el.div(
                logo(28),
                rx.el.span("Echo", class_name="text-16 font-semibold"),
                class_name="flex gap-2.5 items-center",
            ),
            rx.el.h1(title, class_name="text-20 font-semibold"),
            *children,
            class_name="w-full max-w-sm grid gap-5 bg-surface-1 border border-line rounded-10 shadow-lift p-6",
        ),
        class_name="min-h-dvh grid place-items-center bg-surface-0 p-4",
    )


def form(action: str, *children: rx.Component, verb: str) -> rx.Component:
    """The fields and the one button."""
    return native_form(
        action,
        *children,
        rx.el.button(verb, type="submit", class_name=classes("primary", "w-full h-9")),
        class_name="grid gap-4",
    )


def refusal() -> rx.Component:
    """What the server refused, if it sent the person back with a code."""
    code = query("error")
    known = [(key, error_panel(*words, key)) for key, words in REFUSALS.items()]
    unknown = error_panel("That did not work", "Nothing was changed. Try again.", code)
    return rx.cond(code != "", rx.match(code, *known, unknown), rx.fragment())
