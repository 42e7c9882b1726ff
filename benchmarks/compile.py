"""What does a compile cost, and how does it grow with the pipeline?

Plan, render and write against the same pipelines compiled by argo-kedro 0.1.41 from PyPI, each in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from support.environments import OLD, with_old_plugin
from support.measure import QUIET, exponent, say, table

_SUPPORT = Path(__file__).parent / "support"
_SHAPES = ("chain", "fan", "layered")
_SIZES = (10, 100, 500, 1000, 2000, 5000)
_NAMES = ("legal", "underscored")
_STEPS = ("plan", "render", "write")

Case = tuple[str, int, str]
Measured = dict[str, float]


def main() -> None:
    """Measure all cases and print the tables."""
    options = _options()
    old_python = options.old_env / "bin" / "python" if options.old_env else with_old_plugin()
    cases = [
        (shape, size, names) for names in options.names for shape in _SHAPES for size in _SIZES if size <= options.most
    ]
    measured = {case: (_new(*case), _old(old_python, *case)) for case in cases}
    columns = ["nodes", "plan ms", "render ms", "write ms", "total ms", f"{OLD} ms", "faster", "B/node", OLD, "ratio"]
    for names in options.names:
        rows = [_row(case, *both) for case, both in measured.items() if case[2] == names]
        table(f"Compile, {names} names; CPU time, an entry in the catalog for each dataset", columns, rows)
    if options.most > 1000:
        _growth(measured, options.names, 1000, max(size for _, size, _ in cases))
    _catalogs(max(size for _, size, _ in cases))


def _row(case: Case, new: Measured, old: Measured) -> list[str]:
    shape, size, _ = case
    return [
        f"{shape} {size}",
        *(f"{new[step] * 1000:.1f}" for step in _STEPS),
        f"{_total(new) * 1000:.1f}",
        f"{_total(old) * 1000:.0f}",
        f"{_total(old) / _total(new):.0f} x",
        f"{new['bytes'] / size:.0f}",
        f"{old['bytes'] / size:.0f}",
        f"{new['bytes'] / old['bytes']:.2f}",
    ]


def _growth(measured: dict[Case, tuple[Measured, Measured]], kinds: list[str], small: int, large: int) -> None:
    rows = []
    for shape in _SHAPES:
        for names in kinds:
            few, many = measured[shape, small, names], measured[shape, large, names]
            slopes = [exponent((small, _total(few[side])), (large, _total(many[side]))) for side in (0, 1)]
            rows.append([f"{shape}, {names}", *(f"{slope:.2f}" for slope in slopes)])
    table(f"Growth exponent, {small} to {large} nodes: 1 is linear", ["shape", "here", OLD], rows)


def _catalogs(size: int) -> None:
    """What only this plugin does: look each dataset up, and check what it made."""
    found = {kind: _new("layered", size, "legal", kind) for kind in ("empty", "entries", "pattern", "catch-all")}
    rows = [
        [kind, f"{_total(new) * 1000:.0f}", f"{_total(new) / _total(found['empty']):.2f}", f"{new['check'] * 1000:.0f}"]
        for kind, new in found.items()
    ]
    columns = ["catalog", "total ms", "ratio", "check and validate ms, not in the total"]
    table(f"What the catalog costs: {size} nodes, layered", columns, rows)


def _new(shape: str, size: int, names: str, catalog: str = "entries") -> Measured:
    return _run(Path(sys.executable), "compile_new.py", shape, str(size), names, catalog, "7")


def _old(python: Path, shape: str, size: int, names: str) -> Measured:
    return _run(python, "compile_old.py", shape, str(size), names, "5" if size <= 100 else "1")


def _run(python: Path, script: str, *args: str) -> Measured:
    done = subprocess.run(
        [python, _SUPPORT / script, *args], env={**os.environ, **QUIET}, stdout=subprocess.PIPE, text=True, check=True
    )
    # Kedro logs its first line to stdout when it is imported.
    result: Measured = json.loads(done.stdout[done.stdout.rindex("{") :])
    return result


def _total(measured: Measured) -> float:
    return sum(measured[step] for step in _STEPS)


def _options() -> Any:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--old-env", type=Path, help=f"an environment with argo-kedro {OLD}; made if absent")
    parser.add_argument("--most", type=int, default=_SIZES[-1], help="number of nodes of the largest pipeline")
    parser.add_argument("--names", action="append", choices=_NAMES, help="kind of names; both if absent")
    options = parser.parse_args()
    options.names = options.names or list(_NAMES)
    say(f"compile: {len(options.names) * len(_SHAPES)} series up to {options.most} nodes")
    return options


if __name__ == "__main__":
    main()
