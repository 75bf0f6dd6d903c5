"""The frame around every signed-in page: the rail on the left, the page in its panel on the right.

    def page() -> rx.Component:
        return shell(
            bar("Knowledge", rx.el.span("14 documents"), actions=[button("Add knowledge", key="N", kind="primary")]),
            rx.el.div(…, class_name="overflow-auto flex-1 p-5 max-sm:p-4"),
            here="knowledge",
        )

A page is a column that fills its panel: the bar keeps its height, the one child with `flex-1 min-h-0` scrolls.
Under 640 px there is one column, and the rail becomes a bar at the bottom.
"""

from dataclasses import dataclass
from typing import Any, Literal

import reflex as rx
from reflex.style import color_mode, set_color_mode

from echo_app.ui.components.avatar import avatar
from echo_app.ui.components.button import classes, inner_link, kbd
from echo_app.ui.components.dialog import dialog
from echo_app.ui.components.icon import icon
from echo_app.ui.components.native_form import native_form
from echo_app.ui.components.palette import Palette
from echo_app.ui.components.skip_link import skip_link
from echo_app.ui.session import SignedInState


@dataclass(frozen=True)
class Entry:
    """A page in the rail; `letter` after G goes there."""

    name: str
    label: str
    href: str
    icon: str
    letter: str


# An entry appears here when its page exists.
ENTRIES = (
    Entry("inbox", "Inbox", "/inbox", "inbox", "i"),
    Entry("knowledge", "Knowledge", "/knowledge", "book-open", "k"),
    Entry("settings", "Settings", "/settings", "settings", "s"),
)


def shell(*children: Any, here: str, bottom_bar: Any = True) -> rx.Component:
    """A signed-in page. `here` is its entry's name; `bottom_bar` (bool or var) False frees a phone's whole height."""
    return rx.el.div(
        skip_link(
            "Skip to the page",
            "page",
            "sr-only focus:not-sr-only focus:fixed focus:z-50 focus:top-2 focus:left-2 " + classes("primary"),
        ),
        _rail(here),
        rx.el.main(
            *children,
            id="page",
            tab_index=-1,
            class_name="flex flex-col min-w-0 min-h-0 bg-surface-1 border border-line rounded-10 m-2 ml-0 "
            "overflow-hidden outline-none max-sm:m-0 max-sm:border-0 max-sm:rounded-none",
        ),
        _bottom_bar(here) if bottom_bar is True else rx.cond(bottom_bar, _bottom_bar(here), rx.fragment()),
        Palette.create(pages=[{"label": e.label, "href": e.href, "letter": e.letter} for e in ENTRIES]),
        class_name="grid h-dvh bg-surface-0 grid-cols-[208px_minmax(0,1fr)] grid-rows-[minmax(0,1fr)] "
        "max-sm:grid-cols-[minmax(0,1fr)] max-sm:grid-rows-[minmax(0,1fr)_auto]",
    )


def bar(
    title: Any, *beside: Any, actions: list[rx.Component] | None = None, back: str | None = None
) -> rx.Component:
    """A page's first row: its name, what stands beside it, its deeds on the right. `back` is an address."""
    return rx.el.header(
        *(
            [
                inner_link(
                    icon("chevron-left"),
                    href=back,
                    class_name=classes("quiet", "w-7 !px-0 -ml-2"),
                    custom_attrs={"aria-label": "Back"},
                )
            ]
            if back
            else []
        ),
        rx.el.h1(title, class_name="text-14 font-semibold truncate"),
        *beside,
        rx.el.div(*(actions or []), class_name="ml-auto flex items-center gap-2"),
        class_name="flex items-center gap-2 h-12 px-4 border-b border-line shrink-0",
    )


def logo(size: int = 22) -> rx.Component:
    """Echo's mark: a point and the two waves that come back from it."""
    return rx.image(src="/logo.svg", alt="", width=f"{size}px", height=f"{size}px", class_name="shrink-0")


def _rail(here: str) -> rx.Component:
    return rx.el.header(
        rx.el.div(
            logo(),
            rx.el.span(SignedInState.tenant_name, class_name="truncate font-semibold"),
            rx.el.button(
                kbd("Ctrl K"),
                type="button",
                class_name="ml-auto shrink-0 rounded-6",
                custom_attrs={"data-opens": "palette", "aria-label": "Search pages and actions, Ctrl K"},
            ),
            class_name="flex items-center gap-2 px-2 pt-1.5 pb-3.5 min-w-0",
        ),
        rx.el.nav(
            *[_rail_entry(entry, entry.name == here) for entry in ENTRIES],
            custom_attrs={"aria-label": "Pages"},
            class_name="grid gap-0.5",
        ),
        rx.el.div(
            theme_switch(),
            rx.el.div(
                avatar(SignedInState.me_initials, SignedInState.me_colour, size=22),
                rx.el.div(
                    rx.el.div(SignedInState.me_name, class_name="truncate text-13 text-strong"),
                    rx.el.div(SignedInState.me_role, class_name="text-12 text-muted"),
                    class_name="min-w-0 leading-4",
                ),
                _log_out("ml-auto"),
                class_name="flex items-center gap-2 px-2 py-1",
            ),
            class_name="mt-auto grid gap-2",
        ),
        class_name="flex flex-col px-2 py-3 min-h-0 max-sm:hidden",
    )


def _rail_entry(entry: Entry, on: bool) -> rx.Component:
    look = (
        "bg-surface-3 text-strong font-medium" if on else "text-normal hover:bg-surface-2 hover:text-strong"
    )
    return inner_link(
        icon(entry.icon),
        entry.label,
        *([_waiting()] if entry.name == "inbox" else []),
        href=entry.href,
        title=f"{entry.label} (G then {entry.letter.upper()})",
        class_name=f"flex items-center gap-2.5 px-2 h-8 rounded-6 no-underline {look}",
        custom_attrs={"aria-current": "page"} if on else {},
    )


def _waiting() -> rx.Component:
    return rx.cond(
        SignedInState.waiting > 0,
        rx.el.span(
            SignedInState.waiting,
            rx.el.span(" waiting", class_name="sr-only"),
            class_name="ml-auto text-12 text-muted tabular-nums",
        ),
        rx.fragment(),
    )


def _bottom_bar(here: str) -> rx.Component:
    item = "flex flex-col items-center gap-0.5 py-2 text-12 no-underline "
    return rx.el.nav(
        *[
            inner_link(
                icon(entry.icon),
                entry.label,
                href=entry.href,
                class_name=item + ("text-accent-text font-medium" if entry.name == here else "text-normal"),
                custom_attrs={"aria-current": "page"} if entry.name == here else {},
            )
            for entry in ENTRIES
        ],
        dialog(
            SignedInState.me_name,
            rx.el.div("Light or dark", class_name="text-13 text-muted -mb-2"),
            theme_switch(),
            _log_out("justify-self-start", words=True),
            description=SignedInState.tenant_name,
            trigger=rx.el.button(icon("circle-user"), "You", type="button", class_name=item + "text-normal"),
            width="max-w-sm",
        ),
        custom_attrs={"aria-label": "Pages"},
        class_name="hidden max-sm:grid grid-cols-4 border-t border-line bg-surface-1 "
        "pb-[env(safe-area-inset-bottom)]",
    )


def theme_switch() -> rx.Component:
    """Light, dark, or as the system has it; kept in this browser, without a round trip."""
    modes: tuple[tuple[Literal["light", "dark", "system"], str, str], ...] = (
        ("light", "sun", "Light"),
        ("dark", "moon", "Dark"),
        ("system", "monitor", "Like the system"),
    )
    return rx.el.div(
        *[
            rx.el.button(
                icon(drawing, size=14),
                type="button",
                on_click=set_color_mode(mode),
                title=label,
                custom_attrs={
                    "aria-label": label,
                    "aria-pressed": rx.cond(color_mode == mode, "true", "false"),
                    "data-deed": "true",
                },
                class_name="grid place-items-center h-6 flex-1 rounded-6 text-muted hover:text-strong "
                "aria-pressed:bg-surface-1 aria-pressed:text-strong max-sm:h-9",
            )
            for mode, drawing, label in modes
        ],
        role="group",
        custom_attrs={"aria-label": "Colours"},
        class_name="flex gap-0.5 p-0.5 rounded-6 bg-surface-2",
    )


def _log_out(class_name: str, words: bool = False) -> rx.Component:
    # a form over HTTP, not an event: the cookie goes, and the page is loaded anew
    return native_form(
        "/auth/logout",
        rx.el.button(
            icon("log-out"),
            *(["Log out"] if words else []),
            type="submit",
            title="Log out",
            custom_attrs={"aria-label": "Log out", "data-deed": "true"},
            class_name=classes("plain" if words else "quiet", "" if words else "w-7 !px-0"),
        ),
        class_name=class_name,
    )
