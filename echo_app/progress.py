"""What the person at the terminal reads while Echo starts."""

import contextlib
import json
import time
from collections.abc import Iterator
from pathlib import Path


def say(line: str) -> None:
    with contextlib.suppress(OSError):  # the terminal may be gone, and Echo goes on
        print(line, flush=True)


@contextlib.contextmanager
def step(what: str) -> Iterator[None]:
    """Says, when the block is done, what is true now and how long it took."""
    began = time.monotonic()
    yield
    say(f"{time.monotonic() - began:6.1f} s  {what}")


def greeting(url: str, data_dir: Path, demo: bool, seconds: float) -> str:
    """Where everything is, and with the demo tenant how to log in."""
    lines = [
        "",
        f"Echo runs (ready after {seconds:.1f} s).",
        "",
        f"  Dashboard  {url}",
        f"  API        {url}/docs",
    ]
    facts = data_dir / "demo.json"
    if demo and facts.exists():
        login = json.loads(facts.read_text())
        lines += [f"  Demo shop  {url}/demo", f"  Log in as  {login['email']}  {login['password']}"]
    return "\n".join([*lines, "", f"Logs are in {data_dir}/log. Ctrl-C stops everything."])
