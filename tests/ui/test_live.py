"""News reach an open page, and following them ends with the tab, with the page, and with the session."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID

import pytest
import reflex as rx
from reflex_base.registry import RegistrationContext

from echo_app import realtime
from echo_app.realtime import News
from echo_app.tenancy import Actor, Role
from echo_app.tenants import sign_in
from echo_app.tenants.schemas import SignedIn
from echo_app.ui import live
from echo_app.ui.session import SignedInState, deed

TENANT = UUID(int=7)
ACTOR = Actor(TENANT, "user", UUID(int=2), Role.AGENT, "Mira")


class WatchingState(SignedInState):
    """A page that counts the news."""

    heard: int = 0

    @deed(background=True)
    async def follow(self, actor: Actor) -> None:
        async for _ in live.follow(self, actor):
            async with self:
                self.heard += 1


class Served:
    """An app with two pages, and browsers' tabs that speak to its event socket."""

    def __init__(self, app: rx.App) -> None:
        self.app = app
        namespace = app.event_namespace
        assert namespace is not None
        self.namespace = namespace
        self.sent: list[Any] = []
        self.sessions = {"good"}

    async def open(self, tab: str, socket: str, path: str = "/watched") -> None:
        environ = {
            "QUERY_STRING": f"token={tab}",
            "asgi.scope": {"headers": [(b"cookie", b"echo_session=good")], "client": ("127.0.0.1", 1)},
        }
        hydrate = "reflex___state____state.hydrate_and_load"
        await self.namespace.on_connect(socket, environ, {"event": self._event(hydrate, path)})

    async def navigate(self, socket: str, path: str) -> None:
        load = "reflex___state____state.reflex___state____on_load_internal_state.on_load_internal"
        await self.namespace.on_event(socket, self._event(load, path))

    async def close(self, socket: str) -> None:
        cleaning = self.namespace.on_disconnect(socket)
        if cleaning is not None:
            await cleaning

    def _event(self, name: str, path: str) -> dict[str, Any]:
        return {"name": name, "payload": {}, "router_data": {"pathname": path, "asPath": path}}


@pytest.fixture
async def served(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Served]:
    before = RegistrationContext.ensure_context()
    RegistrationContext.set(before.fork())
    try:
        app = rx.App()
        app.add_page(rx.fragment(), route="/watched", on_load=[WatchingState.follow])
        app.add_page(rx.fragment(), route="/elsewhere")
        serving = Served(app)

        async def find(token: str) -> SignedIn | None:
            if token not in serving.sessions:
                return None
            return SignedIn(UUID(int=3), ACTOR, TENANT, "Acme", "Mira", "mira@acme.example", Role.AGENT)

        async def emit(_event: str, data: Any = None, **_: Any) -> None:
            serving.sent.append(data)

        monkeypatch.setattr(sign_in, "find_session", find)
        monkeypatch.setattr(serving.namespace, "emit", emit)
        async with app._setup_event_processor():
            yield serving
    finally:
        RegistrationContext.set(before)


def followers() -> int:
    return len(realtime.bus._by_tenant.get(str(TENANT), ()))


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.01)


async def test_news_reach_the_open_tab(served: Served) -> None:
    await served.open("tab", "socket")
    await until(lambda: followers() == 1)
    served.sent.clear()
    realtime.bus._deliver(News("document", str(TENANT)))
    await until(lambda: any("heard" in str(update) for update in served.sent))
    await served.close("socket")


async def test_it_ends_when_the_tab_closes(served: Served) -> None:
    for number in range(3):
        await served.open(f"tab{number}", f"socket{number}")
    await until(lambda: followers() == 3)
    for number in range(3):
        await served.close(f"socket{number}")
    await until(lambda: followers() == 0)


async def test_it_ends_when_the_person_goes_to_another_page(served: Served) -> None:
    await served.open("tab", "socket")
    await until(lambda: followers() == 1)
    await served.navigate("socket", "/elsewhere")
    await until(lambda: followers() == 0)


async def test_a_reload_or_a_lost_connection_leaves_one_follower(served: Served) -> None:
    for number in range(4):
        await served.open("tab", f"socket{number}")
        await until(lambda: followers() == 1)
        if number < 3:
            await served.close(f"socket{number}")
    await served.close("socket3")
    await until(lambda: followers() == 0)


async def test_it_ends_when_the_session_ends_elsewhere(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "CHECK_EVERY", 0.05)
    await served.open("tab", "socket")
    await until(lambda: followers() == 1)
    served.sent.clear()
    served.sessions.clear()
    await until(lambda: followers() == 0)
    await until(lambda: any("/login?next=" in str(update) for update in served.sent))
    await served.close("socket")


async def test_one_that_no_page_load_ends_notices_that_its_socket_is_gone(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "CHECK_EVERY", 0.05)
    await served.open("tab", "socket", "/elsewhere")
    await served.namespace.on_event(
        "socket", served._event(f"{WatchingState.get_full_name()}.follow", "/elsewhere")
    )
    await until(lambda: followers() == 1)
    await served.close("socket")
    await until(lambda: followers() == 0)
