"""Many files at once, without a job each: for the command line and for benchmarks.

Files go through in batches: one is looked at, cut, embedded and kept while the one before is stored, in a few
statements for all of its documents. A document is found as soon as its batch is committed; half a document never is.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from echo_app import db
from echo_app.audit import service as audit
from echo_app.errors import EchoError
from echo_app.kit.clock import now
from echo_app.kit.ids import encode, new_id
from echo_app.knowledge import passage_rows, repository
from echo_app.knowledge.changes import publish_change
from echo_app.knowledge.embedding.passages import spaces_to_fill, store_vectors
from echo_app.knowledge.embedding.schemas import SpaceVectors
from echo_app.knowledge.growth import ask_for_upkeep
from echo_app.knowledge.indexing import PostingRow, body_terms
from echo_app.knowledge.ingestion import read_values
from echo_app.knowledge.isolation import SMALL, parse_safely
from echo_app.knowledge.parsing import parse
from echo_app.knowledge.passage_rows import PlacedPassage
from echo_app.knowledge.reading import Content, Cut, Outline, Progress, cut_up, embedded, portions_of
from echo_app.knowledge.sources import repository as sources
from echo_app.knowledge.uploads import Checked, check_quota, checked_file, storage_key
from echo_app.knowledge.vectors import Space
from echo_app.models import Document
from echo_app.providers.storage.base import storage
from echo_app.tenancy import Actor, Right, check_right

FILES_A_BATCH = 200
BYTES_A_BATCH = 2_000_000
WRITES_AT_ONCE = 8
_CHUNKS_AT_ONCE = 2_000


@dataclass(frozen=True)
class File:
    """A file to be taken in. Without a format its name's ending tells it, without a title its name is the title."""

    name: str
    content: bytes
    title: str = ""
    format: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of a file: a document (`known`: it was there already), or why not."""

    name: str
    document_id: UUID | None = None
    chunks: int = 0
    known: bool = False
    refusal: EchoError | None = None


@dataclass(frozen=True)
class _Place:
    """Where the documents of a batch go."""

    source_id: UUID
    source: int
    language: str | None
    spaces: list[Space]
    known: dict[str, UUID]


@dataclass(frozen=True)
class _Fresh:
    """A file whose bytes are new."""

    name: str
    file: Checked
    document: Document
    outline: Outline


@dataclass
class _Batch:
    outcomes: list[Outcome]
    read: list[tuple[_Fresh, Cut]] = field(default_factory=list)
    vectors: list[SpaceVectors] = field(default_factory=list)


async def ingest_files(actor: Actor, files: Iterable[File], told: Callable[[Outcome], None]) -> None:
    """Takes files in and tells what became of each, as soon as it is stored.

    Raises Forbidden, DocumentQuotaReached, EmbeddingFailed, EmbedderAway, SpacesChanged, StorageFailed.
    """
    check_right(actor, Right.KNOWLEDGE_WRITE)
    batches = _batches(files)
    waiting: asyncio.Task[_Batch] | None = _prepared_next(actor, batches)
    try:
        while waiting is not None:
            batch = await waiting
            waiting = _prepared_next(actor, batches)
            await _store(actor, batch)
            for outcome in batch.outcomes:
                told(outcome)
    finally:
        if waiting is not None:
            waiting.cancel()
            await asyncio.wait({waiting})


def _prepared_next(actor: Actor, batches: Iterator[list[File]]) -> "asyncio.Task[_Batch] | None":
    files = next(batches, None)
    return asyncio.create_task(_prepared(actor, files)) if files else None


def _batches(files: Iterable[File]) -> Iterator[list[File]]:
    batch: list[File] = []
    size = 0
    for file in files:
        batch.append(file)
        size += len(file.content)
        if len(batch) >= FILES_A_BATCH or size >= BYTES_A_BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


async def _prepared(actor: Actor, files: list[File]) -> _Batch:
    """Everything that can be done for a batch before it is stored."""
    # One way to a thread and back for all of them: for short files it takes longer than the work.
    looked_at = await asyncio.to_thread(lambda: [_look_at(file) for file in files])
    batch = _Batch([each for each in looked_at if isinstance(each, Outcome)])
    checked = [each for each in looked_at if not isinstance(each, Outcome)]
    async with db.transaction(actor) as tx:
        place = await _place(tx, actor, checked)
    fresh: list[_Fresh] = []
    for name, file in checked:
        if file.sha256 in place.known:
            batch.outcomes.append(Outcome(name, place.known[file.sha256], known=True))
        else:
            fresh.append(_fresh(actor, place, name, file))
            # The same bytes twice in one batch are one document too.
            place.known[file.sha256] = fresh[-1].document.id
    for each, cut in zip(fresh, await _cut(fresh), strict=True):
        if isinstance(cut, EchoError):
            batch.outcomes.append(Outcome(each.name, refusal=cut))
        else:
            batch.read.append((each, cut))
    if batch.read:
        cuts = [cut for _, cut in batch.read]
        batch.vectors, _ = await asyncio.gather(
            embedded(batch.read[0][0].outline, cuts, Progress()),
            _keep(actor, [each for each, _ in batch.read]),
        )
    return batch


def _look_at(file: File) -> "tuple[str, Checked] | Outcome":
    try:
        return file.name, checked_file(
            title=file.title, content=file.content, format=file.format, filename=file.name
        )
    except EchoError as refusal:
        return Outcome(file.name, refusal=refusal)


async def _place(tx: AsyncSession, actor: Actor, files: list[tuple[str, Checked]]) -> _Place:
    known = await repository.list_by_hash(tx, actor.tenant_id, [file.sha256 for _, file in files])
    await check_quota(tx, actor, sum(len(file.content) for _, file in files if file.sha256 not in known))
    source_id = await sources.default_source_id(tx, actor.tenant_id, "files")
    source = await sources.get_source(tx, actor.tenant_id, source_id)
    return _Place(
        source_id,
        source.number,
        source.language,
        await spaces_to_fill(tx, actor.tenant_id),
        {sha256: document.id for sha256, document in known.items()},
    )


def _fresh(actor: Actor, place: _Place, name: str, file: Checked) -> _Fresh:
    document_id = new_id()
    document = Document(
        id=document_id,
        tenant_id=actor.tenant_id,
        source_id=place.source_id,
        title=file.title,
        format=file.format,
        size_bytes=len(file.content),
        sha256=file.sha256,
        storage_key=storage_key(document_id, file.sha256),
        created_by=actor.id if actor.kind == "user" else None,
        started_at=now(),
    )
    outline = Outline(
        actor.tenant_id, document_id, file.title, file.format, place.source, place.language, place.spaces
    )
    return _Fresh(name, file, document, outline)


async def _cut(fresh: list[_Fresh]) -> list[Cut | EchoError]:
    """The passages of each, or why not: small texts all at once, the others each in a parser's process."""
    cuts = await asyncio.to_thread(lambda: [_cut_small(each) for each in fresh])
    return [cut if cut is not None else await _cut_alone(each) for each, cut in zip(fresh, cuts, strict=True)]


def _cut_small(each: _Fresh) -> Cut | EchoError | None:
    if each.file.format not in ("markdown", "text", "csv") or len(each.file.content) > SMALL:
        return None
    try:
        return cut_up(each.outline, parse(each.file.content, each.file.format))
    except EchoError as refusal:
        return refusal


async def _cut_alone(each: _Fresh) -> Cut | EchoError:
    try:
        parsed = await parse_safely(each.file.content, each.file.format)
        return await asyncio.to_thread(cut_up, each.outline, parsed)
    except EchoError as refusal:
        return refusal


async def _keep(actor: Actor, fresh: list[_Fresh]) -> None:
    """Stores the originals, some at a time."""
    places = asyncio.Semaphore(WRITES_AT_ONCE)

    async def put(each: _Fresh) -> None:
        async with places:
            await storage.get().put(actor.tenant_id, each.document.storage_key, each.file.content)

    await asyncio.gather(*(put(each) for each in fresh))


async def _store(actor: Actor, batch: _Batch) -> None:
    """Stores a batch in one transaction."""
    if not batch.read:
        return
    async with db.transaction(actor) as tx:
        for fresh, cut in batch.read:
            values = read_values(Content(cut), body_terms(cut.postings or []))
            # Validated where they were made; a table's model takes them as they are.
            for name, value in values.items():
                setattr(fresh.document, name, value)
        documents = [fresh.document for fresh, _ in batch.read]
        inserted = await repository.insert_documents(tx, actor.tenant_id, documents)
        await _store_passages(tx, actor, batch, inserted)
        for fresh, cut in batch.read:
            if fresh.document.id in inserted:
                facts = {"documentId": encode("doc", fresh.document.id), "chunks": len(cut.placed)}
                await audit.record(tx, actor, "document.create", facts)
        # One piece of news for all: a page that shows documents loads its list anew.
        await publish_change(tx, actor.tenant_id, documents[-1].id, "ready")
        await ask_for_upkeep(tx, actor.tenant_id)
    await _settle(actor, batch, inserted)


async def _store_passages(tx: AsyncSession, actor: Actor, batch: _Batch, inserted: set[UUID]) -> None:
    kept = [each for _, cut in batch.read for each in cut.placed if each.document_id in inserted]
    for start in range(0, len(kept), _CHUNKS_AT_ONCE):
        await passage_rows.insert_chunks(tx, actor.tenant_id, kept[start : start + _CHUNKS_AT_ONCE])
    # Vectors of passages that are not there are left out by the statement itself.
    everything = [each.id for _, cut in batch.read for each in cut.placed]
    await store_vectors(tx, actor, everything, batch.vectors)
    few: tuple[list[PlacedPassage], list[PostingRow]] = [], []
    for fresh, cut in batch.read:
        if fresh.document.id not in inserted:
            continue
        if cut.postings is not None:
            few[0].extend(cut.placed)
            few[1].extend(cut.postings)
            continue
        terms = 0
        async for placed, postings in portions_of(cut):
            terms += body_terms(postings)
            await passage_rows.insert_postings(tx, actor.tenant_id, placed, postings)
        await repository.set_document(tx, actor.tenant_id, fresh.document.id, now(), term_total=terms)
    if few[0]:
        await passage_rows.insert_postings(tx, actor.tenant_id, *few)


async def _settle(actor: Actor, batch: _Batch, inserted: set[UUID]) -> None:
    """Says what became of each; the bytes of those that somebody else was first with are forgotten."""
    for fresh, cut in batch.read:
        if fresh.document.id in inserted:
            batch.outcomes.append(Outcome(fresh.name, fresh.document.id, len(cut.placed)))
            continue
        await storage.get().delete(actor.tenant_id, fresh.document.storage_key)
        async with db.read_only(actor) as tx:
            first = await repository.get_by_hash(tx, actor.tenant_id, fresh.file.sha256)
        batch.outcomes.append(Outcome(fresh.name, first.id, known=True))
