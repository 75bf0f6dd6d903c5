"""Buttons are verbs. Their key, if they have one, is named in the tooltip and shown beside the word.

A key is bound by naming it: the button carries `data-key`, and assets/echo.js presses it when nobody is typing.
"""

from typing import Any, Literal

import reflex as rx
from reflex_components_core.react_router.dom import ReactRouterLink

from echo_app.ui.components.icon import icon as draw
from echo_app.ui.components.tooltip import tooltip

Kind = Literal["plain", "primary", "quiet", "danger"]

_SHAPE = (
    "inline-flex items-center justify-center gap-1.5 h-7 px-2.5 rounded-6 border text-14 font-medium "
    "whitespace-nowrap select-none no-underline transition-colors duration-100 disabled:opacity-60 "
    "max-sm:h-9 max-sm:px-3"
)
_KINDS: dict[str, str] = {
    "plain": "bg-surface-1 border-line text-strong hover:bg-surface-2",
    "primary": "bg-accent border-accent text-on-accent hover:bg-accent-strong",
    "quiet": "bg-transparent border-transparent text-normal hover:bg-surface-2 hover:text-strong",
    "danger": "bg-bad-strong border-bad-strong text-on-accent hover:brightness-90",
}


def classes(kind: Kind = "plain", extra: str = "") -> str:
    """The look of a button, for what must be another element."""
    return f"{_SHAPE} {_KINDS[kind]} {extra}"


def button(
    *words: Any,
    kind: Kind = "plain",
    icon: str | None = None,
    key: str | None = None,
    class_name: str = "",
    **props: Any,
) -> rx.Component:
    """A button. `key` is its shortcut, one letter or sign, such as `T` or `/`; it is bound and shown."""
    if key:
        props["custom_attrs"] = {"data-key": key.lower(), **props.get("custom_attrs", {})}
        props.setdefault("title", f"Key: {key}")
    props.setdefault("type", "button")
    return rx.el.button(
        *([draw(icon)] if icon else []),
        *words,
        *([kbd(key, on_accent=kind in ("primary", "danger"))] if key else []),
        class_name=classes(kind, class_name),
        **props,
    )


def icon_button(
    icon: str, label: Any, *, key: str | None = None, class_name: str = "", **props: Any
) -> rx.Component:
    """An icon alone, with its label as tooltip and for screen readers."""
    attributes = {"aria-label": label, **props.pop("custom_attrs", {})}
    if key:
        attributes["data-key"] = key.lower()
    props.setdefault("type", "button")
    drawn = rx.el.button(
        draw(icon),
        custom_attrs=attributes,
        class_name=classes("quiet", f"w-7 !px-0 max-sm:w-9 {class_name}"),
        **props,
    )
    return tooltip(drawn, label, key=key)


def link_button(
    *words: Any, href: Any, kind: Kind = "plain", icon: str | None = None, class_name: str = "", **props: Any
) -> rx.Component:
    """A link that looks like a button, to another page of the dashboard (no reload)."""
    return inner_link(
        *([draw(icon)] if icon else []), *words, href=href, class_name=classes(kind, class_name), **props
    )


def inner_link(*children: Any, href: Any, **props: Any) -> rx.Component:
    """A link to another page of the dashboard, without reloading."""
    return ReactRouterLink.create(*children, to=href, **props)


def kbd(key: str, on_accent: bool = False) -> rx.Component:
    """A key's cap; not shown where there is hardly a keyboard."""
    colour = "border-current text-on-accent" if on_accent else "border-line text-muted"
    return rx.el.kbd(
        key,
        class_name=f"px-1 min-w-[18px] text-center rounded-6 border text-12 leading-4 font-sans font-normal "
        f"{colour} max-sm:hidden",
        custom_attrs={"aria-hidden": "true"},
    )
