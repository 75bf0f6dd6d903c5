"""Brings the tokens, the font and Tailwind's names for both into the compiled dashboard."""

from collections.abc import Sequence
from typing import Any

from reflex.plugins import Plugin, TailwindV4Plugin

from echo_app.ui import theme

FONT_PACKAGE = "@fontsource-variable/inter"


class Look(Plugin):
    """Writes the tokens' stylesheet next to the compiled pages, and Inter Variable from the npm registry."""

    def get_frontend_dependencies(self, **context: Any) -> list[str]:
        return [f"{FONT_PACKAGE}@5.3.0"]

    def get_stylesheet_paths(self, **context: Any) -> Sequence[str]:
        return [f"{FONT_PACKAGE}/wght.css", "./tokens.css"]

    def pre_compile(self, **context: Any) -> None:
        context["add_save_task"](lambda: ("styles/tokens.css", theme.css()))


def tailwind() -> TailwindV4Plugin:
    """Tailwind with the tokens as its only theme."""
    return TailwindV4Plugin(config={"theme": theme.tailwind(), "plugins": []})
