"""The widget's pure parts, tested where they run: in Node, straight from their TypeScript."""

import subprocess
import sys
from pathlib import Path

WIDGET = Path(__file__).parents[2] / "widget_embed"
NODE = Path(sys.executable).parent / "node"


def test_units_pass_in_node() -> None:
    command = [str(NODE), "--test", "--test-reporter=spec", "tests/*.test.ts"]
    done = subprocess.run(command, cwd=WIDGET, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]
