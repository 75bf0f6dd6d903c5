"""What /welcome knows: the first API key, for as long as the page is open."""

from echo_app import db
from echo_app.kit.ids import encode
from echo_app.settings import settings
from echo_app.tenancy import Actor, Right
from echo_app.tenants import service as tenants
from echo_app.ui.session import SignedInState, deed
from echo_app.ui.settings.snippet import widget_snippet


class WelcomeState(SignedInState):
    loaded: bool = False
    snippet: str = ""
    # kept nowhere else, and not here either when the page is loaded again
    api_key: str = ""

    @deed
    async def opened(self, actor: Actor) -> None:
        """Whoever signed up by the form has no key yet: the first one is made here, where it can be shown."""
        self.snippet = widget_snippet(encode("ten", actor.tenant_id), settings().widget_url)
        self.api_key = ""
        if actor.may(Right.API_KEYS_WRITE):
            async with db.transaction(actor) as tx:
                if not await tenants.list_api_keys(tx, actor):
                    self.api_key = (await tenants.create_api_key(tx, actor, "First key")).token
        self.loaded = True
