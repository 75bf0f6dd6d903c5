"""What the server writes to the widget has the shape that `protocol.ts` names, in every field."""

from typing import Any

from echo_app.api import widget_frames as frames
from echo_app.conversations.schemas import (
    Author,
    CitationView,
    MessageView,
    Posted,
    StateView,
    Thread,
    TimelineItem,
)
from echo_app.errors import NotFound
from echo_app.kit.clock import now
from echo_app.kit.ids import new_id
from echo_app.realtime import News
from tests.widget.test_protocol_shape import matches, shapes

THREAD = Thread(new_id(), new_id(), new_id(), "widget", "agent", "open", "Mira", 4, now(), {})


def said_by(author: Author) -> MessageView:
    citation = CitationView(1, new_id(), new_id(), "Returns", "", "47 days", None, None)
    usage = {"model": "extractive"}
    return MessageView(
        new_id(), THREAD.id, 3, author, "Echo", None, "Hi [1]", [citation], False, usage, now()
    )


def shown(frame: dict[str, Any] | None) -> dict[str, Any]:
    """The frame, having the shape of its type."""
    assert frame is not None
    shape = shapes()["TypingFrame" if frame["type"] == "typing" else frame["type"]]
    assert matches(frame, shape), frame
    return frame


def test_ready() -> None:
    frame = shown(frames.ready(THREAD, [said_by("assistant")], 4))
    assert matches(frame["conversation"], shapes()["Conversation"])
    assert shown(frames.ready(None, [], 0))["conversation"] is None


def test_messages_of_every_author() -> None:
    authors: tuple[Author, ...] = ("contact", "assistant", "agent", "system")
    for author in authors:
        view = said_by(author)
        frame = shown(frames.stored(TimelineItem(3, "message", now(), view, None), THREAD))
        assert matches(frame["message"], shapes()["Message"]), (
            "a contact is told no more than the protocol names"
        )
        assert all(matches(each, shapes()["Citation"]) for each in frame["message"]["citations"])


def test_state() -> None:
    state = StateView("take_over", "agent", "open", "Mira", None)
    assert shown(frames.stored(TimelineItem(4, "state", now(), None, state), THREAD))["agentName"] == "Mira"


def test_ack_and_error() -> None:
    shown(frames.ack(Posted(new_id(), THREAD.id, 1, "assistant", True, now()), "c-1"))
    shown(frames.failure(NotFound()))
    assert shown(frames.failure(NotFound(), "c-1"))["clientMessageId"] == "c-1"


def test_what_passes() -> None:
    place = str(THREAD.tenant_id), str(THREAD.id)
    delta = {"replyId": "msg_1", "attempt": 1, "offset": 0, "text": "Hi"}
    shown(frames.ephemeral(News("delta", *place, body=delta)))
    shown(frames.ephemeral(News("reset", *place, body={"replyId": "msg_1", "attempt": 1})))
    shown(frames.ephemeral(News("typing", *place, body={"author": "agent", "name": "Mira"})))
    assert frames.ephemeral(News("typing", *place, body={"author": "contact", "name": ""})) is None


def test_what_the_widget_sends_is_what_the_server_reads() -> None:
    known = shapes()
    read = {"hello": frames.Hello, "send": frames.Send, "TypingNotice": frames.Typing, "seen": frames.Seen}
    for name, model in {**read, "ping": frames.Ping}.items():
        _, fields = known[name]
        assert {field.alias for field in model.model_fields.values()} == fields, name
