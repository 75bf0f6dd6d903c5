"""Every route that exists, with another tenant's ids, and without a login."""

from collections.abc import Iterator

import httpx
import pytest
from fastapi.routing import APIRoute

from echo_app.api import auth, demo, documents, embeddings, health, public, sources, widget
from echo_app.api.dependencies import widget_token
from echo_app.kit.ids import encode, new_id
from tests.api.test_public import code, session, with_article
from tests.people import Company

# What anybody may call, and what it answers to somebody without a login and with nothing in hand.
OPEN = {
    ("GET", "/healthz"): 200,
    ("GET", "/demo"): 404,
    ("GET", "/widget.js"): 200,
    ("GET", "/widget/frame/{tenant_id}"): 200,
    ("GET", "/widget/{name}.{kind}"): 404,
    ("POST", "/widget/v1/tokens"): 200,
    ("POST", "/auth/login"): 401,
    ("POST", "/auth/signup"): 422,
    ("POST", "/auth/logout"): 200,
}
# Routes whose ids stand in the body; each id there is a foreign one.
BODIES = {
    "/api/v1/sessions": {"channel": "api", "tenantId": "{tenant}"},
    "/api/v1/messages": {"sessionId": "{conversation}", "content": "Hello"},
    "/api/v1/documents": {"title": "Mine", "content": "Text", "tenantId": "{tenant}"},
    "/api/v1/documents/{id}": {"title": "Mine", "content": "Text"},
    "/api/v1/search": {"query": "returns", "tenantId": "{tenant}"},
    "/api/v1/embeddings": {"embedder": "wordllama", "tenantId": "{tenant}"},
    "/api/v1/sources": {"kind": "files", "name": "Mine", "tenantId": "{tenant}"},
    "/api/v1/sources/{id}": {"name": "Mine"},
    "/api/v1/snippets": {"title": "Mine", "text": "Text", "sourceId": "{source}"},
    "/api/v1/snippets/{id}": {"title": "Mine", "text": "Text"},
    "/widget/v1/messages": {
        "type": "send",
        "clientMessageId": "c-1",
        "content": "Hello",
        "conversationId": "{conversation}",
    },
    "/widget/v1/tokens": {"tenantId": "{tenant}"},
}


def routes() -> Iterator[tuple[str, str]]:
    for module in (public, documents, embeddings, sources, auth, widget, demo, health):
        for route in module.router.routes:
            assert isinstance(route, APIRoute)
            for method in sorted((route.methods or set()) - {"HEAD"}):
                yield method, route.path


ALL = list(routes())
GUARDED = [each for each in ALL if each not in OPEN]
# Takes no id at all: it answers with the caller's own, whatever somebody else has.
OWN = {("GET", "/api/v1/embeddings"), ("GET", "/api/v1/sources"), ("GET", "/api/v1/documents")}


@pytest.fixture
async def foreign(company: Company, api: httpx.AsyncClient) -> dict[str, str]:
    """The ids of a tenant that has one of each, by the names they have in addresses and bodies."""
    document_id = await with_article(api)
    session_id = await session(api)
    answer = await api.post("/api/v1/messages", json={"sessionId": session_id, "content": "Hello"})
    snippet = await api.post("/api/v1/snippets", json={"title": "Hours", "text": "We open at nine."})
    del api.headers["Authorization"]
    return {
        "tenant": encode("ten", company.tenant_id),
        "conversation": session_id,
        "message": answer.json()["messageId"],
        "document": document_id,
        "snippet": snippet.json()["id"],
        "source": snippet.json()["sourceId"],
    }


async def called(
    http: httpx.AsyncClient, method: str, path: str, ids: dict[str, str], headers: dict[str, str]
) -> httpx.Response:
    kind = next(
        (kind for kind in ("document", "session", "message", "source", "snippet") if f"/{kind}s/" in path),
        "message",
    )
    identifier = ids["conversation" if kind == "session" else kind]
    address = path.replace("{id}", identifier).replace("{number}", "1").replace("{tenant_id}", ids["tenant"])
    if path == "/widget/v1/events":
        address += f"?conversationId={ids['conversation']}&after=1"
    body = {name: value.format(**ids) for name, value in BODIES.get(path, {}).items() if method != "GET"}
    answer = await http.request(method, address, json=body if body else None, headers=headers)
    assert answer.status_code < 500, answer.text
    return answer


class TestWithoutALogin:
    @pytest.mark.parametrize(("method", "path"), GUARDED)
    async def test_is_401(
        self, http: httpx.AsyncClient, foreign: dict[str, str], method: str, path: str
    ) -> None:
        for headers in ({}, {"Authorization": "Bearer echo_sk_x"}, {"Cookie": "echo_session=ended"}):
            answer = await called(http, method, path, foreign, headers=headers)
            assert answer.status_code == 401, answer.text
            code(answer)

    @pytest.mark.parametrize(("method", "path"), OPEN)
    async def test_what_is_open_to_everybody(
        self, http: httpx.AsyncClient, foreign: dict[str, str], method: str, path: str
    ) -> None:
        answer = await called(http, method, path, foreign, headers={"Accept": "application/json"})
        assert answer.status_code == OPEN[method, path], answer.text

    def test_the_list_of_what_is_open_names_only_what_exists(self) -> None:
        assert set(OPEN) <= set(ALL)


class TestAnotherTenantsIds:
    @pytest.mark.parametrize(
        ("method", "path"), [each for each in GUARDED if each[1].startswith("/api/") and each not in OWN]
    )
    async def test_are_404_for_a_key(
        self,
        http: httpx.AsyncClient,
        foreign: dict[str, str],
        other_company: Company,
        method: str,
        path: str,
    ) -> None:
        for headers in (
            {"Authorization": f"Bearer {other_company.api_key}"},
            {"Cookie": f"echo_session={other_company.cookie}"},
        ):
            answer = await called(http, method, path, foreign, headers=headers)
            assert answer.status_code == 404, answer.text
            code(answer)

    @pytest.mark.parametrize(("method", "path"), [each for each in GUARDED if each[1].startswith("/widget/")])
    async def test_are_404_for_a_contact(
        self,
        http: httpx.AsyncClient,
        foreign: dict[str, str],
        company: Company,
        other_company: Company,
        method: str,
        path: str,
    ) -> None:
        for tenant_id in (other_company.tenant_id, company.tenant_id):
            token = widget_token(tenant_id, new_id())
            answer = await called(http, method, path, foreign, headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == 404, answer.text
            code(answer)
