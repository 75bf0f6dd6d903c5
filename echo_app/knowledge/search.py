"""One question to the tenant's documents, from its words to ranked passages."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from echo_app.kit.language.matching import AskedWord, asked_words, closest, looks_like_asking
from echo_app.knowledge import retrieval
from echo_app.knowledge.ranking import plan, rank
from echo_app.knowledge.schemas import Hit
from echo_app.providers.embeddings.base import Vector

# A longer question is read only so far: more words find nothing better, and each costs time.
LONGEST_QUERY = 2_000
MOST_WORDS = 40
_SHORTEST_CORRECTED = 4
_MOST_CORRECTED = 4
_SHORTEST_PART = 5


async def search(tx: AsyncSession, tenant_id: UUID, query: str, vector: Vector, limit: int) -> list[Hit]:
    """The best passages first; empty only when the tenant has none. `vector` is the query's embedding."""
    asked = asked_words(query[:LONGEST_QUERY])[:MOST_WORDS]
    terms = sorted({term for word in asked for term in word.terms | word.related})
    counts, total = await retrieval.count_terms(tx, tenant_id, terms)
    if total == 0:
        return []
    asked = await _corrected(tx, tenant_id, asked, counts)
    sought = plan(asked, counts, total)
    candidates = await retrieval.search_passages(tx, tenant_id, sought.terms, vector)
    return rank(candidates, sought, limit)


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
            counts.update((await retrieval.count_terms(tx, tenant_id, [found]))[0])
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
