"""Fields of forms: label above, help below, error beside, in words."""

from typing import Any

import reflex as rx

FIELD = (
    "w-full h-8 px-2.5 rounded-6 border border-edge bg-surface-1 text-strong text-14 "
    "aria-[invalid=true]:border-bad max-sm:h-10 max-sm:text-16"
)
AREA = FIELD.replace("h-8", "min-h-20 py-2").replace("max-sm:h-10", "") + " resize-y"


def field(
    label: Any, control: rx.Component, *, name: str, help: Any = None, error: Any = None, action: Any = None
) -> rx.Component:
    """A labelled control. `name` is the control's id; `error` is a var or text, shown when not empty."""
    return rx.el.div(
        rx.el.div(
            rx.el.label(label, html_for=name, class_name="font-medium text-14 text-strong"),
            *([action] if action is not None else []),
            class_name="flex items-center justify-between",
        ),
        control,
        *([_error(error, f"{name}-error")] if error is not None else []),
        *([rx.el.p(help, id=f"{name}-help", class_name="text-12 text-muted")] if help is not None else []),
        class_name="grid gap-1",
    )


def text_field(label: Any, *, name: str, help: Any = None, error: Any = None, **props: Any) -> rx.Component:
    """A one-line field; `props` go to the input (default_value, type, required, …)."""
    return field(
        label, text_input(name=name, error=error, help=help, **props), name=name, help=help, error=error
    )


def text_input(*, name: str, error: Any = None, help: Any = None, **props: Any) -> rx.Component:
    attributes = {**described_by(name, error, help), **props.pop("custom_attrs", {})}
    return rx.el.input(name=name, id=name, class_name=FIELD, custom_attrs=attributes, **props)


def text_area(
    label: Any, *, name: str, help: Any = None, error: Any = None, rows: int = 4, **props: Any
) -> rx.Component:
    """A field of several lines; `rows` is its height to begin with."""
    control = rx.el.textarea(
        name=name,
        id=name,
        rows=rows,
        class_name=AREA,
        custom_attrs=described_by(name, error, help),
        **props,
    )
    return field(label, control, name=name, help=help, error=error)


def described_by(name: str, error: Any, help: Any) -> dict[str, Any]:
    """ARIA that ties a control to its help and error."""
    parts = [f"{name}-error"] * (error is not None) + [f"{name}-help"] * (help is not None)
    tied: dict[str, Any] = {"aria-describedby": " ".join(parts)} if parts else {}
    if error is not None:
        tied["aria-invalid"] = rx.cond(error != "", "true", "false") if isinstance(error, rx.Var) else "true"
    return tied


def _error(error: Any, element_id: str) -> rx.Component:
    words = rx.el.p(error, class_name="text-13 text-bad")
    shown = rx.cond(error != "", words, rx.fragment()) if isinstance(error, rx.Var) else words
    return rx.el.div(shown, id=element_id, role="alert")
