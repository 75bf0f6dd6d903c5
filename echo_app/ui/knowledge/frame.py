"""What every page of /knowledge has around it: its name, its pages as tabs, and how many findings are open."""

from dataclasses import dataclass
from typing import Any

import reflex as rx
from reflex.event import EventSpec

from echo_app import db
from echo_app.knowledge.findings import service as findings
from echo_app.tenancy import Actor
from echo_app.ui.components.button import inner_link
from echo_app.ui.session import SignedInState, deed
from echo_app.ui.shell import bar, shell


@dataclass(frozen=True)
class Tab:
    name: str
    label: str
    href: str


TABS = (
    Tab("documents", "Documents", "/knowledge"),
    Tab("sources", "Sources", "/knowledge/sources"),
    Tab("snippets", "Snippets", "/knowledge/snippets"),
    Tab("search", "Search", "/knowledge/search"),
    Tab("findings", "Findings", "/knowledge/findings"),
    Tab("embedder", "Embedder", "/knowledge/embedder"),
)
# On a phone the last tabs stand beyond the edge. A moment later: the number of findings makes one wider.
_SHOW_CURRENT = (
    "setTimeout(() => document.querySelector('nav[aria-label=Knowledge] [aria-current]')"
    "?.scrollIntoView({block: 'nearest', inline: 'nearest'}), 80)"
)


class FrameState(SignedInState):
    """What the tabs show; the pages' states derive from it."""

    open_findings: int = 0

    @deed
    async def tabs_shown(self, actor: Actor) -> EventSpec:
        """On every visit of a page of /knowledge."""
        await self._count_findings(actor)
        return rx.call_script(_SHOW_CURRENT)

    async def _count_findings(self, actor: Actor) -> None:
        async with db.read_only(actor) as tx:
            self.open_findings = await findings.count_findings(tx, actor)


def frame(
    tab: str,
    *children: Any,
    beside: Any = "",
    actions: list[rx.Component] | None = None,
    title: Any = "Knowledge",
    back: str | None = None,
) -> rx.Component:
    """A page of /knowledge. `beside` stands next to its name; `back` is the address of the page above it."""
    return shell(
        bar(
            title,
            rx.el.span(beside, class_name="text-muted truncate max-sm:hidden") if beside is not None else "",
            actions=actions,
            back=back,
        ),
        rx.el.nav(
            *[_tab(one, one.name == tab) for one in TABS],
            custom_attrs={"aria-label": "Knowledge"},
            class_name="relative flex gap-1 px-3 border-b border-line shrink-0 overflow-x-auto max-sm:px-2",
        ),
        # in the tab order, so that keys scroll it
        rx.el.div(
            *children, tab_index=0, class_name="relative flex-1 min-h-0 overflow-auto -outline-offset-2"
        ),
        here="knowledge",
    )


def on_load(*deeds: Any) -> list[Any]:
    """What a page of /knowledge does on every visit."""
    return [SignedInState.entered, FrameState.tabs_shown, *deeds]


def _tab(tab: Tab, on: bool) -> rx.Component:
    look = (
        "border-accent text-strong font-medium" if on else "border-transparent text-normal hover:text-strong"
    )
    return inner_link(
        tab.label,
        *([_open_findings()] if tab.name == "findings" else []),
        href=tab.href,
        class_name=f"flex items-center gap-1.5 h-9 px-2 border-b-2 no-underline whitespace-nowrap max-sm:h-11 {look}",
        custom_attrs={"aria-current": "page"} if on else {},
    )


def _open_findings() -> rx.Component:
    number = rx.el.span(
        FrameState.open_findings,
        rx.el.span(" open", class_name="sr-only"),
        class_name="px-1.5 rounded-full text-12 leading-[18px] bg-warn-soft text-warn tabular-nums",
    )
    return rx.cond(FrameState.open_findings > 0, number, rx.fragment())
