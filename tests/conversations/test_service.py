"""Conversations through their service, on a migrated Postgres."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import func, text
from sqlmodel import select

from echo_app import db, realtime
from echo_app.conversations import service
from echo_app.conversations.errors import (
    ConversationClosed,
    ConversationNotFound,
    ConversationOpen,
    MessageEmpty,
    MessageNotText,
    MessageTooLong,
    NotTheHandler,
    TooManyMessages,
    UserMismatch,
)
from echo_app.conversations.schemas import Escalation, NewReply, Posted, Thread
from echo_app.errors import Forbidden
from echo_app.kit.ids import new_id
from echo_app.models import AuditEntry, ReplyCoverage
from echo_app.tenancy import Actor, Role
from tests.people import Company


async def started(company: Company) -> Thread:
    async with db.transaction(company.api) as tx:
        return await service.start(tx, company.api, channel="api")


async def posted(company: Company, thread: Thread, content: str = "Hello there", **options: str) -> Posted:
    async with db.transaction(company.api) as tx:
        return await service.post_message(tx, company.api, thread.id, content, **options)


def a_reply(*covers: UUID, escalation: Escalation | None = None, content: str = "An answer.") -> NewReply:
    return NewReply(
        id=new_id(),
        covers=list(covers),
        content=content,
        citations=[],
        author_name="Echo",
        model="extractive",
        usage={},
        escalation=escalation,
        retrieved=[],
        attempts=[],
        timings={},
    )


async def saved(company: Company, thread: Thread, reply: NewReply, *, finished: bool = True) -> str:
    assistant = Actor(company.tenant_id, "assistant")
    async with db.transaction(assistant) as tx:
        return await service.save_reply(tx, assistant, thread.id, reply, finished=finished)


async def deed(actor: Actor, name: str, conversation_id: UUID) -> None:
    async with db.transaction(actor) as tx:
        await getattr(service, name)(tx, actor, conversation_id)


async def thread_now(company: Company, thread: Thread) -> Thread:
    async with db.read_only(company.api) as tx:
        return await service.get_thread(tx, company.api, thread.id)


async def jobs_of(thread: Thread) -> int:
    async with db.before_tenant() as tx:
        count = await tx.scalar(
            text("SELECT count(*) FROM procrastinate_jobs WHERE lock = :lock"), {"lock": str(thread.id)}
        )
    return count or 0


class TestPostMessage:
    async def test_stores_the_message_defers_its_reply_and_announces_it(self, company: Company) -> None:
        thread = await started(company)
        with realtime.bus.subscribe(conversation_id=thread.id) as news:
            first = await posted(company, thread, "Does the kettle hum?")
            heard = await news.get(timeout=5)
        assert heard is not None
        assert (heard.kind, heard.seq, heard.subject_id) == ("message", 1, str(first.message_id))
        assert first.created
        assert await jobs_of(thread) == 1

    async def test_the_same_client_message_id_is_one_message(self, company: Company) -> None:
        thread = await started(company)
        first = await posted(company, thread, client_message_id="m-1")
        again = await posted(company, thread, client_message_id="m-1")
        assert (again.message_id, again.created) == (first.message_id, False)
        assert (await thread_now(company, thread)).last_seq == 1
        assert await jobs_of(thread) == 1

    async def test_the_same_client_message_id_side_by_side_is_one_message(self, company: Company) -> None:
        thread = await started(company)
        results = await asyncio.gather(*(posted(company, thread, client_message_id="same") for _ in range(8)))
        assert len({result.message_id for result in results}) == 1
        assert sum(result.created for result in results) == 1

    async def test_messages_side_by_side_get_gapless_seqs(self, company: Company) -> None:
        thread = await started(company)
        results = await asyncio.gather(*(posted(company, thread, f"Message {n}") for n in range(10)))
        assert sorted(result.seq for result in results) == list(range(1, 11))

    @pytest.mark.parametrize(
        ("content", "error"),
        [
            ("", MessageEmpty),
            (" \n\t ", MessageEmpty),
            ("x" * 100_000, MessageTooLong),
            ("binary\x00bytes", MessageNotText),
            ("lone \ud800 surrogate", MessageNotText),
        ],
    )
    async def test_refuses_what_is_no_message(
        self, company: Company, content: str, error: type[Exception]
    ) -> None:
        thread = await started(company)
        with pytest.raises(error):
            await posted(company, thread, content)
        assert (await thread_now(company, thread)).last_seq == 0

    async def test_a_resolved_conversation_takes_no_message_but_repeats_an_old_one(
        self, company: Company
    ) -> None:
        thread = await started(company)
        first = await posted(company, thread, client_message_id="before")
        await deed(company.owner, "resolve", thread.id)
        with pytest.raises(ConversationClosed):
            await posted(company, thread, client_message_id="after")
        assert (await posted(company, thread, client_message_id="before")).message_id == first.message_id

    async def test_another_tenants_conversation_does_not_exist(
        self, company: Company, other_company: Company
    ) -> None:
        thread = await started(other_company)
        with pytest.raises(ConversationNotFound):
            await posted(company, thread)

    async def test_a_user_id_identifies_an_anonymous_contact_once(self, company: Company) -> None:
        thread = await started(company)
        await posted(company, thread, user_id="customer-7")
        await posted(company, thread, user_id="customer-7")
        with pytest.raises(UserMismatch):
            await posted(company, thread, user_id="customer-8")

    async def test_a_viewer_cannot_write(self, company: Company) -> None:
        thread = await started(company)
        viewer = await company.member(Role.VIEWER)
        with pytest.raises(Forbidden):
            async with db.transaction(viewer) as tx:
                await service.post_message(tx, viewer, thread.id, "Hello")


class TestSay:
    async def test_the_first_message_makes_contact_and_conversation(self, company: Company) -> None:
        contact = company.contact()
        async with db.transaction(contact) as tx:
            first = await service.say(tx, contact, None, "Hello", "c-1")
        async with db.read_only(contact) as tx:
            thread = await service.find_open_thread(tx, contact)
        assert thread is not None
        assert thread.id == first.conversation_id

    async def test_a_repeated_first_message_opens_no_second_conversation(self, company: Company) -> None:
        contact = company.contact()

        async def say() -> Posted:
            async with db.transaction(contact) as tx:
                return await service.say(tx, contact, None, "Hello", "c-1")

        results = await asyncio.gather(*(say() for _ in range(6)))
        assert len({result.conversation_id for result in results}) == 1

    async def test_a_contact_cannot_write_in_anothers_conversation(self, company: Company) -> None:
        contact, stranger = company.contact(), company.contact()
        async with db.transaction(contact) as tx:
            first = await service.say(tx, contact, None, "Hello", "c-1")
        with pytest.raises(ConversationNotFound):
            async with db.transaction(stranger) as tx:
                await service.say(tx, stranger, first.conversation_id, "Let me in", "c-2")

    async def test_a_flood_is_refused_within_the_minute(self, company: Company) -> None:
        contact = company.contact()
        async with db.transaction(contact) as tx:
            first = await service.say(tx, contact, None, "Hello", "c-0")

        async def say(number: int) -> None:
            async with db.transaction(contact) as tx:
                await service.say(tx, contact, first.conversation_id, "More", f"c-{number}")

        for number in range(1, service.MESSAGES_A_MINUTE):
            await say(number)
        with pytest.raises(TooManyMessages):
            await say(service.MESSAGES_A_MINUTE)


class TestSaveReply:
    async def test_covers_each_message_exactly_once(self, company: Company) -> None:
        thread = await started(company)
        messages = [(await posted(company, thread, f"Part {n}")).message_id for n in range(3)]
        results = await asyncio.gather(*(saved(company, thread, a_reply(*messages)) for _ in range(4)))
        assert sorted(results) == ["nothing", "nothing", "nothing", "saved"]
        async with db.read_only(company.api) as tx:
            replies = set(await tx.scalars(select(ReplyCoverage.reply_id)))
        assert len(replies) == 1

    async def test_a_message_that_came_meanwhile_keeps_waiting_for_its_own(self, company: Company) -> None:
        thread = await started(company)
        first = await posted(company, thread, "One")
        second = await posted(company, thread, "Two")
        await saved(company, thread, a_reply(first.message_id))
        async with db.read_only(company.api) as tx:
            turn = await service.get_turn(tx, company.api, thread.id)
            assert await service.find_reply(tx, company.api, second.message_id) is None
        assert [message.id for message in turn.awaiting] == [second.message_id]

    async def test_an_escalation_changes_the_handler_and_covers_what_came_meanwhile(
        self, company: Company
    ) -> None:
        thread = await started(company)
        first = await posted(company, thread, "One")
        second = await posted(company, thread, "Two")
        reply = a_reply(first.message_id, escalation=Escalation("not_found", "Asked one."))
        assert await saved(company, thread, reply) == "saved"
        async with db.read_only(company.owner) as tx:
            view = await service.get_conversation(tx, company.owner, thread.id)
            covering = await service.find_reply(tx, company.owner, second.message_id)
        assert (view.handler, view.escalation_reason, view.brief) == ("queue", "not_found", "Asked one.")
        assert covering is not None
        assert covering.escalated
        third = await posted(company, thread, "Three")
        assert third.handler == "queue"
        async with db.read_only(company.api) as tx:
            assert (await service.get_turn(tx, company.api, thread.id)).awaiting == []

    async def test_becomes_a_suggestion_when_a_person_took_over_meanwhile(self, company: Company) -> None:
        thread = await started(company)
        first = await posted(company, thread)
        await deed(company.owner, "take_over", thread.id)
        reply = a_reply(first.message_id, content="Half an ans")
        assert await saved(company, thread, reply, finished=False) == "suggested"
        async with db.read_only(company.owner) as tx:
            suggestions = await service.list_suggestions(tx, company.owner, thread.id)
            messages = await service.list_messages(tx, company.owner, thread.id)
        assert [suggestion.content for suggestion in suggestions] == ["Half an ans"]
        assert [message.author for message in messages.items] == ["contact"]


class TestHandling:
    async def test_the_whole_way_from_assistant_to_person_and_back(self, company: Company) -> None:
        thread = await started(company)
        await posted(company, thread)
        await deed(company.owner, "take_over", thread.id)
        async with db.transaction(company.owner) as tx:
            reply = await service.reply(tx, company.owner, thread.id, "I am here.")
        assert (reply.author, reply.author_name) == ("agent", "Olga Owner")
        await deed(company.owner, "hand_back", thread.id)
        assert (await thread_now(company, thread)).handler == "assistant"
        await deed(company.owner, "resolve", thread.id)
        await deed(company.owner, "reopen", thread.id)
        now = await thread_now(company, thread)
        assert (now.handler, now.status, now.agent_name) == ("agent", "open", "Olga Owner")
        async with db.read_only(company.owner) as tx:
            timeline = await service.list_timeline(tx, company.owner, thread.id)
        assert [item.seq for item in timeline] == list(range(1, len(timeline) + 1))
        assert [item.state.deed for item in timeline if item.state] == [
            "take_over",
            "hand_back",
            "resolve",
            "reopen",
        ]

    async def test_nobody_answers_before_taking_over(self, company: Company) -> None:
        thread = await started(company)
        with pytest.raises(NotTheHandler):
            async with db.transaction(company.owner) as tx:
                await service.reply(tx, company.owner, thread.id, "Too early")

    async def test_handing_back_gives_unanswered_messages_to_the_assistant(self, company: Company) -> None:
        thread = await started(company)
        await deed(company.owner, "take_over", thread.id)
        waiting = await posted(company, thread, "Anybody there?")
        await deed(company.owner, "hand_back", thread.id)
        async with db.read_only(company.api) as tx:
            turn = await service.get_turn(tx, company.api, thread.id)
        assert [message.id for message in turn.awaiting] == [waiting.message_id]
        assert await jobs_of(thread) == 1

    @pytest.mark.parametrize("handler", ["assistant", "queue", "agent"])
    async def test_undoing_a_resolve_gives_it_back_to_who_had_it(
        self, company: Company, handler: str
    ) -> None:
        thread = await started(company)
        question = await posted(company, thread)
        tomas = await company.member(Role.AGENT, "Tomas Eide")
        if handler == "agent":
            await deed(tomas, "take_over", thread.id)
        if handler == "queue":
            escalation = Escalation("asked_for_person", "Wants a person.")
            await saved(company, thread, a_reply(question.message_id, escalation=escalation))
        async with db.read_only(company.owner) as tx:
            before = await service.get_summary(tx, company.owner, thread.id)
        await deed(company.owner, "resolve", thread.id)
        async with db.transaction(company.owner) as tx:
            await service.reopen(tx, company.owner, thread.id, as_it_was=True)
        async with db.read_only(company.owner) as tx:
            now = await service.get_summary(tx, company.owner, thread.id)
            turn = await service.get_turn(tx, company.api, thread.id)
        assert (now.handler, now.status, now.assigned_user_id) == (handler, "open", before.assigned_user_id)
        assert now.waiting_since == before.waiting_since
        assert (now.waiting_since is not None) == (handler == "queue")
        assert len(turn.awaiting) == (1 if handler == "assistant" else 0)

    async def test_who_reopens_what_waited_takes_it_out_of_the_queue(self, company: Company) -> None:
        thread = await started(company)
        question = await posted(company, thread)
        escalation = Escalation("asked_for_person", "Wants a person.")
        await saved(company, thread, a_reply(question.message_id, escalation=escalation))
        for name in ("resolve", "reopen"):
            await deed(company.owner, name, thread.id)
        async with db.read_only(company.owner) as tx:
            now = await service.get_summary(tx, company.owner, thread.id)
        assert (now.handler, now.waiting_since) == ("agent", None)

    async def test_what_waits_for_a_person_can_be_given_back_to_the_assistant(self, company: Company) -> None:
        thread = await started(company)
        question = await posted(company, thread)
        escalation = Escalation("asked_for_person", "Wants a person.")
        await saved(company, thread, a_reply(question.message_id, escalation=escalation))
        later = await posted(company, thread, "Never mind. How long is the warranty?")
        await deed(company.owner, "hand_back", thread.id)
        async with db.read_only(company.api) as tx:
            turn = await service.get_turn(tx, company.api, thread.id)
        assert [message.id for message in turn.awaiting] == [later.message_id]

    async def test_what_is_open_cannot_be_reopened_nor_what_is_resolved_taken_over(
        self, company: Company
    ) -> None:
        thread = await started(company)
        with pytest.raises(ConversationOpen):
            await deed(company.owner, "reopen", thread.id)
        await deed(company.owner, "resolve", thread.id)
        with pytest.raises(ConversationClosed):
            await deed(company.owner, "take_over", thread.id)

    @pytest.mark.parametrize("name", ["take_over", "hand_back", "resolve", "reopen"])
    async def test_a_viewer_does_nothing(self, company: Company, name: str) -> None:
        thread = await started(company)
        viewer = await company.member(Role.VIEWER)
        with pytest.raises(Forbidden):
            await deed(viewer, name, thread.id)

    async def test_every_deed_is_audited(self, company: Company) -> None:
        thread = await started(company)
        await posted(company, thread)
        for name in ("take_over", "hand_back", "resolve", "reopen"):
            await deed(company.owner, name, thread.id)
        async with db.read_only(company.owner) as tx:
            rows = await tx.execute(
                select(AuditEntry.action, func.count())
                .where(AuditEntry.tenant_id == company.tenant_id)
                .group_by(AuditEntry.action)
            )
            actions = {action for action, _ in rows}
        assert {
            "conversation.create",
            "message.send",
            "conversation.take_over",
            "conversation.hand_back",
            "conversation.resolve",
            "conversation.reopen",
        } <= actions


class TestLists:
    async def test_folders_counts_and_unread(self, company: Company) -> None:
        answered, waiting = await started(company), await started(company)
        await posted(company, answered)
        first = await posted(company, waiting)
        await saved(company, waiting, a_reply(first.message_id, escalation=Escalation("not_found", "")))
        async with db.transaction(company.owner) as tx:
            counts = await service.folder_counts(tx, company.owner)
            queue = await service.list_conversations(tx, company.owner, folder="queue")
            await service.mark_seen(tx, company.owner, waiting.id, 99)
            seen = await service.get_summary(tx, company.owner, waiting.id)
        assert counts == {"queue": 1, "mine": 0, "assistant": 1, "open": 2, "resolved": 0}
        assert [row.id for row in queue.items] == [waiting.id]
        assert queue.items[0].unread
        assert not seen.unread

    async def test_pages_hold_every_conversation_once(self, company: Company) -> None:
        threads = [await started(company) for _ in range(7)]
        for thread in threads:
            await posted(company, thread)
        found: list[UUID] = []
        cursor: str | None = None
        async with db.read_only(company.owner) as tx:
            while True:
                page = await service.list_conversations(
                    tx, company.owner, folder="open", cursor=cursor, limit=3
                )
                found += [row.id for row in page.items]
                if (cursor := page.next) is None:
                    break
        assert found == [thread.id for thread in reversed(threads)]

    async def test_a_session_nobody_wrote_in_is_not_listed(self, company: Company) -> None:
        await started(company)
        async with db.read_only(company.owner) as tx:
            assert (await service.list_conversations(tx, company.owner, folder="open")).items == []
            assert (await service.folder_counts(tx, company.owner))["open"] == 0
