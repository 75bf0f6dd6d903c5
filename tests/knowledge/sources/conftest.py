from collections.abc import AsyncIterator

import pytest

from echo_app.settings import Settings
from tests.peers.website import Site, served


@pytest.fixture
async def site(echo_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    """A website on the loopback address, which may be crawled as long as the test runs."""
    monkeypatch.setattr(echo_settings, "crawl_private_hosts", "127.0.0.1")
    async with served() as found:
        yield found
