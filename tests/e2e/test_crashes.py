"""Two hundred messages while web, worker and Postgres are killed again and again: nothing is lost, nothing doubled."""

import asyncio
import json
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest

from echo_app import db
from echo_app.embedded_postgres import embedded_urls
from echo_app.kit.ids import decode, new_id
from tests.e2e.running import PARTS, Running, running_echo

SESSIONS = 40
MESSAGES_A_SESSION = 5
ROUNDS = 3
# From one part's return to the next one's death: time for some messages to be taken in and answered.
PAUSE_SECONDS = 1.0
# The messages are spread over about as long as the killing takes.
SENDING_SECONDS = 10.0
# A generous bound: how fast each part really returns (aim 2 s) is measured, not asserted, on a busy machine.
SECONDS_TO_RETURN = 15.0
SECONDS_TO_COVER = 15.0
MEASURED_REPLIES = 7

QUESTIONS = Path(__file__).parents[2] / "demo" / "questions.json"

# The contact's messages of these conversations: who had the next reply when each was written, and what covers it.
_MESSAGES = """
    SELECT m.id, m.client_message_id, m.content, m.awaiting_reply,
        COALESCE((SELECT e.data ->> 'handler' FROM events e
            WHERE e.conversation_id = m.conversation_id AND e.kind = 'state' AND e.seq < m.seq
            ORDER BY e.seq DESC LIMIT 1), 'assistant') = 'assistant' AS assistants,
        ARRAY(SELECT c.reply_id FROM reply_coverages c WHERE c.message_id = m.id) AS replies
    FROM messages m WHERE m.conversation_id = ANY(%s) AND m.author = 'contact'
"""
_REPLIES = """
    SELECT m.id, (SELECT count(*) FROM reply_coverages c WHERE c.reply_id = m.id) AS covers
    FROM messages m WHERE m.conversation_id = ANY(%s) AND m.author = 'assistant'
"""

pytestmark = pytest.mark.timeout(240)


@dataclass
class Sent:
    """What the senders were told: by clientMessageId, the message's id and its content."""

    acknowledged: dict[str, tuple[UUID, str]] = field(default_factory=dict)
    repeated: int = 0


@pytest.fixture(scope="module")
def echo() -> Iterator[Running]:
    with running_echo() as running:
        yield running


async def test_every_message_is_there_and_covered_once_whatever_is_killed(echo: Running) -> None:
    headers = {"Authorization": f"Bearer {echo.api_key}"}
    async with httpx.AsyncClient(base_url=echo.url, headers=headers, timeout=20) as http:
        before = await _median_wait(http)
        sessions = [await _new_session(http) for _ in range(SESSIONS)]
        sent = Sent()
        sending = asyncio.gather(
            *(_send_all(http, number, session, sent) for number, session in enumerate(sessions))
        )
        await _kill_everything(echo)
        last_restart = time.monotonic()
        await asyncio.wait_for(sending, SECONDS_TO_COVER)
        assert len(sent.acknowledged) == SESSIONS * MESSAGES_A_SESSION

        conversations = [decode("conv", session) for session in sessions]
        stored = await _once_covered(echo, conversations, last_restart + SECONDS_TO_COVER)
        _check_nothing_lost(stored, sent)
        _check_covered_once(stored, await _rows(echo, _REPLIES, conversations))

        after = await _median_wait(http)
    assert after <= 5 * before + 0.5, f"a reply took {before:.3f} s before and {after:.3f} s after"


def _check_nothing_lost(stored: list[dict[str, Any]], sent: Sent) -> None:
    assert {row["client_message_id"]: (row["id"], row["content"]) for row in stored} == sent.acknowledged
    assert len(stored) == len(sent.acknowledged)


def _check_covered_once(stored: list[dict[str, Any]], replies: list[dict[str, Any]]) -> None:
    assert [row for row in stored if row["awaiting_reply"]] == []
    assert [row for row in stored if len(row["replies"]) != (1 if row["assistants"] else 0)] == []
    assert [reply for reply in replies if reply["covers"] == 0] == []
    # Otherwise the test would say nothing about replies.
    assert len(replies) > SESSIONS


async def _kill_everything(echo: Running) -> None:
    for _ in range(ROUNDS):
        for part in PARTS:
            killed = time.monotonic()
            gone = echo.kill(part)
            while echo.pid(part) in (None, gone) or not await asyncio.to_thread(echo.is_healthy):
                assert time.monotonic() - killed < SECONDS_TO_RETURN, f"{part} is not back:\n{echo.printed}"
                await asyncio.sleep(0.02)
            await asyncio.sleep(PAUSE_SECONDS)


async def _send_all(http: httpx.AsyncClient, number: int, session: str, sent: Sent) -> None:
    """One session's messages, each repeated under its clientMessageId until it is acknowledged."""
    questions = _questions()
    step = SENDING_SECONDS / MESSAGES_A_SESSION
    await asyncio.sleep(step * number / SESSIONS)
    for place in range(MESSAGES_A_SESSION):
        content = questions[(number + place * SESSIONS) % len(questions)]
        key = new_id().hex
        while (answer := await _try_to_send(http, session, content, key)) is None:
            sent.repeated += 1
            await asyncio.sleep(0.2)
        sent.acknowledged[key] = (decode("msg", answer["messageId"]), content)
        await asyncio.sleep(step)


async def _try_to_send(
    http: httpx.AsyncClient, session: str, content: str, key: str
) -> dict[str, Any] | None:
    """The acknowledgement, None when there was none. A refusal is the test's failure."""
    body = {"sessionId": session, "content": content, "clientMessageId": key}
    try:
        answer = await http.post("/api/v1/messages", json=body)
    except httpx.TransportError:
        return None
    if answer.status_code == 503:
        return None
    assert answer.status_code in (200, 201), answer.text
    acknowledgement: dict[str, Any] = answer.json()
    return acknowledgement


async def _once_covered(echo: Running, conversations: list[UUID], deadline: float) -> list[dict[str, Any]]:
    """The contacts' messages as soon as none awaits a reply, or as they stand at the deadline."""
    while True:
        stored = await _rows(echo, _MESSAGES, conversations)
        if time.monotonic() >= deadline or not any(row["awaiting_reply"] for row in stored):
            return stored
        await asyncio.sleep(0.1)


async def _rows(echo: Running, query: str, conversations: list[UUID]) -> list[dict[str, Any]]:
    address = db.conninfo(embedded_urls(echo.data_dir)[0])
    rows = psycopg.rows.dict_row
    async with await psycopg.AsyncConnection.connect(address, row_factory=rows) as connection:
        return await (await connection.execute(query.encode(), [conversations])).fetchall()


async def _median_wait(http: httpx.AsyncClient) -> float:
    """Seconds from a question to its whole reply, the median of a few."""
    waits = []
    for question in _questions()[:MEASURED_REPLIES]:
        session = await _new_session(http)
        began = time.monotonic()
        answer = await http.post("/api/v1/messages?wait=20", json={"sessionId": session, "content": question})
        waits.append(time.monotonic() - began)
        assert answer.json()["reply"] is not None
    return statistics.median(waits)


async def _new_session(http: httpx.AsyncClient) -> str:
    answer = await http.post("/api/v1/sessions", json={"channel": "api"})
    assert answer.status_code == 201, answer.text
    session: str = answer.json()["id"]
    return session


def _questions() -> list[str]:
    asked = json.loads(QUESTIONS.read_text())
    return ["hello", *(each["question"] for each in asked["answered"])]
