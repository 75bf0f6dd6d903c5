"""The table of documents on a real Postgres: filters, order, pages, and who cited what."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from echo_app import db
from echo_app.conversations import service as conversations
from echo_app.conversations.schemas import CitationView, NewReply
from echo_app.kit.clock import now
from echo_app.kit.ids import new_id
from echo_app.knowledge import service as knowledge
from echo_app.knowledge import tasks
from echo_app.knowledge.catalogue import service
from echo_app.knowledge.catalogue.schemas import Catalogue, DocumentFilter, DocumentOrder
from echo_app.knowledge.errors import DocumentNotFound
from echo_app.knowledge.sources import service as sources
from echo_app.knowledge.sources import snippets
from echo_app.tenancy import Actor
from tests.people import Company

GERMAN = "Die Lieferung nach Österreich dauert vier Werktage und kostet nicht mehr als sechs Euro."


@pytest.fixture
async def returns(company: Company) -> UUID:
    return await added(company.owner, "Returns", "You can return the kettle within 47 days of delivery.")


@pytest.fixture
async def shipping(company: Company) -> UUID:
    return await added(company.owner, "Versand", GERMAN * 3)


async def added(actor: Actor, title: str, content: str) -> UUID:
    async with db.transaction(actor) as tx:
        document = await knowledge.add_document(
            tx, actor, title=title, content=content.encode(), format="text"
        )
    await tasks.ingest(actor.tenant_id, document.id)
    return document.id


async def listed(
    actor: Actor,
    wanted: DocumentFilter | None = None,
    *,
    order: DocumentOrder = "newest",
    descending: bool = True,
    limit: int = 50,
    offset: int = 0,
) -> Catalogue:
    async with db.read_only(actor) as tx:
        return await service.find_documents(
            tx,
            actor,
            wanted or DocumentFilter(),
            order=order,
            descending=descending,
            limit=limit,
            offset=offset,
        )


def titles(catalogue: Catalogue) -> list[str]:
    return [one.row.title for one in catalogue.items]


async def cited(company: Company, document_id: UUID, times: int) -> UUID:
    """So many replies that cite the document; gives the conversation's id."""
    assistant = Actor(company.tenant_id, "assistant")
    async with db.read_only(company.owner) as tx:
        (passage,) = await knowledge.list_passages(tx, company.owner, document_id)
    async with db.transaction(company.api) as tx:
        thread = await conversations.start(tx, company.api, channel="api", user_id="c")
    for number in range(times):
        async with db.transaction(company.api) as tx:
            asked = await conversations.post_message(tx, company.api, thread.id, f"Question {number}")
        quote = passage.content[:20]
        reply = NewReply(
            id=new_id(),
            covers=[asked.message_id],
            content="So. [1]",
            citations=[CitationView(1, document_id, passage.id, "Returns", "", quote, None, None)],
            author_name="Echo",
            model="none",
            usage={},
            escalation=None,
            retrieved=[],
            attempts=[],
            timings={},
        )
        async with db.transaction(assistant) as tx:
            await conversations.save_reply(tx, assistant, thread.id, reply)
    return thread.id


class TestFindDocuments:
    async def test_the_newest_come_first_with_their_source(
        self, company: Company, returns: UUID, shipping: UUID
    ) -> None:
        found = await listed(company.owner)
        assert (titles(found), found.total) == (["Versand", "Returns"], 2)
        assert {one.source for one in found.items} == {"Files"}

    async def test_words_language_state_and_source_narrow_it(
        self, company: Company, returns: UUID, shipping: UUID
    ) -> None:
        owner = company.owner
        assert titles(await listed(owner, DocumentFilter(words="vers"))) == ["Versand"]
        assert titles(await listed(owner, DocumentFilter(words="100%"))) == []
        assert titles(await listed(owner, DocumentFilter(language="de"))) == ["Versand"]
        assert titles(await listed(owner, DocumentFilter(statuses=("failed",)))) == []
        assert titles(await listed(owner, DocumentFilter(source_id=new_id()))) == []
        async with db.transaction(owner) as tx:
            await snippets.add_snippet(tx, owner, title="Rolling", text="On Fridays.")
        assert titles(await listed(owner, DocumentFilter(kind="snippet"))) == ["Rolling"]

    async def test_a_page_that_is_gone_is_a_state_of_its_own(self, company: Company, returns: UUID) -> None:
        async with db.transaction(company.owner) as tx:
            await tx.execute(text("UPDATE documents SET retired_at = now() WHERE id = :id"), {"id": returns})
        assert titles(await listed(company.owner, DocumentFilter(statuses=("ready",)))) == []
        assert titles(await listed(company.owner, DocumentFilter(statuses=("retired",)))) == ["Returns"]

    async def test_it_is_sorted_by_any_column_and_paged(
        self, company: Company, returns: UUID, shipping: UUID
    ) -> None:
        by_title = await listed(company.owner, order="title", descending=False, limit=1)
        assert (titles(by_title), by_title.total) == (["Returns"], 2)
        assert titles(await listed(company.owner, order="title", descending=False, limit=1, offset=1)) == [
            "Versand"
        ]
        assert titles(await listed(company.owner, order="size")) == ["Versand", "Returns"]

    async def test_citations_of_the_last_days_are_counted(
        self, company: Company, returns: UUID, shipping: UUID
    ) -> None:
        await cited(company, returns, 2)
        found = await listed(company.owner, order="cited")
        assert [(one.row.title, one.cited) for one in found.items] == [("Returns", 2), ("Versand", 0)]
        async with db.transaction(company.owner) as tx:
            await tx.execute(
                text("UPDATE messages SET created_at = :long_ago"),
                {"long_ago": now() - timedelta(days=service.CITED_DAYS + 1)},
            )
        assert [one.cited for one in (await listed(company.owner)).items] == [0, 0]

    async def test_a_source_that_is_off_is_told(self, company: Company, returns: UUID) -> None:
        owner = company.owner
        async with db.transaction(owner) as tx:
            (files,) = await sources.list_sources(tx, owner)
            await sources.update_source(tx, owner, files.id, {"enabled": False})
        (one,) = (await listed(owner)).items
        assert not one.source_enabled

    async def test_nobody_sees_anothers(
        self, company: Company, other_company: Company, returns: UUID
    ) -> None:
        assert (await listed(other_company.owner)).total == 0
        async with db.read_only(other_company.owner) as tx:
            with pytest.raises(DocumentNotFound):
                await service.get_document(tx, other_company.owner, returns)
            assert await service.list_citations(tx, other_company.owner, returns) == []


async def test_citations_are_listed_with_their_conversation(company: Company, returns: UUID) -> None:
    conversation_id = await cited(company, returns, 3)
    async with db.read_only(company.owner) as tx:
        found = await service.list_citations(tx, company.owner, returns, limit=2)
    assert [one.conversation_id for one in found] == [conversation_id, conversation_id]
    assert found[0].at >= found[1].at
    assert found[0].quote == "You can return the k"


async def test_languages_are_those_of_the_documents(company: Company, returns: UUID, shipping: UUID) -> None:
    async with db.read_only(company.owner) as tx:
        assert await service.list_languages(tx, company.owner) == ["de", "en"]
