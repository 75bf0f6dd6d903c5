"""A password's field."""

from typing import Any

import reflex as rx

from echo_app.ui.components.field import FIELD, described_by, field

_LIBRARY = rx.asset("password.jsx", shared=True).importable_path


class PasswordInput(rx.Component):
    """See password.jsx."""

    library = _LIBRARY
    tag = "PasswordInput"

    name: rx.Var[str]
    auto_complete: rx.Var[str]
    required: rx.Var[bool]
    min_length: rx.Var[int]
    button_class_name: rx.Var[str]


def password_field(
    *, autocomplete: str, help: str | None = None, min_length: int | None = None
) -> rx.Component:
    """`autocomplete` is `current-password` or `new-password`."""
    limits: dict[str, Any] = {"min_length": min_length} if min_length else {}
    return field(
        "Password",
        PasswordInput.create(
            id="password",
            name="password",
            auto_complete=autocomplete,
            required=True,
            class_name=FIELD + " pr-16",
            button_class_name="absolute right-1 inset-y-1 px-2 rounded-6 text-13 text-normal hover:bg-surface-2",
            custom_attrs=described_by("password", None, help),
            **limits,
        ),
        name="password",
        help=help,
    )
