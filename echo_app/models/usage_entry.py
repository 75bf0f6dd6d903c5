from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from echo_app.models.base import Identified, Tenanted, moment


class UsageEntry(Identified, Tenanted, table=True):
    """What one deed used up of something that is paid for, written in the deed's own transaction."""

    __tablename__ = "usage_entries"
    __table_args__ = (Index("usage_entries_by_time", "tenant_id", "created_at"),)

    # `embedding`: the quantity is in tokens.
    kind: str
    # Whose: `openai:text-embedding-3-small`.
    model: str
    quantity: int = Field(sa_type=BigInteger)
    cost_micro_dollars: int = Field(sa_type=BigInteger)
    created_at: datetime = moment()
