"""Findings on a real Postgres: made after reading, kept in step, dismissed for good."""

from uuid import UUID

import pytest

from echo_app import db
from echo_app.errors import Forbidden
from echo_app.knowledge import service as knowledge
from echo_app.knowledge import tasks
from echo_app.knowledge.errors import FindingNotFound
from echo_app.knowledge.findings import service
from echo_app.knowledge.findings.schemas import FindingRow
from echo_app.tenancy import Actor, Role
from tests.knowledge.test_service import added
from tests.people import Company

RETURNS = "Unopened kettles can be returned within 30 days of delivery. The label is free."
FAQ = "How long do I have? Unopened kettles can be returned within 14 days of delivery."


async def findings(actor: Actor, document_id: UUID | None = None) -> list[FindingRow]:
    async with db.read_only(actor) as tx:
        return await service.list_findings(tx, actor, document_id=document_id)


async def dismiss(actor: Actor, finding_id: UUID) -> None:
    async with db.transaction(actor) as tx:
        await service.dismiss_finding(tx, actor, finding_id)


class TestCompareDocuments:
    async def test_a_contradiction_is_found_with_both_sides(self, company: Company) -> None:
        returns, faq = await added(company.owner, RETURNS), await added(company.owner, FAQ, title="Questions")
        await tasks.upkeep(company.tenant_id)
        (found,) = await findings(company.owner)
        assert (found.kind, found.about) == ("conflict", "day")
        assert {found.one.document_id, found.other.document_id} == {returns, faq}
        assert {found.one.quote, found.other.quote} == {
            "Unopened kettles can be returned within 30 days of delivery.",
            "Unopened kettles can be returned within 14 days of delivery.",
        }
        assert await findings(company.owner, faq) == [found]

    async def test_it_goes_with_the_document(self, company: Company) -> None:
        await added(company.owner, RETURNS)
        faq = await added(company.owner, FAQ)
        await tasks.upkeep(company.tenant_id)
        async with db.transaction(company.owner) as tx:
            await knowledge.delete_document(tx, company.owner, faq)
        assert await findings(company.owner) == []

    async def test_it_goes_when_the_document_is_put_right(self, company: Company) -> None:
        await added(company.owner, RETURNS)
        faq = await added(company.owner, FAQ)
        await tasks.upkeep(company.tenant_id)
        async with db.transaction(company.owner) as tx:
            await knowledge.replace_document(
                tx, company.owner, faq, content=FAQ.replace("14", "30").encode(), filename="faq.md"
            )
        await tasks.ingest(company.tenant_id, faq)
        await tasks.upkeep(company.tenant_id)
        assert [each.kind for each in await findings(company.owner)] == []

    async def test_another_tenants_passages_are_not_looked_at(
        self, company: Company, other_company: Company
    ) -> None:
        await added(company.owner, RETURNS)
        await added(other_company.owner, FAQ)
        await tasks.upkeep(company.tenant_id)
        await tasks.upkeep(other_company.tenant_id)
        assert await findings(company.owner) == await findings(other_company.owner) == []


class TestDismissFinding:
    async def test_it_stays_away_when_the_documents_are_compared_again(self, company: Company) -> None:
        await added(company.owner, RETURNS)
        faq = await added(company.owner, FAQ)
        await tasks.upkeep(company.tenant_id)
        (found,) = await findings(company.owner)
        await dismiss(company.owner, found.id)
        async with db.transaction(company.owner) as tx:
            await service.compare_document(tx, company.owner, faq)
        assert await findings(company.owner) == []
        with pytest.raises(FindingNotFound):
            await dismiss(company.owner, found.id)

    async def test_a_viewer_may_only_look(self, company: Company) -> None:
        await added(company.owner, RETURNS)
        await added(company.owner, FAQ)
        await tasks.upkeep(company.tenant_id)
        viewer = await company.member(Role.VIEWER)
        (found,) = await findings(viewer)
        with pytest.raises(Forbidden):
            await dismiss(viewer, found.id)

    async def test_somebody_elses_is_not_found(self, company: Company, other_company: Company) -> None:
        await added(company.owner, RETURNS)
        await added(company.owner, FAQ)
        await tasks.upkeep(company.tenant_id)
        (found,) = await findings(company.owner)
        with pytest.raises(FindingNotFound):
            await dismiss(other_company.owner, found.id)
