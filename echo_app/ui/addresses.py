"""Pages answer at their own address: `/knowledge`, not at a redirect to `/knowledge/`."""

from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send


class DirectPages:
    """ASGI wrapper around the compiled dashboard, which keeps each page as `ADDRESS/index.html` below `folder`.

    What serves these files would first send the browser from `ADDRESS` to `ADDRESS/`.
    """

    def __init__(self, app: ASGIApp, folder: Path) -> None:
        self._app = app
        self._addresses = frozenset(
            f"/{page.parent.relative_to(folder).as_posix()}" for page in folder.glob("**/index.html")
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] == "http"
            and scope["method"] in ("GET", "HEAD")
            and scope["path"] in self._addresses
        ):
            scope = {**scope, "path": scope["path"] + "/", "raw_path": scope["path"].encode() + b"/"}
        await self._app(scope, receive, send)
