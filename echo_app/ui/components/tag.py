"""A state in one word. Its colour means something: good, warn, bad, note, accent (the assistant), or nothing."""

from typing import Any

import reflex as rx

MEANINGS = {
    "": "bg-surface-2 text-normal",
    "good": "bg-good-soft text-good",
    "warn": "bg-warn-soft text-warn",
    "bad": "bg-bad-soft text-bad",
    "note": "bg-note-soft text-note",
    "accent": "bg-accent-soft text-accent-text",
}
_SHAPE = "inline-flex items-center gap-1 px-1.5 rounded-full text-12 leading-[18px] whitespace-nowrap "


def tag(*words: Any, meaning: Any = "", class_name: str = "", **props: Any) -> rx.Component:
    """`meaning` is a key of MEANINGS, or a var that holds one."""
    if isinstance(meaning, rx.Var):
        colours: Any = rx.match(meaning, *MEANINGS.items(), MEANINGS[""])
        look: Any = rx.Var.create(f"{_SHAPE} {class_name} ") + colours.to(str)
    else:
        look = f"{_SHAPE} {MEANINGS[meaning]} {class_name}"
    return rx.el.span(*words, class_name=look, **props)


def ai_mark(name: Any = "Echo") -> rx.Component:
    """Says that the assistant speaks, not a person."""
    return tag(name, " · AI", meaning="accent")
