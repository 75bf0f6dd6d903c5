from datetime import datetime

from sqlalchemy import Index

from echo_app.models.base import Identified, Tenanted, moment


class Assistant(Identified, Tenanted, table=True):
    """The AI that answers for a tenant."""

    __tablename__ = "assistants"
    __table_args__ = (Index("assistants_by_tenant", "tenant_id"),)

    name: str
    greeting: str
    # `extractive`, or `openai` with the platform's key and model.
    model: str = "extractive"
    created_at: datetime = moment()
    updated_at: datetime = moment()
