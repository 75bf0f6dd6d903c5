"""Who asks: every deed of the dashboard is done by a person whose session was looked up for that very event.

A page's state derives from `SignedInState`, and each of its handlers is a `@deed`. A deed
- reads the cookie `echo_session` as the browser sent it when its socket connected, and looks the session up;
- without one does nothing but send the browser to /login, which returns here afterwards;
- takes the arguments from the browser only in the types its signature names;
- turns an EchoError into a toast in words with its code, and any other exception into a reference to quote:
  the log has the exception, the browser never.

    class KnowledgeState(SignedInState):
        @deed
        async def delete_confirmed(self, actor: Actor, document_id: str):
            async with db.transaction(actor) as tx:
                await knowledge.delete_document(tx, actor, decode("doc", document_id))

        @deed(background=True)
        async def follow(self, actor: Actor):
            async for news in live.follow(self, actor):
                ...

`actor` is put in by the deed and can never come from the browser. A test walks all handlers of all states.
"""

import functools
import hashlib
import inspect
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, get_type_hints
from urllib.parse import quote

import reflex as rx
import structlog
from pydantic import TypeAdapter, ValidationError
from reflex.event import EventSpec
from reflex.middleware import Middleware

from echo_app.errors import EchoError, Invalid, NotFound, Unauthenticated
from echo_app.kit.ids import decode, encode
from echo_app.tenancy import Actor, Right
from echo_app.tenants import sign_in
from echo_app.tenants.schemas import SignedIn
from echo_app.ui.components.avatar import initials_of
from echo_app.ui.theme import avatar_colour

log = structlog.get_logger(__name__)

COOKIE = "echo_session"
LOGIN = "/login"


def deed(handler: Callable[..., Any] | None = None, *, background: bool = False, **options: Any) -> Any:
    """Makes an async method `(self, actor, …)` of a SignedInState an event handler for signed-in people only.

    The method may be a coroutine or an async generator, and returns or yields Reflex events. `options` go to
    `rx.event` (throttle, debounce, stop_propagation, prevent_default, supersedes, temporal). A background deed
    runs without the state's lock and assigns under `async with self`.
    """
    if handler is None:
        return functools.partial(deed, background=background, **options)
    signature, hints = inspect.signature(handler), get_type_hints(handler)
    asked = list(signature.parameters.values())[2:]
    readers = {one.name: TypeAdapter(hints.get(one.name, Any)) for one in asked}

    if inspect.isasyncgenfunction(handler):

        async def guarded(self: Any, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
            try:
                actor = await who_asks(self)
                async for event in handler(self, actor, **_read(guarded, readers, self, args, kwargs)):
                    yield event
            except Exception as wrong:
                yield _refusal(self, wrong)

    elif inspect.iscoroutinefunction(handler):

        async def guarded(self: Any, *args: Any, **kwargs: Any) -> Any:
            try:
                actor = await who_asks(self)
                return await handler(self, actor, **_read(guarded, readers, self, args, kwargs))
            except Exception as wrong:
                return _refusal(self, wrong)

    else:
        raise TypeError(f"{handler.__qualname__}: a deed is async")

    functools.update_wrapper(guarded, handler)
    del guarded.__wrapped__
    guarded.__signature__ = signature.replace(parameters=[next(iter(signature.parameters.values())), *asked])
    guarded.__annotations__ = {name: kind for name, kind in hints.items() if name in readers}
    guarded.is_deed = True
    return rx.event(guarded, background=background, **options)


class SignedInState(rx.State):
    """What every signed-in page knows of the person and the tenant. Pages derive their states from it.

    Shown only: a deed trusts nothing but the actor it is given.
    """

    me_id: str = ""
    me_name: str = ""
    me_email: str = ""
    me_initials: str = ""
    me_colour: int = 0
    me_role: str = ""
    # conversations that wait for a person; the inbox keeps it current
    waiting: int = 0
    tenant_id: str = ""
    tenant_name: str = ""
    may_write_conversations: bool = False
    may_write_knowledge: bool = False
    may_write_settings: bool = False
    may_write_api_keys: bool = False

    # which cookie the values of this tab were loaded with; see ForgetsOnNewSession
    _cookie_mark: str = ""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for name, handler in cls.event_handlers.items():
            # setvar is Reflex's own: it calls nothing but methods named set_…
            if name != "setvar" and handler.state is cls and not getattr(handler.fn, "is_deed", False):
                raise TypeError(
                    f"{cls.__name__}.{name}: Reflex lets any browser call every public method of a state, with "
                    "arguments of its choice. Make it a @deed, or begin its name with an underscore."
                )

    @deed
    async def entered(self, actor: Actor) -> None:
        """First on every signed-in page: fills in what the shell shows of the person and the tenant."""
        signed_in = await look_up(self)
        self.me_id = encode("usr", actor.id) if actor.id else ""
        self.me_name, self.me_email = signed_in.user_name, signed_in.email
        self.me_role = actor.role.value if actor.role else ""
        self.me_initials, self.me_colour = initials_of(signed_in.user_name), avatar_colour(self.me_id)
        self.tenant_id, self.tenant_name = encode("ten", actor.tenant_id), signed_in.tenant_name
        self.may_write_conversations = actor.may(Right.CONVERSATIONS_WRITE)
        self.may_write_knowledge = actor.may(Right.KNOWLEDGE_WRITE)
        self.may_write_settings = actor.may(Right.SETTINGS_WRITE)
        self.may_write_api_keys = actor.may(Right.API_KEYS_WRITE)


async def look_up(state: Any) -> SignedIn:
    """The session behind this state's browser tab, looked up now.

    Raises Unauthenticated without a cookie or when its session has ended.
    """
    token = session_token(state.router.headers.cookie)
    signed_in = await sign_in.find_session(token) if token else None
    if signed_in is None:
        raise Unauthenticated()
    return signed_in


async def who_asks(state: Any) -> Actor:
    """The person behind this state's browser tab. Raises Unauthenticated."""
    return (await look_up(state)).actor


def session_token(cookies: str) -> str | None:
    """The session's token out of a Cookie header."""
    for pair in cookies.split(";"):
        name, _, value = pair.strip().partition("=")
        if name == COOKIE and value:
            return value
    return None


def read_id(prefix: str, text: str) -> Any:
    """The UUID of an id that came from the browser. Raises NotFound when it is none of that kind."""
    try:
        return decode(prefix, text)
    except ValueError as wrong:
        raise NotFound() from wrong


def path_of(state: Any) -> str:
    """The address the tab shows, path and query, as /login returns to it."""
    url = state.router.url
    return f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"


def to_login(path: str) -> EventSpec:
    """Sends the browser to /login by a full page load, so that its next socket carries its next cookie."""
    return rx.call_script(f"window.location.assign({(LOGIN + '?next=' + quote(path, safe=''))!r})")


def toast_of(error: EchoError, reference: str = "") -> EventSpec:
    """An error in words, with the code to quote."""
    quoted = f"{error.code} · {reference}" if reference else error.code
    return rx.toast.error(str(error.message), description=f"Code: {quoted}", duration=8000, close_button=True)


def failure_of(error: Exception) -> tuple[EchoError, str]:
    """What may be said about any exception, and a reference into the log when it was not expected."""
    if isinstance(error, EchoError) and error.status < 500:
        return error, ""
    reference = secrets.token_hex(4)
    log.error("ui.deed_failed", reference=reference, exc_info=error)
    return (error if isinstance(error, EchoError) else EchoError()), reference


class ForgetsOnNewSession(Middleware):
    """Empties a tab's state when its browser comes with another cookie than the state was loaded with.

    Reflex keeps a tab's state under a token in the tab's sessionStorage, which a log-out does not change: without
    this, the next person in the tab would be sent the last one's page before any deed could refuse.
    """

    async def preprocess(self, app: Any, state: Any, event: Any) -> None:
        session = await state.get_state(SignedInState)
        mark = _mark(session_token(state.router.headers.cookie) or "")
        if session._cookie_mark != mark:
            session.reset()
            session._cookie_mark = mark


def _read(
    guarded: Callable[..., Any], readers: Mapping[str, TypeAdapter[Any]], state: Any, args: Any, kwargs: Any
) -> dict[str, Any]:
    try:
        given = inspect.signature(guarded).bind(state, *args, **kwargs)
        given.apply_defaults()
        return {name: readers[name].validate_python(given.arguments[name]) for name in readers}
    except (TypeError, ValidationError) as wrong:
        raise Invalid("This request could not be read. Reload the page and try again.") from wrong


def _refusal(state: Any, wrong: Exception) -> EventSpec:
    if isinstance(wrong, Unauthenticated):
        return to_login(path_of(state))
    return toast_of(*failure_of(wrong))


def _mark(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
