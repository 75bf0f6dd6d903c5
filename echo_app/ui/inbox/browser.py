"""The parts of the inbox that live in the browser: see browser.jsx, where each is explained."""

from typing import Any, ClassVar

import reflex as rx
from reflex.event import passthrough_event_spec
from reflex_components_core.react_router.dom import ReactRouterLink

rx.asset("outbox.js", shared=True)
_LIBRARY = rx.asset("browser.jsx", shared=True).importable_path


class NavLink(ReactRouterLink):
    """A link that knows, without the server, that it leads here: it carries aria-current="page" then.

    `end` False: also when the address goes on below it.
    """

    tag = "NavLink"
    alias = "ReactRouterNavLink"

    end: rx.Var[bool]


class _InBrowser(rx.Component):
    """`events` names what it tells the server, and the arguments' types."""

    library = _LIBRARY
    events: ClassVar[dict[str, tuple[type, ...]]] = {}

    @classmethod
    def get_event_triggers(cls) -> dict[str, Any]:
        own: dict[str, Any] = {name: passthrough_event_spec(*types) for name, types in cls.events.items()}
        return {**super().get_event_triggers(), **own}


class Panes(_InBrowser):
    tag = "Panes"


class Shown(_InBrowser):
    tag = "Shown"

    param: rx.Var[str]
    value: rx.Var[str]


class LiveList(_InBrowser):
    tag = "LiveList"
    events = {"on_top": (bool,)}

    signal: rx.Var[int]
    label: rx.Var[str]


class ThreadScroll(_InBrowser):
    tag = "ThreadScroll"
    events = {"on_more": ()}

    last: rx.Var[int]
    more: rx.Var[bool]
    pill_class: rx.Var[str]
    label: rx.Var[str]


class DayLine(_InBrowser):
    tag = "DayLine"

    at: rx.Var[str]
    previous_at: rx.Var[str]


class Fleeting(_InBrowser):
    tag = "Fleeting"

    stamp: rx.Var[int]
    seconds: rx.Var[int]


class Seen(_InBrowser):
    tag = "Seen"
    events = {"on_seen": (str, int)}

    conversation: rx.Var[str]
    seq: rx.Var[int]


class Composer(_InBrowser):
    tag = "Composer"
    events = {"on_typing": (str,), "on_used": (str,)}

    conversation: rx.Var[str]


class Outbox(_InBrowser):
    tag = "Outbox"
    events = {"on_send": (str, str, str)}

    settled_id: rx.Var[str]
    settled_error: rx.Var[str]


class Pending(_InBrowser):
    tag = "Pending"

    conversation: rx.Var[str]
    settled_id: rx.Var[str]
    bubble_class: rx.Var[str]
    note_class: rx.Var[str]


def nav_link(*children: Any, to: Any, end: bool = True, **props: Any) -> rx.Component:
    """A NavLink; style its being here by `aria-[current=page]:`."""
    return NavLink.create(*children, to=to, end=end, **props)
