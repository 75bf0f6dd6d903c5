"""The widget's frames as the server writes them; `widget_embed/src/protocol.ts` holds the same shapes.

Socket frames are JSON texts with a `type`. From the frame: hello, send, typing, seen, ping. To the frame: ready,
ack, message, delta, reset, state, typing, pong, error. What has a `seq` is stored, in order, and sent again to
whoever names an older one; the rest is lost with the connection and does no harm.
"""

from typing import Any, Literal

from pydantic import Field

from echo_app.api.contract import Shape, Text, as_json, message_body
from echo_app.conversations.schemas import MessageView, Posted, StateView, Thread, TimelineItem
from echo_app.errors import EchoError
from echo_app.kit.ids import encode
from echo_app.realtime import News


class Hello(Shape):
    type: Literal["hello"]
    token: str
    conversation_id: str | None = None
    after: int = Field(0, ge=0)


class Send(Shape):
    type: Literal["send"] = "send"
    client_message_id: Text = Field(min_length=1, max_length=100)
    content: str
    conversation_id: str | None = None


class Typing(Shape):
    type: Literal["typing"]


class Seen(Shape):
    type: Literal["seen"]
    seq: int = Field(ge=0)


class Ping(Shape):
    type: Literal["ping"]


def ready(thread: Thread | None, messages: list[MessageView], last_seq: int) -> dict[str, Any]:
    return {
        "type": "ready",
        "conversation": _conversation(thread) if thread else None,
        "messages": [message(view) for view in messages],
        "lastSeq": last_seq,
    }


def ack(posted: Posted, client_message_id: str) -> dict[str, Any]:
    return {
        "type": "ack",
        "clientMessageId": client_message_id,
        "messageId": encode("msg", posted.message_id),
        "conversationId": encode("conv", posted.conversation_id),
        "seq": posted.seq,
        "createdAt": posted.created_at.isoformat(),
    }


def stored(item: TimelineItem, thread: Thread) -> dict[str, Any] | None:
    """A message or state frame; None for what a contact is not told."""
    if item.message is not None:
        return {"type": "message", "seq": item.seq, "message": message(item.message)}
    return _state(item.seq, item.state, thread) if item.state else None


def ephemeral(news: News) -> dict[str, Any] | None:
    """A delta, reset or typing frame; None for other news and the contact's own typing."""
    if news.kind in ("delta", "reset"):
        return {"type": news.kind, **(news.body or {})}
    if news.kind == "typing" and news.body and news.body.get("author") != "contact":
        return {"type": "typing", "author": news.body["author"], "name": news.body.get("name", "")}
    return None


def failure(error: EchoError, client_message_id: str | None = None) -> dict[str, Any]:
    frame: dict[str, Any] = {"type": "error", "code": error.code, "message": error.message}
    if client_message_id is not None:
        frame["clientMessageId"] = client_message_id
    return frame


def message(view: MessageView) -> dict[str, Any]:
    """The API's message, with who speaks and where in the order it stands, without what only the tenant is told."""
    values = as_json(message_body(view))
    for inside in ("escalated", "usage"):
        values.pop(inside, None)
    return {**values, "authorName": view.author_name, "seq": view.seq}


def _conversation(thread: Thread) -> dict[str, Any]:
    return {
        "id": encode("conv", thread.id),
        "handler": thread.handler,
        "status": thread.status,
        "agentName": thread.agent_name,
    }


def _state(seq: int, state: StateView, thread: Thread) -> dict[str, Any]:
    return {
        "type": "state",
        "seq": seq,
        "conversationId": encode("conv", thread.id),
        "handler": state.handler,
        "status": state.status,
        "agentName": state.agent_name if state.handler == "agent" else "",
    }
