"""What is meant to be pasted elsewhere."""

from typing import Any

import reflex as rx

from echo_app.ui.components.button import Kind, classes

_LIBRARY = rx.asset("copy.jsx", shared=True).importable_path


class CopyButton(rx.Component):
    """See copy.jsx."""

    library = _LIBRARY
    tag = "CopyButton"

    text: rx.Var[str]
    label: rx.Var[str]


def copy_button(text: Any, label: str = "Copy", kind: Kind = "plain") -> rx.Component:
    """Copies `text` in the browser, without a round trip."""
    return CopyButton.create(text=text, label=label, class_name=classes(kind))


def code_block(text: Any, label: str, copy: str = "Copy") -> rx.Component:
    """Code with a button that copies it. `label` names it to screen readers."""
    return rx.el.div(
        rx.el.pre(
            rx.el.code(text),
            class_name="overflow-auto p-3 text-13 font-mono text-strong whitespace-pre",
            tab_index=0,
            role="region",
            custom_attrs={"aria-label": label},
        ),
        rx.el.div(copy_button(text, copy), class_name="flex justify-end p-2 border-t border-line"),
        class_name="rounded-10 border border-line bg-surface-0",
    )
