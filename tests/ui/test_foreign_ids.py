"""Every event handler of the dashboard with another tenant's ids: nothing is told, and nothing changes.

A browser may send any handler any arguments, at any address. Each is called here as a signed-in owner of another
company who has learnt the ids.
"""

import inspect
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel

from echo_app import db, realtime
from echo_app.conversations import service as conversations
from echo_app.conversations.schemas import CitationView, NewReply
from echo_app.kit.ids import encode, new_id
from echo_app.knowledge import service as knowledge
from echo_app.knowledge import tasks as knowledge_tasks
from echo_app.knowledge.sources import service as sources
from echo_app.knowledge.sources import snippets
from echo_app.knowledge.sources.schemas import Website
from echo_app.models import Finding
from echo_app.tenancy import Actor
from echo_app.tenants import service as tenants
from tests.people import Company
from tests.ui.test_session import come_with, fresh, outcome, script_of, short, ui_handlers

SECRET = "quokka"
HANDLERS = [one for one in ui_handlers() if not one[0].endswith(".setvar")]


@dataclass(frozen=True)
class Ids:
    """One of each, as the browser knows them; every text of theirs holds SECRET."""

    conversation: str
    message: str
    suggestion: str
    document: str
    passage: str
    source: str
    snippet: str
    finding: str
    key: str

    @property
    def addresses(self) -> list[str]:
        return [
            f"/inbox/open/{self.conversation}",
            f"/knowledge/{self.document}?passage={self.passage}",
            f"/knowledge?name={SECRET}&source={self.source}",
            f"/knowledge/search?q={SECRET}&source={self.source}",
            f"/knowledge/search?q={SECRET}",
            f"/knowledge/sources/{self.source}",
            f"/knowledge/snippets?edit={self.snippet}",
        ]

    def arguments(self, handler: Any) -> dict[str, Any]:
        """For each parameter the foreign id that belongs there. A KeyError: name the new parameter here."""
        known = {
            "conversation": self.conversation,
            "message": self.message,
            "suggestion": self.suggestion,
            "document_id": self.document,
            "key_id": self.key,
            "number": "1",
            "content": "Hello",
            "client_message_id": "c-1",
            "seq": 1,
            "start": 0,
            "at_top": True,
            "shown": True,
            "is_open": True,
            "words": SECRET,
            "chosen": "ready",
            "column": "title",
            "page": 1,
            "on": False,
            "source": self.source,
            "source_id": self.source,
            "finding_id": self.finding,
            "language": "de",
            "audience": "contacts",
            "narrowing": "source",
            "value": self.source,
            "embedder": "openai:text-embedding-3-small",
            "title": "Mine",
            "text": "Mine",
            "saved": [] if handler.fn.__name__ == "sites_undone" else {},
            "before": [] if handler.fn.__name__ == "sites_undone" else {},
            "form": {"q": SECRET, "title": "Mine", "text": "Mine", "name": "Mine", "key_name": "Mine"},
        }
        if handler.fn.__name__ == "company_undone":
            known |= {"saved": "Company", "before": "Mine"}
        return {name: known[name] for name in list(inspect.signature(handler.fn).parameters)[1:]}


@pytest.fixture
async def ids(company: Company) -> Ids:
    """What the other company has: a conversation with a reply and a suggestion, an API key, a document with a finding,
    a source and a snippet."""
    async with db.transaction(company.owner) as tx:
        document = await knowledge.add_document(
            tx, company.owner, title=f"A {SECRET}", content=f"The {SECRET} sleeps.".encode(), format="text"
        )
        key = await tenants.create_api_key(tx, company.owner, f"Key of the {SECRET}")
    await knowledge_tasks.ingest(company.tenant_id, document.id)
    async with db.read_only(company.owner) as tx:
        (passage,) = await knowledge.list_passages(tx, company.owner, document.id)
    async with db.transaction(company.owner) as tx:
        site = Website(start_url=f"https://{SECRET}.example/")
        source = await sources.create_source(
            tx, company.owner, kind="website", name=f"Site of the {SECRET}", website=site
        )
        snippet = await snippets.add_snippet(
            tx, company.owner, title=f"On the {SECRET}", text=f"The {SECRET} eats leaves."
        )
        finding = Finding(
            tenant_id=company.tenant_id,
            kind="conflict",
            fingerprint=SECRET,
            document_id=document.id,
            chunk_id=passage.id,
            quote=f"The {SECRET} sleeps 9 hours.",
            other_document_id=document.id,
            other_chunk_id=passage.id,
            other_quote=f"The {SECRET} sleeps 7 hours.",
        )
        tx.add(finding)
    assistant = Actor(company.tenant_id, "assistant")
    async with db.transaction(company.api) as tx:
        thread = await conversations.start(tx, company.api, channel="api", user_id=SECRET)
        asked = await conversations.post_message(tx, company.api, thread.id, f"Where is the {SECRET}?")
    answer = NewReply(
        id=new_id(),
        covers=[asked.message_id],
        content=f"The {SECRET} sleeps. [1]",
        citations=[CitationView(1, document.id, passage.id, SECRET, SECRET, passage.content, None, None)],
        author_name="Echo",
        model=f"model of the {SECRET}",
        usage={},
        escalation=None,
        retrieved=[{"title": SECRET, "score": 1.0}],
        attempts=[],
        timings={},
    )
    async with db.transaction(assistant) as tx:
        await conversations.save_reply(tx, assistant, thread.id, answer)
    async with db.transaction(company.owner) as tx:
        await conversations.take_over(tx, company.owner, thread.id)
        await conversations.save_reply(tx, assistant, thread.id, replace(answer, id=new_id()))
        (suggestion,) = await conversations.list_suggestions(tx, company.owner, thread.id)
    return Ids(
        conversation=encode("conv", thread.id),
        message=encode("msg", answer.id),
        suggestion=encode("sug", suggestion.id),
        document=encode("doc", document.id),
        passage=encode("chk", passage.id),
        source=encode("src", source.id),
        snippet=encode("doc", snippet.id),
        finding=encode("fin", finding.id),
        key=encode("key", key.view.id),
    )


async def everything(company: Company) -> dict[str, str]:
    """A fingerprint of each table's rows of this tenant."""
    found = {}
    async with db.read_only(company.owner) as tx:
        for name, table in SQLModel.metadata.tables.items():
            if "tenant_id" in table.columns:
                rows = text(
                    f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {name} t "
                    "WHERE tenant_id = :tenant"
                )
                found[name] = str(await tx.scalar(rows, {"tenant": company.tenant_id}))
    return found


@pytest.mark.parametrize(("name", "handler", "owner"), HANDLERS, ids=short)
async def test_is_told_nothing_and_changes_nothing(
    name: str, handler: Any, owner: type[Any], company: Company, other_company: Company, ids: Ids
) -> None:
    if handler.is_background:
        # It hears its own tenant's news, as test_live shows; a browser has no say in whose.
        assert len(inspect.signature(handler.fn).parameters) == 1
        return
    before = await everything(company)
    with realtime.bus.subscribe(tenant_id=company.tenant_id) as news:
        for address in ids.addresses:
            state = fresh(owner)
            come_with(state, f"echo_session={other_company.cookie}", address)
            # Whatever an address brings into the state is there when the handler is called.
            if "opened" in owner.event_handlers:
                await outcome(state, owner.event_handlers["opened"])
            events = await outcome(state, handler, **ids.arguments(handler))
            told = "".join(script_of(event) for event in events if event is not None)
            shown = {
                var: value for var, value in vars(state).items() if var not in ("query", "view", "_typed")
            }
            assert "internal_error" not in told
            assert SECRET not in told.replace(f"q={SECRET}", "").replace(f"name={SECRET}", "")
            assert SECRET not in repr({**shown, "router": "", "router_data": "", "parent_state": ""})
        assert await news.get(0.1) is None
    assert await everything(company) == before


async def test_the_same_call_by_the_own_company_does_tell(company: Company, ids: Ids) -> None:
    """So that the walk above proves something."""
    by_name = {name.rsplit(".", 1)[1]: (handler, owner) for name, handler, owner in HANDLERS}
    handler, owner = by_name["why_clicked"]
    state = fresh(owner)
    come_with(state, f"echo_session={company.cookie}", ids.addresses[0])
    await outcome(state, handler, **ids.arguments(handler))
    assert SECRET in repr(vars(state))
    before = await everything(company)
    handler, owner = by_name["resolve_clicked"]
    state = fresh(owner)
    come_with(state, f"echo_session={company.cookie}", ids.addresses[0])
    await outcome(state, handler, **ids.arguments(handler))
    assert await everything(company) != before
