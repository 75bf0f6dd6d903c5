"""What the supervisor and its children share: pid files, locks, and dying together."""

import contextlib
import ctypes
import fcntl
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

_PR_SET_PDEATHSIG = 1
_PR_SET_NAME = 15
# Loaded before any fork: a child between fork and exec must not start loading libraries.
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(parent: int, sign: signal.Signals) -> None:
    """Has the kernel send `sign` to this process when process `parent` ends, however it ends (Linux only).

    Call it in the child. Elsewhere it does nothing: there a child killed together with nobody to clean up
    behind it is found by the next start.
    """
    if _libc is None:
        return
    _libc.prctl(_PR_SET_PDEATHSIG, sign, 0, 0, 0)
    if os.getppid() != parent:
        # The parent ended before the kernel had been told.
        os.kill(os.getpid(), sign)


def name_process(name: str) -> None:
    """What `ps -o comm` and `top` call this process, at most 15 characters (Linux only)."""
    if _libc is not None:
        _libc.prctl(_PR_SET_NAME, name.encode(), 0, 0, 0)


def write_pid(path: Path, pid: int) -> None:
    """Puts a pid file in place in one step: whoever reads it sees the old pid or the new one."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_text(f"{pid}\n")
    fresh.replace(path)


def read_pid(path: Path) -> int | None:
    """The pid in the file if a process of that number is alive, else None."""
    try:
        pid = int(path.read_text().split()[0])
        os.kill(pid, 0)
    except PermissionError:
        return pid
    except (OSError, ValueError, IndexError):
        return None
    return pid


class Busy(Exception):
    """Another process holds the lock; `holder` is what it wrote about itself."""

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder


@contextlib.contextmanager
def exclusive(path: Path, *, wait: bool = False) -> Iterator[IO[str]]:
    """Holds the file's lock; the kernel frees it when this process ends, even by SIGKILL.

    Raises Busy when another process holds it and `wait` is false.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise Busy(file.read().strip()) from None
        file.seek(0)
        file.truncate()
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield file


def bound_socket(host: str, port: int) -> socket.socket:
    """A bound socket that takes no connections until `.listen()`. Raises OSError when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener
