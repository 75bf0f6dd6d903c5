"""Every failure in one JSON shape: named facts as they are, a client's mistakes with what to mend, and our own
without their insides."""

from collections.abc import Sequence
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send

from echo_app.errors import EchoError, Invalid, NotFound, render

# What FastAPI says of a body that is no JSON in another way than by its syntax: not UTF-8, or nested without end.
_UNREADABLE_BODY = "There was an error parsing the body"

log = structlog.get_logger(__name__)


class InvalidRequest(Invalid):
    """The request's body or address is not of the right form; `details` says where."""


class InvalidJson(EchoError):
    """The body is not valid JSON."""

    status = 400


class MethodNotAllowed(EchoError):
    """This address does not take this method."""

    status = 405


class RequestFailed(EchoError):
    """The request could not be read."""

    status = 400


def install(app: FastAPI, routers: Sequence[APIRouter]) -> None:
    """Gives the application its error handlers, and unknown addresses under /api, /auth and /widget an answer.

    `routers` are those that the application has; call it after they are in: what it adds stands behind them.
    """
    app.add_exception_handler(EchoError, _named)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)

    unknown = _Unknown([route for router in routers for route in router.routes])
    for path in ("/api", "/api/{rest:path}", "/auth/{rest:path}", "/widget/{rest:path}", "/healthz"):
        # Of every method there is: a route with a list of them would answer the others by itself.
        app.router.routes.append(Route(path, unknown, include_in_schema=False))


class _Unknown:
    """Behind every other route: a known address with another method, or no address at all."""

    def __init__(self, known: Sequence[BaseRoute]) -> None:
        self._known = known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        allowed: set[str] = set()
        for route in self._known:
            if route.matches(scope)[0] is Match.PARTIAL:
                allowed |= set(getattr(route, "methods", None) or ())
        if allowed:
            raise MethodNotAllowed(allowed=sorted(allowed))
        raise NotFound("There is nothing at this address.")


def problems(errors: Sequence[Any]) -> list[dict[str, str]]:
    """Where a body is wrong and how, without repeating what was sent."""
    return [
        {"field": ".".join(str(part) for part in error["loc"] if part != "body"), "problem": error["msg"]}
        for error in errors
    ]


def answer(error: EchoError) -> JSONResponse:
    headers = {"Retry-After": "2"} if error.status == 503 else None
    return JSONResponse(render(error), status_code=error.status, headers=headers)


async def _named(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, EchoError)
    if error.status >= 500:
        log.warning("request.failed", path=request.url.path, code=error.code)
    return answer(error)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    if any(problem["type"] == "json_invalid" for problem in found):
        return answer(InvalidJson())
    return answer(InvalidRequest(problems=problems(found)))


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return answer(NotFound("There is nothing at this address."))
    if error.status_code == 405:
        return answer(MethodNotAllowed())
    if error.status_code == 400 and error.detail == _UNREADABLE_BODY:
        return answer(InvalidJson())
    facts = RequestFailed(str(error.detail) if error.status_code < 500 else None)
    return JSONResponse(render(facts), status_code=error.status_code)


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    log.error("request.crashed", path=request.url.path, exc_info=error)
    return answer(EchoError())
