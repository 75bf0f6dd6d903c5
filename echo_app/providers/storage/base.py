"""Documents' original bytes, kept under a tenant and a key."""

import re
from typing import Protocol
from uuid import UUID

from echo_app.providers.slot import Slot


class NotStored(Exception):
    """Nothing is kept under this key."""


class StorageFailed(Exception):
    """The bytes could not be written or read just now; trying again later may help."""


class Storage(Protocol):
    """Every call names the tenant; a key is never looked up outside of it. A bad key raises ValueError.

    `quota` is how many bytes a tenant may keep, None for any number; who puts bytes here counts them.
    """

    quota: int | None

    async def put(self, tenant_id: UUID, key: str, content: bytes) -> None:
        """Keeps the bytes, replacing what was there: wholly or not at all. Raises StorageFailed."""
        ...

    async def get(self, tenant_id: UUID, key: str) -> bytes:
        """Raises NotStored or StorageFailed."""
        ...

    async def delete(self, tenant_id: UUID, key: str) -> None:
        """Forgets the bytes; nothing there is no error. Raises StorageFailed."""
        ...

    async def link(self, tenant_id: UUID, key: str, name: str, seconds: int) -> str | None:
        """An address from which anybody who has it can fetch the bytes for so long, saved as `name`; None where the
        storage has no addresses."""
        ...


# The same for every storage: folders are allowed, dots at a part's beginning are not, so that no way leads out of the
# tenant's folder.
_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,199}(?:/[A-Za-z0-9_-][A-Za-z0-9_.-]{0,199}){0,3}")


def checked_key(key: str) -> str:
    """The key. Raises ValueError when it is none."""
    if not _KEY.fullmatch(key):
        raise ValueError("not a storage key")
    return key


storage: Slot[Storage] = Slot("storage")
