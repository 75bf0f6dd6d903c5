"""What every table has: a UUIDv7 key; and a moment column with its zone."""

from typing import Any
from uuid import UUID

from sqlalchemy import DateTime
from sqlmodel import Field, SQLModel

from echo_app.kit.clock import now
from echo_app.kit.ids import new_id


class Identified(SQLModel):
    id: UUID = Field(default_factory=new_id, primary_key=True)


class Tenanted(SQLModel):
    """A row of one tenant: row-level security stands on this column."""

    tenant_id: UUID = Field(foreign_key="tenants.id", ondelete="CASCADE")


def moment(**options: Any) -> Any:
    """A UTC moment; now unless told otherwise."""
    return Field(default_factory=now, sa_type=DateTime(timezone=True), **options)


def optional_moment(**options: Any) -> Any:
    return Field(default=None, nullable=True, sa_type=DateTime(timezone=True), **options)
