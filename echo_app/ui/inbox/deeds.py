"""What an agent does to the open conversation: the result shows at once, and the news of it reaches the others."""

import functools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from echo_app import db, realtime
from echo_app.conversations import service as conversations
from echo_app.errors import Invalid
from echo_app.realtime import News
from echo_app.tenancy import Actor
from echo_app.ui.components.feedback import done
from echo_app.ui.inbox.thread_state import ThreadState
from echo_app.ui.session import deed, failure_of, read_id

LONGEST_CLIENT_ID = 100

Verb = Callable[[AsyncSession, Actor, UUID], Awaitable[None]]


@dataclass(frozen=True)
class Outcome:
    """What became of the reply posted under `id`. `error` says why it was not stored; "" when it was."""

    id: str = ""
    conversation: str = ""
    error: str = ""


class DeedState(ThreadState):
    outcome: Outcome = Outcome()

    @deed
    async def take_over_clicked(self, actor: Actor, conversation: str) -> None:
        await self._do(actor, conversation, conversations.take_over)

    @deed
    async def hand_back_clicked(self, actor: Actor, conversation: str) -> Any:
        await self._do(actor, conversation, conversations.hand_back)
        return done(f"{self.assistant} answers again")

    @deed
    async def resolve_clicked(self, actor: Actor, conversation: str) -> Any:
        await self._do(actor, conversation, conversations.resolve)
        return done("Resolved", DeedState.resolve_undone(conversation))

    @deed
    async def resolve_undone(self, actor: Actor, conversation: str) -> None:
        """Opens it again for whoever had it: the assistant, its agent, or its place in the queue."""
        await self._do(actor, conversation, functools.partial(conversations.reopen, as_it_was=True))

    @deed
    async def reopen_clicked(self, actor: Actor, conversation: str) -> None:
        await self._do(actor, conversation, conversations.reopen)

    @deed
    async def reply_posted(
        self, actor: Actor, conversation: str, content: str, client_message_id: str
    ) -> None:
        """Stores a reply once, however often it is posted under its id, and tells what became of it."""
        try:
            if not 0 < len(client_message_id) <= LONGEST_CLIENT_ID:
                raise Invalid(f"clientMessageId has 1 to {LONGEST_CLIENT_ID} characters.")
            conversation_id = read_id("conv", conversation)
            async with db.transaction(actor) as tx:
                await conversations.reply(tx, actor, conversation_id, content, client_message_id)
        except Exception as wrong:  # the text goes back to the composer, the reason beside it
            error, reference = failure_of(wrong)
            words = f"Not sent. {error.message} Code: {error.code}" + (f" · {reference}" if reference else "")
            self.outcome = Outcome(client_message_id, conversation, words)
            return
        await self._catch_up(actor, conversation)
        self.outcome = Outcome(client_message_id, conversation)

    @deed
    async def typing_noticed(self, actor: Actor, conversation: str) -> None:
        """Tells the contact that this agent is writing; the browser calls it every few seconds at most."""
        # only for the conversation that was read for this person: a typing mark is checked nowhere else
        if conversation == self.head.id and self.head.can_reply and self._uuid is not None:
            body = {"author": "agent", "name": actor.name}
            realtime.bus.broadcast(News("typing", str(actor.tenant_id), str(self._uuid), body=body))

    @deed
    async def seen_noticed(self, actor: Actor, conversation: str, seq: int) -> None:
        """The entries up to `seq` were on the screen of somebody who looked at it."""
        if conversation != self.open_id or self._uuid is None:
            return
        async with db.transaction(actor) as tx:
            await conversations.mark_seen(tx, actor, self._uuid, seq)

    @deed
    async def suggestion_used(self, actor: Actor, suggestion: str) -> None:
        """Its text is in the composer already."""
        async with db.transaction(actor) as tx:
            await conversations.use_suggestion(tx, actor, read_id("sug", suggestion))
        await self._catch_up(actor, self.open_id)

    @deed
    async def suggestion_dismissed(self, actor: Actor, suggestion: str) -> None:
        async with db.transaction(actor) as tx:
            await conversations.dismiss_suggestion(tx, actor, read_id("sug", suggestion))
        await self._catch_up(actor, self.open_id)

    async def _do(self, actor: Actor, conversation: str, verb: Verb) -> None:
        conversation_id = read_id("conv", conversation)
        async with db.transaction(actor) as tx:
            await verb(tx, actor, conversation_id)
        if self.outcome.error:
            self.outcome = Outcome()
        await self._catch_up(actor, conversation)
