"""`protocol.ts` is the contract: frames on the wire have the fields that it names, no others."""

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from tests.peers.widget_server import WidgetServer
from tests.widget.conftest import Chat

PROTOCOL = Path(__file__).parents[2] / "widget_embed" / "src" / "protocol.ts"


def shapes() -> dict[str, tuple[set[str], set[str]]]:
    """Of every interface by its frame's `type`, else its name: the fields it must have, and those it may have."""
    found = {}
    for name, body in re.findall(r"export interface (\w+) \{\n(.*?)\n\}", PROTOCOL.read_text(), re.DOTALL):
        fields = re.findall(r"^  (\w+)(\??): (.*);$", body, re.MULTILINE)
        kind = next((value.strip('"') for field, _, value in fields if field == "type"), None)
        # `typing` goes both ways, with and without fields.
        key = name if kind is None or kind == "typing" else kind
        found[key] = ({f for f, optional, _ in fields if not optional}, {f for f, _, _ in fields})
    return found


def matches(value: dict[str, Any], shape: tuple[set[str], set[str]]) -> bool:
    must, may = shape
    return must <= value.keys() <= may


def test_every_frame_of_a_conversation_has_the_shape_that_the_protocol_names(
    chat: Chat, server: WidgetServer
) -> None:
    chat.open().say("Can I send it back?")
    expect(chat.inside.locator(".chip")).to_have_count(2)
    chat.say("I want a person.")
    expect(chat.inside.locator(".event", has_text="A person will answer here")).to_be_visible()
    server.run(server.take_over("Mira"))
    server.run(server.agent_types())
    server.run(server.agent_says("Hello"))
    expect(chat.replies().last).to_have_text("Hello")

    known = shapes()
    for frame in server.received:
        shape = known["TypingNotice" if frame["type"] == "typing" else frame["type"]]
        assert matches(frame, shape), frame
    for frame in server.sent:
        shape = known["TypingFrame" if frame["type"] == "typing" else frame["type"]]
        assert matches(frame, shape), frame
        if frame["type"] == "message":
            assert matches(frame["message"], known["Message"]), frame
            assert all(matches(each, known["Citation"]) for each in frame["message"]["citations"])
    assert {"ready", "ack", "delta", "message", "state", "typing"} <= {each["type"] for each in server.sent}
    assert {"hello", "send", "typing", "seen"} <= {each["type"] for each in server.received}
