from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class ContactView:
    id: UUID
    external_id: str | None
    name: str
    email: str
    attributes: dict[str, Any]
    created_at: datetime
