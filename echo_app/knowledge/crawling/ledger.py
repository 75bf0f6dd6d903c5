"""Writes down what a crawl finds, a transaction a page, as long as the crawl is its source's present one."""

import time
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from echo_app import db
from echo_app.knowledge.crawling.outcome import FoundPage
from echo_app.knowledge.sources import contents, repository, service
from echo_app.tenancy import Actor

PROGRESS_SECONDS = 0.5


class CrawlCancelled(Exception):
    """The crawl was cancelled, its source turned off or deleted, or another crawl began."""


class SourceLedger:
    """The ledger of one crawl (`run`) of a source. Every call raises CrawlCancelled when that crawl is over."""

    def __init__(self, actor: Actor, source_id: UUID, run: int) -> None:
        self._actor = actor
        self._source_id = source_id
        self._run = run
        self._told = 0.0

    async def keep(self, page: FoundPage) -> None:
        tenant_id = self._actor.tenant_id
        values: dict[str, Any] = {
            "title": page.title,
            "content": page.content,
            "format": page.format,
            "text_sha256": page.text_sha256,
            "etag": page.etag,
            "last_modified": page.last_modified,
            "links": page.links,
        }
        async with db.transaction(self._actor) as tx:
            await self._check(tx)
            document = await repository.find_page(tx, tenant_id, self._source_id, page.url)
            if document is None:
                await contents.add(tx, self._actor, self._source_id, kind="page", url=page.url, **values)
            else:
                await contents.replace(tx, self._actor, document, **values)

    async def confirm(self, url: str, page: FoundPage | None) -> None:
        values: dict[str, Any] = (
            {"etag": page.etag, "last_modified": page.last_modified, "links": page.links} if page else {}
        )
        async with db.transaction(self._actor) as tx:
            await self._check(tx)
            await repository.confirm_page(tx, self._actor.tenant_id, self._source_id, url, **values)

    async def progress(self, found: int, done: int) -> None:
        """Tells the open pages, twice a second at most. Raises CrawlCancelled."""
        if time.monotonic() - self._told < PROGRESS_SECONDS and done < found:
            return
        self._told = time.monotonic()
        async with db.transaction(self._actor) as tx:
            await self._check(tx)
            await repository.set_source(
                tx, self._actor.tenant_id, self._source_id, pages_found=found, pages_done=done
            )
            await service.publish_source(
                tx,
                self._actor.tenant_id,
                self._source_id,
                "crawling",
                pagesFound=found,
                pagesDone=done,
            )

    async def _check(self, tx: AsyncSession) -> None:
        """Also keeps a cancel waiting until this page has been written down."""
        if not await repository.holds_run(tx, self._actor.tenant_id, self._source_id, self._run):
            raise CrawlCancelled()
