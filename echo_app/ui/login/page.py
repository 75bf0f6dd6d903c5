"""/login: e-mail and password, sent by the browser itself to /auth/login."""

import reflex as rx

from echo_app.ui.components.button import inner_link
from echo_app.ui.components.field import text_field
from echo_app.ui.components.password import password_field
from echo_app.ui.components.query import query
from echo_app.ui.login.views import entrance, form, refusal


def add_to(app: rx.App) -> None:
    app.add_page(page, route="/login", title="Log in · Echo")


def page() -> rx.Component:
    return entrance(
        "Log in",
        refusal(),
        form(
            "/auth/login",
            rx.el.input(type="hidden", name="next", value=query("next"), read_only=True),
            text_field(
                "E-mail",
                name="email",
                type="email",
                auto_complete="username",
                required=True,
                auto_focus=True,
                default_value=query("email"),
            ),
            password_field(autocomplete="current-password"),
            verb="Log in",
        ),
        rx.el.p(
            "New here? ",
            inner_link("Sign up", href="/signup", class_name="text-accent-text underline"),
            class_name="text-14 text-normal",
        ),
    )
