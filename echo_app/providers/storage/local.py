"""Storage in a local folder: one folder a tenant, each file written beside its place and moved there."""

import asyncio
import os
from pathlib import Path
from tempfile import NamedTemporaryFile
from uuid import UUID

from echo_app.providers.storage.base import NotStored, StorageFailed, checked_key


class LocalStorage:
    def __init__(self, folder: Path, quota: int | None = None) -> None:
        self._folder = folder
        self.quota = quota

    async def put(self, tenant_id: UUID, key: str, content: bytes) -> None:
        await asyncio.to_thread(_write, self._path(tenant_id, key), content)

    async def get(self, tenant_id: UUID, key: str) -> bytes:
        return await asyncio.to_thread(_read, self._path(tenant_id, key))

    async def delete(self, tenant_id: UUID, key: str) -> None:
        await asyncio.to_thread(_unlink, self._path(tenant_id, key))

    async def link(self, tenant_id: UUID, key: str, name: str, seconds: int) -> str | None:
        return None

    def _path(self, tenant_id: UUID, key: str) -> Path:
        return self._folder / tenant_id.hex / checked_key(key)


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with NamedTemporaryFile(dir=path.parent, prefix=".writing-", delete=False) as fresh:
            try:
                fresh.write(content)
                fresh.flush()
                os.fsync(fresh.fileno())
                os.replace(fresh.name, path)
            except BaseException:
                os.unlink(fresh.name)
                raise
    except OSError as failed:
        raise StorageFailed(failed.strerror or "could not write") from failed


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as missing:
        raise NotStored() from missing
    except OSError as failed:
        raise StorageFailed(failed.strerror or "could not read") from failed


def _unlink(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as failed:
        raise StorageFailed(failed.strerror or "could not delete") from failed
