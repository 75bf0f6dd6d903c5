"""What a search is narrowed to, what it forgives, what it folds, and why it found what it found."""

from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from echo_app import db
from echo_app.knowledge import growth, service, tasks
from echo_app.knowledge.retrieval import Narrowing
from echo_app.knowledge.schemas import Hit
from echo_app.knowledge.vectors import Space, find_space
from echo_app.tenancy import Actor
from tests.knowledge.test_service import GERMAN, RETURNS, WARRANTY, added
from tests.people import Company

QUESTION = "How many days do I have to return a kettle?"


async def found(actor: Actor, query: str, narrowing: Narrowing | None = None) -> list[Hit]:
    async with db.read_only(actor) as tx:
        return await service.search(tx, actor, query, 8, narrowing or Narrowing())


async def change(actor: Actor, statement: str, **values: object) -> None:
    async with db.transaction(actor) as tx:
        await tx.execute(text(statement), values)


async def source_of(actor: Actor, document_id: UUID) -> UUID:
    async with db.read_only(actor) as tx:
        rows = await tx.execute(text("SELECT source_id FROM documents WHERE id = :id"), {"id": document_id})
        source_id: UUID = rows.scalar_one()
        return source_id


@pytest.fixture
async def returns(company: Company) -> UUID:
    return await added(company.owner, RETURNS)


@pytest.fixture(params=["exact", "large"])
async def tier(request: pytest.FixtureRequest, company: Company, returns: UUID) -> str:
    """Every filter holds in both tables of vectors."""
    if request.param == "large":
        await grown(company)
    return str(request.param)


async def grown(company: Company) -> None:
    async with db.transaction(company.owner) as tx:
        space = await active_space(tx, company.tenant_id)
        await growth.switch(tx, company.tenant_id, space)


async def active_space(tx: AsyncSession, tenant_id: UUID) -> Space:
    space = await find_space(tx, tenant_id)
    assert space is not None
    return space


class TestNarrowing:
    async def test_a_source_that_is_off_is_never_found(
        self, company: Company, returns: UUID, tier: str
    ) -> None:
        assert await found(company.owner, QUESTION)
        await change(company.owner, "UPDATE sources SET enabled = false")
        assert await found(company.owner, QUESTION) == []

    async def test_what_is_for_contacts_is_found_for_those_who_are_signed_in(
        self, company: Company, returns: UUID, tier: str
    ) -> None:
        await change(company.owner, "UPDATE sources SET audience = 'contacts'")
        assert await found(company.owner, QUESTION, Narrowing(signed_in=False)) == []
        assert await found(company.owner, QUESTION, Narrowing(signed_in=True))

    async def test_only_the_wanted_sources_are_searched(
        self, company: Company, returns: UUID, tier: str
    ) -> None:
        source_id = await source_of(company.owner, returns)
        assert await found(company.owner, QUESTION, Narrowing(sources=(source_id,)))
        assert await found(company.owner, QUESTION, Narrowing(sources=(UUID(int=1),))) == []

    async def test_only_the_wanted_language_is_searched(
        self, company: Company, returns: UUID, tier: str
    ) -> None:
        german = await added(company.owner, GERMAN)
        for language, document_id in (("de", german), ("en", returns)):
            hits = await found(company.owner, "kettle Lieferung", Narrowing(language=language))
            assert {hit.document_id for hit in hits} == {document_id}

    async def test_a_retired_document_is_never_found(
        self, company: Company, returns: UUID, tier: str
    ) -> None:
        await change(company.owner, "UPDATE documents SET retired_at = now() WHERE id = :id", id=returns)
        assert await found(company.owner, QUESTION) == []


class TestForgiving:
    @pytest.mark.parametrize(
        "question",
        ["Wie lange dauert die Lieferng nach Oesterreich?", "Lieferzeit Österreich", "lieferung osterreich"],
    )
    async def test_typing_errors_compounds_and_umlauts(
        self, company: Company, returns: UUID, question: str
    ) -> None:
        german = await added(company.owner, GERMAN)
        await added(company.owner, WARRANTY)
        assert (await found(company.owner, question))[0].document_id == german


class TestFolding:
    async def test_of_passages_that_say_the_same_only_the_best_is_given(
        self, company: Company, returns: UUID
    ) -> None:
        await added(company.owner, WARRANTY)
        await added(company.owner, WARRANTY + "\n")
        hits = await found(company.owner, "How long is the heating plate covered?")
        assert [hit.content for hit in hits].count(hits[0].content) == 1

    async def test_passages_that_differ_in_a_number_are_both_given(
        self, company: Company, returns: UUID
    ) -> None:
        await added(company.owner, WARRANTY)
        await added(company.owner, WARRANTY.replace("nine", "9"))
        await added(company.owner, WARRANTY.replace("nine", "8"))
        hits = await found(company.owner, "How long is the heating plate covered?")
        assert sum("heating plate" in hit.content for hit in hits) >= 2


class TestReasons:
    async def test_a_hit_says_what_speaks_for_it(self, company: Company, returns: UUID) -> None:
        await added(company.owner, WARRANTY)
        best = (await found(company.owner, QUESTION))[0]
        assert best.signals is not None
        assert 0.5 < best.signals.words <= 1.0
        assert 0.0 < best.signals.spelling <= 1.0
        assert {word.word for word in best.words if word.held == 1.0} >= {"kettle", "return", "days"}


class TestUpkeep:
    async def test_a_tenant_that_grew_is_searched_by_its_index_and_finds_the_same(
        self, company: Company, returns: UUID, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await added(company.owner, WARRANTY)
        before = [hit.chunk_id for hit in await found(company.owner, QUESTION)]
        monkeypatch.setattr(growth, "LARGE", 1)
        await tasks.upkeep(company.tenant_id)
        async with db.read_only(company.owner) as tx:
            assert (await active_space(tx, company.tenant_id)).tier == "large"
            left = await tx.execute(text("SELECT count(*) FROM chunk_vectors"))
            assert left.scalar() == 0
        assert [hit.chunk_id for hit in await found(company.owner, QUESTION)] == before

    async def test_what_is_read_in_afterwards_is_found_too(self, company: Company, returns: UUID) -> None:
        await grown(company)
        warranty = await added(company.owner, WARRANTY)
        hits = await found(company.owner, "heating plate covered")
        assert hits[0].document_id == warranty
        assert hits[0].cosine != 0.0

    async def test_totals_follow_every_way_a_document_comes_and_goes(
        self, company: Company, returns: UUID
    ) -> None:
        async def totals() -> tuple[int, int]:
            async with db.read_only(company.owner) as tx:
                row = (await tx.execute(text("SELECT chunks, terms FROM knowledge_totals"))).one()
                return row[0], row[1]

        chunks, terms = await totals()
        assert chunks > 0 and terms > 0
        async with db.transaction(company.owner) as tx:
            await service.delete_document(tx, company.owner, returns)
        assert await totals() == (0, 0)
