"""The public API's embeddings, with the queues at work: a change from the first call to the last old vector."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from echo_app import db
from echo_app.knowledge.embedding import questions
from echo_app.providers.embeddings.base import embedders
from tests.api.test_public import code, session, with_article
from tests.knowledge.embedding.driving import vectors_of
from tests.peers.embedding_server import EmbeddingServer
from tests.people import Company
from tests.vendors import OPENAI, OWN, catalogue


async def until(api: httpx.AsyncClient, true: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The tenant's embeddings, when they are so."""
    for _ in range(200):
        found: dict[str, Any] = (await api.get("/api/v1/embeddings")).json()
        if true(found):
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(found)


async def change_to(api: httpx.AsyncClient, name: str) -> dict[str, Any]:
    answer = await api.put("/api/v1/embeddings", json={"embedder": name})
    assert answer.status_code == 202, answer.text
    body: dict[str, Any] = answer.json()
    return body


class TestUpdate:
    async def test_a_change_runs_to_its_end_and_is_searched(
        self, api: httpx.AsyncClient, company: Company, vendors: EmbeddingServer
    ) -> None:
        await with_article(api)
        begun = await change_to(api, OPENAI)
        assert begun["embedder"] == "wordllama"
        assert begun["change"]["state"] == "building"
        after = await until(api, lambda found: found["change"] is None)
        assert (after["embedder"], after["dimensions"]) == (OPENAI, 1536)
        assert after["thisMonth"]["tokens"] > 0
        answer = await api.post("/api/v1/search", json={"query": "unopened kettle"})
        assert answer.json()["hits"]
        assert answer.json()["lexicalOnly"] is False
        for _ in range(100):
            if list(await vectors_of(company.owner)) == [f"{OPENAI} active"]:
                break
            await asyncio.sleep(0.1)
        assert list(await vectors_of(company.owner)) == [f"{OPENAI} active"]

    async def test_a_refused_key_is_told(
        self, api: httpx.AsyncClient, company: Company, vendors: EmbeddingServer
    ) -> None:
        await with_article(api)
        embedders.put(catalogue(vendors, key="wrong"))
        await change_to(api, OPENAI)
        after = await until(api, lambda found: found["change"]["state"] == "failed")
        assert after["embedder"] == "wordllama"
        assert after["change"]["error"] == "OpenAI refused the key. Check it in the settings."
        assert (await change_to(api, "wordllama"))["change"] is None

    async def test_what_cannot_be_chosen_says_why(
        self, api: httpx.AsyncClient, company: Company, vendors: EmbeddingServer
    ) -> None:
        embedders.put(catalogue(vendors, key=None))
        answer = await api.put("/api/v1/embeddings", json={"embedder": OPENAI})
        assert (answer.status_code, code(answer)) == (422, "embedder_not_ready")
        assert answer.json()["error"]["details"] == {"needs": "ECHO_OPENAI_API_KEY"}
        answer = await api.put("/api/v1/embeddings", json={"embedder": "word2vec"})
        assert (answer.status_code, code(answer)) == (422, "embedder_not_offered")
        answer = await api.put("/api/v1/embeddings", json={})
        assert answer.status_code == 422


class TestNoConnectionWaitsForAVendor:
    @pytest.fixture
    async def asked(
        self, api: httpx.AsyncClient, company: Company, vendors: EmbeddingServer
    ) -> EmbeddingServer:
        """The peer, slow, behind a tenant whose embedder this process knows to be a vendor."""
        await with_article(api)
        await change_to(api, OWN)
        await until(api, lambda found: found["change"] is None)
        await api.post("/api/v1/search", json={"query": "kettle"})
        assert questions.asks_vendor(company.tenant_id)
        vendors.requests.clear()
        vendors.delay = 1.0
        return vendors

    async def waiting(self, company: Company, vendors: EmbeddingServer) -> int:
        """How many transactions are open while the vendor is being asked."""
        while not vendors.requests:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.3)
        async with db.read_only(company.owner) as tx:
            found = await tx.scalar(
                text(
                    "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'"
                    " AND state_change < now() - interval '0.1 s' AND pid <> pg_backend_pid()"
                )
            )
        return int(found or 0)

    async def test_in_a_search(
        self, api: httpx.AsyncClient, company: Company, asked: EmbeddingServer
    ) -> None:
        search = asyncio.create_task(api.post("/api/v1/search", json={"query": "unopened kettle"}))
        assert await self.waiting(company, asked) == 0
        assert (await search).json()["hits"]
        assert asked.texts == ["unopened kettle"]

    async def test_in_an_answer(
        self, api: httpx.AsyncClient, company: Company, asked: EmbeddingServer
    ) -> None:
        message = {"sessionId": await session(api), "content": "How many days to return an unopened kettle?"}
        answer = asyncio.create_task(api.post("/api/v1/messages?wait=20", json=message))
        assert await self.waiting(company, asked) == 0
        assert (await answer).json()["reply"]["citations"]
        assert asked.texts == [message["content"]]
