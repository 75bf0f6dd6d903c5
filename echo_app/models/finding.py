from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from echo_app.models.base import Identified, Tenanted, moment, optional_moment


class Finding(Identified, Tenanted, table=True):
    """Two passages that somebody should look at side by side: they contradict one another, or say the same."""

    __tablename__ = "findings"
    __table_args__ = (
        UniqueConstraint("tenant_id", "fingerprint"),
        Index("findings_by_document", "document_id"),
        Index("findings_by_other_document", "other_document_id"),
    )

    # `conflict` or `duplicate`.
    kind: str
    # What a conflict is about: `price`, `date`, `percentage`, `number`, or a unit such as `day`. Empty for duplicates.
    about: str = ""
    # Of both sides' words: a finding that was dismissed stays so when its documents are read again.
    fingerprint: str
    document_id: UUID = Field(foreign_key="documents.id", ondelete="CASCADE")
    chunk_id: UUID
    quote: str
    other_document_id: UUID = Field(foreign_key="documents.id", ondelete="CASCADE")
    other_chunk_id: UUID
    other_quote: str
    created_at: datetime = moment()
    dismissed_at: datetime | None = optional_moment()
    dismissed_by: UUID | None = None
