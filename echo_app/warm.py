"""Warm parents: what web and worker are made of is imported once, and they are forked from it.

    warm ─┬─ prepare             migrates and seeds, then ends
          ├─ worker              forked again at once when it dies
          └─ warm web ─── web    likewise; Reflex, the API and the pages are imported here

A cold start of web takes seconds, nearly all of it imports. These parents import and compose everything, without
a loop, a thread or a connection; a child forked from them serves within 0.2 s. Parent and child share their
memory, page by page, until one of them writes. Why it is done so: docs/decisions/0001-warm-processes.md.

The supervisor speaks to `python -m echo_app.warm DATA_DIR` in lines on its standard input, a socket:
    prepare    migrate, and seed the demo; the answer is a line `prepared STATUS`
    compose    import what web needs; wants the built dashboard
    serve      start web and worker, and keep them running
When it closes, the supervisor is gone: all children are stopped and this process ends.
"""

import asyncio
import gc
import os
import socket
import sys
from pathlib import Path

from echo_app.keeper import Keeper
from echo_app.processes import name_process

_LOG_BYTES_KEPT = 20_000_000


def main() -> None:
    data_dir = Path(sys.argv[1])
    # Our standard output is the person's terminal, for a line at a restart; all else goes to the log.
    terminal = os.dup(1)
    os.dup2(2, 1)
    name_process("echo warm")
    _Warm(data_dir, terminal).run()


class _Warm:
    """The parent of all: holds what worker and web have in common."""

    def __init__(self, data_dir: Path, terminal: int) -> None:
        from echo_app import worker
        from echo_app.kit.language import synonyms
        from echo_app.providers.embeddings import local

        local.load()
        synonyms.load()
        self._work = worker.main
        self._data_dir = data_dir
        self._terminal = terminal
        self._keeper = Keeper(commands=0, terminal=terminal, seconds_to_stop=8)
        self._serving = False

    def run(self) -> None:
        settle("worker")
        self._keeper.run({"prepare": self._prepare, "compose": self._compose, "serve": self._serve})

    def _prepare(self) -> None:
        def prepare() -> None:
            self._begin("prepare")
            from echo_app.prepare import prepare as migrate_and_seed

            migrate_and_seed()

        self._keeper.once(prepare, then=lambda status: os.write(0, f"prepared {status}\n".encode()))

    def _compose(self) -> None:
        pid_file = self._data_dir / "web.pid"
        # Before web has served for the first time, what fails would fail again: better to end and say so.
        self._keeper.keep("the parent of web", self._keep_web, must_live=lambda: not pid_file.exists())

    def _serve(self) -> None:
        def work() -> None:
            self._begin("worker")
            asyncio.run(self._work())

        self._serving = True
        self._keeper.keep("worker", work, pid_file=self._data_dir / "worker.pid")
        self._keeper.tell("the parent of web", "serve")

    def _keep_web(self) -> None:
        """What the fork does that becomes the parent of web."""
        self._begin("web", "warm web")
        from echo_app.web import compose, serve

        listener = socket.socket(fileno=int(os.environ["ECHO_LISTENER"]))
        server = compose()
        settle("web")

        def web() -> None:
            name_process("echo web")
            serve(server, listener)

        keeper = Keeper(commands=0, terminal=self._terminal, seconds_to_stop=6)

        def start() -> None:
            keeper.keep("web", web, pid_file=self._data_dir / "web.pid")

        if self._serving:
            start()
        keeper.run({"serve": start})

    def _begin(self, log: str, name: str | None = None) -> None:
        """Gives a fresh child its log and its name."""
        name_process(f"echo {name or log}")
        path = self._data_dir / "log" / f"{log}.log"
        if path.exists() and path.stat().st_size > _LOG_BYTES_KEPT:
            path.replace(path.with_suffix(".log.1"))
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.dup2(file, 1)
        os.dup2(file, 2)
        os.close(file)


def settle(part: str) -> None:
    """Makes this process fit to be forked from. Raises RuntimeError when it has more than one thread.

    A fork copies only the calling thread: a lock that another one held would stay locked in every child.
    """
    tasks = Path("/proc/self/task")
    threads = list(tasks.iterdir()) if tasks.exists() else [tasks]
    if len(threads) > 1:
        names = sorted((thread / "comm").read_text().strip() for thread in threads)
        raise RuntimeError(f"{part} started threads while it was imported, so it cannot be forked: {names}")
    # What exists now lives as long as the children do. Frozen, it is left alone by their garbage collections,
    # which would write to, and so copy, every page they share with us.
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    main()
