"""A tenant changes its embedder: real vendors' SDKs against the local peer, on a real Postgres."""

import asyncio

import pytest

from echo_app import db
from echo_app.errors import Forbidden
from echo_app.knowledge import ingestion
from echo_app.knowledge import tasks as ingestion_tasks
from echo_app.knowledge.embedding import repository, service, tasks
from echo_app.knowledge.embedding.errors import EmbedderNotOffered, EmbedderNotReady, SpacesChanged
from echo_app.providers.embeddings.base import EmbeddingFailed, embedders
from echo_app.tenancy import Role, system
from tests.knowledge.embedding.driving import (
    added,
    audited,
    begun,
    build,
    changed,
    chosen,
    find,
    manual,
    queued,
    spent,
    vectors_of,
    view,
)
from tests.peers.embedding_server import EmbeddingServer
from tests.people import Company
from tests.vendors import GOOGLE, OPENAI, OWN, catalogue

KETTLES = "# Returns\n\nYou can return unopened kettles within 47 days of delivery."
SHIPPING = "# Shipping\n\nParcels to Norway take four days and cost five euro."


class TestTheChange:
    @pytest.mark.parametrize(("name", "dimensions"), [(OPENAI, 1536), (GOOGLE, 768), (OWN, 64)])
    async def test_is_searched_by_the_old_embedder_until_it_is_done_and_then_by_the_new(
        self, company: Company, vendors: EmbeddingServer, name: str, dimensions: int
    ) -> None:
        owner = company.owner
        await added(owner, KETTLES)
        await added(owner, SHIPPING, "Shipping")
        change = await begun(owner, name)
        assert (change.state, change.done, change.total) == ("building", 0, 2)
        assert (await view(owner)).embedder == "wordllama"
        found = await find(owner, "return unopened kettles")
        assert "47 days" in found.hits[0].content
        assert vendors.requests == []

        await build(owner, change)
        after = await view(owner)
        assert (after.embedder, after.dimensions, after.change) == (name, dimensions, None)
        sent = len(vendors.requests)
        found = await find(owner, "return unopened kettles")
        assert "47 days" in found.hits[0].content
        assert found.hits[0].cosine > 0.25
        assert not found.lexical_only
        assert len(vendors.requests) == sent + 1
        assert await audited(owner) == ["embeddings.change", "embeddings.switch"]

    async def test_its_tokens_and_cost_are_counted(self, company: Company, vendors: EmbeddingServer) -> None:
        await added(company.owner, manual(90))
        change = await begun(company.owner, OPENAI)
        await build(company.owner, change)
        used = await spent(company.owner)
        assert used.tokens == sum(len(text.replace(".", " ").split()) for text in vendors.texts)
        assert used.cost_micro_dollars == round(used.tokens * 20_000 / 1_000_000)
        assert (await view(company.owner)).month == used

    async def test_the_old_vectors_are_removed_afterwards(
        self, company: Company, vendors: EmbeddingServer
    ) -> None:
        await added(company.owner, KETTLES)
        await changed(company.owner, OWN)
        assert await vectors_of(company.owner) == {"wordllama retired": 1, "compatible:own active": 1}
        async with db.read_only(company.owner) as tx:
            (retired,) = await repository.list_retired(tx, company.tenant_id)
        await tasks.forget_vectors(None, str(company.tenant_id), str(retired))
        assert await vectors_of(company.owner) == {"compatible:own active": 1}
        assert (await find(company.owner, "return unopened kettles")).hits

    async def test_of_a_tenant_without_documents_is_done_at_once(
        self, company: Company, vendors: EmbeddingServer
    ) -> None:
        await changed(company.owner, OWN)
        assert (await view(company.owner)).embedder == OWN
        assert vendors.requests == []
        await added(company.owner, KETTLES)
        assert len(vendors.texts) == 1

    async def test_is_no_change_for_others(
        self, company: Company, other_company: Company, vendors: EmbeddingServer
    ) -> None:
        await added(other_company.owner, KETTLES)
        await changed(company.owner, OWN)
        assert (await view(other_company.owner)).embedder == "wordllama"
        assert await spent(other_company.owner) == await spent(company.owner)

    async def test_back_to_the_keyless_one_costs_nothing(
        self, company: Company, vendors: EmbeddingServer
    ) -> None:
        await added(company.owner, KETTLES)
        await changed(company.owner, OWN)
        sent = len(vendors.requests)
        await changed(company.owner, "wordllama")
        assert (await find(company.owner, "return unopened kettles")).hits
        assert len(vendors.requests) == sent


class TestDocumentsMeanwhile:
    async def test_have_vectors_in_both_spaces(self, company: Company, vendors: EmbeddingServer) -> None:
        await added(company.owner, KETTLES)
        change = await begun(company.owner, OWN)
        await added(company.owner, SHIPPING, "Shipping")
        assert await vectors_of(company.owner) == {"wordllama active": 2, "compatible:own building": 1}
        await build(company.owner, change)
        assert (await vectors_of(company.owner))["compatible:own active"] == 2
        assert len(vendors.texts) == 2

    async def test_whose_reading_began_before_are_not_left_out(
        self, company: Company, vendors: EmbeddingServer
    ) -> None:
        actor = system(company.tenant_id)
        document_id = await queued(company.owner, KETTLES)
        async with db.transaction(actor) as tx:
            work = await ingestion.begin(tx, actor, document_id)
        assert work is not None
        content = await ingestion.read(work)
        change = await begun(company.owner, OWN)
        async with db.transaction(actor) as tx:
            assert await ingestion.finish(tx, actor, work, content)
        assert (await vectors_of(company.owner))["compatible:own building"] == 0
        await build(company.owner, change)
        assert (await vectors_of(company.owner))["compatible:own active"] == 1

    async def test_that_are_stored_after_the_switch_are_read_again_for_the_new_space(
        self, company: Company, vendors: EmbeddingServer
    ) -> None:
        actor = system(company.tenant_id)
        document_id = await queued(company.owner, KETTLES)
        async with db.transaction(actor) as tx:
            work = await ingestion.begin(tx, actor, document_id)
        assert work is not None
        content = await ingestion.read(work)
        await changed(company.owner, OWN)
        with pytest.raises(SpacesChanged):
            async with db.transaction(actor) as tx:
                await ingestion.finish(tx, actor, work, content)
        await ingestion_tasks.ingest(company.tenant_id, document_id)
        assert (await vectors_of(company.owner))["compatible:own active"] == 1

    async def test_are_read_although_the_new_vendor_is_away(
        self, company: Company, vendors: EmbeddingServer
    ) -> None:
        change = await begun(company.owner, OWN)
        vendors.break_down(500, retry_after=0.01)
        await added(company.owner, KETTLES)
        assert await vectors_of(company.owner) == {"wordllama active": 1, "compatible:own building": 0}
        vendors.mend()
        await build(company.owner, change)
        assert (await vectors_of(company.owner))["compatible:own active"] == 1


class TestGoingOn:
    async def test_after_a_fault_only_what_is_missing_is_sent(
        self, company: Company, vendors: EmbeddingServer
    ) -> None:
        await added(company.owner, manual(150))
        change = await begun(company.owner, OWN)
        # Four requests of 32 make a batch: the fifth is in the second.
        vendors.fail(500, after=4, times=10, retry_after=0.01)
        await build(company.owner, change)
        held_up = (await view(company.owner)).change
        assert held_up is not None
        assert (held_up.state, held_up.done, held_up.total) == ("building", 128, 150)
        assert held_up.error == "The embedding server answered 500."
        vendors.requests.clear()
        vendors.mend()
        await build(company.owner, change)
        assert (await view(company.owner)).change is None
        assert len(vendors.texts) == 22
        assert (await vectors_of(company.owner))["compatible:own active"] == 150

    async def test_the_rest_is_left_to_another_job_when_its_seconds_are_over(
        self, company: Company, vendors: EmbeddingServer
    ) -> None:
        await added(company.owner, manual(140))
        change = await begun(company.owner, OWN)
        await build(company.owner, change, seconds=0.001)
        going = (await view(company.owner)).change
        assert going is not None
        assert going.done == 128
        await build(company.owner, change)
        assert (await view(company.owner)).embedder == OWN


class TestFailing:
    async def test_a_refused_key_ends_it_keeps_the_old_embedder_and_says_why(
        self, company: Company, vendors: EmbeddingServer
    ) -> None:
        await added(company.owner, KETTLES)
        embedders.put(catalogue(vendors, key="wrong"))
        await changed(company.owner, OPENAI)
        after = await view(company.owner)
        assert after.embedder == "wordllama"
        assert after.change is not None
        assert (after.change.state, after.change.error_code) == ("failed", "embedder_refused")
        assert after.change.error == "OpenAI refused the key. Check it in the settings."
        assert (await find(company.owner, "return unopened kettles")).hits
        assert await audited(company.owner) == ["embeddings.change", "embeddings.fail"]

    async def test_chosen_again_it_goes_on_where_it_ended(
        self, company: Company, vendors: EmbeddingServer
    ) -> None:
        await added(company.owner, manual(150))
        vendors.fail(401, after=4)
        change = await begun(company.owner, OWN)
        await build(company.owner, change)
        failed = (await view(company.owner)).change
        assert failed is not None
        assert (failed.state, failed.done) == ("failed", 128)
        again = await begun(company.owner, OWN)
        assert (again.space_id, again.state, again.error) == (change.space_id, "building", None)
        vendors.requests.clear()
        await build(company.owner, again)
        assert len(vendors.texts) == 22
        assert (await view(company.owner)).embedder == OWN

    async def test_a_vendor_that_is_away_is_asked_again_until_the_last_try(
        self, company: Company, vendors: EmbeddingServer
    ) -> None:
        await added(company.owner, KETTLES)
        vendors.break_down(503, retry_after=0.01)
        change = await begun(company.owner, OWN)
        with pytest.raises(EmbeddingFailed):
            await tasks.build(system(company.tenant_id), change.space_id, last_try=False)
        waiting = (await view(company.owner)).change
        assert waiting is not None
        assert (waiting.state, waiting.error) == ("building", "The embedding server answered 503.")
        await build(company.owner, change)
        given_up = (await view(company.owner)).change
        assert given_up is not None
        assert (given_up.state, given_up.error_code) == ("failed", "embedder_away")
        assert (await view(company.owner)).embedder == "wordllama"

    async def test_an_embedder_whose_key_was_taken_away_fails(
        self, company: Company, vendors: EmbeddingServer
    ) -> None:
        await added(company.owner, KETTLES)
        change = await begun(company.owner, OPENAI)
        embedders.put(catalogue(vendors, key=None))
        await build(company.owner, change)
        failed = (await view(company.owner)).change
        assert failed is not None
        assert failed.error_code == "embedder_not_ready"


class TestCallingOff:
    async def test_choosing_the_present_embedder_calls_the_change_off(
        self, company: Company, vendors: EmbeddingServer
    ) -> None:
        await added(company.owner, KETTLES)
        change = await begun(company.owner, OWN)
        after = await chosen(company.owner, "wordllama")
        assert (after.embedder, after.change) == ("wordllama", None)
        await build(company.owner, change)
        assert vendors.requests == []
        await tasks.forget_vectors(None, str(company.tenant_id), str(change.space_id))
        assert await vectors_of(company.owner) == {"wordllama active": 1}
        assert await audited(company.owner) == ["embeddings.change", "embeddings.cancel"]

    async def test_while_a_batch_is_under_way_its_vectors_are_not_stored(
        self, company: Company, vendors: EmbeddingServer
    ) -> None:
        await added(company.owner, KETTLES)
        change = await begun(company.owner, OWN)
        vendors.delay = 0.3
        building = asyncio.create_task(build(company.owner, change))
        while not vendors.requests:
            await asyncio.sleep(0.01)
        await chosen(company.owner, "wordllama")
        await building
        assert await vectors_of(company.owner) == {"wordllama active": 1, "compatible:own retired": 0}
        assert (await spent(company.owner)).tokens > 0

    async def test_choosing_a_third_embedder_takes_the_place_of_the_change(
        self, company: Company, vendors: EmbeddingServer
    ) -> None:
        await added(company.owner, KETTLES)
        first = await begun(company.owner, OWN)
        second = await begun(company.owner, OPENAI)
        assert second.space_id != first.space_id
        await build(company.owner, first)
        await build(company.owner, second)
        assert (await view(company.owner)).embedder == OPENAI

    async def test_choosing_the_same_twice_is_one_change(
        self, company: Company, vendors: EmbeddingServer
    ) -> None:
        first, second = await begun(company.owner, OWN), await begun(company.owner, OWN)
        assert first.space_id == second.space_id
        assert await audited(company.owner) == ["embeddings.change"]


class TestChoosing:
    async def test_what_is_not_set_up_says_what_it_needs(
        self, company: Company, vendors: EmbeddingServer
    ) -> None:
        embedders.put(catalogue(vendors, key=None))
        with pytest.raises(EmbedderNotReady) as caught:
            await chosen(company.owner, GOOGLE)
        assert caught.value.details == {"needs": "ECHO_GOOGLE_API_KEY"}
        with pytest.raises(EmbedderNotOffered):
            await chosen(company.owner, "openai:gpt-5")
        assert (await view(company.owner)).change is None

    async def test_is_an_admins(self, company: Company, vendors: EmbeddingServer) -> None:
        agent = await company.member(Role.AGENT)
        with pytest.raises(Forbidden):
            await chosen(agent, OWN)
        assert (await view(agent)).embedder == "wordllama"
        with pytest.raises(Forbidden):
            async with db.read_only(company.owner) as tx:
                await service.get_embedding(tx, company.contact())
