"""`echo-app dev`: everything `up` runs, with the sources watched.

Pages and API come from Reflex's preview mode, which rebuilds the dashboard after a change and serves it from
the one port that cookies and the widget need. The worker is started again, and the widget compiled again.
Nothing here is made for speed or survival: that is `up`.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from watchfiles import PythonFilter, watch

from echo_app import build
from echo_app.embedded_postgres import EmbeddedPostgres
from echo_app.processes import Busy, exclusive
from echo_app.settings import settings


def run() -> int:
    """Until Ctrl-C. Returns the exit status."""
    chosen = settings()
    environment = build.tool_environment() | {"OPENBLAS_NUM_THREADS": "1"}
    with ExitStack() as held:
        try:
            held.enter_context(exclusive(chosen.data_dir / "lock"))
        except Busy as busy:
            print(f"Echo already runs on {chosen.data_dir} (process {busy.holder}).", file=sys.stderr)
            return 1
        if chosen.database_url is None:
            postgres = EmbeddedPostgres(chosen.data_dir)
            held.callback(postgres.stop)
            postgres.start()
        subprocess.run([sys.executable, "-m", "echo_app.cli", "prepare"], env=environment, check=True)
        build.build_widget()
        pages = ["reflex", "run", "--env", "preview", "--backend-host", chosen.host]
        ports = ["--frontend-port", str(chosen.port), "--backend-port", str(chosen.port)]
        held.enter_context(_running([sys.executable, "-m", *pages, *ports], environment))
        try:
            _rerun_on_change([sys.executable, "-m", "echo_app.cli", "worker"], environment)
        except KeyboardInterrupt:
            return 0
    return 0


def _rerun_on_change(command: list[str], environment: dict[str, str]) -> None:
    sources = [str(build.ROOT / "echo_app"), str(build.ROOT / "widget_embed" / "src")]
    changes = watch(*sources, watch_filter=PythonFilter(extra_extensions=(".ts", ".css", ".json")))
    while True:
        with _running(command, environment):
            changed = next(changes, None)
        if changed is None:
            return
        if any(not path.endswith(".py") for _, path in changed):
            try:
                build.build_widget()
            except build.BuildFailed as problem:
                print(problem, file=sys.stderr)


@contextmanager
def _running(command: list[str], environment: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(command, env=environment, cwd=build.ROOT, start_new_session=True)
    try:
        yield
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
