from uuid import UUID

from sqlalchemy import BigInteger, PrimaryKeyConstraint, text
from sqlmodel import Field, SQLModel

from echo_app.models.base import Tenanted


class KnowledgeTotal(SQLModel, table=True):
    """How many passages a tenant has and how many terms their bodies hold; kept by triggers on documents (0008)."""

    __tablename__ = "knowledge_totals"

    tenant_id: UUID = Field(primary_key=True, foreign_key="tenants.id", ondelete="CASCADE")
    chunks: int = Field(sa_type=BigInteger)
    terms: int = Field(sa_type=BigInteger)
    # True from the moment the job of upkeep is deferred until it begins.
    upkeep_due: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    # Passages there were when the common terms were last counted.
    counted: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": text("0")})


class CommonTerm(Tenanted, table=True):
    """How many passages hold a term that is too common to be counted for every question."""

    __tablename__ = "common_terms"
    __table_args__ = (PrimaryKeyConstraint("tenant_id", "term", postgresql_include=["passages"]),)

    term: str
    passages: int
