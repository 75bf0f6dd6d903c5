"""What the widget weighs: each built file, raw and gzip -9, and an opened chat against its budgets.

    python -m bench.widget_size

An opened chat fetches the loader, the chat's page, script and style; the page is counted with a usual configuration in
it. Another language than English is one more file. Exits 1 when a budget is exceeded.
"""

import gzip
import json
import sys
from pathlib import Path

from echo_app.build import ROOT, WIDGET, build_widget

LOADER_BUDGET = 2_500
WHOLE_BUDGET = 14_600
OPENED = ("widget.js", "frame.html", "frame.js", "frame.css")
RESULT = ROOT / "bench" / "results" / "widget_size.json"
CONFIG = {
    "tenantId": "ten_0193a3c0f4b47c3e9d1f2a6b8c7d5e4f",
    "name": "Fjordkettle",
    "assistant": "Echo",
    "greeting": "Hello. Ask me about kettles, orders and returns. I show you where our pages say what I say.",
    "theme": "auto",
    "locale": "en-GB",
}


def sizes(folder: Path) -> dict[str, dict[str, int]]:
    """Bytes of every file that browsers fetch, raw and gzip -9, by name."""
    found = {}
    for path in sorted(folder.iterdir()):
        if path.suffix in (".js", ".css", ".html") or path.name.startswith("locale-"):
            if path.suffix == ".gz":
                continue
            content = path.read_bytes()
            if path.name == "frame.html":
                content = content.replace(b"{{config}}", json.dumps(CONFIG).encode())
            found[path.name] = {"raw": len(content), "gzip": len(gzip.compress(content, 9, mtime=0))}
    return found


def main() -> int:
    build_widget()
    files = sizes(WIDGET)
    opened = sum(files[name]["gzip"] for name in OPENED)
    languages = [entry["gzip"] for name, entry in files.items() if name.startswith("locale-")]
    rows = [
        ("loader (widget.js)", files["widget.js"]["gzip"], LOADER_BUDGET),
        ("an opened chat, English", opened, WHOLE_BUDGET),
        ("an opened chat, largest other language", opened + max(languages), WHOLE_BUDGET),
    ]
    print(f"{'file':<42}{'raw':>9}{'gzip -9':>9}")
    for name, entry in files.items():
        print(f"{name:<42}{entry['raw']:>9,}{entry['gzip']:>9,}")
    print(f"\n{'budget':<42}{'bytes':>9}{'at most':>9}{'left':>9}")
    for what, size, budget in rows:
        print(f"{what:<42}{size:>9,}{budget:>9,}{budget - size:>9,}")
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    budgets = [{"what": what, "bytes": size, "budget": budget} for what, size, budget in rows]
    RESULT.write_text(json.dumps({"files": files, "budgets": budgets}, indent=2) + "\n")
    return int(any(size > budget for _, size, budget in rows))


if __name__ == "__main__":
    sys.exit(main())
