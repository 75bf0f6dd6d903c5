"""`echo-app up`: brings everything up in order, keeps it up, and takes it down.

    supervisor ─┬─ postgres        started again from here
                └─ warm ─┬─ worker            forked again by their parents (see warm.py);
                         └─ warm web ─── web  only the first of these is started again from here

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
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType

from echo_app import build
from echo_app.embedded_postgres import EmbeddedPostgres, PostgresFailed
from echo_app.processes import Busy, bound_socket, die_with_parent, exclusive, write_pid
from echo_app.progress import greeting, say, step

_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_SECONDS_TO_HEALTHY = 60


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
        # Under nohup a closed terminal is to be ignored. SIGINT is ours even when a shell began us with `&`.
        if sign != signal.SIGHUP or signal.getsignal(sign) is not signal.SIG_IGN:
            signal.signal(sign, _raise_stop)
    supervisor = Supervisor(Plan(**json.loads(sys.argv[1])))
    try:
        supervisor.run()
    except Stop:
        say("Echo has stopped.")
    except (CannotStart, PostgresFailed, build.BuildFailed) as problem:
        print(f"\n{problem}", file=sys.stderr, flush=True)
        sys.exit(1)


def _raise_stop(_sign: int, _frame: FrameType | None) -> None:
    for sign in _STOP_SIGNALS:
        # Stopping has begun; a second Ctrl-C does not interrupt it.
        signal.signal(sign, signal.SIG_IGN)
    raise Stop


class Supervisor:
    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._data = Path(plan.data_dir)
        self._postgres = EmbeddedPostgres(self._data) if plan.embedded else None
        self._listener: socket.socket | None = None
        self._warm: subprocess.Popen[bytes] | None = None
        self._to_warm: socket.socket | None = None
        self._deaths: list[float] = []

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
                say(greeting(self._plan.public_url, self._data, self._plan.demo, time.monotonic() - began))
                self._keep()
            finally:
                self._stop()

    def _start(self) -> None:
        self._listener = self._claim_port()
        (self._data / "log").mkdir(mode=0o700, exist_ok=True)
        self._forget_pids()
        self._start_warm()
        if self._postgres is not None:
            with step("Postgres runs"):
                self._start_postgres()
        # The tables need only the database and the pages only the sources: they are made at the same time.
        self._tell_warm("prepare")
        if not build.is_current("widget"):
            say("         compiling the widget …")
        with step("widget is built"):
            build.build_widget()
        if not build.is_current("dashboard"):
            say("         compiling the dashboard (up to a minute the first time) …")
        with step("dashboard is built"):
            build.build_dashboard()
        self._tell_warm("compose")
        with step("tables are migrated" + (", demo shop is there" if self._plan.demo else "")):
            self._await_prepared()
        with step("web and worker serve"):
            self._listen()
            self._tell_warm("serve")
            self._wait_until_healthy()

    def _keep(self) -> None:
        """Restarts what dies. It sleeps in the kernel until a child ends."""
        while True:
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
            began = time.monotonic()
            self._pause()
            if self._postgres is not None and self._postgres.pid is None:
                self._start_postgres()
                say(f"postgres died: started again in {time.monotonic() - began:.1f} s")
            if self._warm is not None and self._warm.poll() is not None:
                self._start_warm()
                self._tell_warm("compose", "serve")
                say("the parent of web and worker died: started again")

    def _pause(self) -> None:
        """Nothing after a rare death; longer and longer after many within a minute."""
        now = time.monotonic()
        self._deaths = [at for at in self._deaths if now - at < 60] + [now]
        if len(self._deaths) > 10:
            time.sleep(min(0.2 * 2 ** (len(self._deaths) - 10), 10))

    def _stop(self) -> None:
        """Web and worker first, so that nobody misses the database they still write to."""
        if self._warm is not None:
            if self._warm.poll() is None:
                self._warm.terminate()
            self._warm.wait()
        if self._postgres is not None:
            self._postgres.stop()
        self._forget_pids()

    def _forget_pids(self) -> None:
        for part in ("web", "worker", "postgres"):
            (self._data / f"{part}.pid").unlink(missing_ok=True)

    def _claim_port(self) -> socket.socket:
        try:
            if sys.platform == "linux":
                # Two sockets may be bound to a port on which nobody listens yet; this name only one can have.
                self._claim = socket.socket(socket.AF_UNIX)
                self._claim.bind(f"\0echo-app:{self._plan.port}")
            return bound_socket(self._plan.host, self._plan.port)
        except OSError as problem:
            raise self._no_port(problem) from None

    def _listen(self) -> None:
        assert self._listener is not None
        try:
            self._listener.listen(2048)
        except OSError as problem:
            raise self._no_port(problem) from None

    def _no_port(self, problem: OSError) -> CannotStart:
        host, port = self._plan.host, self._plan.port
        if problem.errno == errno.EADDRINUSE:
            return CannotStart(
                f"Port {port} on {host} is taken. Stop what uses it, or choose another ECHO_PORT."
            )
        return CannotStart(
            f"Cannot listen on {host}:{port}: {problem.strerror}. See ECHO_HOST and ECHO_PORT."
        )

    def _start_postgres(self) -> None:
        assert self._postgres is not None
        self._postgres.start()
        assert self._postgres.pid is not None
        write_pid(self._data / "postgres.pid", self._postgres.pid)

    def _start_warm(self) -> None:
        assert self._listener is not None
        if self._to_warm is not None:
            self._to_warm.close()
        self._to_warm, theirs = socket.socketpair()
        supervisor = os.getpid()
        environment = dict(os.environ) | {
            "ECHO_DATA_DIR": str(self._data),
            "ECHO_LISTENER": str(self._listener.fileno()),
            "ECHO_DEMO": "1" if self._plan.demo else "0",
            "REFLEX_TELEMETRY_ENABLED": "false",
            # numpy would start threads while it is imported, and a process to fork from must have none.
            "OPENBLAS_NUM_THREADS": "1",
        }
        with theirs, (self._data / "log" / "warm.log").open("wb") as log:
            self._warm = subprocess.Popen(
                [sys.executable, "-m", "echo_app.warm", str(self._data)],
                cwd=build.ROOT,
                env=environment,
                stdin=theirs.fileno(),
                stderr=log,
                pass_fds=[self._listener.fileno()],
                # Ctrl-C at the terminal comes to the supervisor alone, which stops things in order.
                start_new_session=True,
                preexec_fn=lambda: die_with_parent(supervisor, signal.SIGTERM),
            )

    def _tell_warm(self, *commands: str) -> None:
        assert self._to_warm is not None
        # If it has died already, that is about to be noticed.
        with suppress(BrokenPipeError):
            self._to_warm.sendall("".join(f"{command}\n" for command in commands).encode())

    def _await_prepared(self) -> None:
        assert self._to_warm is not None
        answer = b""
        while not answer.endswith(b"\n"):
            read = self._to_warm.recv(4096)
            if not read:
                raise CannotStart(f"web and worker could not start:\n{self._log_tails('warm', 'web')}")
            answer += read
        if answer != b"prepared 0\n":
            raise CannotStart(f"The database could not be prepared:\n{self._log_tails('prepare')}")

    def _wait_until_healthy(self) -> None:
        deadline = time.monotonic() + _SECONDS_TO_HEALTHY
        while not self._is_healthy():
            assert self._warm is not None
            if self._warm.poll() is not None or time.monotonic() > deadline:
                tails = self._log_tails("warm", "web", "worker")
                raise CannotStart(f"web and worker did not become healthy:\n{tails}")
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

    def _log_tails(self, *names: str) -> str:
        paths = [self._data / "log" / f"{name}.log" for name in names]
        lines = [line for path in paths if path.exists() for line in path.read_text().splitlines()[-20:]]
        return "\n".join(lines)


if __name__ == "__main__":
    main()
