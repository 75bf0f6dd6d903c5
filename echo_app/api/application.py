"""The FastAPI application: every route that is not a page of the dashboard."""

from fastapi import FastAPI
from fastapi.middleware import Middleware
from fastapi.responses import JSONResponse
from fastapi_offline import FastAPIOffline

from echo_app.api import (
    auth,
    demo,
    documents,
    embeddings,
    failures,
    health,
    public,
    sources,
    widget,
    widget_socket,
)
from echo_app.api.body_limit import BodyLimit
from echo_app.api.page_headers import PageHeaders

DESCRIPTION = """\
Put questions of your customers to Echo, read what was answered and by whom, and feed the knowledge base.

Every call takes your API key as `Authorization: Bearer echo_sk_…`. Errors are
`{"error": {"code", "message", "details"}}` with the fitting status.
"""


def create_api() -> FastAPI:
    """The application with all routes, error answers and limits; the dashboard is mounted behind it."""
    # Offline: /docs brings its own scripts instead of fetching them from another host.
    api = FastAPIOffline(
        title="Echo",
        version="1",
        description=DESCRIPTION,
        openapi_url="/api/v1/openapi.json",
        docs_url="/docs",
        redoc_url=None,
        middleware=[Middleware(PageHeaders), Middleware(BodyLimit)],
        default_response_class=JSONResponse,
        separate_input_output_schemas=False,
    )
    routers = [
        module.router
        for module in (public, documents, embeddings, sources, auth, widget, widget_socket, demo, health)
    ]
    for router in routers:
        api.include_router(router)
    failures.install(api, routers)
    return api
