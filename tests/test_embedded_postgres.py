"""The embedded server, really started: no test here replaces a part of it."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from echo_app.embedded_postgres import EmbeddedPostgres, PostgresFailed, embedded_urls, socket_folder

# How fast a part returns (aim: 2 seconds) is bench/restarts.py's to measure; a busy machine must not fail a test.
PATIENCE_SECONDS = 20


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not pytest's own tmp_path: nobody but its owner may pass through that one."""
    path = Path(tempfile.mkdtemp(prefix="echo-test-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def postgres(folder: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(folder)
    server.start()
    yield server
    server.stop()


def connect(url: str) -> psycopg.Connection:
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


def ask(server: EmbeddedPostgres, question: str) -> object:
    with connect(server.admin_url) as connection:
        row = connection.execute(question).fetchone()
        assert row is not None
        return row[0]


def _await_death(server: EmbeddedPostgres) -> None:
    while server.pid is not None:
        time.sleep(0.001)


class TestStart:
    def test_makes_a_durable_utf8_database_with_vectors(self, postgres: EmbeddedPostgres) -> None:
        assert ask(postgres, "SHOW server_encoding") == "UTF8"
        assert ask(postgres, "SELECT lower('ÄÖ')") == "äö"
        assert ask(postgres, "SHOW fsync") == "on"
        assert ask(postgres, "SHOW synchronous_commit") == "on"
        assert ask(postgres, "SELECT count(*) FROM pg_available_extensions WHERE name = 'vector'") == 1

    def test_listens_on_no_network_address(self, postgres: EmbeddedPostgres) -> None:
        assert postgres.pid is not None
        assert [c for c in psutil.Process(postgres.pid).net_connections("inet") if c.status == "LISTEN"] == []
        assert stat.S_IMODE(postgres.sockets.stat().st_mode) == 0o700

    def test_never_runs_as_root(self, postgres: EmbeddedPostgres) -> None:
        assert postgres.pid is not None
        assert psutil.Process(postgres.pid).uids().effective != 0

    def test_comes_back_with_what_was_committed(self, postgres: EmbeddedPostgres) -> None:
        with connect(postgres.admin_url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
        postgres.stop()
        assert postgres.pid is None
        postgres.start()
        assert ask(postgres, "SELECT number FROM kept") == 7

    def test_is_back_after_a_kill(self, postgres: EmbeddedPostgres) -> None:
        with connect(postgres.admin_url) as busy:
            busy.execute("CREATE TABLE kept AS SELECT generate_series(1, 100000) AS number")
            for _ in range(3):
                assert postgres.pid is not None
                os.kill(postgres.pid, signal.SIGKILL)
                killed = time.monotonic()
                _await_death(postgres)
                postgres.start()
                assert ask(postgres, "SELECT count(*) FROM kept") == 100_000
                assert time.monotonic() - killed < PATIENCE_SECONDS

    def test_leaves_no_trace_of_an_interrupted_first_start(self, folder: Path) -> None:
        unfinished = folder / "postgres.unfinished"
        unfinished.mkdir()
        (unfinished / "PG_VERSION").write_text("half")
        server = EmbeddedPostgres(folder)
        server.start()
        try:
            assert ask(server, "SELECT 1") == 1
            assert not unfinished.exists()
        finally:
            server.stop()

    def test_tells_the_logs_last_lines_when_it_cannot_start(self, postgres: EmbeddedPostgres) -> None:
        postgres.stop()
        (postgres.data / "postgresql.conf").write_text("no_such_setting = 1\n")
        with pytest.raises(PostgresFailed, match="no_such_setting"):
            postgres.start(timeout=5)

    def test_takes_over_a_server_that_outlived_its_supervisor(self, postgres: EmbeddedPostgres) -> None:
        assert postgres.pid is not None
        leftover = psutil.Process(postgres.pid)
        successor = EmbeddedPostgres(postgres.data.parent)
        successor.start()
        try:
            assert ask(successor, "SELECT 1") == 1
            assert not leftover.is_running() or leftover.status() == psutil.STATUS_ZOMBIE
        finally:
            successor.stop()

    @pytest.mark.skipif(
        os.geteuid() != 0, reason="an ordinary user's server runs as that user, in their folders"
    )
    def test_says_which_folder_bars_the_way_and_changes_nothing(self, folder: Path) -> None:
        barred = folder / "barred"
        barred.mkdir(mode=0o700)
        with pytest.raises(PostgresFailed, match=f"chmod o\\+x {barred}"):
            EmbeddedPostgres(barred / "data").start()
        assert stat.S_IMODE(barred.stat().st_mode) == 0o700

    def test_refuses_a_socket_folder_that_is_somebody_elses(self, folder: Path) -> None:
        (folder / "elsewhere").mkdir()
        socket_folder(folder).symlink_to(folder / "elsewhere")
        with pytest.raises(PostgresFailed, match="remove it"):
            EmbeddedPostgres(folder).start()


class TestEmbeddedUrls:
    def test_are_the_servers_own_without_starting_it(self, folder: Path) -> None:
        server = EmbeddedPostgres(folder)
        assert embedded_urls(folder) == (server.admin_url, server.app_url)
        assert "postgres@" in server.admin_url
        assert "echo_app@" in server.app_url

    def test_reach_a_server_in_a_folder_too_deep_for_a_socket(self, folder: Path) -> None:
        deep = folder / ("d" * 60) / ("é" * 40)
        deep.mkdir(parents=True)
        server = EmbeddedPostgres(deep)
        server.start()
        try:
            assert server.sockets.parent == Path("/tmp")
            assert ask(server, "SELECT 1") == 1
        finally:
            server.stop()
            shutil.rmtree(server.sockets)


class TestLog:
    def test_holds_no_words_of_a_statement_that_failed(self, postgres: EmbeddedPostgres) -> None:
        with connect(postgres.admin_url) as connection:
            connection.execute("CREATE TABLE said (words text PRIMARY KEY)")
            connection.execute("INSERT INTO said VALUES ('my secret')")
            with pytest.raises(psycopg.errors.UniqueViolation):
                connection.execute("INSERT INTO said VALUES (%s)", ["my secret"])
            with pytest.raises(psycopg.errors.UniqueViolation):
                connection.execute("INSERT INTO said VALUES ('my secret')")
        assert "duplicate key" in postgres.log.read_text()
        assert "secret" not in postgres.log.read_text()
        assert stat.S_IMODE(postgres.log.stat().st_mode) == 0o600


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
def test_the_server_stops_when_its_supervisor_is_killed(folder: Path) -> None:
    program = (
        "import sys, time; from echo_app.embedded_postgres import EmbeddedPostgres;"
        "server = EmbeddedPostgres(sys.argv[1]); server.start();"
        "print(server.pid, flush=True); time.sleep(600)"
    )
    supervisor = subprocess.Popen(
        [sys.executable, "-c", program, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert supervisor.stdout is not None
    server = psutil.Process(int(supervisor.stdout.readline()))
    everything = [server, *server.children(recursive=True)]
    supervisor.kill()
    supervisor.wait()
    _, alive = psutil.wait_procs(everything, timeout=10)
    assert alive == []
