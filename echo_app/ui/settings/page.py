"""/settings/SECTION: the snippet and allowed sites, the assistant, API keys, members, the company."""

from collections.abc import Callable
from dataclasses import dataclass

import reflex as rx

from echo_app.ui.components.button import button, inner_link
from echo_app.ui.components.feedback import error_panel, skeleton
from echo_app.ui.components.icon import icon
from echo_app.ui.session import SignedInState
from echo_app.ui.settings.keys import api_keys
from echo_app.ui.settings.state import SettingsState
from echo_app.ui.settings.views import assistant, company, members, widget
from echo_app.ui.shell import bar, shell


@dataclass(frozen=True)
class Section:
    name: str
    label: str
    icon: str
    view: Callable[[], rx.Component]


SECTIONS = (
    Section("widget", "Widget", "message-circle", widget),
    Section("assistant", "Assistant", "sparkles", assistant),
    Section("api-keys", "API keys", "key-round", api_keys),
    Section("members", "Members", "users", members),
    Section("company", "Company", "building-2", company),
)


def add_to(app: rx.App) -> None:
    on_load = [SignedInState.entered, SettingsState.opened]
    app.add_page(lambda: page(SECTIONS[0]), route="/settings", title="Settings · Echo", on_load=on_load)
    for section in SECTIONS:
        app.add_page(
            lambda section=section: page(section),
            route=f"/settings/{section.name}",
            title=f"{section.label} · Settings · Echo",
            on_load=on_load,
        )


def page(section: Section) -> rx.Component:
    return shell(
        bar("Settings"),
        rx.el.div(
            rx.el.nav(
                *[_entry(one, one is section) for one in SECTIONS],
                custom_attrs={"aria-label": "Sections"},
                class_name="flex flex-col gap-0.5 p-3 border-r border-line overflow-auto "
                "max-md:flex-row max-md:flex-wrap max-md:border-r-0 max-md:border-b max-md:p-2",
            ),
            rx.el.div(
                rx.el.div(
                    _content(section),
                    class_name="max-w-2xl mx-auto grid gap-8 px-6 py-8 max-sm:px-4 max-sm:py-5",
                ),
                class_name="overflow-auto min-h-0",
            ),
            class_name="flex-1 min-h-0 grid grid-cols-[184px_minmax(0,1fr)] "
            "max-md:grid-cols-[minmax(0,1fr)] max-md:grid-rows-[auto_minmax(0,1fr)]",
        ),
        here="settings",
    )


def _entry(section: Section, on: bool) -> rx.Component:
    look = (
        "bg-surface-2 text-strong font-medium" if on else "text-normal hover:bg-surface-2 hover:text-strong"
    )
    return inner_link(
        icon(section.icon),
        section.label,
        href=f"/settings/{section.name}",
        class_name=f"flex items-center gap-2.5 px-2 h-8 rounded-6 no-underline whitespace-nowrap shrink-0 {look}",
        custom_attrs={"aria-current": "page"} if on else {},
    )


def _content(section: Section) -> rx.Component:
    failed = error_panel(
        "Settings could not be loaded",
        SettingsState.load_error,
        SettingsState.load_code,
        button("Try again", on_click=SettingsState.opened),
    )
    return rx.cond(
        SettingsState.loaded,
        rx.cond(SettingsState.load_error != "", failed, section.view()),
        rx.el.div(
            skeleton("h-6 w-40"), skeleton("h-4 w-80"), skeleton("h-40 w-full"), class_name="grid gap-4"
        ),
    )
