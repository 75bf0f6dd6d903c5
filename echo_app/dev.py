"""`echo-app dev`: everything `up` runs, and what you change is compiled and loaded at once.

A change of the dashboard or of what it shows compiles it again (about ten seconds), one of the widget compiles
that; any other change only starts web and worker again (about four). Nothing here is built to survive: that is
`up`.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from watchfiles import DefaultFilter, watch

from echo_app import build
from echo_app.embedded_postgres import EmbeddedPostgres, PostgresFailed
from echo_app.processes import Busy, die_with_parent, exclusive
from echo_app.settings import settings

_WATCHED = ("echo_app", "assets", "widget_embed/src", "rxconfig.py")
_SECONDS_TO_STOP = 2


def run() -> int:
    """Until Ctrl-C or SIGTERM. Returns the exit status."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    chosen = settings()
    with ExitStack() as held:
        try:
            held.enter_context(exclusive(chosen.data_dir / "lock"))
            if chosen.database_url is None:
                postgres = EmbeddedPostgres(chosen.data_dir)
                held.callback(postgres.stop)
                postgres.start()
            with _running("prepare") as preparing:
                if preparing.wait() != 0:
                    return 1
            _compile({build.ROOT / "widget_embed", build.ROOT / "echo_app/ui"})
            _serve_and_watch()
        except Busy as busy:
            print(f"Echo already runs on {chosen.data_dir} (process {busy.holder}).", file=sys.stderr)
            return 1
        except PostgresFailed as problem:
            print(problem, file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            return 0
    return 0


def _serve_and_watch() -> None:
    sources = [build.ROOT / name for name in _WATCHED]
    # What is compiled into the assets is a result, not a source.
    ignored = [build.WIDGET, build.ROOT / "assets" / "external"]
    changes = watch(*sources, watch_filter=DefaultFilter(ignore_paths=ignored), raise_interrupt=True)
    while True:
        with _running("web"), _running("worker"):
            print(f"Echo runs at {settings().public_url} and watches its sources.", flush=True)
            changed = {Path(path) for _, path in next(changes)}
            print(f"changed: {', '.join(sorted(path.name for path in changed))}", flush=True)
            _compile(changed)


def _compile(changed: set[Path]) -> None:
    """Compiles what these paths are part of; a failure is shown, and what was there is served on."""
    shown = tuple(build.ROOT / name for name in ("echo_app/ui", "assets", "rxconfig.py"))
    try:
        if any(path.is_relative_to(build.ROOT / "widget_embed") for path in changed):
            build.build_widget()
        if any(path.is_relative_to(room) for path in changed for room in shown):
            build.build_dashboard()
    except build.BuildFailed as problem:
        print(problem, file=sys.stderr, flush=True)


@contextmanager
def _running(command: str) -> Iterator[subprocess.Popen[bytes]]:
    """`echo-app COMMAND`, ended at the end of the block."""
    parent = os.getpid()
    process = subprocess.Popen(
        [sys.executable, "-m", "echo_app.cli", command],
        cwd=build.ROOT,
        start_new_session=True,
        preexec_fn=lambda: die_with_parent(parent, signal.SIGTERM),
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
