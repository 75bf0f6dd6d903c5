"""Fixture: vendors of embeddings, all of them one local peer."""

from collections.abc import Iterator

import pytest

from echo_app.knowledge.embedding import questions, spending
from echo_app.providers.embeddings.base import embedders
from echo_app.providers.embeddings.catalogue import Catalogue
from echo_app.settings import Settings
from tests.peers.embedding_server import KEY, EmbeddingServer

OPENAI = "openai:text-embedding-3-small"
GOOGLE = "google:gemini-embedding-001"
OWN = "compatible:own"


def catalogue(server: EmbeddingServer, *, key: str | None = KEY) -> Catalogue:
    return Catalogue(
        Settings(
            openai_api_key=key,
            openai_base_url=server.openai_url,
            google_api_key=key,
            google_base_url=server.google_url,
            embeddings_base_url=server.openai_url,
            embeddings_api_key=key,
            embeddings_model="own",
            embeddings_dimensions=64,
        )
    )


@pytest.fixture
def vendors(echo_settings: Settings) -> Iterator[EmbeddingServer]:
    """The peer behind all vendors, with keys that it takes."""
    with EmbeddingServer(natural=64) as server:
        embedders.put(catalogue(server))
        yield server
    embedders.put(Catalogue(echo_settings))
    questions.forget()
    spending.take()
