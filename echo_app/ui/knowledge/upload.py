"""Adding files: from the browser straight to POST /api/v1/documents, so that it knows how far it has come."""

import reflex as rx

_LIBRARY = rx.asset("upload.jsx", shared=True).importable_path


class Uploader(rx.Component):
    """See upload.jsx."""

    library = _LIBRARY
    tag = "Uploader"
