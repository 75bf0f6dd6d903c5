"""The widget's own HTTP: its page, its tokens, and posting and polling where sockets are blocked.

What a widget token proves: that we once gave this contact id to this tenant's widget. It reads and writes that
contact's own conversations, and nothing else; it says nothing about who the person is. Anybody may ask for a fresh
one: that opens an empty contact, which is stored at its first message. Tokens travel in headers and first frames,
never in an address.
"""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from echo_app import db
from echo_app.api import widget_frames as frames
from echo_app.api.contract import Shape
from echo_app.api.dependencies import ContactCaller, path_id, widget_token
from echo_app.api.waiting import waiters
from echo_app.api.widget_files import embed_page, widget_file
from echo_app.conversations import service as conversations
from echo_app.conversations.errors import ConversationNotFound, MessageNotFound
from echo_app.kit.ids import decode, encode, new_id
from echo_app.knowledge import service as knowledge
from echo_app.realtime import bus
from echo_app.tenancy import Actor, system
from echo_app.tenants import service as tenants
from echo_app.tenants.errors import TenantNotFound

LONGEST_POLL_SECONDS = 25
NEWEST_MESSAGES = 200

router = APIRouter(include_in_schema=False)


class TokenRequest(Shape):
    tenant_id: str


@router.get("/widget.js")
async def loader() -> Response:
    """The script that a tenant's site loads: the one file whose address never changes."""
    return widget_file("widget.js", max_age=300)


@router.get("/widget/frame/{tenant_id}")
async def frame(tenant_id: str, theme: str = "auto", locale: str = "en") -> Response:
    """The page in the iframe, framed only by the sites that the tenant names."""
    actor = system(_tenant_id(tenant_id))
    async with db.read_only(actor) as tx:
        tenant = await tenants.get_tenant(tx, actor)
        assistant = await tenants.get_assistant(tx, actor)
    return embed_page(tenant, assistant, theme=theme, locale=locale)


@router.get("/widget/{name}.{kind}")
async def file(name: str, kind: str) -> Response:
    """The frame's script, style and languages; their addresses carry their version."""
    return widget_file(f"{name}.{kind}", max_age=31_536_000)


@router.post("/widget/v1/tokens")
async def create_token(body: TokenRequest) -> dict[str, str]:
    """A new, anonymous contact of this tenant."""
    actor = system(_tenant_id(body.tenant_id))
    async with db.read_only(actor) as tx:
        await tenants.get_tenant(tx, actor)
    contact_id = new_id()
    return {"token": widget_token(actor.tenant_id, contact_id), "contactId": encode("con", contact_id)}


@router.post("/widget/v1/messages", status_code=201)
async def send(body: frames.Send, actor: ContactCaller) -> dict[str, Any]:
    """What a `send` frame does, where sockets are blocked: answers with the ack."""
    return await post(actor, body)


@router.get("/widget/v1/events")
async def poll(
    actor: ContactCaller,
    conversation_id: Annotated[str | None, Query(alias="conversationId")] = None,
    after: Annotated[int, Query(ge=0, lt=2**63)] = 0,
    wait: Annotated[int, Query(ge=0, le=LONGEST_POLL_SECONDS)] = 0,
) -> dict[str, Any]:
    """The frames since `after`; waits up to `wait` seconds for one to come. Without a conversation: `ready`."""
    if conversation_id is None or after == 0:
        opening, _ = await opening_frame(actor, conversation_id)
        return {"frames": [opening]}
    inside = own_conversation_id(conversation_id)
    with bus.subscribe(conversation_id=inside) as news:
        found = await frames_after(actor, inside, after)
        loop = asyncio.get_running_loop()
        end = loop.time() + wait
        while not found and not waiters.ended and (left := end - loop.time()) > 0:
            item = await waiters.next(news, left)
            if item is not None and (passing := frames.ephemeral(item)):
                found = [passing]
            elif item is not None:
                found = await frames_after(actor, inside, after)
    return {"frames": found}


@router.get("/widget/v1/messages/{id}/citations/{number}")
async def citation(
    message_id: Annotated[UUID, path_id("msg")], number: int, actor: ContactCaller
) -> dict[str, Any]:
    """The passage behind a citation, for a contact who was given that reply."""
    async with db.read_only(actor) as tx:
        message = await conversations.get_message(tx, actor, message_id)
        cited = next((each for each in message.citations if each.number == number), None)
        if cited is None:
            raise MessageNotFound("There is no citation with this number.")
        # Of a deleted document what was quoted stays.
        passage = await knowledge.get_passage(tx, actor, cited.chunk_id, cited.quote)
    return {
        "title": cited.title,
        "heading": cited.heading,
        "page": cited.page,
        "url": cited.url,
        "before": passage.before if passage else "",
        "quote": cited.quote,
        "after": passage.after if passage else "",
    }


async def post(actor: Actor, body: frames.Send) -> dict[str, Any]:
    """Stores a contact's message and returns its ack."""
    conversation_id = own_conversation_id(body.conversation_id) if body.conversation_id else None
    async with db.transaction(actor) as tx:
        posted = await conversations.say(tx, actor, conversation_id, body.content, body.client_message_id)
    return frames.ack(posted, body.client_message_id)


async def opening_frame(actor: Actor, conversation_id: str | None) -> tuple[dict[str, Any], UUID | None]:
    """The `ready` frame with the history of this conversation, or of the contact's latest open one."""
    async with db.read_only(actor) as tx:
        thread = None
        if conversation_id is not None:
            try:
                thread = await conversations.get_thread(tx, actor, own_conversation_id(conversation_id))
            except ConversationNotFound:
                # An id from another time or site: the contact's own latest is what it would want.
                thread = None
        if thread is None or thread.status != "open":
            thread = await conversations.find_open_thread(tx, actor) or thread
        if thread is None:
            return frames.ready(None, [], 0), None
        messages = await conversations.list_newest_messages(tx, actor, thread.id, limit=NEWEST_MESSAGES)
    return frames.ready(thread, messages, thread.last_seq), thread.id


async def frames_after(actor: Actor, conversation_id: UUID, after: int) -> list[dict[str, Any]]:
    """What was stored after that seq, as frames. Raises ConversationNotFound."""
    async with db.read_only(actor) as tx:
        thread = await conversations.get_thread(tx, actor, conversation_id)
        items = await conversations.list_timeline(tx, actor, conversation_id, after=after, limit=500)
    return [frame for item in items if (frame := frames.stored(item, thread)) is not None]


def own_conversation_id(text: str) -> UUID:
    """Raises ConversationNotFound for what has not the form of a conversation's id."""
    try:
        return decode("conv", text)
    except ValueError:
        raise ConversationNotFound() from None


def _tenant_id(text: str) -> UUID:
    try:
        return decode("ten", text)
    except ValueError:
        raise TenantNotFound() from None
