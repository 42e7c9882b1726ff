"""What does the page of a report cost, to make and to open, and how does it grow with the tasks?

Made: against writing the same data as JSON, in this process. Opened: Chromium until the page is at work and written out
again, against a page that does nothing but read the same JSON; left out where there is no Chromium.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from support.measure import exponent, say, table

from argo_kedro.views.report import page
from argo_kedro.views.report.drawing import drawing

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from report_runs import run_of

_SMALL, _LARGE = 200, 2000
_FLAGS = ("--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
          "--disable-component-update --disable-sync --dump-dom").split()  # fmt: skip
_ONLY_READS = (
    '<script id="d" type="application/json">{}</script><script>JSON.parse(document.all.d.textContent)</script>'
)


def main() -> None:
    """Measure both sizes and print the table."""
    options = _options()
    page(run_of(1))  # reads the templates, which does not count
    costs = {tasks: _costs(tasks, options.rounds) for tasks in (_SMALL, options.most)}
    columns = ["tasks", "make s", "JSON", "ratio", "of it layout s", "open s", "JSON", "ratio", "MB"]
    rows = [[f"{tasks:,}", *_cells(found)] for tasks, found in costs.items()]
    for what in ("make", "layout", "open"):
        if costs[_SMALL][what]:
            say(f"exponent of {what}: {exponent(*((tasks, found[what]) for tasks, found in costs.items())):.2f}")
    table("A page, against the same data as JSON", columns, rows)


def _costs(tasks: int, rounds: int) -> dict[str, float]:
    found = run_of(tasks)
    text, data = page(found), json.dumps(found)
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as folder:
        whole, only_data = Path(folder, "report.html"), Path(folder, "data.html")
        whole.write_text(text, encoding="utf-8")
        only_data.write_text(_ONLY_READS.format(data.replace("<", "\\u003c")), encoding="utf-8")
        turns = [
            {
                "make": _seconds(lambda: page(found)),
                "layout": _seconds(lambda: drawing(found["tasks"], found["datasets"])),
                "json": _seconds(lambda: json.dumps(found)),
                "open": _opened(browser, whole),
                "read": _opened(browser, only_data),
            }
            for _ in range(rounds)
        ]
    return {"size": len(text) / 1e6, **{name: median(turn[name] for turn in turns) for name in turns[0]}}


def _seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _opened(browser: str | None, file: Path) -> float:
    """Seconds until the page is at work; nothing where there is no browser."""
    if browser is None:
        return 0.0
    with tempfile.TemporaryDirectory() as profile:
        began = time.perf_counter()
        command = [browser, *_FLAGS, f"--user-data-dir={profile}", file.as_uri()]
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        return time.perf_counter() - began


def _cells(found: dict[str, float]) -> list[str]:
    ratio = f"{found['make'] / found['json']:.0f}"
    made = [f"{found['make']:.2f}", f"{found['json']:.3f}", ratio, f"{found['layout']:.2f}"]
    if not found["open"]:
        return [*made, "", "", "", f"{found['size']:.1f}"]
    return [
        *made,
        f"{found['open']:.1f}",
        f"{found['read']:.1f}",
        f"{found['open'] / found['read']:.1f}",
        f"{found['size']:.1f}",
    ]


def _options() -> Any:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=_LARGE, help="number of tasks of the larger run")
    parser.add_argument("--rounds", type=int, default=3, help="turns, of which the median counts")
    return parser.parse_args()


if __name__ == "__main__":
    main()
