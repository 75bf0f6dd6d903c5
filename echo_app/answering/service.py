"""What the assistant says: from a contact's messages to a draft, and from a model's text to a cited reply.

The turn is read in one short transaction (`prepare`), written with no connection held (see `writing`), and saved in
a second transaction. What needs no model is decided here: asking for a person, small talk, and a question that
the documents do not answer are said in Echo's own words.
"""

from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from echo_app.answering.citations import cited_passages
from echo_app.answering.demands import demand_of
from echo_app.answering.finding import find_passages, searched_for
from echo_app.answering.intents import small_talk, wants_person
from echo_app.answering.phrases import Phrase, language_of, phrase
from echo_app.answering.prompt import build_prompt
from echo_app.conversations import service as conversations
from echo_app.conversations.schemas import CitationView, Escalation, NewReply, Said
from echo_app.conversations.schemas import Turn as TurnOwed
from echo_app.kit.text import preview
from echo_app.knowledge.retrieval import Narrowing
from echo_app.knowledge.schemas import Hit
from echo_app.providers.llm.base import Model, ModelRequest, Turn, Usage, models
from echo_app.tenancy import Actor
from echo_app.tenants import service as tenants
from echo_app.tenants.schemas import Persona

_DEMANDS = {
    "needs_action": "something must be done that only a person can do",
    "complaint": "the customer complains or wants money back",
}
REASONS = ("not_found", "asked_for_person", "needs_action", "complaint", "model_failed")


@dataclass(frozen=True)
class Assignment:
    """One turn to answer: by `request` to `model`, or, without a request, by Echo's own `words`."""

    conversation_id: UUID
    covers: list[UUID]
    question: str
    language: str
    assistant_name: str
    hits: list[Hit]
    model: Model
    request: ModelRequest | None = None
    words: str = ""
    escalation: Escalation | None = None
    timings: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Draft:
    """What was written. `cited` are the places in `hits` that `[1]`, `[2]` … refer to, counted from 1."""

    text: str
    cited: list[int]
    usage: Usage
    escalation: Escalation | None
    finished: bool
    attempts: list[dict[str, Any]]
    timings: dict[str, float]


async def prepare(tx: AsyncSession, actor: Actor, conversation_id: UUID) -> Assignment | None:
    """Reads what the turn needs; None when the assistant owes nothing (any more).

    Raises ConversationNotFound.
    """
    began = perf_counter()
    owed = await _owed(tx, actor, conversation_id)
    if owed is None:
        return None
    assignment, turn, persona = owed
    question = assignment.question
    if wants_person(question):
        return _handing_over(assignment, "handing_over", "asked_for_person", "the customer wants one")
    if kind := small_talk(question):
        return replace(assignment, words=phrase(kind, assignment.language))
    if demand := demand_of(question):
        return _handing_over(assignment, "handing_over", demand, _DEMANDS[demand])
    hits = await find_passages(tx, actor, question, _before(turn), Narrowing(signed_in=turn.signed_in))
    assignment = replace(
        assignment, hits=hits, timings={"prepareMs": round((perf_counter() - began) * 1000, 2)}
    )
    if not hits:
        return _handing_over(assignment, "not_found", "not_found", "nothing in the documents answers this")
    request = build_prompt(
        question,
        hits,
        assistant_name=persona.assistant_name,
        tenant_name=persona.tenant_name,
        history=[_turn(message) for message in turn.history if message.author != "system"],
    )
    return replace(assignment, request=request)


async def questions_of(tx: AsyncSession, actor: Actor, conversation_id: UUID) -> list[str]:
    """What `prepare` may search for; nothing when the assistant owes no answer. Raises ConversationNotFound."""
    owed = await _owed(tx, actor, conversation_id)
    if owed is None:
        return []
    question = owed[0].question
    if wants_person(question) or small_talk(question) or demand_of(question):
        return []
    return searched_for(question, _before(owed[1]))


async def give_up(tx: AsyncSession, actor: Actor, conversation_id: UUID) -> Assignment | None:
    """The turn after every try at it has failed, for whatever reason: it goes to a person, who is told that the fault
    is Echo's. None when the assistant owes nothing (any more). Raises ConversationNotFound."""
    owed = await _owed(tx, actor, conversation_id)
    if owed is None:
        return None
    return _handing_over(owed[0], "failed", "model_failed", "writing a reply failed again and again")


def given_up(assignment: Assignment) -> Assignment:
    """The same turn after its model has failed: it goes to a person."""
    return _handing_over(
        replace(assignment, request=None), "failed", "model_failed", "the model could not be reached"
    )


def escalation_of(assignment: Assignment, arguments: dict[str, Any]) -> Escalation:
    """What a model's own call for a person says, taken only as far as it makes sense."""
    reason = arguments.get("reason")
    brief = arguments.get("brief")
    return Escalation(
        reason=reason if reason in REASONS else "not_found",
        brief=brief.strip()[:600] if isinstance(brief, str) and brief.strip() else _brief(assignment, ""),
    )


def reply_of(assignment: Assignment, reply_id: UUID, draft: Draft) -> NewReply:
    """The draft as a reply: its marks with the passages that bear them out, and why it says what it says."""
    cited = [assignment.hits[number - 1] for number in draft.cited]
    citations = [
        CitationView(
            number=passage.number,
            document_id=passage.document_id,
            chunk_id=passage.chunk_id,
            title=passage.title,
            heading=passage.heading,
            quote=passage.quote,
            page=passage.page,
            url=passage.url,
        )
        for passage in cited_passages(draft.text, cited)
    ]
    content = draft.text
    if not content.strip() and draft.escalation is not None:
        content = phrase(_words_for(draft.escalation), assignment.language)
    asked_model = assignment.request is not None
    return NewReply(
        id=reply_id,
        covers=assignment.covers,
        content=content,
        citations=citations,
        author_name=assignment.assistant_name,
        model=assignment.model.name if asked_model else "none",
        usage={
            "model": assignment.model.name if asked_model else "none",
            "inputTokens": draft.usage.input_tokens,
            "outputTokens": draft.usage.output_tokens,
            "cachedTokens": draft.usage.cached_tokens,
        },
        escalation=draft.escalation,
        retrieved=[_retrieved(hit, hit in cited) for hit in assignment.hits],
        attempts=draft.attempts,
        timings={**assignment.timings, **draft.timings},
    )


async def _owed(
    tx: AsyncSession, actor: Actor, conversation_id: UUID
) -> tuple[Assignment, TurnOwed, Persona] | None:
    """What the assistant owes a reply to, None when it owes nothing."""
    turn = await conversations.get_turn(tx, actor, conversation_id)
    if turn.handler != "assistant" or turn.status != "open" or not turn.awaiting:
        return None
    persona = await tenants.get_persona(tx, actor)
    question = "\n".join(message.content for message in turn.awaiting)
    offered = models.get()
    assignment = Assignment(
        conversation_id=conversation_id,
        covers=[message.id for message in turn.awaiting],
        question=question,
        language=language_of(question),
        assistant_name=persona.assistant_name,
        hits=[],
        model=offered.get(persona.model) or offered["extractive"],
    )
    return assignment, turn, persona


def _before(turn: TurnOwed) -> str | None:
    """What the contact wrote before."""
    return next((said.content for said in reversed(turn.history) if said.author == "contact"), None)


def _handing_over(assignment: Assignment, words: Phrase, reason: str, why: str) -> Assignment:
    return replace(
        assignment,
        words=phrase(words, assignment.language),
        escalation=Escalation(reason, _brief(assignment, why)),
    )


def _brief(assignment: Assignment, why: str) -> str:
    asked = f"Wrote: “{preview(assignment.question, 300)}”"
    return f"{asked} Echo handed over to a person because {why}." if why else asked


def _words_for(escalation: Escalation) -> Phrase:
    return "not_found" if escalation.reason == "not_found" else "handing_over"


def _turn(message: Said) -> Turn:
    return Turn("contact" if message.author == "contact" else "assistant", message.content)


def _retrieved(hit: Hit, cited: bool) -> dict[str, Any]:
    return {
        "documentId": str(hit.document_id),
        "chunkId": str(hit.chunk_id),
        "title": hit.title,
        "heading": hit.heading,
        "page": hit.page,
        "score": round(hit.score, 4),
        "cited": cited,
    }
