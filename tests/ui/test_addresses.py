"""Each page of the compiled dashboard answers at its own address."""

from pathlib import Path
from typing import Any

import pytest

from echo_app.ui.addresses import DirectPages


@pytest.fixture
def compiled(tmp_path: Path) -> Path:
    for address in ("knowledge", "settings/company"):
        (tmp_path / address).mkdir(parents=True)
        (tmp_path / address / "index.html").write_text("<title>A page</title>")
    (tmp_path / "index.html").write_text("<title>The first page</title>")
    return tmp_path


async def served(folder: Path, path: str, method: str = "GET", kind: str = "http") -> str:
    """The path that the wrapped application is asked for."""
    asked: list[str] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        asked.append(scope["path"])

    async def nothing(*_: Any) -> Any: ...

    scope = {"type": kind, "method": method, "path": path, "raw_path": path.encode()}
    await DirectPages(application, folder)(scope, nothing, nothing)
    return asked[0]


@pytest.mark.parametrize("address", ["/knowledge", "/settings/company"])
async def test_a_page_is_served_without_a_redirect(compiled: Path, address: str) -> None:
    assert await served(compiled, address) == f"{address}/"
    assert await served(compiled, address, method="HEAD") == f"{address}/"


@pytest.mark.parametrize("address", ["/", "/settings", "/api/v1/sessions", "/knowledge/", "/knowledge/doc_x"])
async def test_every_other_address_is_left_alone(compiled: Path, address: str) -> None:
    assert await served(compiled, address) == address


async def test_what_is_no_reading_is_left_alone(compiled: Path) -> None:
    assert await served(compiled, "/knowledge", method="POST") == "/knowledge"
    assert await served(compiled, "/knowledge", kind="websocket") == "/knowledge"
