"""Who asks: no handler of any state runs without a session, and none lets a failure's insides out."""

import importlib
import inspect
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import UUID

import pytest
import reflex as rx
from reflex_base.registry import RegistrationContext

from echo_app.errors import Conflict
from echo_app.tenancy import Actor, Role
from echo_app.tenants import sign_in
from echo_app.tenants.schemas import SignedIn
from echo_app.ui import session
from echo_app.ui.session import SignedInState, deed

ACTOR = Actor(UUID(int=1), "user", UUID(int=2), Role.AGENT, "Mira")


class TaskTaken(Conflict):
    """Somebody else has it."""


class ProbeState(SignedInState):
    """A page with one deed of each kind."""

    done: list[str] = []

    @deed
    async def told(self, actor: Actor, words: str, number: int = 0) -> None:
        self.done.append(f"{actor.name}: {words} {number}")

    @deed
    async def counted(self, actor: Actor) -> AsyncIterator[Any]:
        yield rx.console_log("one")
        raise TaskTaken()

    @deed(background=True)
    async def watched(self, actor: Actor) -> None:
        raise RuntimeError("connection to secret-host failed")


@pytest.fixture
def state() -> ProbeState:
    found = fresh(ProbeState)
    assert isinstance(found, ProbeState)
    return found


@pytest.fixture
def signed_in(state: ProbeState, monkeypatch: pytest.MonkeyPatch) -> None:
    async def find(token: str) -> SignedIn | None:
        if token != "good":
            return None
        return SignedIn(UUID(int=3), ACTOR, ACTOR.tenant_id, "Acme", "Mira", "mira@acme.example", Role.AGENT)

    monkeypatch.setattr(sign_in, "find_session", find)
    come_with(state, "theme=dark; echo_session=good")


def fresh(kind: type[Any]) -> Any:
    """A state of a tab that has just been opened."""
    root: Any = rx.State(_reflex_internal_init=True)  # type: ignore[call-arg]
    return root.get_substate(kind.get_full_name().split("."))


def come_with(state: Any, cookies: str, path: str = "/inbox/queue?q=1") -> None:
    """The state's tab connects with these cookies, at this address."""
    root = state._get_root_state()
    fresh = {
        "headers": {"cookie": cookies, "origin": "http://localhost:8000"},
        "asPath": path,
        "pathname": path,
    }
    root._update_router_vars(fresh, {})
    root.router_data = fresh


async def outcome(state: Any, handler: Any, **payload: Any) -> list[Any]:
    """What the handler returned or yielded, as Reflex would call it."""
    result = handler.fn(state, **payload)
    if inspect.isasyncgen(result):
        return [event async for event in result]
    answer = await result
    return answer if isinstance(answer, list) else [answer]


def script_of(event: Any) -> str:
    """The JavaScript that an event makes the browser run."""
    return "".join(str(value) for _, value in event.args)


def ui_handlers() -> Iterator[tuple[str, Any, type[Any]]]:
    """Every event handler of every state of the dashboard: all are defined once its pages are imported."""
    importlib.import_module("echo_app.ui.pages")
    for name, registered in RegistrationContext.get().event_handlers.items():
        for owner in registered.states:
            if owner.__module__.startswith("echo_app.ui"):
                yield name, registered.handler, owner


def short(part: Any) -> str:
    """A test's id: the handler's last two names."""
    return ".".join(part.rsplit(".", 2)[1:]) if isinstance(part, str) else ""


class TestEveryHandler:
    def test_there_are_handlers_to_walk(self) -> None:
        assert len(list(ui_handlers())) > 20

    @pytest.mark.parametrize(("name", "handler", "owner"), list(ui_handlers()), ids=short)
    async def test_refuses_without_a_cookie(self, name: str, handler: Any, owner: type[Any]) -> None:
        if name.endswith(".setvar"):
            # Reflex gives every state this one; it only reaches methods called set_…, and there are none.
            setters = [attribute for attribute in vars(owner) if attribute.startswith("set_")]
            assert not setters, f"{owner.__name__} would let any tab call {setters}"
            return
        assert getattr(handler.fn, "is_deed", False), f"{name} is no @deed: it would run for anybody"
        events = await outcome(fresh(owner), handler)
        assert len(events) == 1
        assert "/login?next=" in script_of(events[0])


class TestDeed:
    async def test_hands_over_the_person_and_the_arguments(self, state: ProbeState, signed_in: None) -> None:
        await outcome(state, ProbeState.told, words="hello", number=3)
        assert state.done == ["Mira: hello 3"]

    async def test_an_unknown_session_goes_to_login_and_back_here(
        self, state: ProbeState, signed_in: None
    ) -> None:
        come_with(state, "echo_session=ended")
        (event,) = await outcome(state, ProbeState.told, words="hello")
        assert "/login?next=%2Finbox%2Fqueue%3Fq%3D1" in script_of(event)
        assert state.done == []

    @pytest.mark.parametrize(
        "payload",
        [{"words": {"$ne": 1}}, {"words": "a", "number": "many"}, {}, {"words": "a", "actor": "owner"}],
        ids=["wrong type", "no number", "missing", "an actor of the browser's own"],
    )
    async def test_arguments_of_another_shape_are_refused(
        self, state: ProbeState, signed_in: None, payload: dict[str, Any]
    ) -> None:
        (event,) = await outcome(state, ProbeState.told, **payload)
        assert "invalid" in script_of(event)
        assert state.done == []

    async def test_a_known_error_is_told_in_words_with_its_code(
        self, state: ProbeState, signed_in: None
    ) -> None:
        first, toast = await outcome(state, ProbeState.counted)
        assert "one" in script_of(first)
        assert "Somebody else has it." in script_of(toast)
        assert "task_taken" in script_of(toast)

    async def test_an_unexpected_one_leaves_only_a_reference(
        self, state: ProbeState, signed_in: None
    ) -> None:
        (toast,) = await outcome(state, ProbeState.watched)
        assert "internal_error" in script_of(toast)
        assert "secret-host" not in script_of(toast)

    def test_a_public_method_that_is_none_is_refused_when_its_state_is_defined(self) -> None:
        async def read(self: Any, actor: Actor) -> None:
            """A helper whose name lacks its underscore: a browser could name any tenant in `actor`."""

        with pytest.raises(TypeError, match="underscore"):
            type("CarelessState", (SignedInState,), {"read": read, "__module__": __name__})

    def test_a_plain_function_cannot_be_one(self) -> None:
        with pytest.raises(TypeError, match="async"):
            deed(lambda self, actor: None)


class TestForgetsOnNewSession:
    async def test_the_next_person_in_a_tab_finds_nothing_of_the_last(self, state: ProbeState) -> None:
        guard, root = session.ForgetsOnNewSession(), state._get_root_state()
        come_with(state, "echo_session=first")
        await guard.preprocess(None, root, None)
        state.done, state.me_name = ["seen"], "Mira"

        await guard.preprocess(None, root, None)
        assert state.done == ["seen"]

        come_with(state, "echo_session=second")
        await guard.preprocess(None, root, None)
        assert state.done == []
        assert state.me_name == ""


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("echo_session=abc", "abc"),
        ("a=1; echo_session=abc=; b=2", "abc="),
        ("xecho_session=abc", None),
        ("echo_session=", None),
        ("", None),
    ],
)
def test_the_token_is_read_out_of_the_cookie_header(header: str, token: str | None) -> None:
    assert session.session_token(header) == token
