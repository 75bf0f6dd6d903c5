"""The public API, `/api/v1`: what a tenant's own servers call with its API key.

What the key proves: the tenant, and nothing about a person. It may open conversations on behalf of any contact of
the tenant, read them, feed and search the knowledge base. It may not act as a member, change settings or make
keys. The dashboard's own pages call the document routes with their session cookie instead (see dependencies.py).
"""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from echo_app import db
from echo_app.api.contract import (
    CreateSession,
    ErrorBody,
    MessageBody,
    MessagePage,
    SearchHit,
    SearchQuery,
    SearchResult,
    SendMessage,
    SentMessage,
    SessionBody,
    as_json,
    message_body,
    session_body,
)
from echo_app.api.dependencies import Caller, check_tenant, path_id
from echo_app.api.replies import stream_reply, wait_for_reply
from echo_app.conversations import service as conversations
from echo_app.conversations.errors import ConversationNotFound
from echo_app.conversations.schemas import MessageView, Posted
from echo_app.kit.ids import decode, encode
from echo_app.knowledge import service as knowledge
from echo_app.realtime import bus

ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorBody} for status in (400, 401, 403, 404, 409, 413, 422, 429, 503)
}
LONGEST_WAIT_SECONDS = 60

router = APIRouter(prefix="/api/v1", responses=ERRORS)


@router.post("/sessions", operation_id="sessions.create", status_code=201, tags=["sessions"])
async def create_session(body: CreateSession, actor: Caller) -> SessionBody:
    """Opens a conversation with a contact."""
    check_tenant(actor, body.tenant_id)
    async with db.transaction(actor) as tx:
        thread = await conversations.start(
            tx, actor, channel=body.channel, user_id=body.user_id, metadata=body.metadata
        )
    return session_body(thread)


@router.post(
    "/messages",
    operation_id="messages.sendMessage",
    status_code=201,
    tags=["messages"],
    response_model=SentMessage,
    responses={200: {"model": SentMessage, "description": "This clientMessageId was sent before"}},
)
async def send_message(
    body: SendMessage,
    actor: Caller,
    request: Request,
    wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT_SECONDS, description="Seconds")] = 0,
) -> Response:
    """A contact's message. `?wait=` waits for the reply; `Accept: text/event-stream` streams it."""
    check_tenant(actor, body.tenant_id)
    conversation_id = _session_id(body.session_id)
    news = bus.subscribe(conversation_id=conversation_id)
    streaming = False
    try:
        async with db.transaction(actor) as tx:
            posted = await conversations.post_message(
                tx,
                actor,
                conversation_id,
                body.content,
                client_message_id=body.client_message_id,
                user_id=body.user_id,
            )
        if "text/event-stream" in request.headers.get("accept", ""):
            streaming = True
            return StreamingResponse(
                stream_reply(actor, posted, news),
                media_type="text/event-stream",
                headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
            )
        reply = await wait_for_reply(actor, posted, news, wait) if wait else None
    finally:
        # A stream closes it itself when it ends.
        if not streaming:
            news.close()
    return JSONResponse(_sent(posted, reply), status_code=201 if posted.created else 200)


@router.get("/sessions/{id}", operation_id="sessions.get", tags=["sessions"])
async def get_session(conversation_id: Annotated[UUID, path_id("conv")], actor: Caller) -> SessionBody:
    """A session as it stands: who has the next reply, and whether it is open."""
    async with db.read_only(actor) as tx:
        return session_body(await conversations.get_thread(tx, actor, conversation_id))


@router.get(
    "/sessions/{id}/messages",
    operation_id="messages.list",
    tags=["messages"],
    response_model=MessagePage,
)
async def list_messages(
    conversation_id: Annotated[UUID, path_id("conv")],
    actor: Caller,
    after: Annotated[str | None, Query(description="`next` of the page before", max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """A session's messages, the oldest first."""
    async with db.read_only(actor) as tx:
        page = await conversations.list_messages(tx, actor, conversation_id, cursor=after, limit=limit)
    items = [as_json(message_body(message)) for message in page.items]
    return JSONResponse({"items": items, "next": page.next})


@router.get("/messages/{id}", operation_id="messages.get", tags=["messages"], response_model=MessageBody)
async def get_message(message_id: Annotated[UUID, path_id("msg")], actor: Caller) -> Response:
    """One message."""
    async with db.read_only(actor) as tx:
        message = await conversations.get_message(tx, actor, message_id)
    return JSONResponse(as_json(message_body(message)))


@router.post("/search", operation_id="search.query", tags=["knowledge"])
async def search(body: SearchQuery, actor: Caller) -> SearchResult:
    """The passages that fit a question best."""
    check_tenant(actor, body.tenant_id)
    await knowledge.embed_ahead(actor, body.query)
    async with db.read_only(actor) as tx:
        found = await knowledge.find(tx, actor, body.query, body.limit)
    return SearchResult(
        hits=[
            SearchHit(
                document_id=encode("doc", hit.document_id),
                chunk_id=encode("chk", hit.chunk_id),
                title=hit.title,
                content=hit.content,
                score=hit.score,
                page=hit.page,
            )
            for hit in found.hits
        ],
        lexical_only=found.lexical_only,
    )


def _session_id(text: str) -> UUID:
    try:
        return decode("conv", text)
    except ValueError:
        raise ConversationNotFound("There is no session with this id.") from None


def _sent(posted: Posted, reply: MessageView | None) -> dict[str, Any]:
    return {
        "messageId": encode("msg", posted.message_id),
        "sessionId": encode("conv", posted.conversation_id),
        "reply": as_json(message_body(reply)) if reply else None,
    }
