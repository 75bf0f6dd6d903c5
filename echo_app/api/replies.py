"""Waiting for a reply, and streaming one by server-sent events.

Events of the stream, each with JSON data:
  delta   {"replyId", "attempt", "offset", "text"}   follows the first `offset` UTF-16 units of this attempt
  reset   {"replyId", "attempt"}                     throw that attempt's text away
  reply   message, or null while a person has the next reply
  error   {"code", "message", "details"}
"""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from echo_app import db
from echo_app.api.contract import as_json, message_body
from echo_app.api.waiting import waiters
from echo_app.conversations import service as conversations
from echo_app.conversations.schemas import MessageView, Posted
from echo_app.errors import EchoError, Unavailable, render
from echo_app.realtime import News, Subscription
from echo_app.tenancy import Actor

LONGEST_STREAM_SECONDS = 180.0
KEEP_ALIVE_SECONDS = 15.0
STORED = ("message", "state", "resync")


async def wait_for_reply(
    actor: Actor, posted: Posted, news: Subscription, seconds: float
) -> MessageView | None:
    """The reply that covers the message, None when there is none after `seconds` or none is to come."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    reply, to_come = (None, True) if _is_awaited(posted) else await _look(actor, posted)
    while to_come and not waiters.ended and (left := end - loop.time()) > 0:
        item = await waiters.next(news, min(left, 5.0))
        if item is None or _is_new(item, posted):
            reply, to_come = await _look(actor, posted)
    return reply


async def stream_reply(actor: Actor, posted: Posted, news: Subscription) -> AsyncIterator[str]:
    """The events of this reply, as text/event-stream. Closes the subscription."""
    loop = asyncio.get_running_loop()
    end = loop.time() + LONGEST_STREAM_SECONDS
    with news:
        try:
            reply, to_come = (None, True) if _is_awaited(posted) else await _look(actor, posted)
            while to_come:
                async for text in _until_something_is_stored(posted, news, end):
                    yield text
                if waiters.ended:
                    raise Unavailable("Echo restarts. The message is stored; read the reply later.")
                if loop.time() >= end:
                    raise Unavailable("The reply takes longer than this stream lasts. Read it later.")
                reply, to_come = await _look(actor, posted)
            yield _event("reply", as_json(message_body(reply)) if reply else None)
        except EchoError as error:
            yield _event("error", render(error)["error"])


async def _until_something_is_stored(posted: Posted, news: Subscription, end: float) -> AsyncIterator[str]:
    loop = asyncio.get_running_loop()
    while loop.time() < end:
        item = await waiters.next(news, KEEP_ALIVE_SECONDS)
        if item is None:
            yield ": still there\n\n"
            return
        if item.kind in ("delta", "reset"):
            yield _event(item.kind, item.body)
        elif _is_new(item, posted):
            return


def _is_new(news: News, posted: Posted) -> bool:
    """Whether something was stored beyond the message itself."""
    return news.kind in STORED and news.seq != posted.seq


def _is_awaited(posted: Posted) -> bool:
    """Whether a reply is certainly still to come: news of it cannot have been missed, the subscription was there
    before the message."""
    return posted.created and posted.handler == "assistant"


async def _look(actor: Actor, posted: Posted) -> tuple[MessageView | None, bool]:
    """The reply if it is there, and whether one is still to come."""
    async with db.read_only(actor) as tx:
        # The handler first: an escalation changes it together with its reply, which is then seen below.
        thread = await conversations.get_thread(tx, actor, posted.conversation_id)
        reply = await conversations.find_reply(tx, actor, posted.message_id)
    assistants = thread.handler == "assistant" and thread.status == "open"
    return reply, reply is None and assistants


def _event(name: str, data: Any) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n"
