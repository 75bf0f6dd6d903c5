"""The thread's entries in words, and the whole inbox as it is read from the database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from echo_app import db
from echo_app.conversations import service as conversations
from echo_app.conversations.errors import ConversationNotFound
from echo_app.conversations.schemas import CitationView, Deed, Escalation, NewReply, StateView, TraceView
from echo_app.kit.ids import encode, new_id
from echo_app.knowledge.schemas import PassageView
from echo_app.tenancy import Actor, Role
from echo_app.ui.inbox import listing, thread
from echo_app.ui.inbox.facts import tokens_of
from echo_app.ui.inbox.timeline import (
    CitationRow,
    ItemRow,
    joined,
    sources_of,
    state_words,
    where_of,
    with_brief,
)
from echo_app.ui.inbox.why_state import attempt_words, cited_passage, passages_of
from tests.people import Company

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def entry(seq: int, kind: Any = "contact", minutes: int = 0, **changes: Any) -> ItemRow:
    at = (NOON + timedelta(minutes=minutes)).isoformat()
    return replace(ItemRow(seq=seq, kind=kind, at=at, previous_at="", name=kind), **changes)


def state(deed: Deed, agent_name: str = "Tomas", reason: str | None = None) -> StateView:
    return StateView(deed, "agent", "open", agent_name, reason)


class TestTurns:
    def test_messages_of_one_author_close_together_are_one_turn(self) -> None:
        rows = joined([entry(1), entry(2, minutes=1), entry(3, "assistant", minutes=2)])
        assert [(row.leads, row.ends) for row in rows] == [(True, False), (False, True), (True, True)]

    def test_a_pause_begins_a_new_turn(self) -> None:
        rows = joined([entry(1), entry(2, minutes=6)])
        assert [row.leads for row in rows] == [True, True]

    def test_two_agents_are_two_turns(self) -> None:
        rows = joined([entry(1, "agent", name="Mira"), entry(2, "agent", name="Tomas")])
        assert [row.ends for row in rows] == [True, True]

    def test_joining_again_with_older_ones_mends_the_seam(self) -> None:
        newer = joined([entry(2, minutes=1), entry(3, minutes=2)])
        rows = joined([entry(1), *newer])
        assert [row.leads for row in rows] == [True, False, False]
        assert [row.previous_at for row in rows] == ["", rows[0].at, rows[1].at]


class TestBrief:
    def test_it_stands_below_the_latest_escalation_only(self) -> None:
        rows = [entry(1, "state", name="escalate", brief="old"), entry(2, "state", name="escalate")]
        assert [row.brief for row in with_brief(rows, "new")] == ["", "new"]

    def test_it_goes_when_nobody_needs_it(self) -> None:
        rows = [entry(1, "state", name="escalate", brief="old"), entry(2)]
        assert [row.brief for row in with_brief(rows, "")] == ["", ""]


class TestStateWords:
    @pytest.mark.parametrize(
        ("change", "words"),
        [
            (
                state("escalate", "Echo", "not_found"),
                "Echo asked for a person: nothing in the documents answers this",
            ),
            (state("escalate", "Echo", "angry_fish"), "Echo asked for a person: angry fish"),
            (state("escalate", "Echo"), "Echo asked for a person"),
            (state("take_over"), "Tomas took over"),
            (state("take_over", "Mira"), "You took over"),
            (state("hand_back"), "Tomas handed back to Echo"),
            (state("resolve"), "Resolved by Tomas"),
            (state("resolve", "Mira"), "Resolved by you"),
            (state("resolve", ""), "Resolved by somebody"),
            (state("reopen", ""), "Somebody reopened the conversation"),
        ],
    )
    def test_each_change_is_one_plain_line(self, change: StateView, words: str) -> None:
        assert state_words(change, "Echo", "Mira") == words


async def asked(company: Company, content: str = "Can I send it back?") -> tuple[UUID, Actor]:
    """A conversation that a contact began in the widget."""
    contact = company.contact()
    async with db.transaction(contact) as tx:
        posted = await conversations.say(tx, contact, None, content, str(new_id()))
    return posted.conversation_id, contact


async def answered(
    company: Company, conversation: UUID, content: str, escalation: Escalation | None = None
) -> None:
    assistant = Actor(company.tenant_id, "assistant", name="Echo")
    async with db.transaction(assistant) as tx:
        turn = await conversations.get_turn(tx, assistant, conversation)
        reply = NewReply(
            id=new_id(),
            covers=[message.id for message in turn.awaiting],
            content=content,
            citations=[],
            author_name="Echo",
            model="extractive",
            usage={"inputTokens": 900, "outputTokens": 80},
            escalation=escalation,
            retrieved=[],
            attempts=[],
            timings={},
        )
        await conversations.save_reply(tx, assistant, conversation, reply)


class TestListing:
    async def test_an_escalated_conversation_waits_in_the_queue(self, company: Company) -> None:
        conversation, _ = await asked(company)
        await answered(
            company, conversation, "A person will.", Escalation("not_found", "Wants to return it.")
        )
        read = await listing.read(company.owner, "queue")
        assert [row.id for row in read.rows] == [encode("conv", conversation)]
        assert (read.waiting.count, read.rows[0].at) == (1, read.waiting.since)
        assert await listing.first_folder(company.owner) == "queue"

    async def test_the_open_conversation_comes_along_wherever_it_is(self, company: Company) -> None:
        conversation, _ = await asked(company)
        read = await listing.read(company.owner, "mine", opened=encode("conv", conversation))
        assert read.rows == []
        assert read.opened is not None and read.opened.tag == "Echo answering"

    @pytest.mark.parametrize("opened", ["conv_bad", "conv_" + "0" * 32, "msg_" + "0" * 32])
    async def test_an_id_that_is_none_spoils_nothing(self, company: Company, opened: str) -> None:
        assert (await listing.read(company.owner, "open", opened=opened)).opened is None

    async def test_a_folder_is_read_a_page_at_a_time(self, company: Company) -> None:
        for number in range(3):
            await asked(company, f"Question {number}")
        first = await listing.read(company.owner, "open", limit=2)
        assert [row.preview for row in first.rows] == ["Question 2", "Question 1"]
        assert first.cursor is not None
        rows, cursor = await listing.read_more(company.owner, "open", first.cursor, "Echo")
        assert ([row.preview for row in rows], cursor) == (["Question 0"], None)

    async def test_another_tenants_conversations_are_not_there(
        self, company: Company, other_company: Company
    ) -> None:
        conversation, _ = await asked(company)
        read = await listing.read(other_company.owner, "open", opened=encode("conv", conversation))
        assert (read.rows, read.opened) == ([], None)
        with pytest.raises(ConversationNotFound):
            await thread.read(other_company.owner, conversation)


class TestThread:
    async def test_it_holds_the_newest_entries_and_older_ones_on_demand(self, company: Company) -> None:
        conversation, contact = await asked(company, "line 0")
        for number in range(1, 5):
            async with db.transaction(contact) as tx:
                await conversations.post_message(tx, contact, conversation, f"line {number}")
        read = await thread.read(company.owner, conversation, limit=2)
        assert [row.blocks[0].spans[0].text for row in read.rows] == ["line 3", "line 4"]
        older, _ = await thread.read_older(company.owner, conversation, read.rows[0].seq)
        assert [row.seq for row in older] == [1, 2, 3]

    async def test_reading_on_gives_only_what_is_new(self, company: Company) -> None:
        conversation, _ = await asked(company)
        read = await thread.read(company.owner, conversation)
        await answered(company, conversation, "Yes, within 47 days.")
        on = await thread.read_since(company.owner, conversation, read.last_seq)
        assert [row.kind for row in on.rows] == ["assistant"]
        assert on.tokens == 980

    async def test_the_brief_is_there_until_nobody_needs_it(self, company: Company) -> None:
        conversation, _ = await asked(company)
        await answered(
            company, conversation, "A person will.", Escalation("not_found", "Wants to return it.")
        )
        assert (await thread.read(company.owner, conversation)).brief == "Wants to return it."
        async with db.transaction(company.owner) as tx:
            await conversations.take_over(tx, company.owner, conversation)
        assert (await thread.read(company.owner, conversation)).brief == "Wants to return it."
        async with db.transaction(company.owner) as tx:
            await conversations.resolve(tx, company.owner, conversation)
        assert (await thread.read(company.owner, conversation)).brief == ""

    async def test_deeds_fit_the_state_and_the_person(self, company: Company) -> None:
        conversation, _ = await asked(company)
        owner = (await thread.read(company.owner, conversation)).head
        assert (owner.can_take_over, owner.can_hand_back, owner.can_reply) == (True, False, False)
        async with db.transaction(company.owner) as tx:
            await conversations.take_over(tx, company.owner, conversation)
        owner = (await thread.read(company.owner, conversation)).head
        assert (owner.can_take_over, owner.can_hand_back, owner.can_reply) == (False, True, True)
        assert owner.tag == "With you"
        colleague = await company.member(Role.AGENT)
        assert (await thread.read(colleague, conversation)).head.can_take_over
        viewer = await company.member(Role.VIEWER)
        head = (await thread.read(viewer, conversation)).head
        assert not any((head.can_take_over, head.can_hand_back, head.can_resolve, head.can_reply))

    async def test_a_withdrawn_reply_is_offered_without_marks(self, company: Company) -> None:
        conversation, _ = await asked(company)
        async with db.transaction(company.owner) as tx:
            await conversations.take_over(tx, company.owner, conversation)
        await answered(company, conversation, "Within 47 days [1].")
        (suggestion,) = (await thread.read(company.owner, conversation)).suggestions
        assert suggestion.text == "Within 47 days."


def test_sources_are_listed_once_in_order_of_use() -> None:
    def cited(chunk: str, number: str) -> CitationRow:
        return CitationRow(number, "Returns", "", "quote", "", "doc", chunk)

    rows = [
        entry(1, "assistant", citations=(cited("a", "1"), cited("b", "2"))),
        entry(2, citations=(cited("a", "1"),)),
    ]
    assert [(source.number, source.chunk_id) for source in sources_of(rows)] == [("1", "a"), ("2", "b")]


def test_tokens_of_messages_without_usage_are_none() -> None:
    assert tokens_of([]) == 0


class TestPassages:
    def test_a_place_does_not_repeat_the_title(self) -> None:
        assert where_of("Returns", "Returns > How long", None) == "How long"
        assert where_of("Returns", "Returns", 2) == "page 2"
        assert where_of("Manual", "Care > Descaling", 7) == "page 7 · Care › Descaling"

    def test_a_quote_is_shown_in_its_near_surroundings(self) -> None:
        passage = cited_passage(a_citation(), a_passage(before="far " * 100, after=" away" * 100))
        assert passage.quote == "47 days"
        assert passage.before.startswith("… far") and len(passage.before) < 210
        assert passage.after.endswith(" …") and len(passage.after) < 210
        assert passage.href.startswith("/knowledge/doc_")

    def test_the_quote_of_a_document_that_is_gone_leads_nowhere(self) -> None:
        passage = cited_passage(a_citation(), None)
        assert (passage.quote, passage.href) == ("47 days", "")

    def test_passages_stand_best_first(self) -> None:
        found: list[dict[str, Any]] = [
            {"title": "A", "heading": "", "page": None, "score": 0.4, "cited": False},
            {"title": "B", "score": 0.9},
        ]
        rows = passages_of(TraceView("extractive", found, [], {}))
        assert [(row.title, row.score, row.cited) for row in rows] == [
            ("B", "0.90", False),
            ("A", "0.40", False),
        ]

    def test_a_withdrawn_attempt_says_what_was_shown(self) -> None:
        attempt = {"model": "gpt", "outcome": "taken_over", "shown": "The cable is"}
        words = "1. gpt: stopped, a person took over; “The cable is” was shown and withdrawn"
        assert attempt_words(1, attempt) == words
        assert attempt_words(2, {"model": "gpt", "outcome": "complete", "shown": "x"}) == "2. gpt: complete"


def a_citation() -> CitationView:
    return CitationView(1, UUID(int=1), UUID(int=2), "Returns", "Returns > How long", "47 days", None, None)


def a_passage(*, before: str, after: str) -> PassageView:
    return PassageView(UUID(int=1), "Returns", "Returns > How long", None, None, before, "47 days", after)
