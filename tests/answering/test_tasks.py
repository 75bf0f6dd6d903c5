"""The job `conversation.answer`, run as the queue runs it: once, again after a crash, and again for nothing."""

from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest
from procrastinate import JobContext

from echo_app import db
from echo_app.answering.tasks import RUNS, answer
from echo_app.conversations import service as conversations
from echo_app.conversations.schemas import MessageView
from echo_app.kit.ids import new_id
from tests.people import Company


async def ask(company: Company, conversation_id: UUID, question: str) -> UUID:
    async with db.transaction(company.api) as tx:
        return (await conversations.post_message(tx, company.api, conversation_id, question)).message_id


async def run(company: Company, conversation_id: UUID, reply_id: UUID, *, tries: int = 0) -> None:
    context = cast(JobContext, SimpleNamespace(job=SimpleNamespace(attempts=tries)))
    run_now: Any = answer
    await run_now(
        context,
        tenant_id=str(company.owner.tenant_id),
        conversation_id=str(conversation_id),
        reply_id=str(reply_id),
    )


async def replies(company: Company, conversation_id: UUID) -> list[MessageView]:
    async with db.read_only(company.api) as tx:
        page = await conversations.list_messages(tx, company.api, conversation_id)
    return [message for message in page.items if message.author == "assistant"]


@pytest.fixture
async def conversation_id(company: Company) -> UUID:
    async with db.transaction(company.api) as tx:
        return (await conversations.start(tx, company.api, channel="api")).id


async def test_a_job_that_had_saved_its_reply_when_it_was_killed_leaves_later_messages_to_their_own(
    company: Company, conversation_id: UUID
) -> None:
    first, second = new_id(), new_id()
    await ask(company, conversation_id, "hello")
    await run(company, conversation_id, first)
    await ask(company, conversation_id, "thank you")
    await run(company, conversation_id, first, tries=1)
    assert [reply.id for reply in await replies(company, conversation_id)] == [first]
    await run(company, conversation_id, second)
    assert [reply.id for reply in await replies(company, conversation_id)] == [first, second]


async def test_a_job_that_comes_twice_answers_once(company: Company, conversation_id: UUID) -> None:
    await ask(company, conversation_id, "hello")
    for tries in range(3):
        await run(company, conversation_id, new_id(), tries=tries)
    assert len(await replies(company, conversation_id)) == 1


async def test_a_turn_that_fails_again_and_again_goes_to_a_person(
    company: Company, conversation_id: UUID
) -> None:
    await ask(company, conversation_id, "How long is the warranty?")
    await run(company, conversation_id, new_id(), tries=RUNS)
    (reply,) = await replies(company, conversation_id)
    assert reply.escalated
    async with db.read_only(company.owner) as tx:
        conversation = await conversations.get_conversation(tx, company.owner, conversation_id)
    assert (conversation.handler, conversation.escalation_reason) == ("queue", "model_failed")
