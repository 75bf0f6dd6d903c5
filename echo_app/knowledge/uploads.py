"""Files that a tenant gives: taken in, replaced by a new version, unpacked from a ZIP."""

import asyncio
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from echo_app.audit import service as audit
from echo_app.errors import EchoError
from echo_app.kit.clock import now
from echo_app.kit.ids import encode, new_id
from echo_app.knowledge import repository
from echo_app.knowledge.changes import defer_forget, defer_ingest, publish_change
from echo_app.knowledge.errors import (
    ArchiveNested,
    ArchiveWithoutDocuments,
    DocumentAlreadyThere,
    DocumentNotAFile,
    DocumentNotFound,
    DocumentQuotaReached,
    DocumentTitleMissing,
    DocumentTooLarge,
    DocumentUrlInvalid,
)
from echo_app.knowledge.parsers.zip_guard import opened, unpacked
from echo_app.knowledge.parsing import Format, check_content, format_of
from echo_app.knowledge.schemas import DocumentRow, LockedDocument, MemberResult
from echo_app.knowledge.sources import repository as sources
from echo_app.models import Document
from echo_app.providers.storage.base import storage
from echo_app.tenancy import Actor, Right, check_right

LARGEST_DOCUMENT = 25_000_000
LONGEST_TITLE = 300
LONGEST_URL = 2_000
MEDIA_TYPES: dict[Format, str] = {
    "markdown": "text/markdown",
    "text": "text/plain",
    "html": "text/html",
    "csv": "text/csv",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "zip": "application/zip",
}
_ENDINGS: dict[Format, str] = {"markdown": "md", "text": "txt"}
# What systems put into archives beside what a person did.
_LITTER = ("__macosx/", ".ds_store", "thumbs.db", "desktop.ini")


@dataclass(frozen=True)
class Checked:
    """A file that was looked at and may be kept."""

    title: str
    content: bytes
    format: Format
    sha256: str
    url: str | None = None


async def add_document(
    tx: AsyncSession,
    actor: Actor,
    *,
    title: str,
    content: bytes,
    format: str | None = None,
    filename: str | None = None,
    url: str | None = None,
) -> Document:
    """Keeps the bytes and defers reading them (`document.ingest`). The same bytes twice are one document.

    Without `format` (`markdown`, `text`, `html`, `csv`, `pdf`, `docx`) the filename's ending tells it; without a title
    its name is the title. Raises Forbidden, DocumentTooLarge, DocumentEmpty, DocumentTypeUnsupported, DocumentBinary,
    DocumentEncodingUnknown, OfficeEncrypted, OldWordFormat, ArchiveNested (for a ZIP: see `add_archive`),
    DocumentTitleMissing, DocumentUrlInvalid, DocumentQuotaReached, StorageFailed.
    """
    check_right(actor, Right.KNOWLEDGE_WRITE)
    checked = await check_file(title=title, content=content, format=format, filename=filename, url=url)
    return (await _kept(tx, actor, [checked]))[0]


async def add_archive(tx: AsyncSession, actor: Actor, content: bytes) -> list[MemberResult]:
    """Unpacks a ZIP and takes in each file of it as a document of its own, in their order.

    What is wrong with a member is told beside its name, and the others are taken. Raises Forbidden, ArchiveDamaged,
    ArchiveEncrypted, ArchiveTooDemanding, ArchiveWithoutDocuments, DocumentTooLarge, DocumentQuotaReached.
    """
    check_right(actor, Right.KNOWLEDGE_WRITE)
    if len(content) > LARGEST_DOCUMENT:
        raise DocumentTooLarge(bytes=len(content), limit=LARGEST_DOCUMENT)
    # Unpacking 100 MB takes a second: not on the loop that serves everybody.
    members = await asyncio.to_thread(_members, content)
    if not members:
        raise ArchiveWithoutDocuments()
    kept = await _kept(tx, actor, [checked for _, checked in members if isinstance(checked, Checked)])
    documents = iter(kept)
    return [
        MemberResult(name, (document := next(documents)).id, document.status, None, None)
        if isinstance(checked, Checked)
        else MemberResult(name, None, "failed", checked.code, checked.message)
        for name, checked in members
    ]


def is_archive(content: bytes) -> bool:
    """Whether these bytes are a ZIP of documents, and not one that is itself a document (Word)."""
    try:
        return content.startswith(b"PK") and check_content(content, "zip") == "zip"
    except EchoError:
        return False


async def replace_document(
    tx: AsyncSession,
    actor: Actor,
    document_id: UUID,
    *,
    content: bytes,
    title: str | None = None,
    format: str | None = None,
    filename: str | None = None,
) -> DocumentRow:
    """A new version of a document. What is found of the old one stays until the new one has been read, and if it
    cannot be read.

    Raises what `add_document` raises, DocumentNotFound, DocumentNotAFile, DocumentAlreadyThere.
    """
    check_right(actor, Right.KNOWLEDGE_WRITE)
    document = await _locked_file(tx, actor, document_id)
    promised = format or (format_of(filename) if filename else document.format)
    checked = await check_file(title=title or document.title, content=content, format=promised)
    if checked.sha256 == document.sha256 and document.status == "ready":
        if checked.title == document.title:
            return await repository.get_document_row(tx, actor.tenant_id, document_id)
    else:
        same = await repository.find_by_hash(tx, actor.tenant_id, checked.sha256)
        if same is not None and same.id != document_id:
            raise DocumentAlreadyThere(documentId=encode("doc", same.id))
    await check_quota(tx, actor, len(content) - document.size_bytes)
    key = storage_key(document_id, checked.sha256)
    if key != document.storage_key:
        await storage.get().put(actor.tenant_id, key, content)
        await defer_forget(tx, actor.tenant_id, document_id, document.storage_key)
    await repository.set_document(
        tx,
        actor.tenant_id,
        document_id,
        now(),
        title=checked.title,
        format=checked.format,
        size_bytes=len(content),
        sha256=checked.sha256,
        storage_key=key,
        status="queued",
        error_code=None,
        error=None,
        # A job that is reading the old bytes finds a higher version and lets go.
        version=document.version + 1,
    )
    await defer_ingest(tx, actor.tenant_id, document_id)
    await audit.record(tx, actor, "document.replace", facts(document_id, checked.format, len(content)))
    await publish_change(tx, actor.tenant_id, document_id, "queued")
    return await repository.get_document_row(tx, actor.tenant_id, document_id)


async def check_file(
    *,
    title: str,
    content: bytes,
    format: str | None = None,
    filename: str | None = None,
    url: str | None = None,
) -> Checked:
    """Looks at a file before anything is stored. Raises the refusals named at `add_document`."""
    # 25 MB take a tenth of a second: not on the loop that serves everybody.
    return await asyncio.to_thread(
        checked_file, title=title, content=content, format=format, filename=filename, url=url
    )


def checked_file(
    *,
    title: str,
    content: bytes,
    format: str | None = None,
    filename: str | None = None,
    url: str | None = None,
) -> Checked:
    """See `check_file`."""
    if len(content) > LARGEST_DOCUMENT:
        raise DocumentTooLarge(bytes=len(content), limit=LARGEST_DOCUMENT)
    chosen, address = _checked_title(title, filename), _checked_url(url)
    found = check_content(content, format if format is not None else format_of(filename or ""))
    if found == "zip":
        # As a document of its own, or inside another ZIP.
        raise ArchiveNested()
    return Checked(chosen, content, found, hashlib.sha256(content).hexdigest(), address)


async def check_quota(tx: AsyncSession, actor: Actor, more: int) -> None:
    """Raises DocumentQuotaReached when the tenant may not keep so many more bytes."""
    quota = storage.get().quota
    if quota is None or more <= 0:
        return
    kept = await repository.stored_bytes(tx, actor.tenant_id)
    if kept + more > quota:
        raise DocumentQuotaReached(bytes=kept, limit=quota)


def storage_key(document_id: UUID, sha256: str) -> str:
    """A key of its own for each content: a rollback must find the old bytes as they were."""
    return f"documents/{document_id.hex}/{sha256[:32]}"


def facts(document_id: UUID, format: str, size: int) -> dict[str, Any]:
    """What the audit log says of a document."""
    return {"documentId": encode("doc", document_id), "format": format, "bytes": size}


async def _kept(tx: AsyncSession, actor: Actor, files: list[Checked]) -> list[Document]:
    """The documents of these files, in their order, each with a job where it is new."""
    known = await repository.list_by_hash(tx, actor.tenant_id, [each.sha256 for each in files])
    fresh = {each.sha256: each for each in files if each.sha256 not in known}
    if fresh:
        await check_quota(tx, actor, sum(len(each.content) for each in fresh.values()))
        source_id = await sources.default_source_id(tx, actor.tenant_id, "files")
        made = [_document(actor, source_id, each) for each in fresh.values()]
        inserted = await repository.insert_documents(tx, actor.tenant_id, made)
        for document in made:
            if document.id not in inserted:
                # Somebody uploaded the same bytes at the same moment, and was first.
                document = await repository.get_by_hash(tx, actor.tenant_id, document.sha256)
            else:
                content = fresh[document.sha256].content
                await storage.get().put(actor.tenant_id, document.storage_key, content)
                await defer_ingest(tx, actor.tenant_id, document.id)
                await audit.record(
                    tx, actor, "document.create", facts(document.id, document.format, document.size_bytes)
                )
                await publish_change(tx, actor.tenant_id, document.id, "queued")
            known[document.sha256] = document
    return [known[each.sha256] for each in files]


def _document(actor: Actor, source_id: UUID, checked: Checked) -> Document:
    document_id = new_id()
    return Document(
        id=document_id,
        tenant_id=actor.tenant_id,
        source_id=source_id,
        title=checked.title,
        format=checked.format,
        size_bytes=len(checked.content),
        sha256=checked.sha256,
        storage_key=storage_key(document_id, checked.sha256),
        url=checked.url,
        created_by=actor.id if actor.kind == "user" else None,
    )


async def _locked_file(tx: AsyncSession, actor: Actor, document_id: UUID) -> LockedDocument:
    document = await repository.lock_document(tx, actor.tenant_id, document_id)
    if document is None:
        raise DocumentNotFound()
    if document.kind != "file":
        raise DocumentNotAFile()
    return document


def archive_members(content: bytes) -> Iterator[tuple[str, bytes | EchoError]]:
    """(name, its bytes or why it is no document) of each file in a ZIP, unpacked one after the other.

    Raises ArchiveDamaged, ArchiveEncrypted, ArchiveTooDemanding.
    """
    archive = opened(content)
    for member in archive.infolist():
        if member.is_dir() or _is_litter(member.filename):
            continue
        name = shown_name(member.filename)
        try:
            if member.file_size > LARGEST_DOCUMENT:
                raise DocumentTooLarge(bytes=member.file_size, limit=LARGEST_DOCUMENT)
            # Before it is unpacked: what is not read anyway costs nothing.
            format_of(name)
            yield name, unpacked(archive, member, LARGEST_DOCUMENT)
        except EchoError as refusal:
            yield name, refusal


def _members(content: bytes) -> list[tuple[str, Checked | EchoError]]:
    found: list[tuple[str, Checked | EchoError]] = []
    for name, member in archive_members(content):
        if isinstance(member, bytes):
            try:
                found.append((name, checked_file(title="", content=member, filename=name)))
            except EchoError as refusal:
                found.append((name, refusal))
        else:
            found.append((name, member))
    return found


def shown_name(name: str) -> str:
    """The last part of a path, harmless to show. A name is never used to read or write a file."""
    last = PurePosixPath(name.replace("\\", "/")).name
    return "".join(sign for sign in last if sign.isprintable())[-200:] or "document"


def file_name(title: str, format: Format) -> str:
    """What a document is called when it is saved."""
    safe = "".join(sign if sign.isalnum() or sign in " .-_()" else "-" for sign in title).strip(" .")
    ending = _ENDINGS.get(format, format)
    safe = safe[:150] or "document"
    return safe if safe.lower().endswith("." + ending) else f"{safe}.{ending}"


def _is_litter(name: str) -> bool:
    lowered = name.lower().replace("\\", "/")
    return lowered.startswith(_LITTER[0]) or PurePosixPath(lowered).name.startswith(("._", *_LITTER[1:]))


def _checked_title(title: str, filename: str | None) -> str:
    name = (filename or "").replace("\\", "/").rsplit("/", 1)[-1]
    chosen = " ".join((title.strip() or name.rsplit(".", 1)[0].replace("_", " ").replace("-", " ")).split())
    if not chosen or len(chosen) > LONGEST_TITLE or not chosen.isprintable():
        raise DocumentTitleMissing()
    return chosen


def _checked_url(url: str | None) -> str | None:
    if not url:
        return None
    if len(url) > LONGEST_URL or not url.startswith(("http://", "https://")) or not url.isprintable():
        raise DocumentUrlInvalid()
    return url
