"""Documents that Echo writes itself: pages of websites, and snippets. A new version takes the place of the old one.

What is found of the old version stays until the new one has been read (`document.ingest` changes both at once).
"""

import hashlib
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from echo_app.kit.clock import now
from echo_app.kit.ids import new_id
from echo_app.knowledge import repository as documents
from echo_app.knowledge.changes import defer_forget, defer_ingest, publish_change
from echo_app.knowledge.sources import repository
from echo_app.knowledge.uploads import check_quota, storage_key
from echo_app.models import Document
from echo_app.providers.storage.base import storage
from echo_app.tenancy import Actor


async def add(
    tx: AsyncSession,
    actor: Actor,
    source_id: UUID,
    *,
    kind: str,
    title: str,
    content: bytes,
    format: str,
    **values: Any,
) -> Document:
    """Keeps the bytes as a new document and defers reading them. Raises DocumentQuotaReached, StorageFailed."""
    await check_quota(tx, actor, len(content))
    document_id = new_id()
    sha256 = hashlib.sha256(content).hexdigest()
    document = Document(
        id=document_id,
        tenant_id=actor.tenant_id,
        source_id=source_id,
        kind=kind,
        title=title,
        format=format,
        size_bytes=len(content),
        sha256=sha256,
        storage_key=storage_key(document_id, sha256),
        created_by=actor.id if actor.kind == "user" else None,
        **values,
    )
    await storage.get().put(actor.tenant_id, document.storage_key, content)
    await repository.insert_document(tx, actor.tenant_id, document)
    await defer_ingest(tx, actor.tenant_id, document_id)
    await publish_change(tx, actor.tenant_id, document_id, "queued")
    return document


async def replace(
    tx: AsyncSession,
    actor: Actor,
    document: Document,
    *,
    title: str,
    content: bytes,
    format: str,
    **values: Any,
) -> None:
    """Keeps new bytes for a document that the caller has locked, and defers reading them.

    A job that is reading the old ones finds a higher version and lets go. Raises DocumentQuotaReached, StorageFailed.
    """
    await check_quota(tx, actor, len(content) - document.size_bytes)
    sha256 = hashlib.sha256(content).hexdigest()
    key = storage_key(document.id, sha256)
    if key != document.storage_key:
        await storage.get().put(actor.tenant_id, key, content)
        await defer_forget(tx, actor.tenant_id, document.id, document.storage_key)
    await documents.set_document(
        tx,
        actor.tenant_id,
        document.id,
        now(),
        title=title,
        format=format,
        size_bytes=len(content),
        sha256=sha256,
        storage_key=key,
        status="queued",
        error_code=None,
        error=None,
        retired_at=None,
        version=document.version + 1,
        **values,
    )
    await defer_ingest(tx, actor.tenant_id, document.id)
    await publish_change(tx, actor.tenant_id, document.id, "queued")
