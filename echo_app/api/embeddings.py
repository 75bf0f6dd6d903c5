"""The public API's embeddings: by which embedder a tenant's documents are found, and the change to another."""

from fastapi import APIRouter

from echo_app import db
from echo_app.api.contract import (
    ChooseEmbedder,
    EmbedderBody,
    EmbeddingChangeBody,
    EmbeddingsBody,
    EmbeddingSpentBody,
)
from echo_app.api.dependencies import Caller, check_tenant
from echo_app.api.public import ERRORS
from echo_app.knowledge.embedding import service as embedding
from echo_app.knowledge.embedding.schemas import Change, EmbeddingView

router = APIRouter(prefix="/api/v1", responses=ERRORS, tags=["knowledge"])


@router.get("/embeddings", operation_id="embeddings.get")
async def get_embeddings(actor: Caller) -> EmbeddingsBody:
    """The embedder of your documents, the change under way, and what you may choose from."""
    async with db.read_only(actor) as tx:
        return _body(await embedding.get_embedding(tx, actor))


@router.put("/embeddings", operation_id="embeddings.update", status_code=202)
async def update_embeddings(body: ChooseEmbedder, actor: Caller) -> EmbeddingsBody:
    """Makes it the embedder of your documents. They are embedded anew in the background, and searches use the present
    embedder until that is done. Choosing the present embedder calls a change off."""
    check_tenant(actor, body.tenant_id)
    async with db.transaction(actor) as tx:
        return _body(await embedding.choose_embedder(tx, actor, body.embedder))


def _body(view: EmbeddingView) -> EmbeddingsBody:
    return EmbeddingsBody(
        embedder=view.embedder,
        dimensions=view.dimensions,
        change=_change(view.change) if view.change else None,
        offered=[
            EmbedderBody(
                embedder=offer.name,
                vendor=offer.vendor,
                model=offer.model,
                dimensions=offer.dimensions,
                micro_dollars_per_million_tokens=offer.price,
                needs=offer.needs,
            )
            for offer in view.offers
        ],
        this_month=EmbeddingSpentBody(
            tokens=view.month.tokens, cost_micro_dollars=view.month.cost_micro_dollars
        ),
    )


def _change(change: Change) -> EmbeddingChangeBody:
    return EmbeddingChangeBody(
        embedder=change.embedder,
        state=change.state,
        done=change.done,
        total=change.total,
        tokens=change.tokens,
        cost_micro_dollars=change.cost_micro_dollars,
        error=change.error,
        started_at=change.started_at,
    )
