"""`echo-app dev`, really started: a changed source is loaded, and nothing is left behind."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from echo_app import build, errors
from echo_app.processes import bound_socket

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="echo-dev-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


def wait_until(true: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_loads_what_was_changed_and_stops_cleanly(folder: Path) -> None:
    # What the tests' own run has compiled is used; only its being loaded again is looked at here.
    build.build_widget()
    build.build_dashboard()
    with bound_socket("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
    ours = {name: value for name, value in os.environ.items() if not name.startswith("ECHO_")}
    dev = subprocess.Popen(
        [Path(sys.executable).with_name("echo-app"), "dev"],
        env=ours | {"ECHO_DATA_DIR": str(folder), "ECHO_PORT": str(port), "ECHO_DEMO": "0"},
        stdout=(folder / "told").open("wb"),
        stderr=subprocess.STDOUT,
    )

    def is_web(child: psutil.Process) -> bool:
        try:
            return child.cmdline()[-1:] == ["web"]
        except psutil.NoSuchProcess:  # a zombie's included: ended between the listing and the look
            return False

    def serving() -> list[int]:
        return [child.pid for child in psutil.Process(dev.pid).children() if is_web(child)]

    def is_healthy() -> bool:
        assert dev.poll() is None, (folder / "told").read_text()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    try:
        wait_until(is_healthy, 120)
        before = serving()
        assert len(before) == 1
        os.utime(errors.__file__)
        wait_until(lambda: serving() not in ([], before), 20)
        wait_until(is_healthy, 30)
        everything = psutil.Process(dev.pid).children(recursive=True)
    finally:
        dev.send_signal(signal.SIGTERM)
        assert dev.wait(30) == 0, (folder / "told").read_text()
    _, alive = psutil.wait_procs(everything, timeout=5)
    assert alive == []
