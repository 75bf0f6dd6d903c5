"""The ledger of what vendors are paid for."""

from contextlib import suppress
from datetime import timedelta

from echo_app import db
from echo_app.kit.clock import now
from echo_app.usage import service as usage
from echo_app.usage.schemas import Spent
from tests.people import Company

SMALL = "openai:text-embedding-3-small"


async def spent(company: Company, hours: float = 1) -> Spent:
    async with db.read_only(company.owner) as tx:
        since = now() - timedelta(hours=hours)
        return await usage.spent_since(tx, company.owner, kind="embedding", since=since)


class TestRecord:
    async def test_adds_up_by_tenant(self, company: Company, other_company: Company) -> None:
        for tokens, cost in ((1_000, 20), (500, 10)):
            async with db.transaction(company.owner) as tx:
                await usage.record(tx, company.owner, kind="embedding", model=SMALL, tokens=tokens, cost=cost)
        assert await spent(company) == Spent(1_500, 30)
        assert await spent(other_company) == Spent(0, 0)

    async def test_a_deed_that_is_rolled_back_used_nothing(self, company: Company) -> None:
        with suppress(LookupError):
            async with db.transaction(company.owner) as tx:
                await usage.record(tx, company.owner, kind="embedding", model=SMALL, tokens=10, cost=1)
                raise LookupError
        assert await spent(company) == Spent(0, 0)

    async def test_what_used_nothing_leaves_no_entry(self, company: Company) -> None:
        async with db.transaction(company.owner) as tx:
            await usage.record(tx, company.owner, kind="embedding", model="wordllama", tokens=0, cost=0)
        assert await spent(company) == Spent(0, 0)

    async def test_counts_from_the_moment_that_is_asked_for(self, company: Company) -> None:
        async with db.transaction(company.owner) as tx:
            await usage.record(tx, company.owner, kind="embedding", model=SMALL, tokens=10, cost=1)
        assert await spent(company, hours=-1) == Spent(0, 0)
