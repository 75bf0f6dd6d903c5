"""The widget over real sockets, as its frame speaks, and as somebody else would."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import jwt
import pytest
from websockets.asyncio.client import ClientConnection, connect

from echo_app import db
from echo_app.api.dependencies import widget_token
from echo_app.kit.ids import encode, new_id
from echo_app.settings import settings
from echo_app.tenants import service as tenants
from tests.api.test_public import code, with_article
from tests.people import Company

QUESTION = "How many days to return an unopened kettle?"


@pytest.fixture
async def socket(address: str) -> AsyncIterator[ClientConnection]:
    """A connection that has said nothing yet."""
    async with connect(address.replace("http", "ws") + "/widget/v1/socket") as connection:
        yield connection


@pytest.fixture
def token(company: Company) -> str:
    return widget_token(company.tenant_id, new_id())


async def say(socket: ClientConnection, **frame: Any) -> None:
    await socket.send(json.dumps(frame))


async def until(socket: ClientConnection, kind: str, **facts: Any) -> dict[str, Any]:
    """The next frame of that type with those facts; what comes before it is passed over."""
    async for text in socket:
        frame: dict[str, Any] = json.loads(text)
        if frame["type"] == kind and facts.items() <= frame.items():
            return frame
    raise AssertionError(f"closed before {kind}")


async def hello(socket: ClientConnection, token: str, **more: Any) -> dict[str, Any]:
    await say(socket, type="hello", token=token, **{"conversationId": None, "after": 0, **more})
    return await until(socket, "ready")


async def closed(socket: ClientConnection) -> int:
    """The code with which the server closes."""
    await socket.wait_closed()
    assert socket.close_code is not None
    return socket.close_code


async def sent(socket: ClientConnection, client_id: str, content: str = QUESTION, to: Any = None) -> Any:
    await say(socket, type="send", clientMessageId=client_id, content=content, conversationId=to)
    return await until(socket, "ack", clientMessageId=client_id)


class TestConversation:
    async def test_streams_a_cited_reply_and_keeps_it(
        self, api: httpx.AsyncClient, socket: ClientConnection, token: str, address: str
    ) -> None:
        await with_article(api)
        assert (await hello(socket, token))["conversation"] is None
        ack = await sent(socket, "c-1")
        delta = await until(socket, "delta")
        reply = (await until(socket, "message"))["message"]
        if reply["author"] == "contact":
            reply = (await until(socket, "message"))["message"]
        assert (reply["author"], reply["id"]) == ("assistant", delta["replyId"])
        assert "47 days" in reply["content"]
        async with connect(address.replace("http", "ws") + "/widget/v1/socket") as again:
            ready = await hello(again, token, conversationId=ack["conversationId"], after=ack["seq"])
        assert [each["author"] for each in ready["messages"]] == ["contact", "assistant"]
        path = f"/widget/v1/messages/{reply['id']}/citations/1"
        passage = (await api.get(path, headers={"Authorization": f"Bearer {token}"})).json()
        assert passage["quote"] == reply["citations"][0]["quote"]
        assert set(passage) == {"title", "heading", "page", "url", "before", "quote", "after"}
        beyond = await api.get(path[:-1] + "9", headers={"Authorization": f"Bearer {token}"})
        assert beyond.status_code == 404

    async def test_a_repeated_frame_is_one_message(self, socket: ClientConnection, token: str) -> None:
        await hello(socket, token)
        first, again = await sent(socket, "c-1"), await sent(socket, "c-1")
        assert first == again

    async def test_a_message_that_is_too_long_gets_an_error_and_the_socket_lives(
        self, socket: ClientConnection, token: str
    ) -> None:
        await hello(socket, token)
        await say(socket, type="send", clientMessageId="c-1", content="a" * 100_000, conversationId=None)
        assert (await until(socket, "error", clientMessageId="c-1"))["code"] == "message_too_long"
        await say(socket, type="ping")
        await until(socket, "pong")

    async def test_anothers_conversation_does_not_exist(
        self, socket: ClientConnection, token: str, company: Company, http: httpx.AsyncClient
    ) -> None:
        stranger = {"Authorization": f"Bearer {widget_token(company.tenant_id, new_id())}"}
        body = {"clientMessageId": "x", "content": "Hello", "conversationId": None}
        other = (await http.post("/widget/v1/messages", json=body, headers=stranger)).json()
        ready = await hello(socket, token, conversationId=other["conversationId"])
        assert (ready["conversation"], ready["messages"]) == (None, [])
        await say(
            socket, type="send", clientMessageId="c-1", content="Hi", conversationId=other["conversationId"]
        )
        assert (await until(socket, "error"))["code"] == "conversation_not_found"


class TestTokens:
    async def test_only_our_own_open_a_socket(self, address: str, company: Company, token: str) -> None:
        claims = {"ten": company.tenant_id.hex, "con": new_id().hex, "aud": "echo-widget"}
        key = settings().signing_key()
        forged = [
            "",
            "x.y.z",
            token[:-4] + "AAAA",
            jwt.encode(claims, "k" * 32, algorithm="HS256"),
            jwt.encode(claims, "", algorithm="none"),
            jwt.encode({**claims, "aud": "other"}, key, algorithm="HS256"),
            jwt.encode({**claims, "exp": 1}, key, algorithm="HS256"),
        ]
        for bad in forged:
            async with connect(address.replace("http", "ws") + "/widget/v1/socket") as socket:
                await say(socket, type="hello", token=bad, conversationId=None, after=0)
                assert await closed(socket) == 4401, bad

    @pytest.mark.parametrize("first", ['{"type":"ping"}', "no json", b"\x00\x01", "[]"])
    async def test_hello_comes_first(self, socket: ClientConnection, first: str | bytes) -> None:
        await socket.send(first)
        assert await closed(socket) == 4401

    async def test_an_unknown_tenant_gets_none(self, http: httpx.AsyncClient) -> None:
        for tenant_id in (encode("ten", new_id()), "ten_x", ""):
            answer = await http.post("/widget/v1/tokens", json={"tenantId": tenant_id})
            assert (answer.status_code, code(answer)) == (404, "tenant_not_found")


class TestFramesThatAreNotOurs:
    @pytest.mark.parametrize(
        "frame",
        [
            '{"type": "send", "clientMessageId": "a\\u0000", "content": "Hello", "conversationId": null}',
            '{"type": "seen", "seq": ' + "9" * 5_000 + "}",
        ],
        ids=["an id with NUL", "a number without end"],
    )
    async def test_what_nothing_can_hold_gets_an_error_and_the_socket_lives(
        self, socket: ClientConnection, token: str, frame: str
    ) -> None:
        await hello(socket, token)
        await socket.send(frame)
        assert (await until(socket, "error"))["code"] == "bad_frame"
        await say(socket, type="ping")
        await until(socket, "pong")

    async def test_get_an_error_and_ten_end_the_socket(self, socket: ClientConnection, token: str) -> None:
        await hello(socket, token)
        strange: list[str | bytes] = [
            b"\xff\x00",
            "no json",
            "[]",
            "null",
            "[" * 5_000,
            '{"type":"unknown"}',
            '{"type":["send"]}',
            '{"type":"send","clientMessageId":7,"content":[],"conversationId":{}}',
            '{"type":"seen","seq":"x"}',
        ]
        for frame in strange:
            await socket.send(frame)
            assert (await until(socket, "error"))["code"] == "bad_frame", frame
        await socket.send("{}")
        assert await closed(socket) == 4400


class TestWithoutSockets:
    async def test_posts_and_polls(self, http: httpx.AsyncClient, token: str) -> None:
        http.headers["Authorization"] = f"Bearer {token}"
        body = {"clientMessageId": "p-1", "content": QUESTION, "conversationId": None}
        ack = (await http.post("/widget/v1/messages", json=body)).json()
        assert (ack["type"], ack["clientMessageId"]) == ("ack", "p-1")
        seen, after = [], ack["seq"]
        while "assistant" not in seen:
            params = {"conversationId": ack["conversationId"], "after": after, "wait": 10}
            found = (await http.get("/widget/v1/events", params=params)).json()["frames"]
            assert found
            seen += [frame["message"]["author"] for frame in found if frame["type"] == "message"]
            after = max([after, *(frame["seq"] for frame in found if "seq" in frame)])

    async def test_a_place_that_no_conversation_has_is_refused(
        self, http: httpx.AsyncClient, token: str
    ) -> None:
        answer = await http.get(
            "/widget/v1/events",
            params={"conversationId": encode("conv", new_id()), "after": str(10**20)},
            headers={"Authorization": f"Bearer {token}"},
        )
        assert (answer.status_code, code(answer)) == (422, "invalid_request")


class TestEmbedPage:
    async def frame(self, http: httpx.AsyncClient, company: Company) -> httpx.Response:
        return await http.get(f"/widget/frame/{encode('ten', company.tenant_id)}")

    async def test_any_site_may_frame_it_until_some_are_named(
        self, http: httpx.AsyncClient, company: Company
    ) -> None:
        assert "frame-ancestors *" in (await self.frame(http, company)).headers["content-security-policy"]
        async with db.transaction(company.owner) as tx:
            await tenants.allow_sites(tx, company.owner, ["https://shop.example"])
        policy = (await self.frame(http, company)).headers["content-security-policy"]
        assert policy.endswith("frame-ancestors 'self' https://shop.example")

    async def test_a_name_cannot_end_the_script(self, http: httpx.AsyncClient, company: Company) -> None:
        async with db.transaction(company.owner) as tx:
            await tenants.rename_tenant(tx, company.owner, "</script><b>")
        text = (await self.frame(http, company)).text
        assert "</script><b>" not in text
        assert "&lt;/script&gt;&lt;b&gt;" in text
