"""Every page of the dashboard, and what all of them rest on."""

from typing import Any

import reflex as rx

from echo_app.ui import not_found
from echo_app.ui.components.connection import connection_notice
from echo_app.ui.inbox import page as inbox
from echo_app.ui.knowledge import page as knowledge
from echo_app.ui.login import page as login
from echo_app.ui.session import ForgetsOnNewSession, failure_of, toast_of
from echo_app.ui.settings import page as settings
from echo_app.ui.signup import page as signup
from echo_app.ui.welcome import page as welcome


def add_pages(app: rx.App) -> None:
    """See echo_app.ui.add_pages. Each page's module has `add_to(app)`."""
    app.html_lang = "en"
    app.head_components = [
        rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"),
        rx.el.meta(name="color-scheme", content="light dark"),
    ]
    app.toaster = rx.toast.provider(position="bottom-left", rich_colors=False, expand=False)
    # In the place of Reflex's own words for a lost connection.
    app.app_wraps[5, "Overlay"] = lambda stateful: connection_notice() if stateful else None
    app.backend_exception_handler = _unexpected
    app.add_middleware(ForgetsOnNewSession())
    for page in (login, signup, welcome, inbox, knowledge, settings, not_found):
        page.add_to(app)


def _unexpected(error: Exception) -> Any:
    """What Reflex itself failed at; deeds answer for themselves."""
    return toast_of(*failure_of(error))
