"""What changes while a page is open: the tenant's news, for exactly as long as the tab shows that page.

    @deed(background=True)
    async def follow(self, actor: Actor):
        async for news in live.follow(self, actor):
            if news.kind in ("document", "resync"):
                rows = await load_rows(actor)          # slow work without the state's lock
                async with self:
                    self.rows = rows                   # the lock only to assign

Put the deed last in the page's `on_load`. Reflex runs a page's `on_load` chain as one family: it cancels the whole
of it, this background task included, when the tab navigates (also to another id of the same page) and when its
socket closes; a reconnect runs `on_load` again. The cancellation ends the `async for` and closes the subscription.
News that came between two loads cannot be lost: a background event starts at once, before the queued deeds that
load the page's rows.

Two more ways out, tried every CHECK_EVERY seconds, for a follower that was started outside an `on_load`, and for a
session that ended elsewhere: the tab's socket is gone, or the session is (then the tab goes to /login).
"""

import time
from collections.abc import AsyncIterator
from typing import Any

from reflex_base.registry import RegistrationContext

from echo_app import realtime
from echo_app.realtime import News
from echo_app.tenancy import Actor
from echo_app.ui.session import who_asks

CHECK_EVERY = 15.0


async def follow(state: Any, actor: Actor) -> AsyncIterator[News]:
    """The news of the actor's tenant, until the tab leaves the page.

    `state` is the `self` of a background deed. A news of kind `resync` means that some were missed: load again.
    Raises Unauthenticated when the session ends meanwhile, which the deed turns into a visit to /login.
    """
    with realtime.bus.subscribe(tenant_id=actor.tenant_id) as subscription:
        token, socket = state.router.session.client_token, state.router.session.session_id
        checked = time.monotonic()
        while True:
            news = await subscription.get(CHECK_EVERY)
            if time.monotonic() - checked >= CHECK_EVERY:
                if not _connected(token, socket):
                    return
                await who_asks(state)
                checked = time.monotonic()
            if news is not None:
                yield news


def _connected(token: str, socket: str) -> bool:
    sockets = RegistrationContext.get().app.event_namespace
    return sockets is not None and sockets.token_to_sid.get(token) == socket
