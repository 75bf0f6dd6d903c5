"""The dashboard: a Reflex app whose pages only ask services and show what they answer.

`theme.py` holds every token, `session.py` who asks, `live.py` what changes meanwhile, `shell.py` the frame around
each page, `components/` the parts, and one folder a page: `page.py` (address and layout), `state.py` (what the
page knows and the deeds it offers), `views.py` (its parts).
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import reflex as rx


def add_pages(app: "rx.App") -> None:
    """Puts every page of the dashboard, its look and its guards on the app.

    Call it once, before the app is compiled or served. Imported late, because rxconfig.py reads this package's
    theme while no state may exist yet.
    """
    from echo_app.ui.pages import add_pages as add

    add(app)
