"""What the tests of a tenant's embedder do and look at."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from echo_app import db
from echo_app.kit.clock import now
from echo_app.knowledge import service as knowledge
from echo_app.knowledge import tasks as ingestion
from echo_app.knowledge.embedding import service, tasks
from echo_app.knowledge.embedding.schemas import Change, EmbeddingView
from echo_app.knowledge.schemas import Found
from echo_app.tenancy import Actor, system
from echo_app.usage import service as usage
from echo_app.usage.schemas import Spent


async def queued(actor: Actor, content: str, title: str = "Returns") -> UUID:
    """A document that waits to be read."""
    async with db.transaction(actor) as tx:
        document = await knowledge.add_document(
            tx, actor, title=title, content=content.encode(), format="markdown"
        )
    return document.id


async def added(actor: Actor, content: str, title: str = "Returns") -> UUID:
    """A document that was read in."""
    document_id = await queued(actor, content, title)
    await ingestion.ingest(actor.tenant_id, document_id)
    return document_id


def manual(sections: int) -> str:
    """A document of so many passages, each with a word of its own."""
    return "\n\n".join(
        f"## Part {number}\n\nThe part word{number} of the kettle." for number in range(sections)
    )


async def chosen(actor: Actor, name: str) -> EmbeddingView:
    async with db.transaction(actor) as tx:
        return await service.choose_embedder(tx, actor, name)


async def begun(actor: Actor, name: str) -> Change:
    """A change to that embedder that waits for its job."""
    change = (await chosen(actor, name)).change
    assert change is not None
    return change


async def changed(actor: Actor, name: str) -> None:
    """A change to that embedder, done."""
    await build(actor, await begun(actor, name))


async def build(actor: Actor, change: Change, **options: float) -> None:
    await tasks.build(system(actor.tenant_id), change.space_id, **options)  # type: ignore[arg-type]


async def view(actor: Actor) -> EmbeddingView:
    async with db.read_only(actor) as tx:
        return await service.get_embedding(tx, actor)


async def find(actor: Actor, query: str, limit: int = 5) -> Found:
    async with db.read_only(actor) as tx:
        return await knowledge.find(tx, actor, query, limit)


async def vectors_of(actor: Actor) -> dict[str, int]:
    """How many vectors each of the tenant's spaces has, by embedder and state."""
    async with db.read_only(actor) as tx:
        rows = await tx.execute(
            text(
                "SELECT embedder || ' ' || state, count(v.chunk_id) FROM vector_spaces s"
                " LEFT JOIN chunk_vectors v ON v.space_id = s.id GROUP BY 1"
            )
        )
        return {str(name): int(count) for name, count in rows}


async def spent(actor: Actor) -> Spent:
    async with db.read_only(actor) as tx:
        since = now() - timedelta(hours=1)
        return await usage.spent_since(tx, actor, kind="embedding", since=since)


async def audited(actor: Actor) -> list[str]:
    async with db.read_only(actor) as tx:
        rows = await tx.execute(
            text("SELECT action FROM audit_entries WHERE action LIKE 'embeddings.%' ORDER BY id")
        )
        return [action for (action,) in rows]
