"""Who calls: an API key, the dashboard's session cookie, or a widget token, each turned into an Actor."""

from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import UUID

import jwt
from fastapi import Depends, Path, Request

from echo_app.errors import Forbidden, NotFound, Unauthenticated
from echo_app.kit.ids import decode, encode
from echo_app.settings import settings
from echo_app.tenancy import Actor
from echo_app.tenants import api_keys, sign_in
from echo_app.tenants.errors import TenantNotFound

SESSION_COOKIE = "echo_session"
_WIDGET_AUDIENCE = "echo-widget"
_SAFE = ("GET", "HEAD", "OPTIONS")


class BadOrigin(Forbidden):
    """This request did not come from Echo's own pages."""


class BadToken(Unauthenticated):
    """The widget's token is not valid. Ask for a new one."""


async def caller(request: Request) -> Actor:
    """The tenant's API key (`Authorization: Bearer …`), or a member by the dashboard's cookie.

    A cookie counts for a changing request only from our own pages. Raises Unauthenticated, BadOrigin.
    """
    token = bearer(request)
    if token is not None:
        actor = await api_keys.find_api_key(token)
        if actor is None:
            raise Unauthenticated("The API key is wrong or was revoked.")
        return actor
    cookie = request.cookies.get(SESSION_COOKIE)
    if not cookie:
        raise Unauthenticated("Send your API key as Authorization: Bearer echo_sk_…")
    if request.method not in _SAFE:
        check_origin(request)
    signed_in = await sign_in.find_session(cookie)
    if signed_in is None:
        raise Unauthenticated("Your session has ended. Log in again.")
    return signed_in.actor


async def contact(request: Request) -> Actor:
    """The contact behind a widget token. Raises BadToken."""
    return contact_of(bearer(request) or "")


Caller = Annotated[Actor, Depends(caller)]
ContactCaller = Annotated[Actor, Depends(contact)]


def path_id(prefix: str) -> Any:
    """An id in a path; one that has not the form of an id is nothing that exists."""

    def inside(text: Annotated[str, Path(alias="id")]) -> UUID:
        try:
            return decode(prefix, text)
        except ValueError:
            raise NotFound() from None

    return Depends(inside)


def check_origin(request: Request) -> None:
    """Raises BadOrigin unless the browser says that the request comes from our own origin."""
    origin = request.headers.get("origin")
    if origin is None:
        # Older browsers and scripts leave Origin away; a browser that sends Sec-Fetch-Site tells by it.
        if request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none"):
            return
        raise BadOrigin()
    own = {request.headers.get("host", ""), urlsplit(settings().public_url).netloc}
    if urlsplit(origin).netloc not in own:
        raise BadOrigin()


def check_tenant(actor: Actor, tenant_id: str | None) -> None:
    """A tenantId in a body must be the caller's own. Raises TenantNotFound."""
    if tenant_id is not None and tenant_id != encode("ten", actor.tenant_id):
        raise TenantNotFound()


def widget_token(tenant_id: UUID, contact_id: UUID) -> str:
    """Proves that we gave this contact id to this tenant's widget; says nothing about who the person is."""
    claims = {"ten": tenant_id.hex, "con": contact_id.hex, "aud": _WIDGET_AUDIENCE}
    return jwt.encode(claims, settings().signing_key(), algorithm="HS256")


def contact_of(token: str) -> Actor:
    """Raises BadToken for anything but a token that `widget_token` made."""
    try:
        claims = jwt.decode(token, settings().signing_key(), algorithms=["HS256"], audience=_WIDGET_AUDIENCE)
        return Actor(UUID(hex=claims["ten"]), "contact", UUID(hex=claims["con"]))
    except (jwt.InvalidTokenError, KeyError, ValueError, TypeError, AttributeError):
        raise BadToken() from None


def bearer(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None
