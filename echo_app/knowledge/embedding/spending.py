"""What embedding used where no transaction can tell: questions, and calls that failed half-way.

A question costs a fraction of a micro-dollar, and is asked inside a transaction that only reads. Tokens are gathered
in this process and written every few seconds (`tasks.keep_spending`): what a killed process had gathered since then
is lost, some hundred tokens.
"""

from dataclasses import dataclass
from uuid import UUID

from echo_app.providers.embeddings.base import Embedder, cost_of


@dataclass(frozen=True)
class Bill:
    """Tokens that a tenant used of one embedder; `price` in micro-dollars per million."""

    tenant_id: UUID
    embedder: str
    price: int | None
    tokens: int

    @property
    def cost(self) -> int:
        return cost_of(self.tokens, self.price)


_gathered: dict[tuple[UUID, str, int | None], int] = {}


def note(tenant_id: UUID, embedder: Embedder, tokens: int) -> None:
    """Notes that the tenant used so many of the embedder's tokens."""
    put_back(Bill(tenant_id, embedder.name, embedder.price, tokens))


def put_back(bill: Bill) -> None:
    if bill.tokens > 0:
        key = bill.tenant_id, bill.embedder, bill.price
        _gathered[key] = _gathered.get(key, 0) + bill.tokens


def take() -> list[Bill]:
    """All that was gathered since the last time."""
    bills = [Bill(*key, tokens) for key, tokens in _gathered.items()]
    _gathered.clear()
    return bills
