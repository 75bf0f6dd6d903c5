"""Passages and the terms they are found by, as they are stored: those of many documents in a few statements.

COPY is refused on tables with row-level security; rows out of arrays are nearly as fast.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from echo_app.knowledge.chunking import Passage
from echo_app.knowledge.indexing import PostingRow

_BATCH = 20_000
# The largest number of the columns for frequency and length.
_MOST = 32_767


@dataclass(frozen=True)
class PlacedPassage:
    """A passage of a document. `source` is its source's number, `language` the document's (ISO 639-1)."""

    id: UUID
    document_id: UUID
    position: int
    passage: Passage
    source: int
    language: str


_INSERT_CHUNKS = text(
    """
    INSERT INTO chunks (id, tenant_id, document_id, position, heading, page, start_offset, end_offset, content,
        token_count)
    SELECT id, :tenant, document, position, heading, page, start_offset, end_offset, content, token_count
    FROM unnest(CAST(:ids AS uuid[]), CAST(:documents AS uuid[]), CAST(:positions AS int[]),
        CAST(:headings AS text[]), CAST(:pages AS int[]), CAST(:starts AS int[]), CAST(:ends AS int[]),
        CAST(:contents AS text[]), CAST(:tokens AS int[]))
        AS row (id, document, position, heading, page, start_offset, end_offset, content, token_count)
    """
)
# In the order of the terms: the rows of one term lie together, which is how they are read. What a passage has in common
# is sent once and looked up by its place.
_INSERT_POSTINGS = text(
    """
    INSERT INTO postings (tenant_id, term, chunk_id, field, document_id, frequency, length, source, language)
    SELECT :tenant, term, (CAST(:ids AS uuid[]))[place], field, (CAST(:documents AS uuid[]))[place], frequency, length,
        (CAST(:sources AS int[]))[place], (CAST(:languages AS text[]))[(CAST(:spoken AS int[]))[place]]
    FROM unnest(CAST(:terms AS text[]), CAST(:places AS int[]), CAST(:fields AS smallint[]),
        CAST(:frequencies AS smallint[]), CAST(:lengths AS smallint[])) AS row (term, place, field, frequency, length)
    """
)


async def insert_chunks(tx: AsyncSession, tenant_id: UUID, placed: Sequence[PlacedPassage]) -> None:
    await tx.execute(
        _INSERT_CHUNKS,
        {
            "tenant": tenant_id,
            "ids": [each.id for each in placed],
            "documents": [each.document_id for each in placed],
            "positions": [each.position for each in placed],
            "headings": [each.passage.heading for each in placed],
            "pages": [each.passage.page for each in placed],
            "starts": [each.passage.start for each in placed],
            "ends": [each.passage.end for each in placed],
            "contents": [each.passage.content for each in placed],
            "tokens": [each.passage.token_count for each in placed],
        },
    )


async def insert_postings(
    tx: AsyncSession, tenant_id: UUID, placed: Sequence[PlacedPassage], postings: Sequence[PostingRow]
) -> None:
    """Stores the terms of these passages, which are stored already."""
    places = {each.id: place for place, each in enumerate(placed, 1)}
    languages = sorted({each.language for each in placed})
    common = {
        "tenant": tenant_id,
        "ids": [each.id for each in placed],
        "documents": [each.document_id for each in placed],
        "sources": [each.source for each in placed],
        "languages": languages,
        "spoken": [languages.index(each.language) + 1 for each in placed],
    }
    rows = sorted(postings, key=lambda row: row.term)
    for start in range(0, len(rows), _BATCH):
        batch = rows[start : start + _BATCH]
        await tx.execute(
            _INSERT_POSTINGS,
            common
            | {
                "terms": [row.term for row in batch],
                "places": [places[row.chunk_id] for row in batch],
                "fields": [row.field for row in batch],
                "frequencies": [min(row.frequency, _MOST) for row in batch],
                "lengths": [min(row.length, _MOST) for row in batch],
            },
        )
