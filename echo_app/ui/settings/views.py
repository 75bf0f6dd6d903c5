"""The sections of /settings. Who may only read sees the same, without the buttons."""

from typing import Any

import reflex as rx

from echo_app.ui.components.avatar import avatar
from echo_app.ui.components.button import button
from echo_app.ui.components.copy import code_block
from echo_app.ui.components.feedback import error_panel
from echo_app.ui.components.field import FIELD, field, text_area, text_field
from echo_app.ui.components.moment import relative_time
from echo_app.ui.components.table import Column, cell, row, table
from echo_app.ui.components.tag import tag
from echo_app.ui.components.unsaved import unsaved_guard
from echo_app.ui.settings.state import MemberRow, SettingsState


def section(
    title: str, words: Any, *children: rx.Component, beside: rx.Component | None = None
) -> rx.Component:
    """One subject: its name, one sentence, what can be done."""
    return rx.el.section(
        rx.el.div(
            rx.el.div(
                rx.el.h2(title, class_name="text-16 font-semibold"),
                rx.el.p(words, class_name="text-14 text-normal mt-0.5"),
                class_name="min-w-0",
            ),
            *([beside] if beside is not None else []),
            class_name="flex items-start justify-between gap-4 max-sm:flex-col max-sm:gap-3",
        ),
        *children,
        class_name="grid gap-4 grid-cols-[minmax(0,1fr)]",
    )


def form(*fields: rx.Component, on_submit: Any, may_save: Any) -> rx.Component:
    """Fields that Enter saves; whoever may not save can read them."""
    return rx.el.form(
        rx.el.fieldset(*fields, disabled=~may_save, class_name="grid gap-4 disabled:opacity-80"),
        rx.cond(
            may_save,
            rx.el.div(button("Save", kind="primary", type="submit"), class_name="flex"),
            rx.el.p("Owners and admins can change this.", class_name="text-13 text-muted"),
        ),
        unsaved_guard(),
        on_submit=on_submit,
        # made anew with what is stored after each save and undo
        key=SettingsState.revision.to_string(),
        class_name="grid gap-4",
    )


def widget() -> rx.Component:
    return rx.fragment(
        section(
            "Put the widget on your site",
            "Paste this before </body> on every page that should have it.",
            code_block(SettingsState.snippet, "Snippet for your site", "Copy snippet"),
        ),
        section(
            "Allowed sites",
            "Only pages of these sites can show the widget. With none named, any site can.",
            form(
                text_area(
                    "Sites, one per line",
                    name="sites",
                    default_value=SettingsState.sites,
                    error=SettingsState.sites_error,
                    help="Written like https://shop.example, with the port if it has one.",
                    placeholder="https://shop.example",
                    spell_check=False,
                ),
                on_submit=SettingsState.sites_saved,
                may_save=SettingsState.may_write_settings,
            ),
        ),
    )


def assistant() -> rx.Component:
    return section(
        "Assistant",
        "Who answers your customers, until a person takes over.",
        form(
            text_field(
                "Name",
                name="name",
                required=True,
                max_length=80,
                default_value=SettingsState.assistant_name,
                help="Customers see it with a small AI mark.",
            ),
            text_area(
                "Greeting",
                name="greeting",
                rows=3,
                max_length=500,
                default_value=SettingsState.greeting,
                help="The first thing the widget says.",
            ),
            _model(),
            on_submit=SettingsState.assistant_saved,
            may_save=SettingsState.may_write_settings,
        ),
    )


def _model() -> rx.Component:
    choice = rx.el.select(
        rx.el.option("From your documents, without a model", value="extractive"),
        rx.el.option(
            "OpenAI ",
            SettingsState.openai_model,
            value="openai",
            disabled=~SettingsState.openai_ready,
        ),
        id="model",
        name="model",
        default_value=SettingsState.model,
        class_name=FIELD,
        custom_attrs={"aria-describedby": "model-help"},
    )
    words = rx.match(
        SettingsState.model,
        ("extractive", "Answers are put together from your documents' own sentences. No model is used."),
        "Answers are written by the model from your documents, with citations.",
    )
    return rx.el.div(
        field("Answers come from", choice, name="model", help=words),
        rx.cond(
            SettingsState.openai_ready,
            rx.fragment(),
            rx.el.p(
                "OpenAI can be chosen once whoever runs this Echo has given it a key.",
                class_name="text-12 text-muted",
            ),
        ),
        rx.cond(
            (SettingsState.model == "openai") & ~SettingsState.openai_ready,
            error_panel(
                "The model has no key",
                "Until it has one, answers are put together from your documents' own sentences.",
                "model_without_key",
            ),
            rx.fragment(),
        ),
        class_name="grid gap-2",
    )


def members() -> rx.Component:
    return section(
        "Members",
        "Who can log in to this company, and what they may do.",
        table(
            "Members",
            [Column("Name"), Column("Role"), Column("Since", wide=True)],
            rx.foreach(SettingsState.members, _member),
        ),
        rx.el.dl(
            _role("Owner, admin", "everything, settings and API keys included"),
            _role("Agent", "answers conversations"),
            _role("Viewer", "reads"),
            class_name="grid gap-1 text-13 text-normal",
        ),
    )


def _member(member: rx.Var[MemberRow]) -> rx.Component:
    return row(
        cell(
            rx.el.div(
                avatar(member.initials, member.colour),
                rx.el.div(
                    rx.el.div(member.name, class_name="font-medium truncate"),
                    rx.el.div(member.email, class_name="text-12 text-muted break-all"),
                    class_name="min-w-0",
                ),
                class_name="flex items-center gap-2.5",
            )
        ),
        cell(tag(member.role)),
        cell(relative_time(member.since, class_name="text-muted"), wide=True),
    )


def _role(name: str, words: str) -> rx.Component:
    return rx.el.div(
        rx.el.dt(name, class_name="font-medium inline"), rx.el.dd(f": {words}", class_name="inline")
    )


def company() -> rx.Component:
    return section(
        "Company",
        "How Echo names you, here and to your customers.",
        form(
            text_field(
                "Company", name="company", required=True, max_length=200, default_value=SettingsState.company
            ),
            on_submit=SettingsState.company_saved,
            may_save=SettingsState.may_write_settings,
        ),
        rx.el.div(
            rx.el.span("Tenant id ", class_name="text-13 text-muted"),
            rx.el.code(SettingsState.tenant_id, class_name="text-13 font-mono break-all"),
        ),
    )
