"""The public API over HTTP, with its queue at work and the keyless model."""

import asyncio
import base64
import json
from typing import Any

import httpx
import pytest

from echo_app.kit.ids import encode, new_id
from tests.people import Company

ARTICLE = """# Returns

## How long you have

You can send an unopened kettle back within 47 days of delivery. Opened kettles go back within 30 days.

## Who pays

We pay the return label inside Norway. From other countries the label costs 9 euros.
"""


async def with_article(api: httpx.AsyncClient, content: str = ARTICLE) -> str:
    """Adds the article and waits until it can be found; its id."""
    answer = await api.post("/api/v1/documents", json={"title": "Returns", "content": content})
    assert answer.status_code == 202, answer.text
    return await ready(api, answer.json()["id"])


async def ready(api: httpx.AsyncClient, document_id: str) -> str:
    for _ in range(200):
        document = (await api.get(f"/api/v1/documents/{document_id}")).json()
        if document["status"] in ("ready", "failed"):
            assert document["status"] == "ready", document
            return document_id
        await asyncio.sleep(0.05)
    raise AssertionError("the document was not read in time")


async def session(api: httpx.AsyncClient, **body: Any) -> str:
    answer = await api.post("/api/v1/sessions", json={"channel": "api", **body})
    assert answer.status_code == 201, answer.text
    identifier: str = answer.json()["id"]
    return identifier


def code(answer: httpx.Response) -> str:
    """The error's code; every error has the one shape and says nothing of our insides."""
    body = answer.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message", "details"}
    assert "Traceback" not in answer.text
    found: str = body["error"]["code"]
    return found


class TestSessions:
    async def test_create(self, api: httpx.AsyncClient, company: Company) -> None:
        answer = await api.post(
            "/api/v1/sessions", json={"channel": "api", "userId": "customer-1", "metadata": {"page": "/"}}
        )
        body = answer.json()
        assert answer.status_code == 201
        assert body["tenantId"] == encode("ten", company.tenant_id)
        assert (body["handler"], body["status"], body["metadata"]) == ("assistant", "open", {"page": "/"})

    async def test_the_bodys_tenant_must_be_the_keys(
        self, api: httpx.AsyncClient, company: Company, other_company: Company
    ) -> None:
        own = {"channel": "api", "tenantId": encode("ten", company.tenant_id)}
        foreign = {"channel": "api", "tenantId": encode("ten", other_company.tenant_id)}
        assert (await api.post("/api/v1/sessions", json=own)).status_code == 201
        assert (await api.post("/api/v1/sessions", json=foreign)).status_code == 404


class TestSendMessage:
    async def test_waits_for_a_cited_reply(self, api: httpx.AsyncClient) -> None:
        document_id = await with_article(api)
        answer = await api.post(
            "/api/v1/messages?wait=20",
            json={"sessionId": await session(api), "content": "How many days to return an unopened kettle?"},
        )
        assert answer.status_code == 201
        reply = answer.json()["reply"]
        assert "47 days" in reply["content"]
        assert "[1]" in reply["content"]
        assert reply["escalated"] is False
        assert reply["usage"]["model"] == "extractive"
        citation = reply["citations"][0]
        assert citation["documentId"] == document_id
        assert citation["quote"] in ARTICLE
        assert set(citation) == {"documentId", "chunkId", "title", "quote", "url", "page"}

    async def test_streams_the_reply(self, api: httpx.AsyncClient) -> None:
        await with_article(api)
        events: list[tuple[str, Any]] = []
        async with api.stream(
            "POST",
            "/api/v1/messages",
            json={"sessionId": await session(api), "content": "Who pays the return label?"},
            headers={"Accept": "text/event-stream"},
        ) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            name = ""
            async for line in answer.aiter_lines():
                if line.startswith("event: "):
                    name = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    events.append((name, json.loads(line.removeprefix("data: "))))
        deltas = [data for name, data in events if name == "delta"]
        assert len(deltas) > 1
        assert events[-1][0] == "reply"
        shown = "".join(delta["text"] for delta in deltas)
        assert shown == events[-1][1]["content"]
        assert [delta["offset"] for delta in deltas] == [
            sum(len(before["text"]) for before in deltas[:index]) for index in range(len(deltas))
        ]
        assert {delta["replyId"] for delta in deltas} == {events[-1][1]["id"]}

    async def test_says_plainly_that_it_does_not_know_and_escalates(self, api: httpx.AsyncClient) -> None:
        await with_article(api)
        session_id = await session(api)
        answer = await api.post(
            "/api/v1/messages?wait=20",
            json={"sessionId": session_id, "content": "What is the capital of Mongolia?"},
        )
        reply = answer.json()["reply"]
        assert reply["escalated"] is True
        assert reply["citations"] == []
        now = (await api.get(f"/api/v1/sessions/{session_id}")).json()
        assert now["handler"] == "queue"
        later = await api.post(
            "/api/v1/messages?wait=20", json={"sessionId": session_id, "content": "Hello? Anybody?"}
        )
        assert later.json()["reply"] is None

    async def test_hands_over_who_asks_for_a_person(self, api: httpx.AsyncClient) -> None:
        answer = await api.post(
            "/api/v1/messages?wait=20",
            json={"sessionId": await session(api), "content": "Ich möchte mit einem Menschen sprechen"},
        )
        reply = answer.json()["reply"]
        assert reply["escalated"] is True
        assert "Menschen" in reply["content"]

    async def test_a_repeated_client_message_id_is_one_message(self, api: httpx.AsyncClient) -> None:
        body = {"sessionId": await session(api), "content": "Hello", "clientMessageId": "m-1"}
        first = await api.post("/api/v1/messages", json=body)
        again = await api.post("/api/v1/messages", json=body)
        assert (first.status_code, again.status_code) == (201, 200)
        assert first.json()["messageId"] == again.json()["messageId"]
        assert first.json()["reply"] is None

    async def test_lists_messages_in_pages_and_one_alone(self, api: httpx.AsyncClient) -> None:
        session_id = await session(api)
        for number in range(3):
            await api.post(
                "/api/v1/messages?wait=20", json={"sessionId": session_id, "content": f"Hello {number}"}
            )
        seen: list[dict[str, Any]] = []
        after = None
        while True:
            params = {"limit": 2, **({"after": after} if after else {})}
            page = (await api.get(f"/api/v1/sessions/{session_id}/messages", params=params)).json()
            seen += page["items"]
            if (after := page["next"]) is None:
                break
        contents = [message["content"] for message in seen if message["author"] == "contact"]
        assert contents == ["Hello 0", "Hello 1", "Hello 2"]
        assert (await api.get(f"/api/v1/messages/{seen[0]['id']}")).json() == seen[0]
        assert "usage" not in seen[0]


class TestSearch:
    async def test_finds_the_passage(self, api: httpx.AsyncClient) -> None:
        document_id = await with_article(api)
        answer = await api.post("/api/v1/search", json={"query": "return label cost", "limit": 3})
        hits = answer.json()["hits"]
        assert hits[0]["documentId"] == document_id
        assert set(hits[0]) == {"documentId", "chunkId", "title", "content", "score", "page"}


class TestDocuments:
    async def test_takes_a_file(self, api: httpx.AsyncClient) -> None:
        answer = await api.post(
            "/api/v1/documents", files={"file": ("returns.md", ARTICLE.encode(), "text/markdown")}
        )
        assert answer.status_code == 202
        document_id = await ready(api, answer.json()["id"])
        body = (await api.get(f"/api/v1/documents/{document_id}")).json()
        assert body["title"]
        assert body["chunks"] >= 1

    async def test_a_file_of_60_megabytes_is_refused(self, api: httpx.AsyncClient) -> None:
        answer = await api.post(
            "/api/v1/documents", files={"file": ("big.md", b"a" * 60_000_000, "text/markdown")}
        )
        assert answer.status_code == 413
        assert code(answer) == "request_too_large"


class TestBadInput:
    @pytest.mark.parametrize(
        ("content", "expected"),
        [("", "message_empty"), ("a" * 100_000, "message_too_long"), ("a\x00b", "message_not_text")],
    )
    async def test_what_is_no_message(self, api: httpx.AsyncClient, content: str, expected: str) -> None:
        answer = await api.post(
            "/api/v1/messages", json={"sessionId": await session(api), "content": content}
        )
        assert answer.status_code == 422
        assert code(answer) == expected

    @pytest.mark.parametrize("body", [b"{not json", b"", b"\xff\xfe\x00", b"[1,2", b'{"a":'])
    @pytest.mark.parametrize("path", ["/api/v1/messages", "/api/v1/sessions", "/api/v1/search"])
    async def test_invalid_json(self, api: httpx.AsyncClient, path: str, body: bytes) -> None:
        answer = await api.post(path, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in (400, 422)
        code(answer)

    @pytest.mark.parametrize("path", ["/api/v1/sessions", "/api/v1/documents"])
    @pytest.mark.parametrize("body", [b"{", b'{"title": "\xff"}', b"[" * 100_000])
    async def test_what_is_no_json_at_all_says_so(
        self, api: httpx.AsyncClient, path: str, body: bytes
    ) -> None:
        answer = await api.post(path, content=body, headers={"Content-Type": "application/json"})
        assert (answer.status_code, code(answer)) == (400, "invalid_json")

    @pytest.mark.parametrize(
        "body",
        [
            '{"userId": "a\\u0000b"}',
            '{"metadata": {"a": "\\u0000"}}',
            '{"metadata": {"\\ud800": 1}}',
            '{"metadata": {"a": [{"b": "\\udfff"}]}}',
            '{"metadata": {"a": NaN}}',
            '{"metadata": {"a": 1e999}}',
            '{"metadata": ' + '{"a":' * 900 + "1" + "}" * 900 + "}",
        ],
        ids=["NUL", "NUL within", "surrogate key", "surrogate", "no number", "infinity", "without end"],
    )
    async def test_what_no_database_keeps(self, api: httpx.AsyncClient, body: str) -> None:
        answer = await api.post(
            "/api/v1/sessions", content=body, headers={"Content-Type": "application/json"}
        )
        assert (answer.status_code, code(answer)) == (422, "invalid_request")

    async def test_a_client_message_id_that_is_no_text(self, api: httpx.AsyncClient) -> None:
        body = {"sessionId": await session(api), "content": "Hello", "clientMessageId": "a\x00"}
        answer = await api.post("/api/v1/messages", json=body)
        assert (answer.status_code, code(answer)) == (422, "invalid_request")

    @pytest.mark.parametrize("position", ["1e999", "9" * 30, "true", "[[", "9" * 5_000])
    async def test_a_cursor_that_is_none(self, api: httpx.AsyncClient, position: str) -> None:
        after = base64.urlsafe_b64encode(f"[{position}]".encode()).decode()
        answer = await api.get(f"/api/v1/sessions/{await session(api)}/messages", params={"after": after})
        assert answer.status_code == 422
        code(answer)

    @pytest.mark.parametrize("body", ["[]", '"text"', "null", "12", "{}"])
    async def test_json_of_the_wrong_form(self, api: httpx.AsyncClient, body: str) -> None:
        answer = await api.post(
            "/api/v1/messages", content=body, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 422
        assert code(answer) == "invalid_request"

    @pytest.mark.parametrize(
        "session_id", ["", "conv_", "conv_zz", "msg_" + "0" * 32, "conv_" + "0" * 32, "'; DROP TABLE x; --"]
    )
    async def test_an_id_that_is_none(self, api: httpx.AsyncClient, session_id: str) -> None:
        answer = await api.post("/api/v1/messages", json={"sessionId": session_id, "content": "Hello"})
        assert answer.status_code == 404
        assert code(answer) == "conversation_not_found"

    @pytest.mark.parametrize(
        "path",
        [
            "/api/v1/sessions/{}/messages",
            "/api/v1/sessions/{}",
            "/api/v1/messages/{}",
            "/api/v1/documents/{}",
        ],
    )
    async def test_unknown_ids_are_404(self, api: httpx.AsyncClient, path: str) -> None:
        prefix = "doc" if "documents" in path else "msg" if path.endswith("messages/{}") else "conv"
        for text in (encode(prefix, new_id()), "nonsense", "..%2F..", "%00"):
            answer = await api.get(path.format(text))
            assert answer.status_code == 404
            code(answer)

    async def test_another_tenants_session_is_404(
        self, api: httpx.AsyncClient, other_company: Company
    ) -> None:
        session_id = await session(api)
        api.headers["Authorization"] = f"Bearer {other_company.api_key}"
        assert (await api.get(f"/api/v1/sessions/{session_id}/messages")).status_code == 404
        answer = await api.post("/api/v1/messages", json={"sessionId": session_id, "content": "Hi"})
        assert answer.status_code == 404

    @pytest.mark.parametrize("key", ["echo_sk_wrong", "Bearer", "é", "x" * 5_000])
    async def test_a_wrong_key_is_401(self, http: httpx.AsyncClient, key: str) -> None:
        answer = await http.post(
            "/api/v1/sessions",
            json={"channel": "api"},
            headers=[(b"Authorization", f"Bearer {key}".encode())],
        )
        assert answer.status_code == 401
        assert code(answer) == "unauthenticated"

    async def test_no_key_is_401(self, http: httpx.AsyncClient) -> None:
        answer = await http.post("/api/v1/sessions", json={"channel": "api"})
        assert answer.status_code == 401
        assert code(answer) == "unauthenticated"

    async def test_unknown_addresses_and_methods_are_answered_in_json(self, api: httpx.AsyncClient) -> None:
        unknown = await api.get("/api/v1/nothing")
        assert (unknown.status_code, code(unknown)) == (404, "not_found")
        wrong = await api.delete("/api/v1/messages")
        assert (wrong.status_code, code(wrong)) == (405, "method_not_allowed")
        nobodys = await api.request("PROPFIND", "/api/v1/messages")
        assert (nobodys.status_code, code(nobodys)) == (405, "method_not_allowed")
        assert (await api.get("/api")).json()["error"]["code"] == "not_found"

    @pytest.mark.parametrize("wait", ["-1", "9999", "soon", "nan"])
    async def test_a_wrong_wait(self, api: httpx.AsyncClient, wait: str) -> None:
        answer = await api.post(
            f"/api/v1/messages?wait={wait}", json={"sessionId": await session(api), "content": "Hi"}
        )
        assert answer.status_code == 422
