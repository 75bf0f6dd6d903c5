import asyncio
import os
from pathlib import Path

import pytest

from echo_app.kit.ids import new_id
from echo_app.providers.storage.base import NotStored, StorageFailed
from echo_app.providers.storage.local import LocalStorage

TENANT, OTHER = new_id(), new_id()


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    return LocalStorage(tmp_path)


class TestLocalStorage:
    async def test_what_was_put_comes_back(self, storage: LocalStorage) -> None:
        await storage.put(TENANT, "documents/one", b"bytes")
        assert await storage.get(TENANT, "documents/one") == b"bytes"

    async def test_putting_again_replaces_and_leaves_nothing_beside(
        self, storage: LocalStorage, tmp_path: Path
    ) -> None:
        await storage.put(TENANT, "one", b"old")
        await storage.put(TENANT, "one", b"new")
        assert await storage.get(TENANT, "one") == b"new"
        assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["one"]

    async def test_another_tenant_does_not_find_it(self, storage: LocalStorage) -> None:
        await storage.put(TENANT, "one", b"bytes")
        with pytest.raises(NotStored):
            await storage.get(OTHER, "one")

    async def test_deleting_twice_is_no_error(self, storage: LocalStorage) -> None:
        await storage.put(TENANT, "one", b"bytes")
        await storage.delete(TENANT, "one")
        await storage.delete(TENANT, "one")
        with pytest.raises(NotStored):
            await storage.get(TENANT, "one")

    @pytest.mark.parametrize(
        "key",
        ["", "..", "../x", "a/../../x", "/etc/passwd", "a//b", ".hidden", "a\x00b", "a\\..\\b", "a/b\n"],
    )
    async def test_no_key_leads_out_of_the_tenants_folder(self, storage: LocalStorage, key: str) -> None:
        for call in (storage.get(TENANT, key), storage.put(TENANT, key, b""), storage.delete(TENANT, key)):
            with pytest.raises(ValueError, match="not a storage key"):
                await call

    async def test_many_writers_of_one_key_leave_one_whole_file(self, storage: LocalStorage) -> None:
        texts = [bytes([number]) * 100_000 for number in range(8)]
        await asyncio.gather(*(storage.put(TENANT, "one", text) for text in texts))
        assert await storage.get(TENANT, "one") in texts

    async def test_a_folder_that_cannot_be_written_is_told_as_such(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("in the way")
        with pytest.raises(StorageFailed):
            await LocalStorage(tmp_path / "file").put(TENANT, "one", b"bytes")

    async def test_only_we_can_enter_the_tenants_folder(self, storage: LocalStorage, tmp_path: Path) -> None:
        await storage.put(TENANT, "one", b"bytes")
        assert os.stat(tmp_path / TENANT.hex).st_mode & 0o077 == 0
