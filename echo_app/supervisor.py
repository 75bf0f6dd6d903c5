"""`echo-app up`: brings everything up in order, keeps it up, and takes it down.

    supervisor ─┬─ postgres          restarted from here
                ├─ warm web ─── web          forked again by its parent (see warm.py),
                └─ warm worker ─── worker    which is restarted from here

It runs as a small process of its own, with nothing imported that it does not need for as long as Echo runs.
Nothing outlives it, not even when it is killed: the kernel tells its children.
"""

import errno
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType

from echo_app import build
from echo_app.embedded_postgres import EmbeddedPostgres, PostgresFailed
from echo_app.processes import Busy, bound_socket, die_with_parent, exclusive, write_pid

_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_SECONDS_TO_HEALTHY = 120
_LOG_BYTES_KEPT = 20_000_000


@dataclass(frozen=True)
class Plan:
    """What the supervisor needs to know of the settings."""

    host: str
    port: int
    data_dir: str
    public_url: str
    embedded: bool
    demo: bool

    def exec(self) -> None:
        """Becomes the supervisor: this process's memory, full of what read the settings, is given back."""
        os.chdir(build.ROOT)
        sys.stdout.flush()
        os.execv(
            sys.executable,
            [sys.executable, "-m", "echo_app.supervisor", json.dumps(asdict(self))],
        )


class Stop(BaseException):
    """SIGTERM, SIGINT or SIGHUP arrived."""


class CannotStart(Exception):
    """Echo cannot run; the message says why and what to do."""


def main() -> None:
    for sign in _STOP_SIGNALS:
        if signal.getsignal(sign) is not signal.SIG_IGN:  # nohup ignores SIGHUP for us
            signal.signal(sign, _raise_stop)
    supervisor = Supervisor(Plan(**json.loads(sys.argv[1])))
    try:
        supervisor.run()
    except Stop:
        _say("Echo has stopped.")
    except (CannotStart, PostgresFailed, build.BuildFailed) as problem:
        print(f"\n{problem}", file=sys.stderr, flush=True)
        sys.exit(1)


def _raise_stop(_sign: int, _frame: FrameType | None) -> None:
    for sign in _STOP_SIGNALS:
        # Stopping has begun; a second Ctrl-C does not interrupt it.
        signal.signal(sign, signal.SIG_IGN)
    raise Stop


class Supervisor:
    _PARTS = ("web", "worker")

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._data = Path(plan.data_dir)
        self._logs = self._data / "log"
        self._postgres = EmbeddedPostgres(self._data) if plan.embedded else None
        self._warm: dict[str, subprocess.Popen[bytes]] = {}
        self._listener: socket.socket | None = None
        self._restarts: dict[str, list[float]] = {}

    def run(self) -> None:
        """Until Stop is raised. Everything started is stopped on the way out, whatever the reason."""
        began = time.monotonic()
        with ExitStack() as held:
            try:
                held.enter_context(exclusive(self._data / "lock"))
            except Busy as busy:
                raise CannotStart(f"Echo already runs on {self._data} (process {busy.holder}).") from None
            try:
                self._start()
                _say(_greeting(self._plan, time.monotonic() - began))
                self._keep()
            finally:
                self._stop()

    def _start(self) -> None:
        self._listener = self._claim_port()
        self._logs.mkdir(mode=0o700, exist_ok=True)
        if self._postgres is not None:
            with _step("Postgres runs"):
                self._start_postgres(self._postgres)
        # The tables need only the database and the pages only the sources: they are made at the same time.
        preparing = self._spawn(
            [sys.executable, "-m", "echo_app.cli", "prepare"],
            "prepare",
            demo=self._plan.demo,
        )
        try:
            for what, is_slow, make in (
                ("widget", "", build.build_widget),
                (
                    "dashboard",
                    " (up to a minute the first time)",
                    build.build_dashboard,
                ),
            ):
                if not build.is_current(what):
                    _say(f"         compiling the {what}{is_slow} …")
                with _step(f"{what} is built"):
                    make()
            for part in self._PARTS:
                self._start_warm(part)
            with _step("tables are migrated" + (", demo tenant is there" if self._plan.demo else "")):
                if preparing.wait() != 0:
                    raise CannotStart(f"The database could not be prepared:\n{self._tail('prepare')}")
        finally:
            _end(preparing)
        self._listen()
        for part in self._warm:
            self._let_serve(part)
        with _step("web and worker serve"):
            self._wait_until_healthy()

    def _keep(self) -> None:
        """Restarts what dies. It sleeps in the kernel until a child ends."""
        while True:
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
            if self._postgres is not None and self._postgres.pid is None:
                self._pause("postgres")
                began = time.monotonic()
                self._start_postgres(self._postgres)
                print(
                    f"postgres died: started again in {time.monotonic() - began:.1f} s",
                    flush=True,
                )
            for part, process in list(self._warm.items()):
                if process.poll() is not None:
                    self._pause(part)
                    self._start_warm(part)
                    self._let_serve(part)
                    _say(f"the parent of {part} died: started again")

    def _pause(self, part: str) -> None:
        """Nothing after a rare death; longer and longer when a part has died often within a minute."""
        now = time.monotonic()
        recent = [at for at in self._restarts.get(part, []) if now - at < 60]
        self._restarts[part] = [*recent, now]
        if len(recent) > 5:
            time.sleep(min(0.2 * 2 ** (len(recent) - 5), 10))

    def _stop(self) -> None:
        """Web and worker first, so that nobody misses the database they still write to."""
        for process in self._warm.values():
            if process.poll() is None:
                process.terminate()
        for process in self._warm.values():
            process.wait()
        if self._postgres is not None:
            self._postgres.stop()
        for part in (*self._PARTS, "postgres"):
            (self._data / f"{part}.pid").unlink(missing_ok=True)

    def _claim_port(self) -> socket.socket:
        try:
            listener = bound_socket(self._plan.host, self._plan.port)
            if sys.platform == "linux":
                # Two sockets may be bound to a port on which nobody listens yet; this name only one can have.
                self._claim = socket.socket(socket.AF_UNIX)
                self._claim.bind(f"\0echo-app:{self._plan.port}")
        except OSError as problem:
            raise self._no_port(problem) from None
        listener.set_inheritable(True)
        return listener

    def _listen(self) -> None:
        assert self._listener is not None
        try:
            self._listener.listen(2048)
        except OSError as problem:
            raise self._no_port(problem) from None

    def _no_port(self, problem: OSError) -> CannotStart:
        place = f"{self._plan.host}:{self._plan.port}"
        if problem.errno == errno.EADDRINUSE:
            return CannotStart(f"Something already listens on {place}. Stop it, or choose another ECHO_PORT.")
        return CannotStart(f"Cannot listen on {place}: {problem.strerror}. See ECHO_HOST and ECHO_PORT.")

    def _start_postgres(self, postgres: EmbeddedPostgres) -> None:
        postgres.start()
        assert postgres.pid is not None
        write_pid(self._data / "postgres.pid", postgres.pid)

    def _start_warm(self, part: str) -> None:
        self._warm[part] = self._spawn([sys.executable, "-m", "echo_app.warm", part, str(self._data)], part)

    def _let_serve(self, part: str) -> None:
        pipe = self._warm[part].stdin
        assert pipe is not None
        try:
            pipe.write(b"\n")
            pipe.flush()
        except BrokenPipeError:
            # It has died already, and is about to be noticed.
            return

    def _spawn(self, command: list[str], log: str, *, demo: bool = False) -> subprocess.Popen[bytes]:
        assert self._listener is not None
        path = self._logs / f"{log}.log"
        if path.exists() and path.stat().st_size > _LOG_BYTES_KEPT:
            path.replace(path.with_suffix(".log.1"))
        supervisor = os.getpid()
        environment = dict(os.environ) | {
            "ECHO_DATA_DIR": str(self._data),
            "ECHO_LISTENER": str(self._listener.fileno()),
            "ECHO_DEMO": "1" if demo else "0",
            "REFLEX_TELEMETRY_ENABLED": "false",
            # numpy would start threads while it is imported, and fork wants none.
            "OPENBLAS_NUM_THREADS": "1",
        }
        with path.open("ab") as output:
            return subprocess.Popen(
                command,
                cwd=build.ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=None if log in self._PARTS else output,
                stderr=output,
                pass_fds=[self._listener.fileno()],
                start_new_session=True,
                preexec_fn=lambda: die_with_parent(supervisor, signal.SIGTERM),
            )

    def _wait_until_healthy(self) -> None:
        deadline = time.monotonic() + _SECONDS_TO_HEALTHY
        while not self._is_healthy():
            for part, process in self._warm.items():
                if process.poll() is not None:
                    raise CannotStart(f"{part} could not start:\n{self._tail(part)}")
            if time.monotonic() > deadline:
                raise CannotStart(f"web did not become healthy:\n{self._tail('web')}")
            time.sleep(0.05)

    def _is_healthy(self) -> bool:
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self._plan.host, self._plan.host)
        connection = http.client.HTTPConnection(host, self._plan.port, timeout=2)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _tail(self, log: str) -> str:
        lines = (self._logs / f"{log}.log").read_text(errors="replace").splitlines()
        return "\n".join(lines[-25:])


def _say(line: str) -> None:
    with suppress(OSError):  # the terminal may be gone, and Echo goes on
        print(line, flush=True)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        process.wait()


@contextmanager
def _step(what: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    _say(f"{time.monotonic() - began:6.1f} s  {what}")


def _greeting(plan: Plan, seconds: float) -> str:
    url = plan.public_url
    lines = [
        "",
        f"Echo runs (ready after {seconds:.1f} s).",
        "",
        f"  Dashboard  {url}",
        f"  API        {url}/docs",
    ]
    demo = Path(plan.data_dir) / "demo.json"
    if plan.demo and demo.exists():
        login = json.loads(demo.read_text())
        lines += [
            f"  Demo shop  {url}/demo",
            f"  Log in as  {login['email']}  {login['password']}",
        ]
    return "\n".join([*lines, "", f"Logs are in {plan.data_dir}/log. Ctrl-C stops everything."])


if __name__ == "__main__":
    main()
