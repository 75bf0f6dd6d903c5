"""Forks children and forks them again when they die, until it is told to stop."""

import contextlib
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from echo_app.processes import die_with_parent, write_pid

# A child that dies younger than this did not get to work: the next one waits, each time longer.
_INFANCY = 1.0
_LONGEST_PAUSE = 5.0


@dataclass
class _Child:
    name: str
    life: Callable[[], None]
    pid_file: Path | None = None
    must_live: Callable[[], bool] = lambda: False
    then: Callable[[int], object] | None = None
    pid: int = 0
    born: float = 0.0
    due: float | None = 0.0
    infant_deaths: int = 0
    # Our end of its standard input.
    input: socket.socket | None = None


class Keeper:
    """Keeps the children of this process alive, and obeys lines on the descriptor `commands`.

    Every child is forked from this process as it then is, and gets a socket as its standard input: `tell` writes
    to it, and it closes when this process is gone.
    """

    def __init__(self, *, commands: int, terminal: int, seconds_to_stop: float) -> None:
        self._commands = commands
        self._terminal = terminal
        self._seconds_to_stop = seconds_to_stop
        self._children: list[_Child] = []
        self._stopping = False

    def keep(
        self,
        name: str,
        life: Callable[[], None],
        *,
        pid_file: Path | None = None,
        must_live: Callable[[], bool] = lambda: False,
    ) -> None:
        """Runs `life` in a child from now on. While `must_live()`, its death ends this process too (status 1)."""
        self._children.append(_Child(name, life, pid_file, must_live))

    def once(self, life: Callable[[], None], *, then: Callable[[int], object]) -> None:
        """Runs `life` in a child, and `then` here with its exit status (negative: the signal that killed it)."""
        self._children.append(_Child("", life, then=then))

    def tell(self, name: str, command: str) -> None:
        """Sends a line to a child's standard input; one that is dead or not yet born misses it."""
        for child in self._children:
            if child.name == name and child.input is not None:
                with contextlib.suppress(OSError):
                    child.input.sendall(f"{command}\n".encode())

    def run(self, deeds: Mapping[str, Callable[[], None]]) -> None:
        """Until SIGTERM, SIGINT, or the end of the commands. The children are stopped before it returns."""
        woken, waker = socket.socketpair()
        woken.setblocking(False)
        waker.setblocking(False)
        signal.set_wakeup_fd(waker.fileno())
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, self._stop)
        try:
            while not self._stopping:
                self._fork_those_due()
                readable, _, _ = select.select([self._commands, woken.fileno()], [], [], self._next_birth())
                if woken.fileno() in readable:
                    woken.recv(4096)
                if self._commands in readable and not self._obey(deeds):
                    return
                self._bury()
        finally:
            self._end_children()

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _obey(self, deeds: Mapping[str, Callable[[], None]]) -> bool:
        """False at the end of the commands."""
        commands = os.read(self._commands, 4096).decode()
        for command in commands.split():
            deeds[command]()
        return bool(commands)

    def _next_birth(self) -> float | None:
        births = [child.due for child in self._children if child.due is not None]
        return max(0.0, min(births) - time.monotonic()) if births else None

    def _fork_those_due(self) -> None:
        for child in self._children:
            if child.due is not None and child.due <= time.monotonic():
                self._fork(child)

    def _fork(self, child: _Child) -> None:
        parent = os.getpid()
        theirs, child.input = socket.socketpair()
        child.due, child.born = None, time.monotonic()
        child.pid = os.fork()
        if child.pid == 0:
            self._live(child, parent, theirs)
        theirs.close()
        if child.pid_file is not None:
            write_pid(child.pid_file, child.pid)

    def _live(self, child: _Child, parent: int, theirs: socket.socket) -> None:
        """The child's whole life: it never returns into what its parent was doing."""
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            for sign in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
                signal.signal(sign, signal.SIG_DFL)
            die_with_parent(parent, signal.SIGKILL)
            for sibling in self._children:
                if sibling.input is not None:
                    sibling.input.close()
            os.dup2(theirs.fileno(), 0)
            theirs.close()
            child.life()
            status = 0
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else int(end.code is not None)
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    def _bury(self) -> None:
        for child in list(self._children):
            if not child.pid:
                continue
            pid, status = os.waitpid(child.pid, os.WNOHANG)
            if not pid:
                continue
            child.pid = 0
            if child.input is not None:
                child.input.close()
                child.input = None
            code = os.waitstatus_to_exitcode(status)
            if child.then is not None:
                self._children.remove(child)
                child.then(code)
            elif child.must_live():
                sys.exit(1)
            else:
                self._plan_rebirth(child, code)

    def _plan_rebirth(self, child: _Child, code: int) -> None:
        age = time.monotonic() - child.born
        child.infant_deaths = child.infant_deaths + 1 if age < _INFANCY else 0
        pause = min(0.1 * 2 ** (child.infant_deaths - 1), _LONGEST_PAUSE) if child.infant_deaths else 0.0
        child.due = time.monotonic() + pause
        how = f"was killed by signal {-code}" if code < 0 else f"ended with status {code}"
        again = f"again in {pause:.1f} s" if pause else "started again"
        with contextlib.suppress(OSError):  # nobody reads it any more, and that is no reason to end
            os.write(self._terminal, f"{child.name} {how} after {age:.0f} s: {again}\n".encode())

    def _end_children(self) -> None:
        living = [child for child in self._children if child.pid]
        for child in living:
            os.kill(child.pid, signal.SIGTERM)
        deadline = time.monotonic() + self._seconds_to_stop
        while living and time.monotonic() < deadline:
            living = [child for child in living if not os.waitpid(child.pid, os.WNOHANG)[0]]
            time.sleep(0.01)
        for child in living:
            os.kill(child.pid, signal.SIGKILL)
            os.waitpid(child.pid, 0)
        for child in self._children:
            if child.pid_file is not None:
                child.pid_file.unlink(missing_ok=True)
