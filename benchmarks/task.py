"""What does one task cost before its node runs?

A pod's `python -m argo_kedro.task` against `kedro run --nodes`, the command in the pods of argo-kedro 0.1.41, in a
project with one light pipeline and some whose import takes CPU time, as those of large libraries do.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from support.environments import with_this_plugin
from support.measure import interleaved, say, table
from support.project import NODE, make

_HEAVY = ((0, 0.0), (3, 0.5), (6, 0.5))  # how many heavy pipelines, CPU seconds of each


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    python = with_this_plugin()
    rows = []
    for count, seconds in _HEAVY:
        with tempfile.TemporaryDirectory() as folder:
            found = interleaved(_commands(python), make(Path(folder), count, seconds), repeats)
        heavy = f"{count} of {seconds:g} s" if count else "none"
        faster = [f"{found[name] / found['task']:.2f} x" for name in ("kedro run", "kedro run -p")]
        rows.append([heavy, *(f"{cost:.2f}" for cost in found.values()), *faster])
    columns = ["heavy pipelines", "import kedro", "task s", "kedro run s", "kedro run -p s", "faster", "than with -p"]
    table(f"One task of one node; CPU seconds, median of {repeats}", columns, rows)
    say("\nimport kedro: what any task must import. kedro run -p: its pipeline named, as a hand-written pod could do.")


def _commands(python: Path) -> dict[str, list[str | Path]]:
    kedro = python.parent / "kedro"
    return {
        "floor": [python, "-c", "import kedro.framework.session, kedro.runner"],
        "task": [python, "-m", "argo_kedro.task", "--env=local", "--pipeline=light", f"--task={NODE}"],
        "kedro run": [kedro, "run", f"--nodes={NODE}"],
        "kedro run -p": [kedro, "run", "--pipelines=light", f"--nodes={NODE}"],
    }


if __name__ == "__main__":
    main()
