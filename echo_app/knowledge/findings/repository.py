"""Findings as they are stored, and the passages that are worth comparing."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from echo_app.kit.ids import new_id
from echo_app.knowledge.findings.schemas import FindingRow, FindingSide, Neighbour, NewFinding
from echo_app.knowledge.vectors import Space

_NEAREST = 6

# Each passage's nearest, by the signs of their vectors in a small tenant, by the graph in a large one.
_BY_SIGNS = f"""
    SELECT v.chunk_id, v.embedding FROM chunk_vectors v
    WHERE v.tenant_id = :tenant AND v.space_id = :space ORDER BY v.signs <~> own.signs LIMIT {4 * _NEAREST}"""
_BY_GRAPH = f"""
    SELECT v.chunk_id, v.embedding FROM large_vectors v
    WHERE v.tenant_id = :tenant AND v.space_id = :space AND v.dimensions = {{length}}
    ORDER BY v.embedding::halfvec({{length}}) <#> own.embedding::halfvec({{length}}) LIMIT {4 * _NEAREST}"""
_NEIGHBOURS = """
    SELECT mine.id, mine_document.title, mine.heading, mine.content,
        near.document_id, near.id, near.title, near.heading, near.content
    FROM chunks mine
    JOIN documents mine_document ON mine_document.id = mine.document_id
    JOIN {table} own ON own.chunk_id = mine.id AND own.space_id = :space
    CROSS JOIN LATERAL (
        SELECT chunks.id, chunks.document_id, documents.title, chunks.heading, chunks.content
        FROM ({nearest}) AS close
        JOIN chunks ON chunks.id = close.chunk_id
        JOIN documents ON documents.id = chunks.document_id
        WHERE chunks.document_id <> mine.document_id AND documents.retired_at IS NULL
            AND -(close.embedding <#> own.embedding) >= :least
        ORDER BY close.embedding <#> own.embedding LIMIT {most}
    ) AS near
    WHERE mine.tenant_id = :tenant AND mine.document_id = :document
    ORDER BY mine.position
"""

_INSERT = text(
    """
    INSERT INTO findings (id, tenant_id, kind, about, fingerprint, document_id, chunk_id, quote, other_document_id,
        other_chunk_id, other_quote, created_at)
    VALUES (:id, :tenant, :kind, :about, :fingerprint, :document, :chunk, :quote, :other_document, :other_chunk,
        :other_quote, :at)
    ON CONFLICT (tenant_id, fingerprint) DO UPDATE SET document_id = excluded.document_id,
        chunk_id = excluded.chunk_id, quote = excluded.quote, other_document_id = excluded.other_document_id,
        other_chunk_id = excluded.other_chunk_id, other_quote = excluded.other_quote
    """
)
_DELETE_OTHERS = text(
    """
    DELETE FROM findings WHERE tenant_id = :tenant AND :document IN (document_id, other_document_id)
        AND fingerprint <> ALL(CAST(:kept AS varchar[]))
    """
)
# What is retired, or of a source that is off, contradicts nobody.
_LIST = text(
    """
    SELECT f.id, f.kind, f.about, f.created_at, f.document_id, f.chunk_id, d.title, c.heading, c.page, f.quote,
        f.other_document_id, f.other_chunk_id, other_d.title, other_c.heading, other_c.page, f.other_quote
    FROM findings f
    JOIN documents d ON d.id = f.document_id AND d.retired_at IS NULL
    JOIN sources s ON s.id = d.source_id AND s.enabled
    JOIN documents other_d ON other_d.id = f.other_document_id AND other_d.retired_at IS NULL
    JOIN sources other_s ON other_s.id = other_d.source_id AND other_s.enabled
    JOIN chunks c ON c.id = f.chunk_id
    JOIN chunks other_c ON other_c.id = f.other_chunk_id
    WHERE f.tenant_id = :tenant AND f.dismissed_at IS NULL
        AND (CAST(:document AS uuid) IS NULL OR :document IN (f.document_id, f.other_document_id))
    ORDER BY f.kind, f.id DESC LIMIT :limit
    """
)
_COUNT = text(
    """
    SELECT count(*) FROM findings f
    JOIN documents d ON d.id = f.document_id AND d.retired_at IS NULL
    JOIN sources s ON s.id = d.source_id AND s.enabled
    JOIN documents other_d ON other_d.id = f.other_document_id AND other_d.retired_at IS NULL
    JOIN sources other_s ON other_s.id = other_d.source_id AND other_s.enabled
    JOIN chunks c ON c.id = f.chunk_id
    JOIN chunks other_c ON other_c.id = f.other_chunk_id
    WHERE f.tenant_id = :tenant AND f.dismissed_at IS NULL
    """
)


async def list_neighbours(
    tx: AsyncSession, tenant_id: UUID, space: Space, document_id: UUID, least: float
) -> list[Neighbour]:
    """Of each of the document's passages those of other documents that are near (cosine of at least `least`)."""
    large = space.tier == "large"
    statement = _NEIGHBOURS.format(
        table="large_vectors" if large else "chunk_vectors",
        nearest=_BY_GRAPH.format(length=space.dimensions) if large else _BY_SIGNS,
        most=_NEAREST,
    )
    values = {"tenant": tenant_id, "space": space.id, "document": document_id, "least": least}
    return [Neighbour(*row) for row in (await tx.execute(text(statement), values)).all()]


async def list_uncompared(tx: AsyncSession, tenant_id: UUID, limit: int) -> list[tuple[UUID, int]]:
    """Documents that were read since they were last compared, with their version."""
    rows = await tx.execute(
        text(
            "SELECT id, version FROM documents WHERE tenant_id = :tenant AND status = 'ready'"
            " AND compared_version <> version LIMIT :limit"
        ),
        {"tenant": tenant_id, "limit": limit},
    )
    return [(document_id, version) for document_id, version in rows]


async def set_compared(tx: AsyncSession, tenant_id: UUID, document_id: UUID, version: int) -> None:
    await tx.execute(
        text("UPDATE documents SET compared_version = :version WHERE tenant_id = :tenant AND id = :document"),
        {"tenant": tenant_id, "document": document_id, "version": version},
    )


async def replace_findings(
    tx: AsyncSession, tenant_id: UUID, document_id: UUID, found: Sequence[NewFinding], at: datetime
) -> None:
    """Stores what was found of a document; what is not found any more is forgotten, what was dismissed stays so."""
    for finding in found:
        await tx.execute(
            _INSERT,
            {
                "id": new_id(),
                "tenant": tenant_id,
                "kind": finding.kind,
                "about": finding.about,
                "fingerprint": finding.fingerprint,
                "document": document_id,
                "chunk": finding.chunk_id,
                "quote": finding.quote,
                "other_document": finding.other_document_id,
                "other_chunk": finding.other_chunk_id,
                "other_quote": finding.other_quote,
                "at": at,
            },
        )
    kept = [finding.fingerprint for finding in found]
    await tx.execute(_DELETE_OTHERS, {"tenant": tenant_id, "document": document_id, "kept": kept})


async def list_findings(
    tx: AsyncSession, tenant_id: UUID, *, document_id: UUID | None, limit: int
) -> list[FindingRow]:
    """Conflicts before duplicates, the newest first; what was dismissed is left out."""
    rows = await tx.execute(_LIST, {"tenant": tenant_id, "document": document_id, "limit": limit})
    return [
        FindingRow(row[0], row[1], row[2], FindingSide(*row[4:10]), FindingSide(*row[10:16]), row[3])
        for row in rows
    ]


async def dismiss_finding(
    tx: AsyncSession, tenant_id: UUID, finding_id: UUID, user_id: UUID | None, at: datetime
) -> bool:
    """False when there is none of this id that was not dismissed before."""
    done = await tx.execute(
        text(
            "UPDATE findings SET dismissed_at = :at, dismissed_by = :user"
            " WHERE tenant_id = :tenant AND id = :finding AND dismissed_at IS NULL RETURNING id"
        ),
        {"tenant": tenant_id, "finding": finding_id, "user": user_id, "at": at},
    )
    return done.first() is not None


async def restore_finding(tx: AsyncSession, tenant_id: UUID, finding_id: UUID) -> bool:
    """False when there is none of this id that was dismissed."""
    done = await tx.execute(
        text(
            "UPDATE findings SET dismissed_at = NULL, dismissed_by = NULL"
            " WHERE tenant_id = :tenant AND id = :finding AND dismissed_at IS NOT NULL RETURNING id"
        ),
        {"tenant": tenant_id, "finding": finding_id},
    )
    return done.first() is not None


async def count_findings(tx: AsyncSession, tenant_id: UUID) -> int:
    """How many `list_findings` would give without a limit."""
    return int((await tx.execute(_COUNT, {"tenant": tenant_id})).scalar_one())
