"""Conflicts and duplicates among a tenant's passages: found after a document was read, listed, dismissed."""

import asyncio
import hashlib
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from echo_app import realtime
from echo_app.audit import service as audit
from echo_app.kit.clock import now
from echo_app.kit.ids import encode
from echo_app.knowledge.errors import FindingNotFound
from echo_app.knowledge.findings import repository
from echo_app.knowledge.findings.comparing import Difference, Side, compared
from echo_app.knowledge.findings.schemas import FindingRow, Neighbour, NewFinding
from echo_app.knowledge.vectors import find_space
from echo_app.tenancy import Actor, Right, check_right

# As near as two passages must be to be compared at all.
_NEAR = 0.6
# Of one document: who reads more has long seen what is wrong.
MOST_FINDINGS = 50
LONGEST_QUOTE = 1_000


async def compare_document(tx: AsyncSession, actor: Actor, document_id: UUID) -> int:
    """Looks for what the document's passages have in common with others', and stores it; says how much."""
    space = await find_space(tx, actor.tenant_id)
    if space is None:
        return 0
    neighbours = await repository.list_neighbours(tx, actor.tenant_id, space, document_id, _NEAR)
    # Thousands of pairs take seconds: not on the loop that tells the queue we are alive.
    found = await asyncio.to_thread(_differences, neighbours)
    kept = found[:MOST_FINDINGS]
    await repository.replace_findings(tx, actor.tenant_id, document_id, kept, now())
    return len(kept)


def _differences(neighbours: list[Neighbour]) -> list[NewFinding]:
    found: dict[str, NewFinding] = {}
    for near in neighbours:
        one = Side(near.title, near.heading, near.content)
        other = Side(near.other_title, near.other_heading, near.other_content)
        for difference in compared(one, other):
            finding = _finding(near, difference)
            found.setdefault(finding.fingerprint, finding)
    return list(found.values())


async def compare_documents(tx: AsyncSession, actor: Actor, limit: int) -> int:
    """Compares some of the documents that were read since they were last compared, and tells the tenant's open pages,
    on commit; says how many, 0 when none is left."""
    uncompared = await repository.list_uncompared(tx, actor.tenant_id, limit)
    for document_id, version in uncompared:
        await compare_document(tx, actor, document_id)
        await repository.set_compared(tx, actor.tenant_id, document_id, version)
    if uncompared:
        await realtime.publish(tx, realtime.News("finding", str(actor.tenant_id)))
    return len(uncompared)


async def list_findings(
    tx: AsyncSession, actor: Actor, *, document_id: UUID | None = None, limit: int = 50
) -> list[FindingRow]:
    """What nobody has dismissed, conflicts first; of one document or of all."""
    check_right(actor, Right.KNOWLEDGE_READ)
    return await repository.list_findings(tx, actor.tenant_id, document_id=document_id, limit=limit)


async def dismiss_finding(tx: AsyncSession, actor: Actor, finding_id: UUID) -> None:
    """It is not shown again, also when its documents are read anew. Raises FindingNotFound."""
    check_right(actor, Right.KNOWLEDGE_WRITE)
    user_id = actor.id if actor.kind == "user" else None
    if not await repository.dismiss_finding(tx, actor.tenant_id, finding_id, user_id, now()):
        raise FindingNotFound()
    await audit.record(tx, actor, "finding.dismiss", {"findingId": encode("fin", finding_id)})


async def restore_finding(tx: AsyncSession, actor: Actor, finding_id: UUID) -> None:
    """Takes a dismissal back. Raises FindingNotFound."""
    check_right(actor, Right.KNOWLEDGE_WRITE)
    if not await repository.restore_finding(tx, actor.tenant_id, finding_id):
        raise FindingNotFound()
    await audit.record(tx, actor, "finding.restore", {"findingId": encode("fin", finding_id)})


async def count_findings(tx: AsyncSession, actor: Actor) -> int:
    """How many nobody has dismissed."""
    check_right(actor, Right.KNOWLEDGE_READ)
    return await repository.count_findings(tx, actor.tenant_id)


def _finding(near: Neighbour, difference: Difference) -> NewFinding:
    # The same whichever of the two was read last.
    sides = "\0".join(sorted((difference.quote, difference.other_quote)))
    places = "\0".join(sorted((near.title, near.other_title)))
    told = f"{difference.kind}\0{sides}\0{places}"
    return NewFinding(
        difference.kind,
        difference.about,
        hashlib.sha256(told.encode()).hexdigest(),
        near.chunk_id,
        difference.quote[:LONGEST_QUOTE],
        near.other_document_id,
        near.other_chunk_id,
        difference.other_quote[:LONGEST_QUOTE],
    )
