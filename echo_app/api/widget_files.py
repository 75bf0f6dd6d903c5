"""The compiled widget, served compressed as it was built, and the page that carries it into the iframe."""

import gzip
import html
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi.responses import Response

from echo_app.errors import NotFound, Unavailable
from echo_app.kit.ids import encode
from echo_app.tenants.schemas import AssistantView, TenantView

BUILT = Path(__file__).resolve().parents[2] / "assets" / "widget"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".json": "application/json"}
_THEMES = ("light", "dark", "auto")
_SHARED_HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "strict-origin-when-cross-origin"}


def widget_file(name: str, *, max_age: int) -> Response:
    """A compiled file, gzip as its build left it. Raises NotFound.

    Every browser that runs the widget takes gzip; nothing is kept in a second form for those that do not.
    """
    facts = _manifest()["files"].get(name)
    media_type = _TYPES.get(Path(name).suffix)
    if facts is None or media_type is None:
        raise NotFound("There is nothing at this address.")
    immutable = ", immutable" if max_age > 86_400 else ""
    return Response(
        _bytes(name + ".gz"),
        media_type=media_type,
        headers={
            **_SHARED_HEADERS,
            "Content-Encoding": "gzip",
            "Cache-Control": f"public, max-age={max_age}{immutable}",
            "ETag": f'"{facts["hash"]}"',
            # The tenant's page loads it from another origin, also under a cross-origin embedder policy.
            "Cross-Origin-Resource-Policy": "cross-origin",
        },
    )


def embed_page(tenant: TenantView, assistant: AssistantView, *, theme: str, locale: str) -> Response:
    """The iframe's page: its configuration inside, framed only by the tenant's sites (any, when none is named)."""
    config = {
        "tenantId": encode("ten", tenant.id),
        "name": tenant.name,
        "assistant": assistant.name,
        "greeting": assistant.greeting,
        "theme": theme if theme in _THEMES else "auto",
        "locale": locale if locale.replace("-", "").isalnum() and len(locale) <= 12 else "en",
    }
    fields = {
        "title": html.escape(tenant.name),
        # Inside a script element only `<` could end it.
        "config": json.dumps(config, ensure_ascii=False).replace("<", "\\u003c"),
        "version": _manifest()["version"],
        "theme": config["theme"],
        "lang": html.escape(config["locale"], quote=True),
    }
    page = _bytes("frame.html").decode()
    for name, value in fields.items():
        page = page.replace("{{" + name + "}}", value)
    return Response(
        gzip.compress(page.encode(), mtime=0),
        media_type="text/html",
        headers={
            **_SHARED_HEADERS,
            "Content-Encoding": "gzip",
            "Cache-Control": "no-cache",
            "Content-Security-Policy": _policy(tenant.allowed_sites),
        },
    )


def _policy(sites: list[str]) -> str:
    ancestors = " ".join(["'self'", *sites]) if sites else "*"
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        f"base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}"
    )


@lru_cache
def _manifest() -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads(_bytes("manifest.json"))
    except FileNotFoundError as missing:
        raise Unavailable("The widget is not built. Run make up.") from missing
    return manifest


@lru_cache
def _bytes(name: str) -> bytes:
    return (BUILT / name).read_bytes()
