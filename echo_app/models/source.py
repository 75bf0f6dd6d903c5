from datetime import datetime
from secrets import randbelow
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from echo_app.models.base import Identified, Tenanted, moment, optional_moment


class Source(Identified, Tenanted, table=True):
    """Where documents come from: uploaded files, a website that is crawled, or snippets written here."""

    __tablename__ = "sources"
    __table_args__ = (
        Index("sources_by_tenant", "tenant_id"),
        # The one that is made by itself at first use.
        Index(
            "sources_by_default",
            "tenant_id",
            "kind",
            unique=True,
            postgresql_where=text("is_default"),
        ),
        Index("sources_by_number", "tenant_id", "number", unique=True),
        Index("sources_at_work", "state", postgresql_where=text("state IN ('crawling', 'deleting')")),
        Index("sources_due", "next_crawl_at", postgresql_where=text("next_crawl_at IS NOT NULL")),
    )

    # By which its passages are told apart inside the search's indexes: four bytes instead of sixteen.
    number: int = Field(
        default_factory=lambda: randbelow(2**31),
        sa_column_kwargs={"server_default": text("floor(random() * 2147483647)::integer")},
    )
    # `files`, `website` or `snippets`.
    kind: str
    name: str
    is_default: bool = False
    # ISO 639-1 for all of its documents; None: each document's own, guessed from its text.
    language: str | None = None
    # `public`, or `contacts`: only for those who are signed in with the tenant.
    audience: str = "public"
    # The documents of a source that is off are never found.
    enabled: bool = True
    # A website's: startUrl, sitemapUrl, maxPages, maxDepth, include, exclude, everyHours.
    settings: dict[str, Any] = Field(
        default_factory=dict,
        sa_column=Column(JSONB, nullable=False, server_default="{}"),
    )
    # `idle`, `crawling`, `failed` or `deleting`.
    state: str = "idle"
    # Counts up with each crawl and each cancel: a crawl whose number is not this one stops.
    run: int = 0
    pages_found: int = 0
    pages_done: int = 0
    # What the last crawl did, and up to a hundred addresses that it could not read, each with its reason.
    report: dict[str, Any] = Field(
        default_factory=dict,
        sa_column=Column(JSONB, nullable=False, server_default="{}"),
    )
    error_code: str | None = None
    error: str | None = None
    started_at: datetime | None = optional_moment()
    last_crawled_at: datetime | None = optional_moment()
    next_crawl_at: datetime | None = optional_moment()
    created_by: UUID | None = None
    created_at: datetime = moment()
    updated_at: datetime = moment()
