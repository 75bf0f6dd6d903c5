from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from echo_app.models.base import Identified, Tenanted, moment, optional_moment


class User(Identified, table=True):
    """A person who can log in. Not a tenant's row: one person may be a member of several."""

    __tablename__ = "users"

    email: str = Field(unique=True, description="Lower case")
    name: str
    password_hash: str
    created_at: datetime = moment()


class Member(Tenanted, table=True):
    """A user in a tenant, with a role."""

    __tablename__ = "members"

    tenant_id: UUID = Field(foreign_key="tenants.id", primary_key=True, ondelete="CASCADE")
    user_id: UUID = Field(foreign_key="users.id", primary_key=True, ondelete="CASCADE", index=True)
    role: str
    created_at: datetime = moment()


class Session(Identified, Tenanted, table=True):
    """A login. The cookie's token is stored only as its SHA-256."""

    __tablename__ = "sessions"

    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    token_hash: bytes = Field(unique=True)
    user_agent: str = ""
    created_at: datetime = moment()
    expires_at: datetime = moment()


class LoginAttempt(Identified, table=True):
    """A failed login, counted per address and per account; both only as hashes."""

    __tablename__ = "login_attempts"

    subject_hash: bytes = Field(index=True)
    at: datetime = moment()


class ApiKey(Identified, Tenanted, table=True):
    """A tenant's key to the public API, stored only as its SHA-256."""

    __tablename__ = "api_keys"
    __table_args__ = (Index("api_keys_by_tenant", "tenant_id"),)

    name: str
    token_hash: bytes = Field(unique=True)
    last_four: str
    created_by: UUID | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL")
    created_at: datetime = moment()
    last_used_at: datetime | None = optional_moment()
    revoked_at: datetime | None = optional_moment()
