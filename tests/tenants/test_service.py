"""A tenant's settings, and that an undo never overwrites what somebody saved meanwhile."""

import pytest

from echo_app import db
from echo_app.tenants import service
from echo_app.tenants.errors import ChangedMeanwhile, FieldNotText
from echo_app.tenants.schemas import AssistantView
from tests.people import Company


async def renamed(company: Company, name: str, instead_of: str | None = None) -> str:
    async with db.transaction(company.owner) as tx:
        return (await service.rename_tenant(tx, company.owner, name, instead_of=instead_of)).name


async def with_sites(company: Company, *sites: str, instead_of: list[str] | None = None) -> list[str]:
    async with db.transaction(company.owner) as tx:
        return (await service.allow_sites(tx, company.owner, [*sites], instead_of=instead_of)).allowed_sites


async def with_greeting(
    company: Company, greeting: str, instead_of: AssistantView | None = None
) -> AssistantView:
    async with db.transaction(company.owner) as tx:
        return await service.change_assistant(
            tx, company.owner, name="Echo", greeting=greeting, model="extractive", instead_of=instead_of
        )


class TestUndo:
    async def test_brings_back_what_stood_before(self, company: Company) -> None:
        await renamed(company, "Second")
        assert await renamed(company, "Company", instead_of="Second") == "Company"
        await with_sites(company, "https://shop.example")
        assert await with_sites(company, instead_of=["https://shop.example"]) == []
        saved = await with_greeting(company, "Good day")
        assert (await with_greeting(company, "Hello", instead_of=saved)).greeting == "Hello"

    async def test_leaves_what_somebody_else_saved_since(self, company: Company) -> None:
        await renamed(company, "Mine")
        await renamed(company, "Theirs")
        with pytest.raises(ChangedMeanwhile):
            await renamed(company, "Company", instead_of="Mine")
        await with_sites(company, "https://theirs.example")
        with pytest.raises(ChangedMeanwhile):
            await with_sites(company, instead_of=["https://mine.example"])
        mine = await with_greeting(company, "Mine")
        await with_greeting(company, "Theirs")
        with pytest.raises(ChangedMeanwhile):
            await with_greeting(company, "Hello", instead_of=mine)
        async with db.read_only(company.owner) as tx:
            tenant = await service.get_tenant(tx, company.owner)
            assistant = await service.get_assistant(tx, company.owner)
        assert (tenant.name, tenant.allowed_sites) == ("Theirs", ["https://theirs.example"])
        assert assistant.greeting == "Theirs"


@pytest.mark.parametrize("name", ["a\x00b", "\x07", "\ud800"])
async def test_a_name_is_text(company: Company, name: str) -> None:
    with pytest.raises(FieldNotText):
        await renamed(company, name)
