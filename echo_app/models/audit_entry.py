from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from echo_app.models.base import Identified, Tenanted, moment


class AuditEntry(Identified, Tenanted, table=True):
    """Who did what, written in the deed's own transaction."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index("audit_entries_by_time", "tenant_id", text("at DESC")),)

    actor_kind: str
    # The acting user's, contact's or API key's id; None for Echo itself.
    user_id: UUID | None = None
    action: str
    details: dict[str, Any] = Field(
        default_factory=dict,
        sa_column=Column("metadata", JSONB, nullable=False, server_default="{}"),
    )
    at: datetime = moment()
