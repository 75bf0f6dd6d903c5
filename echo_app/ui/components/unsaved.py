"""Keeps people from losing what they typed."""

import reflex as rx

_LIBRARY = rx.asset("unsaved.jsx", shared=True).importable_path


class UnsavedGuard(rx.Component):
    """See unsaved.jsx."""

    library = _LIBRARY
    tag = "UnsavedGuard"

    words: rx.Var[str]


def unsaved_guard() -> rx.Component:
    """Stands inside a form; asks once before its unsaved changes are left behind."""
    return UnsavedGuard.create(words="Leave without saving? What you changed here will be lost.")
