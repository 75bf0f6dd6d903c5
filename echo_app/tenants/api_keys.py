"""The tenant behind an API key, remembered between its calls.

Every call of the public API begins with this question, whose answer changes only when a key is revoked. A process
remembers it while it hears the news (a revocation is one) and asks the database otherwise.
"""

from time import monotonic

from echo_app import db
from echo_app.kit.clock import now
from echo_app.realtime import News, bus
from echo_app.tenancy import Actor
from echo_app.tenants import repository
from echo_app.tenants.access import token_hash
from echo_app.tenants.service import KEY_REVOKED

# A key's use is noted no more often than this, which is also how long an answer is remembered.
SECONDS_REMEMBERED = 60.0
MOST_REMEMBERED = 10_000


class _Remembered:
    """Answers by a key's hash, each with the second it was given. Losing them costs one look-up a key."""

    def __init__(self) -> None:
        self._answers: dict[bytes, tuple[Actor, float]] = {}
        # Counts what made answers untrue: one that was asked for before must not be kept after.
        self.changes = 0

    def find(self, key_hash: bytes) -> Actor | None:
        actor, since = self._answers.get(key_hash, (None, 0.0))
        return actor if bus.connected.is_set() and monotonic() - since < SECONDS_REMEMBERED else None

    def keep(self, key_hash: bytes, actor: Actor, changes: int) -> None:
        if changes != self.changes or not bus.connected.is_set():
            return
        if len(self._answers) >= MOST_REMEMBERED:
            self._answers.clear()
        self._answers[key_hash] = (actor, monotonic())

    def forget(self, news: News | None = None) -> None:
        """All of them: keys are revoked rarely."""
        del news
        self.changes += 1
        self._answers.clear()


_remembered = _Remembered()
bus.on(KEY_REVOKED, _remembered.forget)
bus.on("resync", _remembered.forget)


async def find_api_key(token: str) -> Actor | None:
    """The tenant behind an API key, None for one that is unknown or revoked. Notes the key's use, to the minute.

    Raises Unavailable when the database must be asked and is away.
    """
    key_hash = token_hash(token)
    if known := _remembered.find(key_hash):
        return known
    changes = _remembered.changes
    async with db.before_tenant() as tx:
        ids = await repository.find_api_key_ids(tx, key_hash)
        if ids is None:
            return None
        key_id, tenant_id = ids
        await db.rescope(tx, tenant_id=tenant_id)
        await repository.touch_api_key(tx, tenant_id, key_id, now())
    actor = Actor(tenant_id, "api_key", key_id, None, "API")
    _remembered.keep(key_hash, actor, changes)
    return actor
