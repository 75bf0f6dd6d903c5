"""API keys: made and shown once, listed by their last four signs, revoked after one question."""

import reflex as rx

from echo_app.ui.components.button import button
from echo_app.ui.components.copy import code_block
from echo_app.ui.components.dialog import actions, ask_once, closing, dialog
from echo_app.ui.components.feedback import empty_state
from echo_app.ui.components.field import text_field
from echo_app.ui.components.moment import relative_time
from echo_app.ui.components.table import Column, cell, row, table
from echo_app.ui.components.tag import tag
from echo_app.ui.settings.state import KeyRow, SettingsState
from echo_app.ui.settings.views import section


def api_keys() -> rx.Component:
    columns = [
        Column("Name"),
        Column("Key"),
        Column("Created", wide=True),
        Column("Last used", wide=True),
        Column("Revoke", hidden_title=True),
    ]
    return section(
        "API keys",
        "For your own programs. Whoever holds one can read and write this company's conversations and documents.",
        rx.cond(
            SettingsState.keys.length() > 0,
            table("API keys", columns, rx.foreach(SettingsState.keys, _key)),
            empty_state("key-round", "No API keys", "Create one to use Echo from your own programs."),
        ),
        beside=rx.cond(SettingsState.may_write_api_keys, _create(), rx.fragment()),
    )


def _create() -> rx.Component:
    ask = rx.el.form(
        text_field(
            "Name",
            name="key_name",
            required=True,
            max_length=80,
            auto_focus=True,
            help="What it is for: Website backend.",
        ),
        actions(closing(button("Cancel")), button("Create key", kind="primary", type="submit")),
        on_submit=SettingsState.key_created,
        class_name="grid gap-4",
    )
    show = rx.el.div(
        rx.el.p(
            "This key is shown this once. Copy it to a safe place: Echo keeps only its fingerprint.",
            class_name="text-14 text-normal",
        ),
        code_block(SettingsState.new_key, "New API key", "Copy key"),
        actions(closing(button("Done", kind="primary"))),
        class_name="grid gap-4",
    )
    return dialog(
        "New API key",
        rx.cond(SettingsState.new_key == "", ask, show),
        trigger=button("Create key", kind="primary", icon="plus", key="N"),
        on_open_change=SettingsState.key_dialog_changed,
    )


def _key(key: rx.Var[KeyRow]) -> rx.Component:
    revoke = ask_once(
        "Revoke this key?",
        rx.el.span("Programs that use ", rx.el.b(key.name), " stop working at once. This cannot be undone."),
        "Revoke",
        SettingsState.key_revoked(key.id),
        trigger=button("Revoke", kind="quiet"),
    )
    return row(
        cell(rx.el.span(key.name, class_name="font-medium")),
        cell(rx.el.code("…", key.last_four, class_name="font-mono text-13 text-normal")),
        cell(relative_time(key.created_at, class_name="text-muted"), wide=True),
        cell(
            rx.cond(
                key.used_at != "",
                relative_time(key.used_at, class_name="text-muted"),
                rx.el.span("never", class_name="text-muted"),
            ),
            wide=True,
        ),
        cell(
            rx.cond(
                key.revoked, tag("Revoked"), rx.cond(SettingsState.may_write_api_keys, revoke, rx.fragment())
            ),
            number=True,
        ),
    )
