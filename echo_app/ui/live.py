"""What changes while a page is open: the tenant's news, for exactly as long as the tab shows that page.

    @deed(background=True)
    async def follow(self, actor: Actor):
        async with aclosing(live.bursts(self, actor)) as bursts:
            async for burst in bursts:
                if any(news.kind in ("document", "resync") for news in burst):
                    rows = await load_rows(actor)      # slow work without the state's lock
                    async with self:
                        self.rows = rows               # the lock only to assign

Put the deed last in the page's `on_load`. Reflex runs a page's `on_load` chain as one family: it cancels the whole
of it, this background task included, when the tab navigates (also to another id of the same page) and when its
socket closes; a reconnect runs `on_load` again. The cancellation ends the `async for` and closes the subscription.
News that came between two loads cannot be lost: a background event starts at once, before the queued deeds that
load the page's rows.

Two more ways out, tried every CHECK_EVERY seconds, for a follower that was started outside an `on_load`, and for a
session that ended elsewhere: the tab's socket is gone, or the session is (then the tab goes to /login).
"""

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Any

from reflex_base.registry import RegistrationContext

from echo_app import realtime
from echo_app.errors import Unavailable
from echo_app.realtime import News
from echo_app.tenancy import Actor
from echo_app.ui.session import who_asks

CHECK_EVERY = 15.0


async def follow(state: Any, actor: Actor) -> AsyncGenerator[News, None]:
    """The news of the actor's tenant, one by one, until the tab leaves the page.

    `state` is the `self` of a background deed. A news of kind `resync` means that some were missed: load again.
    Raises Unauthenticated when the session ends meanwhile, which the deed turns into a visit to /login.
    """
    async with aclosing(bursts(state, actor, gap=0)) as handfuls:
        async for handful in handfuls:
            for news in handful:
                yield news


async def bursts(state: Any, actor: Actor, *, gap: float = 0.2) -> AsyncGenerator[list[News], None]:
    """Like `follow`, in handfuls: what came within `gap` seconds of the first, so that a flurry is one load."""
    token, socket = state.router.session.client_token, state.router.session.session_id
    with realtime.bus.subscribe(tenant_id=actor.tenant_id) as subscription:
        checked = time.monotonic()
        while True:
            news = await subscription.get(CHECK_EVERY)
            if time.monotonic() - checked >= CHECK_EVERY:
                if not _connected(token, socket):
                    return
                # While the database is away nobody is signed out: it is asked again at the next check.
                with suppress(Unavailable):
                    await who_asks(state)
                checked = time.monotonic()
            if news is None:
                continue
            handful, ends = [news], time.monotonic() + gap
            while (left := ends - time.monotonic()) > 0:
                if (more := await subscription.get(left)) is not None:
                    handful.append(more)
            yield handful


def _connected(token: str, socket: str) -> bool:
    sockets = RegistrationContext.get().app.event_namespace
    return sockets is not None and sockets.token_to_sid.get(token) == socket
