"""Finding the passages that may answer a question: two statements, no statistics but the tenant's own.

`survey` tells how common each term is, where the tenant's vectors are, and whether anything is hidden from who asks.
`search_passages` then gathers candidates, by BM25 over the terms worth gathering by and by likeness of vectors, and
brings for each candidate how far it holds every term. How they are weighed against each other is `ranking.py`'s
business.

What makes it fast: the indexes hold all that is read from them (index-only scans); a small tenant's vectors are first
compared by the signs of their numbers (32 bytes instead of 1,024) and the nearest exactly, a large tenant's found by
HNSW; terms gather, the rarest first, until `MOST_READ` postings are read, the others are only looked up in the
candidates; and filters stand in those same indexes, in statements of their own, so that they cost nothing unused.
What must be looked up one by one says so (LATERAL … OFFSET 0): tenant and space are told
apart by the same rows, so the planner expects far too few of them and would join all to all.
The statements go to the driver directly, prepared: SQLAlchemy would take as long to pass them on as Postgres to answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID

from psycopg.types.numeric import Int4
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from echo_app.kit.statements import driver
from echo_app.knowledge.indexing import vector_text
from echo_app.knowledge.vectors import Space, Tier

# Postings are counted no further than this, unless the term stands in common_terms with its true number.
COMMON = 1_000
# Postings that a search reads to gather candidates by, all terms together.
MOST_READ = 2_500
# What a passage's length is compared with before there are any totals.
_USUAL_LENGTH = 90.0
_BY_TERMS = 40
_BY_VECTOR = 20
# How many are compared exactly, after the signs or the HNSW index have had their say.
_BY_SIGNS = 150
_BY_GRAPH = 60
# hnsw.ef_search: of the true nearest ten among 100,000, 200 finds 0.983 and 400 finds 0.993 (bench/search_scale.py).
GRAPH_EFFORT = 400

# BM25's saturation with k1 = 1.2 and b = 0.75 for bodies, k1 = 1 and b = 0 for titles, which count a little less.
_SATURATION = """CASE field WHEN 0 THEN 0.8::float8 * frequency / (frequency + 1)
    ELSE frequency / (frequency + 0.3::float8 + 0.9::float8 * length / %(average)s::float8) END"""

_SURVEY = f"""
    SELECT s.id, s.embedder, s.dimensions, s.state, s.tier, s.done, s.total, t.chunks, t.terms,
        (SELECT array_agg(coalesce(c.passages, (SELECT count(*) FROM (SELECT FROM postings
                WHERE tenant_id = %(tenant)s AND term = asked.term LIMIT {COMMON}) AS found)) ORDER BY place)
            FROM unnest(%(terms)s::text[]) WITH ORDINALITY AS asked (term, place)
            LEFT JOIN common_terms c ON c.tenant_id = %(tenant)s AND c.term = asked.term),
        open.numbers, open.others,
        CASE s.tier WHEN 'large' THEN set_config('hnsw.ef_search', '{GRAPH_EFFORT}', true)
            || set_config('hnsw.iterative_scan', 'relaxed_order', true) END
    FROM (SELECT array_agg(number) FILTER (WHERE seen) AS numbers, count(*) FILTER (WHERE NOT seen) AS others
        FROM (SELECT number, enabled AND (audience = 'public' OR %(signed_in)s)
                AND (%(sources)s::uuid[] IS NULL OR id = ANY(%(sources)s::uuid[])) AS seen
            FROM sources WHERE tenant_id = %(tenant)s) AS source) AS open
    LEFT JOIN vector_spaces s ON s.tenant_id = %(tenant)s AND s.state = 'active'
    LEFT JOIN knowledge_totals t ON t.tenant_id = %(tenant)s
"""

_SEARCH = f"""
    WITH asked AS MATERIALIZED (
        SELECT * FROM unnest(%(terms)s::text[], %(entries)s::int[], %(weights)s::float8[], %(gathering)s::bool[],
            %(probed)s::bool[]) AS asked (term, entry, weight, gathers, probed)
    ), gathered AS MATERIALIZED (
        SELECT chunk_id, entry, field, frequency, length, weight, probed FROM asked CROSS JOIN LATERAL (
            SELECT chunk_id, field, frequency, length FROM postings
            WHERE tenant_id = %(tenant)s AND term = asked.term {{narrowed}} LIMIT {MOST_READ}) AS posting
        WHERE gathers
    ), lexical AS MATERIALIZED (
        SELECT chunk_id FROM gathered
        GROUP BY chunk_id ORDER BY sum(weight * {_SATURATION}) DESC LIMIT {_BY_TERMS}
    ), {{dense}}, candidate AS MATERIALIZED (
        SELECT chunk_id FROM lexical UNION SELECT chunk_id FROM dense
    ), held AS MATERIALIZED (
        SELECT chunk_id, array_agg(entry) AS entries, array_agg(field) AS fields, array_agg(frequency) AS frequencies,
            array_agg(length) AS lengths, array_agg(weight) AS weights
        FROM (
            SELECT chunk_id, entry, field, frequency, length, weight FROM gathered
            WHERE NOT probed AND chunk_id IN (SELECT chunk_id FROM candidate)
            UNION ALL
            SELECT candidate.chunk_id, entry, field, frequency, length, weight
            FROM candidate CROSS JOIN asked CROSS JOIN LATERAL (
                SELECT field, frequency, length FROM postings
                WHERE tenant_id = %(tenant)s AND term = asked.term AND chunk_id = candidate.chunk_id OFFSET 0
            ) AS posting WHERE probed
        ) AS each GROUP BY chunk_id
    )
    SELECT chunks.id, document_id, title, heading, page, content, start_offset, end_offset, url,
        -(embedding <#> %(vector)s::vector) AS cosine, entries, fields, frequencies, lengths, weights
    FROM candidate
    JOIN chunks ON chunks.id = candidate.chunk_id
    JOIN documents ON documents.id = document_id AND retired_at IS NULL
    LEFT JOIN {{table}} AS place ON place.chunk_id = candidate.chunk_id AND place.space_id = %(space)s
    LEFT JOIN held ON held.chunk_id = candidate.chunk_id
    WHERE chunks.tenant_id = %(tenant)s
"""

_EXACT = f"""near AS MATERIALIZED (
        SELECT chunk_id FROM chunk_vectors
        WHERE tenant_id = %(tenant)s AND space_id = %(space)s {{narrowed}}
        ORDER BY signs <~> binary_quantize(%(vector)s::vector) LIMIT {_BY_SIGNS}
    ), dense AS MATERIALIZED (
        SELECT chunk_id FROM near CROSS JOIN LATERAL (
            SELECT embedding FROM chunk_vectors AS whole
            WHERE whole.chunk_id = near.chunk_id AND whole.space_id = %(space)s OFFSET 0) AS compared
        ORDER BY embedding <#> %(vector)s::vector LIMIT {_BY_VECTOR}
    )"""

_LARGE = f"""near AS MATERIALIZED (
        SELECT chunk_id, embedding FROM large_vectors
        WHERE tenant_id = %(tenant)s AND space_id = %(space)s AND dimensions = {{length}} {{narrowed}}
        ORDER BY embedding::halfvec({{length}}) <#> %(vector)s::halfvec({{length}}) LIMIT {_BY_GRAPH}
    ), dense AS MATERIALIZED (
        SELECT chunk_id FROM near ORDER BY embedding <#> %(vector)s::vector LIMIT {_BY_VECTOR}
    )"""

# The distinct terms with a beginning, one index descent each (a loose index scan).
_TERMS = text(
    """
    WITH RECURSIVE known AS (
        (SELECT term FROM postings WHERE tenant_id = :tenant AND term >= :first AND term < :last ORDER BY term LIMIT 1)
        UNION ALL
        SELECT (SELECT term FROM postings
            WHERE tenant_id = :tenant AND term > known.term AND term < :last ORDER BY term LIMIT 1)
        FROM known WHERE known.term IS NOT NULL
    )
    SELECT term FROM known WHERE term IS NOT NULL LIMIT :most
    """
)


@dataclass(frozen=True)
class Narrowing:
    """What a search is narrowed to: these sources (None: all), this language (None: any), and, for whom is not
    `signed_in` with the tenant, what is public. A source that is off is never searched."""

    sources: tuple[UUID, ...] | None = None
    language: str | None = None
    signed_in: bool = True


@dataclass(frozen=True)
class Survey:
    """How things stand before a search.

    `counts`: how many postings each term has (up to `COMMON`, where their number is not known better). `sources`: the
    numbers of those that may be searched; None when that is all of them.
    """

    space: Space | None
    chunks: int
    average_length: float
    counts: dict[str, int]
    sources: list[int] | None


@dataclass(frozen=True)
class SoughtTerm:
    """One term to look for: its weight, and whether it gathers candidates or is only counted in those that others
    gathered. `entry` is twice the number of the question's word it stands for, and one more for a synonym."""

    term: str
    entry: int
    weight: float
    gathers: bool
    # Looked up in every candidate: it gathers none, or not all.
    probed: bool


@dataclass(frozen=True)
class Candidate:
    """A passage that may answer. The lists run side by side: a posting of the term for `entries[i]`, whose weight is
    `weights[i]`, in the field `fields[i]` of `lengths[i]` terms, `frequencies[i]` times."""

    chunk_id: UUID
    document_id: UUID
    title: str
    heading: str
    page: int | None
    content: str
    start_offset: int
    end_offset: int
    url: str | None
    cosine: float | None
    entries: list[int] | None = field(default=None)
    fields: list[int] | None = field(default=None)
    frequencies: list[int] | None = field(default=None)
    lengths: list[int] | None = field(default=None)
    weights: list[float] | None = field(default=None)

    def in_body(self) -> frozenset[int]:
        """The entries whose term its body holds."""
        pairs = zip(self.entries or (), self.fields or (), strict=True)
        return frozenset(entry for entry, in_field in pairs if in_field)


async def survey(tx: AsyncSession, tenant_id: UUID, terms: Sequence[str], narrowing: Narrowing) -> Survey:
    """Everything a search must know before it begins; and sets, for this transaction, how a graph is walked."""
    rows = await _run(
        tx,
        _SURVEY,
        {
            "tenant": tenant_id,
            "terms": list(terms),
            "signed_in": narrowing.signed_in,
            "sources": None if narrowing.sources is None else list(narrowing.sources),
        },
    )
    row = rows[0]
    chunks, length = row[7] or 0, row[8] or 0
    return Survey(
        space=Space(*row[:7]) if row[0] is not None else None,
        chunks=chunks,
        average_length=length / chunks if chunks and length else _USUAL_LENGTH,
        counts=dict(zip(terms, row[9] or (), strict=True)),
        sources=(row[10] or []) if row[11] else None,
    )


async def list_terms(tx: AsyncSession, tenant_id: UUID, beginning: str, most: int = 2_000) -> list[str]:
    """The tenant's terms that begin so, in order."""
    last = beginning[:-1] + chr(ord(beginning[-1]) + 1)
    values = {"tenant": tenant_id, "first": beginning, "last": last, "most": most}
    return list((await tx.scalars(_TERMS, values)).all())


async def search_passages(
    tx: AsyncSession,
    tenant_id: UUID,
    found: Survey,
    space: Space,
    terms: Sequence[SoughtTerm],
    vector: Sequence[float],
    language: str | None = None,
) -> list[Candidate]:
    """Up to 60 candidates, in no order, of the sources that `found` lets through."""
    statement = search_statement(
        space.tier, space.dimensions, by_source=found.sources is not None, by_language=language is not None
    )
    rows = await _run(
        tx,
        statement,
        {
            "tenant": tenant_id,
            "space": space.id,
            "average": found.average_length,
            "terms": [sought.term for sought in terms],
            "entries": [Int4(sought.entry) for sought in terms],
            "weights": [sought.weight for sought in terms],
            "gathering": [sought.gathers for sought in terms],
            "probed": [sought.probed for sought in terms],
            "vector": vector_text(vector),
            "sources": [Int4(number) for number in found.sources or ()],
            "language": language,
        },
    )
    return [Candidate(*row) for row in rows]


@cache
def search_statement(
    tier: Tier,
    dimensions: int,
    *,
    by_source: bool = False,
    by_language: bool = False,
    nearest_only: bool = False,
) -> str:
    """The search's SQL for a tier; `nearest_only`: just the ids of the nearest by meaning, for a look at its recall."""
    narrowed = "AND source = ANY(%(sources)s::int[])" if by_source else ""
    narrowed += " AND language = %(language)s" if by_language else ""
    if tier == "large":
        dense, table = _LARGE.format(length=dimensions, narrowed=narrowed), "large_vectors"
    else:
        dense, table = _EXACT.format(narrowed=narrowed), "chunk_vectors"
    if nearest_only:
        return f"WITH {dense} SELECT chunk_id FROM dense"
    return _SEARCH.format(narrowed=narrowed, dense=dense, table=table)


async def _run(tx: AsyncSession, statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of a prepared statement, inside the session's transaction."""
    async with driver(tx).cursor(binary=True) as cursor:
        await cursor.execute(statement, values, prepare=True)
        return await cursor.fetchall()
