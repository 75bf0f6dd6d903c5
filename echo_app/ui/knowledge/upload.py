"""Adding and replacing files: from the browser straight to /api/v1/documents, so that it knows how far it has come."""

from typing import Any

import reflex as rx
from reflex.event import EventSpec

_LIBRARY = rx.asset("upload.jsx", shared=True).importable_path


class Uploader(rx.Component):
    """See upload.jsx. `zone` False: only the list of uploads, for a page where files are replaced."""

    library = _LIBRARY
    tag = "Uploader"

    zone: rx.Var[bool]


def replace_wanted(document: Any) -> EventSpec:
    """Asks for a file, which becomes the document's new version. The page must hold an Uploader."""
    detail = rx.Var.create({"id": document.id, "title": document.title}).to_string()
    return rx.call_script(
        rx.Var.create("window.dispatchEvent(new CustomEvent('echo:replace', {detail: ") + detail + "}))"
    )
