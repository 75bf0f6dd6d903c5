"""A reply while it is written: pieces in order are shown, gaps and withdrawn attempts are not."""

from typing import Any

from echo_app.ui.inbox.partial import NOTHING, Partial, same_reply, with_delta, with_reset

REPLY = "msg_019300000000700080000000000000aa"


def delta(text: str, offset: int, attempt: int = 0, reply: str = REPLY) -> dict[str, Any]:
    return {"replyId": reply, "attempt": attempt, "offset": offset, "text": text}


def heard(*deltas: dict[str, Any], start: Partial = NOTHING) -> Partial:
    for one in deltas:
        start = with_delta(start, one)
    return start


class TestDelta:
    def test_pieces_are_joined(self) -> None:
        assert heard(delta("It fits", 0), delta(" on hobs.", 7)).text == "It fits on hobs."

    def test_offsets_count_as_browsers_do(self) -> None:
        assert heard(delta("🍵 ", 0), delta("tea", 3)).text == "🍵 tea"

    def test_a_repeated_piece_is_shown_once(self) -> None:
        assert heard(delta("It fits", 0), delta("It fits", 0)).text == "It fits"

    def test_after_a_gap_nothing_is_added_any_more(self) -> None:
        partial = heard(delta("It", 0), delta("hobs", 9), delta(" fits", 2))
        assert (partial.text, partial.broken) == ("It", True)

    def test_who_comes_in_the_middle_sees_only_that_it_is_written(self) -> None:
        partial = heard(delta("hobs", 9), delta(".", 13))
        assert (partial.text, partial.writing) == ("", True)

    def test_a_higher_attempt_replaces_and_a_lower_one_is_ignored(self) -> None:
        partial = heard(delta("old", 0), delta("new", 0, attempt=1), delta("er", 3, attempt=0))
        assert (partial.text, partial.attempt) == ("new", 1)

    def test_another_reply_begins_anew(self) -> None:
        assert heard(delta("one", 0), delta("two", 0, reply="msg_" + "b" * 32)).text == "two"


class TestReset:
    def test_it_withdraws_the_attempt(self) -> None:
        assert with_reset(heard(delta("old", 0)), {"replyId": REPLY, "attempt": 0}) == NOTHING

    def test_it_leaves_a_later_attempt_and_another_reply(self) -> None:
        partial = heard(delta("new", 0, attempt=1))
        assert with_reset(partial, {"replyId": REPLY, "attempt": 0}) == partial
        assert with_reset(partial, {"replyId": "msg_" + "b" * 32, "attempt": 5}) == partial


def test_a_reply_is_known_by_its_prefixed_id_and_by_its_uuid() -> None:
    partial = heard(delta("x", 0))
    assert same_reply(partial, "01930000-0000-7000-8000-0000000000aa")
    assert not same_reply(NOTHING, "")
