"""Signing up, logging in and out, over plain HTTP: a form's POST is answered by a redirect, a script's by JSON.

Each route takes only requests from our own pages (Origin), so that no other site can log somebody in or out. The
cookie holds a random token that scripts cannot read; the browser sends it along only from our own pages.
"""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from echo_app.api.dependencies import SESSION_COOKIE, check_origin
from echo_app.errors import EchoError
from echo_app.kit.ids import encode
from echo_app.settings import settings
from echo_app.tenants import sign_in

router = APIRouter(prefix="/auth", include_in_schema=False)

Field = Annotated[str, Form(max_length=1_000)]


@router.post("/login")
async def log_in(request: Request, email: Field = "", password: Field = "", next: Field = "") -> Response:
    """Opens a session and goes to `next` (a path of ours) or the inbox."""
    try:
        check_origin(request)
        token = await sign_in.log_in(
            email, password, address=_address(request), user_agent=_user_agent(request)
        )
    except EchoError as error:
        if _wants_json(request):
            raise
        return _back("/login", error, email=email, next=next)
    response = _done(request, _own_path(next) or "/inbox", {})
    _keep(response, token)
    return response


@router.post("/signup")
async def sign_up(
    request: Request, company: Field = "", name: Field = "", email: Field = "", password: Field = ""
) -> Response:
    """Makes a tenant with its owner. A script is told the first API key; a person gets it on the next page."""
    try:
        check_origin(request)
        signed_up = await sign_in.sign_up(
            company,
            name,
            email,
            password,
            with_key=_wants_json(request),
            user_agent=_user_agent(request),
        )
    except EchoError as error:
        if _wants_json(request):
            raise
        return _back("/signup", error, company=company, name=name, email=email)
    facts = {"tenantId": encode("ten", signed_up.tenant_id), "apiKey": signed_up.api_key}
    response = _done(request, "/welcome", facts, status=201)
    _keep(response, signed_up.token)
    return response


@router.post("/logout")
async def log_out(request: Request) -> Response:
    """Ends the session, here and in every other tab."""
    try:
        check_origin(request)
    except EchoError as error:
        if _wants_json(request):
            raise
        return _back("/login", error)
    await sign_in.log_out(request.cookies.get(SESSION_COOKIE, ""))
    response = _done(request, "/login", {})
    response.delete_cookie(SESSION_COOKIE, path="/")
    return response


def _keep(response: Response, token: str) -> None:
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=sign_in.SESSION_DAYS * 86_400,
        httponly=True,
        samesite="lax",
        secure=settings().public_url.startswith("https://"),
        path="/",
    )


def _done(request: Request, path: str, facts: dict[str, str | None], status: int = 200) -> Response:
    if _wants_json(request):
        return JSONResponse(facts, status_code=status)
    return RedirectResponse(path, status_code=303)


def _back(path: str, error: EchoError, **fields: str) -> Response:
    query = {"error": error.code, **{name: value for name, value in fields.items() if value}}
    return RedirectResponse(f"{path}?{urlencode(query)}", status_code=303)


def _own_path(path: str) -> str | None:
    """A path of our own pages; `//host` and `/\\host` would be somebody else's."""
    own = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if own else None


def _wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _user_agent(request: Request) -> str:
    return request.headers.get("user-agent", "")
