"""The vectors of questions, by the embedder of the tenant's active space.

A vendor is a network call, and a search runs inside a transaction. So that no connection waits for a vendor,
`embed_ahead` is called before the transaction is opened, and the search finds the vector here. It is a shortcut only:
a search that finds none (another embedder since, or nobody called) asks for it itself. A vendor that failed is not
asked again for some seconds: meanwhile passages are found by their words alone.
"""

from array import array
from collections import OrderedDict
from time import monotonic
from typing import Any
from uuid import UUID

import structlog

from echo_app.knowledge.embedding import spending
from echo_app.providers.embeddings.base import (
    Embedder,
    EmbedderUnknown,
    EmbeddingFailed,
    Vector,
    embedders,
)

log = structlog.get_logger(__name__)

# 512 vectors of 1,536 numbers, four bytes each: 3 MB.
MOST_KEPT = 512
MOST_TENANTS = 10_000
AWAY_SECONDS = 10.0

_kept: "OrderedDict[tuple[UUID, str, str], array[float]]" = OrderedDict()
# The tenants whose embedder is a vendor's, as the last search of each saw it.
_outside: OrderedDict[UUID, str] = OrderedDict()
_away: dict[tuple[UUID, str], float] = {}


def asks_vendor(tenant_id: UUID) -> bool:
    """Whether the tenant's questions go to a vendor, as far as this process knows."""
    return tenant_id in _outside


async def embed_ahead(tenant_id: UUID, text: str) -> None:
    """Embeds the question now, where that takes a network call. To be called with no transaction open."""
    name = _outside.get(tenant_id)
    if name is not None and text.strip():
        await embed_question(tenant_id, name, text)


async def embed_question(tenant_id: UUID, name: str, text: str) -> Vector | None:
    """The question's vector by the embedder of that name; None when it cannot be had just now."""
    try:
        embedder = embedders.get().get(name, tenant_id)
    except EmbedderUnknown:
        log.warning("embeddings.unknown", tenant=str(tenant_id), embedder=name)
        return None
    if not embedder.outside:
        _outside.pop(tenant_id, None)
        return (await embedder.embed_query(text)).vectors[0]
    _remember(_outside, tenant_id, name, MOST_TENANTS)
    key = tenant_id, name, text
    if (found := _kept.get(key)) is not None:
        _kept.move_to_end(key)
        return list(found)
    if monotonic() < _away.get((tenant_id, name), 0.0):
        return None
    return await _asked(embedder, key)


def forget() -> None:
    """As a process that has just begun."""
    for each in (_kept, _outside, _away):
        each.clear()


async def _asked(embedder: Embedder, key: tuple[UUID, str, str]) -> Vector | None:
    tenant_id, name, text = key
    try:
        embedded = await embedder.embed_query(text)
    except EmbeddingFailed as failed:
        spending.note(tenant_id, embedder, failed.tokens)
        _away[tenant_id, name] = monotonic() + AWAY_SECONDS
        log.warning("embeddings.away", tenant=str(tenant_id), embedder=name, reason=str(failed))
        return None
    _away.pop((tenant_id, name), None)
    spending.note(tenant_id, embedder, embedded.tokens)
    vector = embedded.vectors[0]
    _remember(_kept, key, array("f", vector), MOST_KEPT)
    return vector


def _remember(kept: OrderedDict[Any, Any], key: object, value: object, most: int) -> None:
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > most:
        kept.popitem(last=False)
