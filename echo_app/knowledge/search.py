"""One question to the tenant's documents, from its words to ranked passages."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from echo_app.kit.language.matching import AskedWord, asked_words, closest, looks_like_asking
from echo_app.knowledge import retrieval
from echo_app.knowledge.ranking import plan, rank
from echo_app.knowledge.retrieval import Narrowing
from echo_app.knowledge.schemas import Found
from echo_app.knowledge.vectors import Space
from echo_app.providers.embeddings.base import Vector

# A longer question is read only so far: more words find nothing better, and each costs time.
LONGEST_QUERY = 2_000
MOST_WORDS = 40
EVERYTHING = Narrowing()
_SHORTEST_CORRECTED = 4
_MOST_CORRECTED = 4
_SHORTEST_PART = 5


async def search(
    tx: AsyncSession,
    tenant_id: UUID,
    query: str,
    limit: int,
    embed: Callable[[Space], Awaitable[Vector | None]],
    narrowing: Narrowing = EVERYTHING,
) -> Found:
    """The best passages first; empty only when the tenant has none. `embed` gives the query's vector in the tenant's
    active space, None when it cannot be had just now."""
    asked = asked_words(query[:LONGEST_QUERY])[:MOST_WORDS]
    terms = sorted({term for word in asked for term in word.terms | word.related})
    found = await retrieval.survey(tx, tenant_id, terms, narrowing)
    if found.space is None or found.chunks == 0 or found.sources == []:
        return Found([])
    asked = await _corrected(tx, tenant_id, asked, found.counts)
    sought = plan(query[:LONGEST_QUERY], asked, found.counts, found.chunks, found.average_length)
    vector = await embed(found.space)
    # As near to one passage as to another.
    meaning = vector or [0.0] * found.space.dimensions
    candidates = await retrieval.search_passages(
        tx, tenant_id, found, found.space, sought.terms, meaning, narrowing.language
    )
    hits = rank(candidates, sought, limit)
    if vector is None:
        return Found(hits, lexical_only=True)
    return Found(hits, embedder=found.space.embedder)


async def _corrected(
    tx: AsyncSession, tenant_id: UUID, asked: list[AskedWord], counts: dict[str, int]
) -> list[AskedWord]:
    """Words that no document holds, read as typos of words that some do. Adds those words' terms to `counts`."""
    corrected = list(asked)
    unknown = [
        number
        for number, word in enumerate(asked)
        if word.terms and len(word.word) >= _SHORTEST_CORRECTED and not word.asking and word.word.isalpha()
        if not any(counts.get(term, 0) for term in word.terms | word.related)
    ]
    for number in unknown[:_MOST_CORRECTED]:
        word = asked[number]
        if looks_like_asking(word.word):
            corrected[number] = replace(word, asking=True)
            continue
        found = await _meant(tx, tenant_id, word)
        if found is not None:
            counts.update((await retrieval.survey(tx, tenant_id, [found], EVERYTHING)).counts)
            corrected[number] = replace(word, terms=word.terms | {found})
    return corrected


async def _meant(tx: AsyncSession, tenant_id: UUID, word: AskedWord) -> str | None:
    """The known term that the word is a typo of, or the first part of a compound with (`Rückgabefrist`)."""
    for term in sorted(word.terms):
        neighbours = await retrieval.list_terms(tx, tenant_id, term[:2])
        if found := closest(term, neighbours):
            return found
        parts = [near for near in neighbours if len(near) >= _SHORTEST_PART and term.startswith(near)]
        if parts:
            return max(parts, key=len)
    return None
