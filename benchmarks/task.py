"""What does one task cost before its node runs?

A pod's `python -m argo_kedro.task` against `kedro run --nodes`, the command in the pods of argo-kedro 0.1.41, in a
project with one light pipeline and some whose import takes CPU time, as those of large libraries do. And what it costs
that a task measures itself: at its beginning and end, and with each look at its memory.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from support.environments import with_this_plugin
from support.measure import interleaved, say, table
from support.project import NODE, make

_LOOKS = 2000  # 0.2 s apart in a task
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
        measured = f"{found['measured'] / found['task']:.2f}"
        rows.append([heavy, *(f"{cost:.2f}" for cost in found.values()), *faster, measured])
    columns = ["heavy pipelines", "import kedro", "task s", "measured s", "kedro run s", "kedro run -p s"]
    columns += ["faster", "than with -p", "measured / not"]
    table(f"One task of one node; CPU seconds, median of {repeats}", columns, rows)
    _looks()
    say("\nimport kedro: what any task must import. kedro run -p: its pipeline named, as a hand-written pod could do.")


def _looks() -> None:
    """What a task's looks at its memory take of a core, here and as in a pod."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "src"))
    from argo_kedro.task.measures import LOOK
    from argo_kedro.task.memory import Memory

    for name, in_pod in (("process", False), ("container", True)):
        memory = Memory(in_pod=in_pod)
        began = time.process_time()
        for _ in range(_LOOKS):
            memory.used()
        share = (time.process_time() - began) / _LOOKS / LOOK
        say(f"A look each {LOOK:g} s at the memory of the {name}: {share:.3%} of a core.")


def _commands(python: Path) -> dict[str, list[str | Path]]:
    kedro = python.parent / "kedro"
    task = [python, "-m", "argo_kedro.task", "--env=local", "--pipeline=light", f"--task={NODE}"]
    return {
        "floor": [python, "-c", "import kedro.framework.session, kedro.runner"],
        "task": task,
        "measured": ["env", "ARGO_KEDRO_TERMINATION_LOG=termination-log", *task],  # as each task of a run is
        "kedro run": [kedro, "run", f"--nodes={NODE}"],
        "kedro run -p": [kedro, "run", "--pipelines=light", f"--nodes={NODE}"],
    }


if __name__ == "__main__":
    main()
