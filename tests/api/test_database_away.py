"""The database goes away for some seconds: said plainly, and over by itself."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from echo_app import migrations
from echo_app.embedded_postgres import EmbeddedPostgres
from tests.api.test_public import code

ROOT = Path(__file__).parents[2]


@pytest.fixture
def postgres() -> Iterator[EmbeddedPostgres]:
    """A server of this test's own, which it may stop."""
    data_dir = Path(tempfile.mkdtemp(prefix="echo-away-"))
    data_dir.chmod(0o711)
    server = EmbeddedPostgres(data_dir)
    server.start()
    try:
        migrations.upgrade(server.admin_url)
        yield server
    finally:
        server.stop()
        shutil.rmtree(data_dir)


@pytest.fixture
def client(postgres: EmbeddedPostgres) -> Iterator[httpx.Client]:
    listener = socket.create_server(("127.0.0.1", 0))
    api = subprocess.Popen(
        [sys.executable, "-m", "tests.peers.api_server", str(listener.fileno())],
        cwd=ROOT,
        pass_fds=[listener.fileno()],
        env={**os.environ, "ECHO_DATA_DIR": str(postgres.data.parent)},
        stdout=subprocess.DEVNULL,
    )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=30) as found:
            yield found
    finally:
        api.terminate()
        api.wait(10)
        listener.close()


def test_requests_are_answered_503_until_it_is_back(postgres: EmbeddedPostgres, client: httpx.Client) -> None:
    signed_up = client.post(
        "/auth/signup",
        data={
            "company": "C",
            "name": "N",
            "email": "away@company.example",
            "password": "correct horse battery",
        },
        headers={"Accept": "application/json"},
    ).json()
    client.cookies.clear()
    client.headers["Authorization"] = f"Bearer {signed_up['apiKey']}"
    session_id = client.post("/api/v1/sessions", json={"channel": "api"}).json()["id"]

    login = {"email": "a@b.example", "password": "x"}
    postgres.stop()
    for _ in range(3):
        for answer in (
            client.get("/healthz"),
            client.get(f"/api/v1/sessions/{session_id}"),
            client.post("/api/v1/sessions", json={"channel": "api"}),
            client.post("/auth/login", data=login, headers={"Accept": "application/json"}),
            client.post("/widget/v1/tokens", json={"tenantId": signed_up["tenantId"]}),
        ):
            assert (answer.status_code, code(answer)) == (503, "unavailable")
            assert answer.headers["retry-after"] == "2"
            assert not any(word in answer.text.lower() for word in ("psycopg", "postgres", "sql", "socket"))
        time.sleep(0.3)

    postgres.start()
    assert client.get("/healthz").status_code == 200
    assert client.get(f"/api/v1/sessions/{session_id}").json()["id"] == session_id
    assert client.get(f"/api/v1/sessions/{session_id}/messages").json()["items"] == []
