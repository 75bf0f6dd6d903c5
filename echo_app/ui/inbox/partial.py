"""A reply while it is written: the text so far, out of `delta` and `reset` news."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Partial:
    """What is known of a reply being written.

    `text` is what may be shown. A piece was missed (`broken`) when the tab opened in the middle of the reply
    or news was lost: then the text stays as it is, until another attempt begins or the message itself comes.
    """

    reply_id: str = ""
    attempt: int = -1
    text: str = ""
    broken: bool = False

    @property
    def writing(self) -> bool:
        return self.reply_id != ""


NOTHING = Partial()


def with_delta(partial: Partial, body: Mapping[str, Any]) -> Partial:
    """The partial after a delta `{replyId, attempt, offset, text}`; `offset` in UTF-16 units."""
    reply_id, attempt = str(body["replyId"]), int(body["attempt"])
    offset, text = int(body["offset"]), str(body["text"])
    if not same_reply(partial, reply_id) or attempt > partial.attempt:
        return Partial(reply_id, attempt, text if offset == 0 else "", broken=offset != 0)
    known = len(partial.text.encode("utf-16-le")) // 2
    if attempt < partial.attempt or partial.broken or offset < known:
        return partial
    if offset > known:
        return replace(partial, broken=True)
    return replace(partial, text=partial.text + text)


def with_reset(partial: Partial, body: Mapping[str, Any]) -> Partial:
    """The partial after a reset `{replyId, attempt}`: that attempt and older ones are withdrawn."""
    if not same_reply(partial, str(body["replyId"])) or int(body["attempt"]) < partial.attempt:
        return partial
    return NOTHING


def same_reply(partial: Partial, reply_id: str) -> bool:
    """News name a reply by its UUID, with dashes or as `msg_…`."""
    return partial.writing and _digits(partial.reply_id) == _digits(reply_id)


def _digits(reply_id: str) -> str:
    return reply_id.removeprefix("msg_").replace("-", "")
