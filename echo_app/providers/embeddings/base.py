"""Texts as vectors: near in meaning, near in angle."""

from typing import Protocol

from echo_app.providers.slot import Slot

Vector = list[float]


class EmbeddingFailed(Exception):
    """The provider could not embed just now; trying again later may help."""


class Embedder(Protocol):
    name: str
    dimensions: int

    async def embed(self, texts: list[str]) -> list[Vector]:
        """One vector of length 1 a text, in order. A text without a known word gives the zero vector.

        Raises EmbeddingFailed.
        """
        ...


embedder: Slot[Embedder] = Slot("embeddings")
