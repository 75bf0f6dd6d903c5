"""Pid files, locks and ports, between real processes."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from echo_app.processes import Busy, bound_socket, die_with_parent, exclusive, read_pid, write_pid


class TestExclusive:
    def test_names_the_process_that_holds_the_lock(self, tmp_path: Path) -> None:
        with exclusive(tmp_path / "lock"), pytest.raises(Busy) as busy, exclusive(tmp_path / "lock"):
            pass
        assert busy.value.holder == str(os.getpid())

    def test_is_free_again_after_its_holder_was_killed(self, tmp_path: Path) -> None:
        program = (
            "import sys, time; from pathlib import Path; from echo_app.processes import exclusive\n"
            "with exclusive(Path(sys.argv[1])): print('held', flush=True); time.sleep(600)"
        )
        command = [sys.executable, "-c", program, str(tmp_path / "lock")]
        holder = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(Busy), exclusive(tmp_path / "lock"):
            pass
        holder.kill()
        holder.wait()
        with exclusive(tmp_path / "lock") as file:
            assert file.writable()


class TestReadPid:
    def test_tells_a_living_process(self, tmp_path: Path) -> None:
        write_pid(tmp_path / "web.pid", os.getpid())
        assert read_pid(tmp_path / "web.pid") == os.getpid()
        assert [path.name for path in tmp_path.iterdir()] == ["web.pid"]

    def test_is_none_for_a_dead_process_an_empty_file_and_no_file(self, tmp_path: Path) -> None:
        ended = subprocess.Popen(["true"])
        ended.wait()
        write_pid(tmp_path / "web.pid", ended.pid)
        (tmp_path / "empty.pid").touch()
        assert [read_pid(tmp_path / f"{name}.pid") for name in ("web", "empty", "missing")] == [None] * 3


class TestBoundSocket:
    def test_takes_no_connections_before_it_is_told_to(self) -> None:
        with bound_socket("127.0.0.1", 0) as listener:
            address = listener.getsockname()
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(address)
            listener.listen()
            socket.create_connection(address).close()

    def test_refuses_a_port_somebody_listens_on(self) -> None:
        with bound_socket("127.0.0.1", 0) as listener:
            listener.listen()
            with pytest.raises(OSError, match="in use"):
                bound_socket("127.0.0.1", listener.getsockname()[1])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
class TestDieWithParent:
    def test_ends_a_child_whose_parent_is_gone_already(self) -> None:
        child = os.fork()
        if child == 0:
            # Any number but the true parent's stands for a parent that ended before the call.
            die_with_parent(os.getppid() + 1, signal.SIGKILL)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL
