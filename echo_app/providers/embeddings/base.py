"""Texts as vectors: near in meaning, near in angle.

Passages and questions are embedded by functions of their own: several models want to be told which of the two a text
is. A passage may take its time and is tried again; a question is waited for, and soon given up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from echo_app.providers.slot import Slot

Vector = list[float]


class EmbeddingFailed(Exception):
    """The provider could not embed just now; trying again later may help.

    `tokens` and `cost` (micro-dollars) are what was spent before it failed.
    """

    def __init__(self, message: str = "", *, tokens: int = 0, cost: int = 0) -> None:
        super().__init__(message)
        self.tokens = tokens
        self.cost = cost


class EmbeddingRefused(EmbeddingFailed):
    """The provider will not embed for us until somebody changes something; the message is a sentence for people."""


class EmbedderUnknown(Exception):
    """No embedder of this name is offered here: its key or address was taken out of the settings."""


@dataclass(frozen=True)
class Embedded:
    """One vector of length 1 a text, in order; the tokens the provider counted, and their cost in micro-dollars."""

    vectors: list[Vector]
    tokens: int = 0
    cost: int = 0


@dataclass(frozen=True)
class Offer:
    """An embedder a tenant may choose.

    `price` is in micro-dollars per million tokens, None where it is not known. `needs` names the setting that is
    missing; None when the embedder can be used.
    """

    name: str
    vendor: str
    model: str
    dimensions: int
    price: int | None
    needs: str | None


class Embedder(Protocol):
    """`name` is what a vector space remembers it by. `longest_tokens`: of a longer text only the beginning is read.
    `batch`: as many texts are best given at a time. `outside`: a call goes over the network."""

    name: str
    dimensions: int
    longest_tokens: int
    batch: int
    price: int | None
    outside: bool

    async def embed_passages(self, texts: Sequence[str]) -> Embedded:
        """Vectors of passages, however many. A text without a known word gives the zero vector.

        Raises EmbeddingFailed, EmbeddingRefused.
        """
        ...

    async def embed_query(self, text: str) -> Embedded:
        """The vector of one question, within a few seconds. Raises EmbeddingFailed, EmbeddingRefused."""
        ...


class Embedders(Protocol):
    """All embedders of this installation."""

    def offers(self, tenant_id: UUID) -> list[Offer]:
        """What the tenant may choose from, and what each still needs."""
        ...

    def get(self, name: str, tenant_id: UUID) -> Embedder:
        """The embedder of that name with the tenant's key. Raises EmbedderUnknown."""
        ...


embedders: Slot[Embedders] = Slot("embeddings")


def cost_of(tokens: int, price: int | None) -> int:
    """Micro-dollars, to the nearest; `price` is in micro-dollars per million tokens."""
    return (tokens * (price or 0) + 500_000) // 1_000_000
