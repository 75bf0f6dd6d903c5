from datetime import datetime
from typing import Any

from sqlalchemy import Column, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from echo_app.models.base import Identified, Tenanted, moment


class Contact(Identified, Tenanted, table=True):
    """The person who asks; anonymous until the tenant says who it is."""

    __tablename__ = "contacts"
    __table_args__ = (UniqueConstraint("tenant_id", "external_id"),)

    # The tenant's own id of this person: `userId` on the API.
    external_id: str | None = None
    name: str = ""
    email: str = ""
    attributes: dict[str, Any] = Field(
        default_factory=dict,
        sa_column=Column(JSONB, nullable=False, server_default="{}"),
    )
    created_at: datetime = moment()
