"""The passages for messages that ask twice or go on from the one before, in a really indexed knowledge base."""

from typing import Any

import pytest

from echo_app import db
from echo_app.answering.finding import RETRIEVED, find_passages
from echo_app.knowledge import service, tasks
from tests.people import Company

ARTICLES = {
    "Parking": "# Parking\n\nParking is free for two hours behind the building.",
    "Whitening": "# Whitening\n\nThe result of whitening lasts one to three years.",
    "Prices": "# Prices\n\nA hygienist visit costs £72. Members of the Willow plan pay £58 for it.",
}


@pytest.fixture
async def clinic(company: Company) -> Company:
    for title, content in ARTICLES.items():
        async with db.transaction(company.owner) as tx:
            added = await service.add_document(
                tx, company.owner, title=title, content=content.encode(), format="markdown"
            )
        await tasks.ingest(company.tenant_id, added.id)
    return company


async def titles(clinic: Company, question: str, before: str | None = None) -> list[Any]:
    async with db.read_only(clinic.owner) as tx:
        hits = await find_passages(tx, clinic.owner, question, before)
    assert len(hits) <= RETRIEVED
    assert len({hit.chunk_id for hit in hits}) == len(hits)
    return [hit.title for hit in hits]


async def test_each_question_of_a_message_has_its_passage_among_the_first(clinic: Company) -> None:
    found = await titles(clinic, "Where is parking? How long does whitening last?")
    assert {"Parking", "Whitening"} <= set(found[:3])


async def test_a_question_without_an_answer_leaves_the_other_its_passages(clinic: Company) -> None:
    assert "Parking" in await titles(clinic, "Do you sell kayaks? Is parking free?")
    assert await titles(clinic, "Do you sell kayaks? Do you rent canoes?") == []


async def test_a_message_that_goes_on_is_read_with_the_one_before(clinic: Company) -> None:
    assert (await titles(clinic, "and for members?", "how much is a hygienist visit"))[0] == "Prices"


async def test_nothing_is_found_for_what_the_articles_do_not_say(clinic: Company) -> None:
    assert await titles(clinic, "who won the football match yesterday") == []
