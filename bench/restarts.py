"""How long web, worker and Postgres are away after a SIGKILL, of a running Echo with a data folder of its own.

    python -m bench.restarts

Prints a table and writes bench/results/restarts.json. The aim is two seconds, from the kill to a healthy answer.
"""

import json
import time
from pathlib import Path

from bench.machine import described
from tests.e2e.running import PARTS, Running, running_echo

KILLS = 5
RESULTS = Path(__file__).parent / "results" / "restarts.json"


def main() -> None:
    with running_echo() as echo:
        away = {part: [seconds_away(echo, part) for _ in range(KILLS)] for part in PARTS}
    print(f"{'part':10}{'median s':>10}{'longest s':>11}")
    for part, seconds in away.items():
        print(f"{part:10}{sorted(seconds)[len(seconds) // 2]:>10.2f}{max(seconds):>11.2f}")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"machine": described(), "secondsAway": away}, indent=2))


def seconds_away(echo: Running, part: str) -> float:
    """From the kill until another process of that part runs and Echo is healthy."""
    time.sleep(4)
    killed = time.monotonic()
    gone = echo.kill(part)
    while echo.pid(part) in (None, gone) or not echo.is_healthy():
        time.sleep(0.01)
    return time.monotonic() - killed


if __name__ == "__main__":
    main()
