"""The job `conversation.answer`: one turn of the assistant.

Two transactions, none open while the model writes. A repetition (after a crash, say) finds its reply saved and ends,
or writes it again under the same id with the next attempt, withdrawing what was shown before. What the contact wrote
after a saved reply is another job's.
"""

import asyncio
from uuid import UUID

import structlog
from procrastinate import JobContext

from echo_app import db, jobs
from echo_app.answering import service
from echo_app.answering.streaming import ReplyStream
from echo_app.answering.writing import write
from echo_app.conversations import service as conversations
from echo_app.knowledge import service as knowledge
from echo_app.realtime import bus
from echo_app.tenancy import Actor

log = structlog.get_logger(__name__)

# Above what one run can use of attempts, so that a later run's numbers are always higher.
ATTEMPTS_A_RUN = 10
# After this many runs that failed or were killed a person is called: the contact must not wait for ever.
RUNS = 8


@jobs.task("conversation.answer", queue="live", retries=100)
async def answer(context: JobContext, tenant_id: str, conversation_id: str, reply_id: str) -> None:
    """Answers what the contact has written, if the assistant still owes it an answer."""
    actor = Actor(UUID(tenant_id), "assistant")
    conversation, reply = UUID(conversation_id), UUID(reply_id)
    runs_before = context.job.attempts
    with bus.subscribe(conversation_id=conversation) as news:
        if knowledge.asks_vendor(actor):
            await _embed_ahead(actor, conversation)
        async with db.read_only(actor) as tx:
            if runs_before and await conversations.was_said(tx, actor, reply):
                return
            begin = service.prepare if runs_before < RUNS else service.give_up
            assignment = await begin(tx, actor, conversation)
        if assignment is None:
            return
        stream = ReplyStream(actor, conversation, reply, runs_before * ATTEMPTS_A_RUN)
        if runs_before:
            stream.withdraw()
        draft = await write(assignment, stream, news)
    async with db.transaction(actor) as tx:
        outcome = await conversations.save_reply(
            tx, actor, conversation, service.reply_of(assignment, reply, draft), finished=draft.finished
        )
    if outcome != "saved" and draft.finished:
        stream.withdraw()
    log.info("conversation.answered", tenant=tenant_id, conversation=conversation_id, outcome=outcome)


async def _embed_ahead(actor: Actor, conversation: UUID) -> None:
    """Has the questions' vectors made while no transaction is open."""
    async with db.read_only(actor) as tx:
        questions = await service.questions_of(tx, actor, conversation)
    await asyncio.gather(*(knowledge.embed_ahead(actor, question) for question in questions))
