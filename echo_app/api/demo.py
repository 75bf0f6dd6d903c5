"""`/demo`: the fictional shop that carries the widget, on an installation with the demo tenant."""

import json
from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from echo_app.errors import NotFound
from echo_app.settings import settings

SHOP = Path(__file__).resolve().parents[2] / "demo" / "shop" / "index.html"

router = APIRouter(include_in_schema=False)


@router.get("/demo")
async def shop() -> HTMLResponse:
    """The shop's page. Opened by another name of this machine (127.0.0.1 for localhost) it is a foreign site."""
    facts = settings().data_dir / "demo.json"
    if not facts.exists():
        raise NotFound("This installation has no demo tenant.")
    tenant_id = json.loads(facts.read_text())["tenantId"]
    page = _page().replace("{{widgetOrigin}}", settings().widget_url).replace("{{tenantId}}", tenant_id)
    return HTMLResponse(page, headers={"Cache-Control": "no-cache"})


@lru_cache
def _page() -> str:
    return SHOP.read_text()
