"""Migrations on an empty Postgres: whole, repeatable, and the same as the models."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from echo_app import migrations
from echo_app.embedded_postgres import EmbeddedPostgres


@pytest.fixture
def empty() -> Iterator[EmbeddedPostgres]:
    """A server with a database and nothing in it."""
    folder = Path(tempfile.mkdtemp(prefix="echo-migrations-"))
    folder.chmod(0o711)
    server = EmbeddedPostgres(folder)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder)


class TestUpgrade:
    def test_ends_at_the_newest_with_tables_as_the_models_have_them(self, empty: EmbeddedPostgres) -> None:
        assert migrations.versions(empty.admin_url).current is None
        migrations.upgrade(empty.admin_url)
        told = migrations.versions(empty.admin_url)
        assert told.current == told.newest
        # Raises when a model and its table differ: then a migration is missing.
        migrations.check(empty.admin_url)

    def test_changes_nothing_the_second_time(self, empty: EmbeddedPostgres) -> None:
        migrations.upgrade(empty.admin_url)
        count = "SELECT count(*), max(xmin::text::bigint) FROM pg_class"
        with psycopg.connect(empty.admin_url.replace("+psycopg", "")) as connection:
            before = connection.execute(count).fetchone()
        migrations.upgrade(empty.admin_url)
        with psycopg.connect(empty.admin_url.replace("+psycopg", "")) as connection:
            assert connection.execute(count).fetchone() == before

    def test_by_several_processes_at_once_is_done_by_one(self, empty: EmbeddedPostgres) -> None:
        program = "import sys; from echo_app import migrations; migrations.upgrade(sys.argv[1])"
        command = [sys.executable, "-c", program, empty.admin_url]
        several = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(3)]
        for process in several:
            _, told = process.communicate(timeout=60)
            assert process.returncode == 0, told
