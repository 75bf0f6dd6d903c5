"""Rows of the list: their words, and that nothing moves under the cursor."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from echo_app.conversations.schemas import ConversationSummary
from echo_app.kit.ids import encode
from echo_app.tenancy import Actor, Role
from echo_app.ui.inbox.place import FOLDERS, Folder, address, place_of
from echo_app.ui.inbox.rows import ConversationRow, followed_by, held, name_of, placed, row_of, waiting_of

MIRA = Actor(UUID(int=1), "user", UUID(int=2), Role.AGENT, "Mira Ravn")
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def summary(number: int = 1, **changes: Any) -> ConversationSummary:
    made = ConversationSummary(
        id=UUID(int=number),
        contact_id=UUID(int=900 + number),
        contact_name="Jonas Lind",
        channel="widget",
        handler="assistant",
        status="open",
        assigned_user_id=None,
        assigned_name="",
        preview="Within **47** days [1].",
        preview_author="assistant",
        preview_user_id=None,
        preview_name="",
        unread=False,
        last_seq=2,
        waiting_since=None,
        last_message_at=NOON,
        created_at=NOON - timedelta(hours=1),
    )
    return replace(made, **changes)


def row(number: int, **changes: Any) -> ConversationRow:
    return row_of(summary(number, **changes), "open", MIRA, "Echo")


class TestPlace:
    def test_folder_and_conversation_are_read_from_the_address(self) -> None:
        assert place_of("/inbox/mine/conv_x") == ("mine", "conv_x")
        assert place_of("/inbox/mine/") == ("mine", "")

    @pytest.mark.parametrize("path", ["/inbox", "/inbox/nonsense", "/inbox/nonsense/conv_x", ""])
    def test_what_names_no_folder_is_no_place(self, path: str) -> None:
        assert place_of(path) == (None, "")

    def test_address_is_the_inverse(self) -> None:
        for folder in FOLDERS:
            assert place_of(address(folder, "conv_x")) == (folder, "conv_x")


class TestRow:
    def test_the_preview_names_its_author_and_has_no_markdown(self) -> None:
        assert row(1).preview == "Echo: Within 47 days."

    def test_the_contacts_words_stand_as_they_are(self) -> None:
        assert row(1, preview="**what?** [1]", preview_author="contact").preview == "**what?** [1]"

    @pytest.mark.parametrize(
        ("changes", "author"),
        [
            ({"preview_user_id": MIRA.id, "preview_name": "Mira Ravn"}, "You"),
            ({"preview_user_id": UUID(int=3), "preview_name": "Tomas Eide"}, "Tomas"),
            (
                {"assigned_user_id": MIRA.id, "preview_user_id": UUID(int=3), "preview_name": "Tomas Eide"},
                "Tomas",
            ),
            ({}, "A person"),
        ],
    )
    def test_an_agents_words_have_their_name(self, changes: dict[str, Any], author: str) -> None:
        made = row(1, preview="Hello.", preview_author="agent", handler="agent", **changes)
        assert made.preview == f"{author}: Hello."

    @pytest.mark.parametrize(
        ("changes", "tag", "meaning"),
        [
            ({}, "Echo answering", "accent"),
            ({"handler": "queue"}, "Waiting", "warn"),
            ({"handler": "agent", "assigned_user_id": MIRA.id, "assigned_name": "Mira Ravn"}, "You", ""),
            (
                {"handler": "agent", "assigned_user_id": UUID(int=3), "assigned_name": "Tomas Eide"},
                "Tomas",
                "",
            ),
            ({"handler": "agent", "assigned_name": ""}, "A person", ""),
            ({"status": "resolved", "handler": "agent"}, "Resolved", "good"),
        ],
    )
    def test_the_tag_says_who_has_it(self, changes: dict[str, Any], tag: str, meaning: str) -> None:
        made = row(1, **changes)
        assert (made.tag, made.tag_meaning) == (tag, meaning)

    def test_what_the_folder_says_is_not_said_again(self) -> None:
        assert row_of(summary(handler="queue"), "queue", MIRA, "Echo").tag == ""
        assert row_of(summary(), "assistant", MIRA, "Echo").tag == ""

    def test_who_waits_is_dated_by_the_waiting(self) -> None:
        since = NOON - timedelta(minutes=9)
        assert row(1, handler="queue", waiting_since=since).at == since.isoformat()
        assert row(1, waiting_since=since).at == NOON.isoformat()

    def test_the_nameless_are_told_apart(self) -> None:
        assert name_of("", UUID(int=0xABCD)) == "Someone abcd"
        assert row(1, contact_name="").initials == "?"

    def test_only_unusual_channels_are_named(self) -> None:
        assert (row(1).channel, row(1, channel="voice").channel) == ("", "Call")

    def test_it_leads_to_its_conversation_in_the_same_folder(self) -> None:
        assert row(1).href == f"/inbox/open/{encode('conv', UUID(int=1))}"


class TestMoving:
    def test_at_the_top_the_fresh_order_is_shown(self) -> None:
        assert placed([row(1), row(2)], [row(3), row(1)]) == [row(3), row(1)]

    def test_the_open_conversation_stays_where_it_was_when_it_leaves_the_folder(self) -> None:
        shown = [row(1), row(2), row(3)]
        mine = row(2, handler="agent")
        assert placed(shown, [row(1), row(3)], stay=mine) == [row(1), mine, row(3)]

    def test_a_conversation_opened_by_address_does_not_come_into_a_folder_that_is_not_its_own(self) -> None:
        assert placed([row(1)], [row(1)], stay=row(9)) == [row(1)]

    def test_the_open_conversation_is_shown_once_while_it_belongs(self) -> None:
        assert placed([row(1), row(2)], [row(2), row(1)], stay=row(2)) == [row(2), row(1)]

    def test_further_down_nothing_moves_and_the_new_ones_are_counted(self) -> None:
        changed = row(1, unread=True)
        rows, new = held([row(1), row(2)], [row(4), row(3), changed])
        assert (rows, new) == ([changed, row(2)], 2)

    def test_who_moved_between_two_pages_is_shown_once(self) -> None:
        assert followed_by([row(1), row(2)], [row(2), row(3)]) == [row(1), row(2), row(3)]


def test_the_longest_wait_is_the_first_of_the_queue() -> None:
    counts: dict[Folder, int] = {"queue": 2, "mine": 0, "assistant": 0, "open": 2, "resolved": 0}
    first = summary(handler="queue", waiting_since=NOON)
    assert waiting_of(counts, first).since == NOON.isoformat()
    assert waiting_of({**counts, "queue": 0}, None).count == 0
