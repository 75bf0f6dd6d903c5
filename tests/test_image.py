"""The container image's steps, without a container: the result must serve and work on its own."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from echo_app.embedded_postgres import EmbeddedPostgres
from echo_app.processes import bound_socket

ROOT = Path(__file__).resolve().parent.parent

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="echo-image-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def image(folder: Path) -> Path:
    """The folder that the image has as /echo."""
    target = folder / "echo"
    built = subprocess.run(
        [ROOT / "ops" / "image" / "build.sh", target],
        env=os.environ | {"PYTHON": sys.executable},
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return target


@pytest.fixture(scope="module")
def environment(folder: Path) -> Iterator[dict[str, str]]:
    """A Postgres that counts as an outside one, and a data folder of the process's own user."""
    server = EmbeddedPostgres(folder / "database")
    server.start()
    data = folder / "data"
    data.mkdir()
    ours = {name: value for name, value in os.environ.items() if not name.startswith("ECHO_")}
    yield ours | {
        "ECHO_DATABASE_URL": server.admin_url.replace("postgresql+psycopg", "postgres"),
        "ECHO_DATA_DIR": str(data),
        "HOME": str(data),
    }
    server.stop()


def run(image: Path, environment: dict[str, str], *command: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [image / ".venv" / "bin" / "echo-app", *command],
        cwd="/",
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


class TestImage:
    def test_leaves_away_what_only_building_needs(self, image: Path) -> None:
        assert not (image / ".web" / "node_modules").exists()
        assert not (image / "widget_embed" / "node_modules").exists()
        assert not (image / ".venv" / "bin" / "node").exists()
        assert (image / ".web" / "build" / "client" / "index.html").exists()

    def test_migrates_then_serves_and_works(self, image: Path, environment: dict[str, str]) -> None:
        migrated = run(image, environment, "migrate")
        told, _ = migrated.communicate()
        assert migrated.returncode == 0, told

        with bound_socket("127.0.0.1", 0) as listener:
            port = listener.getsockname()[1]
        web = run(image, environment | {"ECHO_PORT": str(port)}, "web")
        worker = run(image, environment, "worker")
        try:
            deadline = time.monotonic() + 60
            while True:
                assert web.poll() is None, web.communicate()[0]
                assert time.monotonic() < deadline
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
                        assert answer.status == 200
                        break
                except (urllib.error.URLError, ConnectionError):
                    time.sleep(0.1)
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/login", timeout=5) as answer:
                assert "<html" in answer.read().decode()
            assert worker.poll() is None, worker.communicate()[0]
        finally:
            for process in (web, worker):
                process.terminate()
        assert worker.wait(20) == 0
        web.wait(20)

    def test_has_written_to_its_data_folder_alone(self, image: Path, environment: dict[str, str]) -> None:
        """Runs last. The image's user may not write to the program's own folder."""
        data = Path(environment["ECHO_DATA_DIR"])
        started = data.stat().st_ctime
        newer = [
            path
            for path in image.rglob("*")
            if path.is_file() and path.stat().st_mtime > started and "__pycache__" not in path.parts
        ]
        assert newer == []
