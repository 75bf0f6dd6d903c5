"""Keeps one process serving: all is imported and composed once, and the serving process forked from that.

A cold start of web takes seconds, most of it imports. So this process (`python -m echo_app.warm web`) imports
and composes the whole application, without a loop, a thread or a connection, and waits. A line on its input
says that the database is ready: it forks the child that serves, and whenever that child dies, another, which
answers within 0.2 s. The child shares the parent's memory, page by page, until it writes to it.

Its input closing means that the supervisor is gone: the child is stopped and this process ends.
Why it is done so: docs/decisions/0001-warm-processes.md.
"""

import contextlib
import gc
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

from echo_app.processes import die_with_parent, write_pid

# A child that dies younger than this did not get to work: the next one waits, each time longer.
_INFANCY = 1.0
_LONGEST_PAUSE = 5.0
_SECONDS_TO_STOP = 8.0


def main() -> None:
    part, data_dir = sys.argv[1], Path(sys.argv[2])
    # Our standard output is the person's terminal, for a line at a restart; all else goes to the log.
    terminal = os.dup(1)
    os.dup2(2, 1)
    serve = _COMPOSE[part]()
    _refuse_threads(part)
    # What exists now lives as long as the children do. Frozen, it is left alone by their garbage collections,
    # which would write to, and so copy, every page they share with us.
    gc.collect()
    gc.freeze()
    if not os.read(0, 1):
        return
    _Keeper(part, serve, data_dir / f"{part}.pid", terminal).run()


def _compose_web() -> Callable[[], None]:
    from echo_app.web import compose, serve

    listener = socket.socket(fileno=int(os.environ["ECHO_LISTENER"]))
    server = compose()
    return lambda: serve(server, listener)


def _compose_worker() -> Callable[[], None]:
    import asyncio

    from echo_app.worker import main as work

    return lambda: asyncio.run(work())


_COMPOSE = {"web": _compose_web, "worker": _compose_worker}


def _refuse_threads(part: str) -> None:
    """A fork copies only the calling thread: a lock another one held would stay locked in every child."""
    tasks = Path("/proc/self/task")
    count = len(list(tasks.iterdir())) if tasks.exists() else 1
    if count > 1:
        names = sorted(f"{task.name} {(task / 'comm').read_text().strip()}" for task in tasks.iterdir())
        raise RuntimeError(f"{part} started threads while it was imported, so it cannot be forked: {names}")


class _Keeper:
    """Forks the child and forks it again until it is told to stop."""

    def __init__(self, part: str, serve: Callable[[], None], pid_file: Path, terminal: int) -> None:
        self._part = part
        self._serve = serve
        self._pid_file = pid_file
        self._terminal = terminal
        self._child = 0
        self._infant_deaths = 0
        self._stopping = False

    def run(self) -> None:
        woken, waker = socket.socketpair()
        woken.setblocking(False)
        waker.setblocking(False)
        signal.set_wakeup_fd(waker.fileno())
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, self._stop)
        next_birth: float | None = time.monotonic()
        while not self._stopping:
            if next_birth is not None and time.monotonic() >= next_birth:
                self._fork()
                next_birth = None
            pause = None if next_birth is None else max(0.0, next_birth - time.monotonic())
            readable, _, _ = select.select([0, woken.fileno()], [], [], pause)
            if woken.fileno() in readable:
                woken.recv(4096)
            if 0 in readable and not os.read(0, 4096):
                break
            if next_birth is None and (pause := self._pause_after_death()) is not None:
                next_birth = time.monotonic() + pause
        self._end_child()
        self._pid_file.unlink(missing_ok=True)

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _fork(self) -> None:
        parent = os.getpid()
        self._born = time.monotonic()
        self._child = os.fork()
        if self._child == 0:
            self._become_child(parent)
        write_pid(self._pid_file, self._child)

    def _become_child(self, parent: int) -> None:
        """Serves, and ends the process: nothing of the parent's stack may run here."""
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            for sign in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
                signal.signal(sign, signal.SIG_DFL)
            die_with_parent(parent, signal.SIGKILL)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            self._serve()
            status = 0
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 1
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    def _pause_after_death(self) -> float | None:
        """Seconds to wait before the next child, or None while this one lives."""
        pid, status = os.waitpid(self._child, os.WNOHANG)
        if pid == 0:
            return None
        self._child = 0
        age = time.monotonic() - self._born
        self._infant_deaths = self._infant_deaths + 1 if age < _INFANCY else 0
        pause = min(0.1 * 2 ** (self._infant_deaths - 1), _LONGEST_PAUSE) if self._infant_deaths else 0.0
        code = os.waitstatus_to_exitcode(status)
        how = f"was killed by signal {-code}" if code < 0 else f"ended with status {code}"
        again = f"again in {pause:.1f} s" if pause else "another serves at once"
        with contextlib.suppress(OSError):  # nobody reads it any more, and that is no reason to end
            os.write(self._terminal, f"{self._part} {how} after {age:.0f} s: {again}\n".encode())
        return pause

    def _end_child(self) -> None:
        if not self._child:
            return
        os.kill(self._child, signal.SIGTERM)
        deadline = time.monotonic() + _SECONDS_TO_STOP
        while time.monotonic() < deadline:
            if os.waitpid(self._child, os.WNOHANG)[0]:
                return
            time.sleep(0.02)
        os.kill(self._child, signal.SIGKILL)
        os.waitpid(self._child, 0)


if __name__ == "__main__":
    main()
