"""/signup: a company and its owner, sent by the browser itself to /auth/signup."""

import reflex as rx

from echo_app.ui.components.button import inner_link
from echo_app.ui.components.field import text_field
from echo_app.ui.components.password import password_field
from echo_app.ui.components.query import query
from echo_app.ui.login.views import entrance, form, refusal


def add_to(app: rx.App) -> None:
    app.add_page(page, route="/signup", title="Sign up · Echo")


def page() -> rx.Component:
    return entrance(
        "Sign up",
        refusal(),
        form(
            "/auth/signup",
            text_field(
                "Company",
                name="company",
                auto_complete="organization",
                required=True,
                max_length=200,
                auto_focus=True,
                default_value=query("company"),
            ),
            text_field(
                "Your name",
                name="name",
                auto_complete="name",
                required=True,
                max_length=200,
                default_value=query("name"),
            ),
            text_field(
                "E-mail",
                name="email",
                type="email",
                auto_complete="username",
                required=True,
                default_value=query("email"),
            ),
            password_field(autocomplete="new-password", min_length=10, help="At least 10 characters."),
            verb="Sign up",
        ),
        rx.el.p(
            "Already have an account? ",
            inner_link("Log in", href="/login", class_name="text-accent-text underline"),
            class_name="text-14 text-normal",
        ),
    )
