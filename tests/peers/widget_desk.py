"""What stands behind the widget's peer server: conversations in memory, an assistant that says what it is told,
and an agent whom a test plays.
"""

import asyncio
import uuid
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Frame = dict[str, Any]


def citation(number: int, title: str, quote: str, page: int | None = None) -> dict[str, Any]:
    return {
        "documentId": f"doc_{number:032x}",
        "chunkId": f"chk_{number:032x}",
        "title": title,
        "quote": quote,
        "url": "https://fjordkettle.example/help",
        "page": page,
    }


@dataclass
class Reply:
    """What the assistant says: in deltas of `step` characters, `pause` seconds apart."""

    text: str = (
        "Yes. Unopened kettles can be sent back within **47 days** [1]. For a fault like humming the warranty "
        "applies instead: 9 years on the heating plate [2]."
    )
    citations: list[dict[str, Any]] = field(
        default_factory=lambda: [
            citation(1, "Returns", "Unopened kettles can be sent back within 47 days.", page=3),
            citation(2, "Warranty", "The heating plate has a warranty of 9 years."),
        ]
    )
    step: int = 6
    pause: float = 0.02
    withdraw_after: int | None = None  # characters shown, then withdrawn; nothing follows by itself
    escalates: bool = False


@dataclass
class Conversation:
    id: str
    token: str
    handler: str = "assistant"
    status: str = "open"
    agent: str | None = None
    events: list[Frame] = field(default_factory=list)

    @property
    def summary(self) -> Frame:
        return {"id": self.id, "handler": self.handler, "status": self.status, "agentName": self.agent}


class Desk:
    """Answers every message with the next of `replies`. Its coroutines belong on the server's loop."""

    def __init__(self) -> None:
        self.replies: deque[Reply] = deque()
        self.refuse_posts: tuple[int, str, str] | None = None  # status, code and message of the refusal
        self._conversations: dict[str, Conversation] = {}
        self._by_client_id: dict[str, Frame] = {}
        self._queues: dict[str, set[asyncio.Queue[Frame]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    # --- what the tenant's people do -----------------------------------------------------

    @property
    def latest(self) -> Conversation:
        return list(self._conversations.values())[-1]

    def messages(self) -> list[tuple[str, str]]:
        """Author and text of every message of every conversation, in order."""
        events = [event for each in self._conversations.values() for event in each.events]
        messages = [event["message"] for event in events if event["type"] == "message"]
        return [(message["author"], message["content"]) for message in messages]

    async def take_over(self, name: str) -> None:
        self.latest.handler, self.latest.agent = "agent", name
        self._state(self.latest)

    async def hand_back(self) -> None:
        self.latest.handler, self.latest.agent = "assistant", None
        self._state(self.latest)

    async def agent_says(self, text: str) -> None:
        self._add(self.latest, "agent", self.latest.agent, text)

    async def agent_types(self) -> None:
        self._tell(self.latest, {"type": "typing", "author": "agent", "name": self.latest.agent})

    async def resolve(self) -> None:
        self.latest.status = "resolved"
        self._state(self.latest)

    # --- the conversation ----------------------------------------------------------------

    def _add(
        self, conversation: Conversation, author: str, name: str | None, text: str, **more: Any
    ) -> Frame:
        message = {
            "id": more.pop("id", "msg_" + uuid.uuid4().hex),
            "sessionId": conversation.id,
            "author": author,
            "authorName": name,
            "content": text,
            "citations": more.pop("citations", []),
            "createdAt": datetime.now(UTC).isoformat(),
            "seq": len(conversation.events) + 1,
        }
        frame = {"type": "message", "seq": message["seq"], "message": message}
        conversation.events.append(frame)
        self._tell(conversation, frame)
        return frame

    def _state(self, conversation: Conversation) -> None:
        frame = {"type": "state", "seq": len(conversation.events) + 1, "conversationId": conversation.id}
        frame |= {key: value for key, value in conversation.summary.items() if key != "id"}
        conversation.events.append(frame)
        self._tell(conversation, frame)

    def _tell(self, conversation: Conversation, frame: Frame) -> None:
        for queue in self._queues.get(conversation.token, ()):
            queue.put_nowait(frame)

    def _post(self, token: str, body: Frame) -> Frame:
        """The acknowledgement of a message, or the error it met."""
        client_id = body["clientMessageId"]
        if client_id in self._by_client_id:
            return self._by_client_id[client_id]
        if self.refuse_posts:
            _, code, message = self.refuse_posts
            return {"type": "error", "code": code, "message": message, "clientMessageId": client_id}
        conversation = self._conversations.get(body["conversationId"] or "")
        if conversation is None:
            conversation = Conversation("conv_" + uuid.uuid4().hex, token)
            self._conversations[conversation.id] = conversation
        if conversation.status == "resolved":
            refusal = {"code": "conversation_closed", "message": "This conversation is resolved."}
            return {"type": "error", "clientMessageId": client_id, **refusal}
        message = self._add(conversation, "contact", None, body["content"])["message"]
        ack = {"type": "ack", "clientMessageId": client_id, "conversationId": conversation.id}
        ack |= {"messageId": message["id"], "seq": message["seq"], "createdAt": message["createdAt"]}
        self._by_client_id[client_id] = ack
        if conversation.handler == "assistant":
            task = asyncio.create_task(self._answer(conversation, body["content"]))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return ack

    async def _answer(self, conversation: Conversation, question: str) -> None:
        person = Reply("I am asking a person to answer here.", [], escalates=True)
        reply = self.replies.popleft() if self.replies else person if "person" in question else Reply()
        reply_id = "msg_" + uuid.uuid4().hex
        await asyncio.sleep(0.2)
        end = len(reply.text) if reply.withdraw_after is None else reply.withdraw_after
        reset = {"type": "reset", "replyId": reply_id, "attempt": 1}
        for offset in range(0, end, reply.step):
            if conversation.handler != "assistant":
                self._tell(conversation, reset)
                return
            text = reply.text[offset : min(offset + reply.step, end)]
            delta = {"type": "delta", "replyId": reply_id, "attempt": 1, "offset": offset, "text": text}
            self._tell(conversation, delta)
            await asyncio.sleep(reply.pause)
        if reply.withdraw_after is not None:
            self._tell(conversation, reset)
            return
        self._add(conversation, "assistant", "Echo", reply.text, id=reply_id, citations=reply.citations)
        if reply.escalates:
            conversation.handler = "queue"
            self._state(conversation)

    def _ready(self, token: str, conversation_id: str | None) -> Frame:
        conversation = self._conversations.get(conversation_id or "")
        if conversation is None:
            mine = [each for each in self._conversations.values() if each.token == token]
            conversation = next((each for each in reversed(mine) if each.status == "open"), None)
        events = conversation.events if conversation else []
        return {
            "type": "ready",
            "conversation": conversation.summary if conversation else None,
            "messages": [event["message"] for event in events if event["type"] == "message"],
            "lastSeq": len(events),
        }
