"""Every table, one file a noun."""

from echo_app.models.assistant import Assistant
from echo_app.models.audit_entry import AuditEntry
from echo_app.models.contact import Contact
from echo_app.models.conversation import (
    Citation,
    Conversation,
    ConversationRead,
    Event,
    Message,
    ReplyCoverage,
    Suggestion,
    Trace,
)
from echo_app.models.document import Chunk, Document, Posting
from echo_app.models.finding import Finding
from echo_app.models.source import Source
from echo_app.models.statistics import CommonTerm, KnowledgeTotal
from echo_app.models.tenant import Tenant
from echo_app.models.usage_entry import UsageEntry
from echo_app.models.user import ApiKey, LoginAttempt, Member, Session, User
from echo_app.models.vector import ChunkVector, LargeVector, VectorSpace

__all__ = [
    "ApiKey",
    "Assistant",
    "AuditEntry",
    "Chunk",
    "ChunkVector",
    "Citation",
    "CommonTerm",
    "Contact",
    "Conversation",
    "ConversationRead",
    "Document",
    "Event",
    "Finding",
    "KnowledgeTotal",
    "LargeVector",
    "LoginAttempt",
    "Member",
    "Message",
    "Posting",
    "ReplyCoverage",
    "Session",
    "Source",
    "Suggestion",
    "Tenant",
    "Trace",
    "UsageEntry",
    "User",
    "VectorSpace",
]
