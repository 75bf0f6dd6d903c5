"""A whole Echo for one test module: `echo-app up` on a free port and a data folder of its own."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from echo_app.processes import read_pid

ECHO_APP = Path(sys.executable).with_name("echo-app")
PARTS = ("web", "worker", "postgres")
SECONDS_TO_START = 120.0
SECONDS_TO_STOP = 30.0


@dataclass(frozen=True)
class Running:
    """A product that serves. `api_key`, `email` and `password` are its demo tenant's."""

    url: str
    data_dir: Path
    tenant_id: str
    api_key: str
    email: str
    password: str

    def pid(self, part: str) -> int | None:
        """The process of `web`, `worker` or `postgres`, None while there is none."""
        return read_pid(self.data_dir / f"{part}.pid")

    def kill(self, part: str) -> int:
        """SIGKILL to that part, which must run; gives the pid that is gone now."""
        pid = self.pid(part)
        assert pid is not None, f"{part} does not run"
        os.kill(pid, signal.SIGKILL)
        return pid

    def is_healthy(self) -> bool:
        try:
            return httpx.get(f"{self.url}/healthz", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    @property
    def printed(self) -> str:
        """What `echo-app up` has said so far."""
        return (self.data_dir / "up.log").read_text()


@contextmanager
def running_echo(**environment: str) -> Iterator[Running]:
    """Starts Echo, waits until it is healthy, and stops it with SIGTERM; its folder goes with it.

    `environment` holds further variables, ECHO_… in full. Raises AssertionError with what Echo printed when it
    does not start in two minutes.
    """
    # Not pytest's own folder: Postgres runs as another user when the tests run as root, and must pass through.
    data_dir = Path(tempfile.mkdtemp(prefix="echo-e2e-"))
    data_dir.chmod(0o711)
    port = free_port()
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ECHO_")}
    ours = {"ECHO_PORT": str(port), "ECHO_DATA_DIR": str(data_dir)}
    with (data_dir / "up.log").open("wb") as printed:
        process = subprocess.Popen(
            [ECHO_APP, "up"],
            env=inherited | ours | environment,
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
        )
    try:
        yield _once_healthy(process, data_dir, f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        try:
            process.wait(SECONDS_TO_STOP)
        finally:
            process.kill()
            process.wait()
            shutil.rmtree(data_dir)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def _once_healthy(process: subprocess.Popen[bytes], data_dir: Path, url: str) -> Running:
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        said = (data_dir / "up.log").read_text()
        assert process.poll() is None, f"Echo did not start:\n{said}"
        assert time.monotonic() < deadline, f"Echo is not healthy:\n{said}"
        # Only what its own supervisor says counts: another process could hold the port.
        if "Echo runs" in said:
            demo = json.loads((data_dir / "demo.json").read_text())
            return Running(url, data_dir, demo["tenantId"], demo["apiKey"], demo["email"], demo["password"])
        time.sleep(0.05)
