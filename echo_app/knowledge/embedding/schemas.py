"""What a tenant's embedder is, what it may become, and how far the change has come."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from echo_app.knowledge.vectors import Space
from echo_app.providers.embeddings.base import Embedded, Offer
from echo_app.usage.schemas import Spent


@dataclass(frozen=True)
class Change:
    """Re-embedding on its way to another embedder, or where it ended. `error` while building is the last trouble,
    which may pass; `failed` waits for somebody to choose again, and what is done is kept."""

    space_id: UUID
    embedder: str
    state: Literal["building", "failed"]
    done: int
    total: int
    tokens: int
    cost_micro_dollars: int
    error_code: str | None
    error: str | None
    started_at: datetime


@dataclass(frozen=True)
class EmbeddingView:
    """`embedder` is what searches use now; `month` is what embedding has cost since the first of the month (UTC).

    `passages` and `tokens` (about) are what a change to another embedder has to embed.
    """

    embedder: str
    dimensions: int
    change: Change | None
    offers: list[Offer]
    month: Spent
    passages: int
    tokens: int


@dataclass(frozen=True)
class SpaceVectors:
    """Vectors of a document's passages for one space."""

    space: Space
    embedded: Embedded


@dataclass(frozen=True)
class Batch:
    """The next passages to be embedded, one or more, in the order of their ids."""

    chunk_ids: list[UUID]
    texts: list[str]

    @property
    def last(self) -> UUID:
        """The id to go on behind."""
        return self.chunk_ids[-1]
