"""Questions and their vectors: asked of the vendor once, before the transaction, and given up when it is away."""

import time

import pytest

from echo_app import db
from echo_app.knowledge import service as knowledge
from echo_app.knowledge import tasks as ingestion
from echo_app.knowledge.embedding import questions, tasks
from echo_app.providers.embeddings.base import EmbeddingFailed, embedders
from tests.knowledge.embedding.driving import added, changed, find, manual, queued, spent, vectors_of
from tests.peers.embedding_server import EmbeddingServer
from tests.people import Company
from tests.vendors import GOOGLE, OPENAI, OWN, catalogue

KETTLES = "# Returns\n\nYou can return unopened kettles within 47 days of delivery."
SHIPPING = "# Shipping\n\nParcels to Norway take four days and cost five euro."


@pytest.fixture
async def embedded(company: Company, vendors: EmbeddingServer) -> EmbeddingServer:
    """The peer, after the company's two documents were embedded by it and nothing was asked yet."""
    await added(company.owner, KETTLES)
    await added(company.owner, SHIPPING, "Shipping")
    await changed(company.owner, OWN)
    vendors.requests.clear()
    return vendors


class TestAsking:
    async def test_the_same_question_is_embedded_once(
        self, company: Company, embedded: EmbeddingServer
    ) -> None:
        first = await find(company.owner, "parcels to Norway")
        second = await find(company.owner, "parcels to Norway")
        assert len(embedded.requests) == 1
        assert [hit.chunk_id for hit in first.hits] == [hit.chunk_id for hit in second.hits]
        assert first.hits[0].cosine == pytest.approx(second.hits[0].cosine, abs=1e-5)

    async def test_ahead_no_transaction_waits_for_the_vendor(
        self, company: Company, embedded: EmbeddingServer
    ) -> None:
        await find(company.owner, "the process learns that a vendor is asked")
        assert knowledge.asks_vendor(company.owner)
        await knowledge.embed_ahead(company.owner, "parcels to Norway")
        assert len(embedded.requests) == 2
        assert "four days" in (await find(company.owner, "parcels to Norway")).hits[0].content
        assert len(embedded.requests) == 2

    async def test_ahead_the_keyless_embedder_has_nothing_to_do(
        self, company: Company, vendors: EmbeddingServer
    ) -> None:
        await added(company.owner, KETTLES)
        await find(company.owner, "kettles")
        assert not knowledge.asks_vendor(company.owner)
        await knowledge.embed_ahead(company.owner, "kettles")
        assert vendors.requests == []

    async def test_after_a_change_the_old_embedder_is_asked_no_more(
        self, company: Company, embedded: EmbeddingServer
    ) -> None:
        await find(company.owner, "kettles")
        await changed(company.owner, GOOGLE)
        embedded.requests.clear()
        await find(company.owner, "kettles")
        assert [list(request) for request in embedded.requests] == [["requests"]]
        await changed(company.owner, "wordllama")
        await find(company.owner, "kettles")
        assert not knowledge.asks_vendor(company.owner)

    async def test_what_is_kept_has_an_end(
        self, company: Company, embedded: EmbeddingServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(questions, "MOST_KEPT", 2)
        for query in ("one", "two", "three", "two", "one"):
            await find(company.owner, query)
        assert embedded.texts == ["one", "two", "three", "one"]

    async def test_is_counted_in_whole_and_written_by_the_way(
        self, company: Company, embedded: EmbeddingServer
    ) -> None:
        await changed(company.owner, OPENAI)
        before = await spent(company.owner)
        for number in range(20):
            await find(company.owner, f"how long do parcels to Norway take {number}")
        assert await spent(company.owner) == before
        await tasks.write_spending()
        after = await spent(company.owner)
        assert after.tokens - before.tokens == 160
        # Each of the twenty alone would have been rounded to nothing.
        assert after.cost_micro_dollars - before.cost_micro_dollars == 3


class TestAVendorThatIsAway:
    async def test_leaves_what_the_words_find(self, company: Company, embedded: EmbeddingServer) -> None:
        embedded.break_down(500, retry_after=0.01)
        found = await find(company.owner, "parcels to Norway")
        assert found.lexical_only
        assert "four days" in found.hits[0].content
        assert found.hits[0].cosine == 0

    async def test_is_not_asked_again_for_a_while(
        self, company: Company, embedded: EmbeddingServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        embedded.break_down(500, retry_after=0.01)
        await find(company.owner, "parcels")
        asked = len(embedded.requests)
        began = time.monotonic()
        assert (await find(company.owner, "kettles")).lexical_only
        assert time.monotonic() - began < 0.5
        assert len(embedded.requests) == asked
        embedded.mend()
        monkeypatch.setattr(questions, "monotonic", lambda: time.monotonic() + questions.AWAY_SECONDS)
        assert not (await find(company.owner, "kettles")).lexical_only

    async def test_holds_no_other_tenant_up(
        self, company: Company, other_company: Company, embedded: EmbeddingServer
    ) -> None:
        await added(other_company.owner, KETTLES)
        await changed(other_company.owner, OWN)
        embedded.fail(401)
        assert (await find(company.owner, "kettles")).lexical_only
        assert not (await find(other_company.owner, "kettles")).lexical_only

    async def test_or_whose_key_was_taken_away_leaves_what_the_words_find(
        self, company: Company, embedded: EmbeddingServer
    ) -> None:
        await changed(company.owner, OPENAI)
        embedders.put(catalogue(embedded, key=None))
        found = await find(company.owner, "parcels to Norway")
        assert found.lexical_only
        assert "four days" in found.hits[0].content


class TestReadingADocument:
    async def test_fails_in_plain_words_when_the_embedder_refuses(
        self, company: Company, embedded: EmbeddingServer
    ) -> None:
        embedded.break_down(401)
        document_id = await added(company.owner, "# Warranty\n\nNine years.", "Warranty")
        async with db.read_only(company.owner) as tx:
            row = await knowledge.get_document(tx, company.owner, document_id)
        assert (row.status, row.error_code) == ("failed", "embedder_away")
        assert row.error == "The embedding server refused the key. Check it in the settings."

    async def test_is_tried_again_when_the_vendor_is_away(
        self, company: Company, embedded: EmbeddingServer
    ) -> None:
        embedded.break_down(500, retry_after=0.01)
        document_id = await queued(company.owner, "# Warranty\n\nNine years.", "Warranty")
        with pytest.raises(EmbeddingFailed):
            await ingestion.ingest(company.tenant_id, document_id, last_try=False)
        embedded.mend()
        await ingestion.ingest(company.tenant_id, document_id)
        assert (await vectors_of(company.owner))["compatible:own active"] == 3

    async def test_costs_what_the_vendor_counts(self, company: Company, embedded: EmbeddingServer) -> None:
        before = await spent(company.owner)
        await added(company.owner, "# Warranty\n\nNine years.", "Warranty")
        assert (await spent(company.owner)).tokens - before.tokens == 4

    async def test_costs_what_was_spent_before_it_failed(
        self, company: Company, embedded: EmbeddingServer
    ) -> None:
        # Portions of 500 passages: the vendor fails in the second, after sixteen requests of 32.
        embedded.fail(500, after=16, times=100, retry_after=0.01)
        before = await spent(company.owner)
        document_id = await queued(company.owner, manual(600), "Manual")
        with pytest.raises(EmbeddingFailed):
            await ingestion.ingest(company.tenant_id, document_id, last_try=False)
        await tasks.write_spending()
        words = sum(len(text.replace(".", " ").split()) for text in embedded.texts[:500])
        assert (await spent(company.owner)).tokens - before.tokens == words


async def test_a_question_and_its_cost_survive_a_database_that_is_away(
    company: Company, embedded: EmbeddingServer, database: str
) -> None:
    await find(company.owner, "parcels to Norway")
    before = await spent(company.owner)
    await db.open_engine("postgresql+psycopg://nobody@127.0.0.1:1/none")
    await tasks.write_spending()
    await db.open_engine(database)
    await tasks.write_spending()
    assert (await spent(company.owner)).tokens - before.tokens == 3
