"""Documents' original bytes, kept under a tenant and a key."""

from typing import Protocol
from uuid import UUID

from echo_app.providers.slot import Slot


class NotStored(Exception):
    """Nothing is kept under this key."""


class StorageFailed(Exception):
    """The bytes could not be written or read just now; trying again later may help."""


class Storage(Protocol):
    """Every call names the tenant; a key is never looked up outside of it. A bad key raises ValueError."""

    async def put(self, tenant_id: UUID, key: str, content: bytes) -> None:
        """Keeps the bytes, replacing what was there: wholly or not at all. Raises StorageFailed."""
        ...

    async def get(self, tenant_id: UUID, key: str) -> bytes:
        """Raises NotStored or StorageFailed."""
        ...

    async def delete(self, tenant_id: UUID, key: str) -> None:
        """Forgets the bytes; nothing there is no error. Raises StorageFailed."""
        ...


storage: Slot[Storage] = Slot("storage")
