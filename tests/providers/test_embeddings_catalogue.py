"""Which embedders an installation offers, by its settings."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from echo_app.kit.ids import new_id
from echo_app.providers.embeddings.base import EmbedderUnknown, cost_of
from echo_app.providers.embeddings.catalogue import Catalogue
from echo_app.settings import Settings
from tests.peers.embedding_server import KEY, EmbeddingServer

TENANT = new_id()


def catalogue(**values: Any) -> Catalogue:
    keys: dict[str, Any] = {"openai_api_key": None, "google_api_key": None, "embeddings_base_url": None}
    return Catalogue(Settings(**keys | values))


def needs(found: Catalogue) -> dict[str, str | None]:
    return {offer.name: offer.needs for offer in found.offers(TENANT)}


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddingServer]:
    with EmbeddingServer(natural=1536) as running:
        yield running


class TestOffers:
    def test_without_a_key_the_local_one_is_ready_and_the_others_say_what_they_need(self) -> None:
        assert needs(catalogue()) == {
            "wordllama": None,
            "openai:text-embedding-3-small": "ECHO_OPENAI_API_KEY",
            "openai:text-embedding-3-large": "ECHO_OPENAI_API_KEY",
            "google:gemini-embedding-001": "ECHO_GOOGLE_API_KEY",
            "google:gemini-embedding-2": "ECHO_GOOGLE_API_KEY",
            "compatible": "ECHO_EMBEDDINGS_BASE_URL",
        }

    def test_with_keys_and_an_address_all_are_ready(self) -> None:
        found = catalogue(
            openai_api_key="a",
            google_api_key="b",
            embeddings_base_url="http://x/v1",
            embeddings_model="bge-m3",
        )
        assert "compatible:bge-m3" in needs(found)
        assert set(needs(found).values()) == {None}


class TestGet:
    def test_the_same_embedder_keeps_its_connections(self) -> None:
        found = catalogue(openai_api_key="a")
        first = found.get("openai:text-embedding-3-small", TENANT)
        assert found.get("openai:text-embedding-3-small", TENANT) is first
        assert first.dimensions == 1536

    @pytest.mark.parametrize("name", ["openai:text-embedding-3-small", "compatible:bge-m3", "none", ""])
    def test_what_is_not_offered_is_unknown(self, name: str) -> None:
        with pytest.raises(EmbedderUnknown):
            catalogue().get(name, TENANT)

    @pytest.mark.parametrize(
        ("name", "length"),
        [
            ("wordllama", 256),
            ("openai:text-embedding-3-small", 1536),
            ("openai:text-embedding-3-large", 1024),
            ("google:gemini-embedding-001", 768),
            ("google:gemini-embedding-2", 768),
            ("compatible:m", 1536),
        ],
    )
    async def test_each_embeds_at_the_length_that_it_offers(
        self, server: EmbeddingServer, name: str, length: int
    ) -> None:
        found = catalogue(
            openai_api_key=KEY,
            openai_base_url=server.openai_url,
            google_api_key=KEY,
            google_base_url=server.google_url,
            embeddings_base_url=server.openai_url,
            embeddings_api_key=KEY,
            embeddings_model="m",
            embeddings_dimensions=1536,
        )
        embedded = await found.get(name, TENANT).embed_passages(["kettle"])
        assert [len(vector) for vector in embedded.vectors] == [length]
        offered = {offer.name: offer.dimensions for offer in found.offers(TENANT)}
        assert offered[name] == length


class TestCost:
    def test_is_in_whole_micro_dollars_to_the_nearest(self) -> None:
        assert [cost_of(tokens, 20_000) for tokens in (0, 24, 25, 1_000_000)] == [0, 0, 1, 20_000]
        assert cost_of(1_000_000, None) == 0


def test_no_vendors_sdk_is_imported_before_its_embedder_is_used() -> None:
    program = (
        "import sys; from echo_app.providers.embeddings.catalogue import Catalogue;"
        "from echo_app.settings import Settings; from uuid import uuid4;"
        "c = Catalogue(Settings(google_api_key='x', openai_api_key='x')); c.offers(uuid4());"
        "c.get('wordllama', uuid4()); c.get('google:gemini-embedding-001', uuid4());"
        "sys.exit(any(name in sys.modules for name in ('openai', 'google.genai')))"
    )
    assert subprocess.run([sys.executable, "-c", program], timeout=60, check=False).returncode == 0
