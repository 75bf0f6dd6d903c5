"""The public API's JSON: camelCase outside, one model a shape. DESIGN's table of calls is this file in words."""

import json
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from echo_app.conversations.schemas import Channel, CitationView, Handler, MessageView, Status, Thread
from echo_app.kit.ids import encode
from echo_app.kit.text import is_text

LARGEST_METADATA = 16_000
DEEPEST_METADATA = 20


class Shape(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore")


def _text(value: str) -> str:
    if not is_text(value):
        raise ValueError("it holds characters that are not text")
    return value


def _storable(metadata: dict[str, Any]) -> dict[str, Any]:
    """Postgres keeps neither NUL nor lone surrogates nor NaN, and nobody reads what is nested without end."""
    level: list[Any] = [metadata]
    for _ in range(DEEPEST_METADATA):
        level = [inner for value in level for inner in _inside(value)]
        if not level:
            break
    else:
        raise ValueError(f"metadata is nested at most {DEEPEST_METADATA} deep")
    try:
        text = json.dumps(metadata, ensure_ascii=False, allow_nan=False)
    except ValueError:
        raise ValueError("metadata holds a number that JSON does not have") from None
    if len(text) > LARGEST_METADATA:
        raise ValueError(f"metadata holds at most {LARGEST_METADATA} characters")
    return metadata


def _inside(value: Any) -> list[Any]:
    if isinstance(value, str):
        _text(value)
    if isinstance(value, dict):
        return [*value, *value.values()]
    return value if isinstance(value, list) else []


# A name or an id that a client chose: one that Postgres can hold.
Text = Annotated[str, AfterValidator(_text)]


class CreateSession(Shape):
    channel: Channel = "api"
    user_id: Text | None = Field(None, min_length=1, max_length=200, description="Your own id of the contact")
    tenant_id: str | None = None
    metadata: Annotated[dict[str, Any], AfterValidator(_storable)] = Field(default_factory=dict)


class SessionBody(Shape):
    id: str
    tenant_id: str
    channel: Channel
    handler: Handler
    status: Status
    created_at: datetime
    metadata: dict[str, Any]


class SendMessage(Shape):
    session_id: str
    content: str
    user_id: Text | None = Field(None, min_length=1, max_length=200)
    tenant_id: str | None = None
    client_message_id: Text | None = Field(
        None,
        min_length=1,
        max_length=100,
        description="Repeat it to repeat the call without a second message",
    )


class CitationBody(Shape):
    document_id: str
    chunk_id: str
    title: str
    quote: str = Field(description="Stands word for word in the document's text")
    url: str | None
    page: int | None


class MessageBody(Shape):
    """`[1]` in `content` refers to the first citation, and so on."""

    id: str
    session_id: str
    author: Literal["contact", "assistant", "agent", "system"]
    content: str
    citations: list[CitationBody]
    created_at: datetime
    escalated: bool | None = Field(None, description="The assistant's messages only")
    usage: dict[str, Any] | None = Field(None, description="The assistant's messages only")


class SentMessage(Shape):
    message_id: str
    session_id: str
    reply: MessageBody | None


class MessagePage(Shape):
    items: list[MessageBody]
    next: str | None


class CreateDocument(Shape):
    title: str = Field(min_length=1, max_length=300)
    content: str
    format: Literal["markdown", "text", "html"] = "markdown"
    url: str | None = Field(None, max_length=2_000, description="Where customers can read it")
    tenant_id: str | None = None


DocumentStatus = Literal["queued", "processing", "ready", "failed", "cancelled"]


class MemberBody(Shape):
    """A file of a ZIP: its document's id, or the reason why it is none."""

    name: str
    id: str | None
    status: DocumentStatus
    error: str | None


class AcceptedDocument(Shape):
    id: str
    status: DocumentStatus


class DeletedDocument(Shape):
    id: str


class AcceptedArchive(Shape):
    """A ZIP becomes a document for each of its files; what is wrong with one does not hold up the others."""

    items: list[MemberBody]


class DocumentProgress(Shape):
    pages_done: int
    pages_total: int = Field(description="0 for what has no pages, or is not counted yet")
    passages_done: int
    passages_total: int
    seconds_left: int | None = Field(description="About; null when it cannot be told")


class DocumentBody(Shape):
    id: str
    source_id: str
    title: str
    status: DocumentStatus
    error: str | None
    chunks: int
    format: str
    bytes: int
    language: str | None = Field(description="Two letters; null until it was read")
    pages: int | None
    url: str | None
    created_at: datetime
    updated_at: datetime
    progress: DocumentProgress | None = Field(description="Null unless it is being read")


class DocumentList(Shape):
    items: list[DocumentBody]
    next: str | None = Field(description="For the following page, as `after`")


class SearchQuery(Shape):
    query: str = Field(min_length=1, max_length=1_000)
    limit: int = Field(10, ge=1, le=50)
    tenant_id: str | None = None


class SearchHit(Shape):
    document_id: str
    chunk_id: str
    title: str
    content: str
    score: float
    page: int | None


class SearchResult(Shape):
    hits: list[SearchHit]
    lexical_only: bool = Field(
        False, description="The vendor of embeddings was away, so passages were found by their words alone"
    )


class ChooseEmbedder(Shape):
    embedder: str = Field(min_length=1, max_length=200)
    tenant_id: str | None = None


class EmbedderBody(Shape):
    embedder: str
    vendor: str
    model: str
    dimensions: int
    micro_dollars_per_million_tokens: int | None = Field(description="Null where the price is not known")
    needs: str | None = Field(description="The setting of this installation that is missing; null when ready")


class EmbeddingChangeBody(Shape):
    embedder: str
    state: Literal["building", "failed"]
    done: int = Field(description="Passages embedded so far, of `total`")
    total: int
    tokens: int
    cost_micro_dollars: int
    error: str | None = Field(description="Why it failed, or what holds it up just now")
    started_at: datetime


class EmbeddingSpentBody(Shape):
    tokens: int
    cost_micro_dollars: int


class EmbeddingsBody(Shape):
    """`embedder` is what searches use now; `change` is null unless another is on its way."""

    embedder: str
    dimensions: int
    change: EmbeddingChangeBody | None
    offered: list[EmbedderBody]
    this_month: EmbeddingSpentBody


class ErrorFacts(Shape):
    code: str
    message: str
    details: dict[str, Any]


class ErrorBody(Shape):
    error: ErrorFacts


def session_body(thread: Thread) -> SessionBody:
    return SessionBody(
        id=encode("conv", thread.id),
        tenant_id=encode("ten", thread.tenant_id),
        channel=thread.channel,
        handler=thread.handler,
        status=thread.status,
        created_at=thread.created_at,
        metadata=thread.metadata,
    )


def citation_body(citation: CitationView) -> CitationBody:
    return CitationBody(
        document_id=encode("doc", citation.document_id),
        chunk_id=encode("chk", citation.chunk_id),
        title=citation.title,
        quote=citation.quote,
        url=citation.url,
        page=citation.page,
    )


def message_body(message: MessageView) -> MessageBody:
    by_assistant = message.author == "assistant"
    return MessageBody(
        id=encode("msg", message.id),
        session_id=encode("conv", message.conversation_id),
        author=message.author,
        content=message.content,
        citations=[citation_body(citation) for citation in message.citations],
        created_at=message.created_at,
        escalated=message.escalated if by_assistant else None,
        usage=message.usage if by_assistant else None,
    )


def as_json(body: Shape) -> dict[str, Any]:
    """What goes over the wire: camelCase, and without what a message of that author does not have."""
    values = body.model_dump(mode="json", by_alias=True)
    if isinstance(body, MessageBody) and body.author != "assistant":
        del values["escalated"], values["usage"]
    return values
