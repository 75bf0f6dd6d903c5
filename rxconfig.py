"""How Reflex compiles and serves the dashboard; everything variable comes from Echo's own settings."""

from urllib.parse import urlsplit

import reflex as rx

from echo_app.settings import settings
from echo_app.ui.look import Look, tailwind


def _own_origins(public_url: str) -> list[str]:
    """The origins whose pages may open the event socket: ours, and its other spelling on one machine."""
    url = urlsplit(public_url)
    hosts = ["localhost", "127.0.0.1"] if url.hostname in ("localhost", "127.0.0.1") else [url.hostname]
    port = f":{url.port}" if url.port else ""
    return [f"{url.scheme}://{host}{port}" for host in hosts]


config = rx.Config(
    app_name="echo_app",
    app_module_import="echo_app.echo_app",
    backend_host=settings().host,
    backend_port=settings().port,
    frontend_port=settings().port,
    api_url=settings().public_url,
    deploy_url=settings().public_url,
    cors_allowed_origins=_own_origins(settings().public_url),
    # pickled states on disk outlive a kill and come back stale; several machines share REFLEX_REDIS_URL instead
    state_manager_mode=rx.constants.StateManagerMode.MEMORY,
    telemetry_enabled=False,
    show_built_with_reflex=False,
    plugins=[tailwind(), Look()],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
