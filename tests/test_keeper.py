"""Forking and forking again, in a process of its own: a test's own process has threads."""

import subprocess
import sys
import time
from pathlib import Path

KEEPER = (
    "import os, sys, time; from echo_app.keeper import Keeper;"
    "keeper = Keeper(commands=0, terminal=1, seconds_to_stop=2);"
)


def start(program: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", KEEPER + program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


class TestKeep:
    def test_a_child_that_dies_at_once_is_forked_again_with_longer_and_longer_pauses(self) -> None:
        keeper = start("keeper.keep('web', lambda: sys.exit(3)); keeper.run({})")
        time.sleep(2)
        told, _ = keeper.communicate()
        lines = told.splitlines()
        assert [line.rpartition(" again in ")[2] for line in lines[:4]] == [
            "0.1 s",
            "0.2 s",
            "0.4 s",
            "0.8 s",
        ]
        assert "web ended with status 3" in lines[0]
        assert keeper.returncode == 0

    def test_a_child_that_had_worked_is_forked_again_at_once(self) -> None:
        keeper = start(
            "keeper.keep('web', lambda: (time.sleep(1.1), os.kill(os.getpid(), 9))); keeper.run({})"
        )
        assert keeper.stdout is not None
        assert keeper.stdout.readline() == "web was killed by signal 9 after 1 s: started again\n"
        keeper.communicate()

    def test_a_child_that_must_live_ends_its_parent(self) -> None:
        keeper = start("keeper.keep('web', lambda: sys.exit(1), must_live=lambda: True); keeper.run({})")
        assert keeper.wait(5) == 1

    def test_the_end_of_the_commands_stops_the_child_and_takes_its_pid_file(self, tmp_path: Path) -> None:
        pid_file = tmp_path / "web.pid"
        keeper = start(
            "from pathlib import Path;"
            f"keeper.keep('web', lambda: time.sleep(60), pid_file=Path({str(pid_file)!r})); keeper.run({{}})"
        )
        while not pid_file.exists():
            time.sleep(0.01)
        child = Path(f"/proc/{pid_file.read_text().strip()}")
        keeper.communicate()
        assert keeper.returncode == 0
        assert not child.exists()
        assert not pid_file.exists()

    def test_a_child_that_ignores_sigterm_is_killed(self) -> None:
        keeper = start(
            "import signal; keeper.keep('web', lambda: (signal.signal(signal.SIGTERM, signal.SIG_IGN),"
            " time.sleep(60))); keeper.run({})"
        )
        time.sleep(0.5)
        stopping = time.monotonic()
        keeper.communicate()
        assert time.monotonic() - stopping < 5


class TestOnce:
    def test_tells_the_exit_status(self) -> None:
        keeper = start(
            "keeper.once(lambda: sys.exit(7), then=lambda status: sys.exit(status)); keeper.run({})"
        )
        assert keeper.wait(5) == 7


class TestTell:
    def test_reaches_the_childs_standard_input(self) -> None:
        keeper = start(
            "keeper.keep('web', lambda: os.write(1, os.read(0, 99)) and time.sleep(60));"
            "keeper.run({'speak': lambda: keeper.tell('web', 'hello')})"
        )
        assert keeper.stdin is not None
        assert keeper.stdout is not None
        time.sleep(0.5)
        keeper.stdin.write("speak\n")
        keeper.stdin.flush()
        assert keeper.stdout.readline() == "hello\n"
        keeper.communicate()
