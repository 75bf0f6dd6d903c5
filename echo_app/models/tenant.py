from datetime import datetime

from sqlalchemy import ARRAY, Column, String
from sqlmodel import Field

from echo_app.models.base import Identified, moment


class Tenant(Identified, table=True):
    """One customer company."""

    __tablename__ = "tenants"

    name: str
    slug: str = Field(unique=True)
    # Origins that may frame the widget; empty means any.
    allowed_sites: list[str] = Field(
        default_factory=list,
        sa_column=Column(ARRAY(String), nullable=False, server_default="{}"),
    )
    created_at: datetime = moment()
