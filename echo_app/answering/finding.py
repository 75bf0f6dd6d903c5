"""The passages for one message: of each of its questions, and of the message before when it goes on from that."""

from collections.abc import Sequence
from itertools import zip_longest

from sqlalchemy.ext.asyncio import AsyncSession

from echo_app.answering.relevance import is_relevant
from echo_app.kit.language.questions import SHORT_QUESTION_WORDS, goes_on, parts
from echo_app.knowledge import service as knowledge
from echo_app.knowledge.retrieval import Narrowing
from echo_app.knowledge.schemas import Hit
from echo_app.knowledge.search import EVERYTHING
from echo_app.tenancy import Actor

RETRIEVED = 8


async def find_passages(
    tx: AsyncSession, actor: Actor, question: str, before: str | None, narrowing: Narrowing = EVERYTHING
) -> list[Hit]:
    """The passages that answer the message, best first, at most `RETRIEVED`; none when the documents do not answer.

    `before` is the customer's message before this one. One search, as a rule; one more for each further question.
    """
    if before and goes_on(question):
        return await _relevant(tx, actor, narrowing, f"{before}\n{question}")
    asked = parts(question)
    if len(asked) > 1:
        # A later question leans on the earlier ones (`… and what does it cost?`).
        found = [
            await _relevant(tx, actor, narrowing, " ".join(asked[: place + 1])) for place in range(len(asked))
        ]
        alone = [await _relevant(tx, actor, narrowing, part) for part in asked[1:]]
        return _merged([found[0], *alone, *found[1:]])
    hits = await _relevant(tx, actor, narrowing, question)
    if hits or not before or len(question.split()) > SHORT_QUESTION_WORDS:
        return hits
    return await _relevant(tx, actor, narrowing, f"{before}\n{question}")


def searched_for(question: str, before: str | None) -> list[str]:
    """Every text that `find_passages` may search for: vectors that a vendor makes are made ahead of it."""
    asked = parts(question)
    prefixes = [" ".join(asked[: place + 1]) for place in range(len(asked))] if len(asked) > 1 else []
    follow_up = [f"{before}\n{question}"] if before else []
    return list(dict.fromkeys([question, *follow_up, *prefixes, *asked[1:]]))


async def _relevant(tx: AsyncSession, actor: Actor, narrowing: Narrowing, question: str) -> list[Hit]:
    found = await knowledge.find(tx, actor, question, RETRIEVED, narrowing)
    return found.hits if is_relevant(question, found.hits, found.embedder) else []


def _merged(found: Sequence[list[Hit]]) -> list[Hit]:
    """The best of each first, each passage once."""
    merged = {hit.chunk_id: hit for rank in zip_longest(*found) for hit in rank if hit is not None}
    return list(merged.values())[:RETRIEVED]
