"""Who is behind an API key, asked once and remembered until something may have changed."""

import asyncio

import pytest

from echo_app import db
from echo_app.realtime import bus
from echo_app.tenants import service
from echo_app.tenants.api_keys import find_api_key
from tests.people import Company


async def revoke(company: Company, token: str) -> None:
    async with db.transaction(company.owner) as tx:
        key = next(
            key for key in await service.list_api_keys(tx, company.owner) if token.endswith(key.last_four)
        )
        await service.revoke_api_key(tx, company.owner, key.id)


async def is_refused(token: str) -> bool:
    for _ in range(100):
        if await find_api_key(token) is None:
            return True
        await asyncio.sleep(0.02)
    return False


async def test_a_key_is_its_tenants(company: Company) -> None:
    for _ in range(2):
        actor = await find_api_key(company.api_key)
        assert actor is not None and actor.tenant_id == company.owner.tenant_id
        assert actor.kind == "api_key"


async def test_a_key_that_was_never_made_is_nobodys(database: str) -> None:
    assert await find_api_key("echo_sk_never-made") is None
    assert await find_api_key("") is None
    assert await find_api_key("\ud800") is None


async def test_its_use_is_noted(company: Company) -> None:
    await find_api_key(company.api_key)
    async with db.read_only(company.owner) as tx:
        (key,) = await service.list_api_keys(tx, company.owner)
    assert key.last_used_at is not None


async def test_a_revoked_key_is_forgotten_at_the_news(company: Company) -> None:
    assert await find_api_key(company.api_key) is not None
    await revoke(company, company.api_key)
    assert await is_refused(company.api_key)


async def test_a_process_cut_off_from_the_news_asks_each_time(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await find_api_key(company.api_key) is not None
    monkeypatch.setattr(bus, "connected", asyncio.Event())
    await revoke(company, company.api_key)
    assert await find_api_key(company.api_key) is None
