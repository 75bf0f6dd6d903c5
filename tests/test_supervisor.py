"""The whole product under its supervisor: `echo-app up`, really started, really killed."""

import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from echo_app.processes import bound_socket, read_pid

ECHO_APP = str(Path(sys.executable).with_name("echo-app"))

pytestmark = pytest.mark.timeout(300)

# How fast a part returns (aim: 2 seconds) is bench/restarts.py's to measure; a busy machine must not fail a test.
PATIENCE_SECONDS = 20


class Echo:
    """One `echo-app up` on its own data folder, and what it printed so far."""

    def __init__(self, data_dir: Path, port: int) -> None:
        self.data_dir = data_dir
        self.port = port
        self.printed = ""
        self.process = subprocess.Popen(
            [ECHO_APP, "up"],
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def environment(self, **more: str) -> dict[str, str]:
        ours = {name: value for name, value in os.environ.items() if not name.startswith("ECHO_")}
        return ours | {"ECHO_DATA_DIR": str(self.data_dir), "ECHO_PORT": str(self.port)} | more

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.printed += line

    def is_healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    def wait_until_healthy(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not self.is_healthy():
            assert self.process.poll() is None, self.printed
            assert time.monotonic() < deadline, self.printed
            time.sleep(0.02)

    def wait_until_printed(self, words: str, *, after: int = 0) -> None:
        deadline = time.monotonic() + 10
        while words not in self.printed[after:]:
            assert time.monotonic() < deadline, f"{words!r} is not in:\n{self.printed}"
            time.sleep(0.02)

    def pid(self, part: str) -> int:
        found = read_pid(self.data_dir / f"{part}.pid")
        assert found is not None
        return found

    def everything(self) -> list[psutil.Process]:
        supervisor = psutil.Process(self.process.pid)
        return [supervisor, *supervisor.children(recursive=True)]

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [ECHO_APP, *command],
            env=self.environment(**environment),
            capture_output=True,
            text=True,
            timeout=60,
        )


def free_port() -> int:
    with bound_socket("127.0.0.1", 0) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture(scope="module")
def data_dir() -> Iterator[Path]:
    """Not pytest's own tmp_path: nobody but its owner may pass through that one."""
    folder = Path(tempfile.mkdtemp(prefix="echo-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def echo(data_dir: Path) -> Iterator[Echo]:
    running = Echo(data_dir, free_port())
    try:
        running.wait_until_healthy(240)
        yield running
    finally:
        running.process.terminate()
        running.process.wait(30)


class TestUp:
    def test_prints_where_it_is_and_the_demo_login(self, echo: Echo) -> None:
        echo.wait_until_printed("Ctrl-C stops everything")
        login = json.loads((echo.data_dir / "demo.json").read_text())
        assert set(login) == {"url", "tenantId", "apiKey", "email", "password"}
        assert f"http://localhost:{echo.port}" in echo.printed
        assert login["email"] in echo.printed
        assert login["password"] in echo.printed

    def test_keeps_its_secrets_to_itself(self, echo: Echo) -> None:
        for name in ("demo.json", "secret.key", "log"):
            path = echo.data_dir / name
            assert not path.exists() or not stat.S_IMODE(path.stat().st_mode) & 0o077, name

    def test_serves_the_dashboard_wherever_it_was_built_for(self, echo: Echo) -> None:
        with urllib.request.urlopen(f"http://127.0.0.1:{echo.port}/login", timeout=5) as answer:
            page = answer.read().decode()
        assert "<html" in page
        for script in set(re.findall(r'/assets/[^"]+\.js', page)):
            with urllib.request.urlopen(f"http://127.0.0.1:{echo.port}{script}", timeout=5) as answer:
                assert b"//localhost:8000/" not in answer.read(), script

    def test_a_second_one_on_the_same_folder_says_so_and_stops(self, echo: Echo) -> None:
        second = echo.run("up", ECHO_PORT=str(free_port()))
        assert second.returncode == 1
        assert f"already runs on {echo.data_dir} (process {echo.process.pid})" in second.stderr
        assert echo.is_healthy()

    def test_a_second_one_on_the_same_port_says_so_and_stops(self, echo: Echo, tmp_path: Path) -> None:
        second = echo.run("up", ECHO_DATA_DIR=str(tmp_path))
        assert second.returncode == 1
        assert f"Port {echo.port} on 127.0.0.1 is taken" in second.stderr
        assert "ECHO_PORT" in second.stderr
        assert echo.is_healthy()

    def test_a_value_that_cannot_be_is_named(self, echo: Echo) -> None:
        second = echo.run("up", ECHO_PORT="many")
        assert second.returncode == 1
        assert second.stderr.startswith("ECHO_PORT=many: ")
        assert len(second.stderr.splitlines()) == 1


class TestKeep:
    @pytest.mark.parametrize("part", ["web", "worker", "postgres"])
    def test_a_killed_part_is_back_by_itself(self, echo: Echo, part: str) -> None:
        for _ in range(3):
            before, printed = echo.pid(part), len(echo.printed)
            os.kill(before, signal.SIGKILL)
            killed = time.monotonic()
            while read_pid(echo.data_dir / f"{part}.pid") in (None, before) or not echo.is_healthy():
                assert time.monotonic() - killed < PATIENCE_SECONDS, echo.printed
                time.sleep(0.01)
            echo.wait_until_printed(f"{part} ", after=printed)

    def test_a_child_shares_memory_with_its_parent(self, echo: Echo) -> None:
        for part in ("web", "worker"):
            used = psutil.Process(echo.pid(part)).memory_full_info()
            assert used.pss < 0.7 * used.rss, part

    @pytest.mark.parametrize(
        ("part", "told"),
        [
            ("web", "the parent of web was killed by signal 9"),
            ("worker", "the parent of web and worker died: started again"),
        ],
    )
    def test_a_killed_parent_is_replaced_too(self, echo: Echo, part: str, told: str) -> None:
        printed, before = len(echo.printed), echo.pid("web")
        parent = psutil.Process(echo.pid(part)).parent()
        assert parent is not None
        parent.kill()
        echo.wait_until_printed(told, after=printed)
        deadline = time.monotonic() + 30
        while read_pid(echo.data_dir / "web.pid") in (None, before) or not echo.is_healthy():
            assert time.monotonic() < deadline, echo.printed
            time.sleep(0.05)
        assert psutil.pid_exists(echo.pid("worker"))


class TestDoctor:
    def test_finds_nothing_wrong_and_tells_the_memory(self, echo: Echo) -> None:
        told = echo.run("doctor")
        assert told.returncode == 0, told.stdout + told.stderr
        assert "Nothing is wrong." in told.stdout
        assert re.search(r"Memory total +\d+ MB", told.stdout)
        assert "cannot bypass row-level security" in told.stdout

    def test_says_how_to_mend_what_is_wrong(self, echo: Echo) -> None:
        (echo.data_dir / "demo.json").chmod(0o644)
        try:
            told = echo.run("doctor")
        finally:
            (echo.data_dir / "demo.json").chmod(0o600)
        assert told.returncode == 1
        assert f"chmod 600 {echo.data_dir}/demo.json" in told.stdout

    def test_of_an_echo_that_does_not_run_says_how_to_start_it(self, echo: Echo, tmp_path: Path) -> None:
        told = echo.run("doctor", ECHO_DATA_DIR=str(tmp_path), ECHO_PORT=str(free_port()))
        assert told.returncode == 1
        assert "make up" in told.stdout
        assert "Traceback" not in told.stderr


class TestEnd:
    """Each starts Echo again on the folder the tests above have filled."""

    @pytest.fixture
    def again(self, echo: Echo) -> Iterator[Echo]:
        echo.process.terminate()
        echo.process.wait(30)
        running = Echo(echo.data_dir, echo.port)
        try:
            running.wait_until_healthy(60)
            yield running
        finally:
            if running.process.poll() is None:
                running.process.terminate()
                running.process.wait(30)

    @pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
    def test_a_signal_stops_everything_cleanly(self, again: Echo, sign: signal.Signals) -> None:
        everything = again.everything()
        again.process.send_signal(sign)
        assert again.process.wait(20) == 0
        _, alive = psutil.wait_procs(everything, timeout=2)
        assert alive == []
        again.wait_until_printed("Echo has stopped.")
        assert list(again.data_dir.glob("*.pid")) == []

    @pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
    def test_a_killed_supervisor_leaves_no_process_behind(self, again: Echo) -> None:
        everything = again.everything()
        again.process.kill()
        again.process.wait()
        _, alive = psutil.wait_procs(everything, timeout=15)
        assert alive == []


class TestWarm:
    def test_refuses_to_fork_beside_a_thread(self) -> None:
        program = (
            "import threading, time; from echo_app import warm\n"
            "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
            "warm.settle('web')"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
        assert done.returncode == 1
        assert "web started threads while it was imported" in done.stderr
