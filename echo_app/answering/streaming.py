"""A reply while it is written: its text goes out in small batches, and can be withdrawn.

Each delta says where in the attempt it belongs (`offset`, in UTF-16 code units as browsers count), so that a reader
who missed one notices, and `reset` withdraws an attempt as a whole.
"""

import asyncio
from uuid import UUID

from echo_app.kit.ids import encode
from echo_app.realtime import News, bus
from echo_app.tenancy import Actor

# The first words go out at once, later ones together: fewer frames, and no eye sees the difference.
BATCH_SECONDS = 0.04
# Well below what one notification carries, also in a script of four bytes a character.
LONGEST_PIECE = 1_500


class ReplyStream:
    """Tells everybody in the conversation what the assistant is writing. Needs a running event loop."""

    def __init__(self, actor: Actor, conversation_id: UUID, reply_id: UUID, attempt: int) -> None:
        self._actor = actor
        self._conversation_id = conversation_id
        self._reply_id = encode("msg", reply_id)
        self.attempt = attempt
        self.shown = ""
        self._offset = 0
        self._waiting = ""
        self._timer: asyncio.TimerHandle | None = None

    @property
    def tenant_id(self) -> UUID:
        return self._actor.tenant_id

    @property
    def begun(self) -> bool:
        """Whether this attempt has any text."""
        return bool(self.shown or self._waiting)

    def write(self, text: str) -> None:
        """Shows the text, at once when nothing was shown in the last moment."""
        self._waiting += text
        if self._timer is None:
            self._tell()

    def flush(self) -> None:
        """Shows what is still waiting."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._send()

    def withdraw(self) -> None:
        """Takes this attempt's text off every screen; what follows is the next attempt."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._waiting = ""
        self._broadcast("reset", {"replyId": self._reply_id, "attempt": self.attempt})
        self.attempt += 1
        self.shown = ""
        self._offset = 0

    def _tell(self) -> None:
        self._timer = None
        if self._waiting:
            self._send()
            self._timer = asyncio.get_running_loop().call_later(BATCH_SECONDS, self._tell)

    def _send(self) -> None:
        while self._waiting:
            piece, self._waiting = self._waiting[:LONGEST_PIECE], self._waiting[LONGEST_PIECE:]
            body = {
                "replyId": self._reply_id,
                "attempt": self.attempt,
                "offset": self._offset,
                "text": piece,
            }
            self.shown += piece
            self._offset += len(piece.encode("utf-16-le")) // 2
            self._broadcast("delta", body)

    def _broadcast(self, kind: str, body: dict[str, object]) -> None:
        bus.broadcast(News(kind, str(self._actor.tenant_id), str(self._conversation_id), body=body))
