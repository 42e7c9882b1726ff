"""Run the benchmarks, all or those that are named: `python -m benchmarks compile task`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_FOLDER = Path(__file__).parent
_NAMES = ("compile", "scale", "grouping", "start", "task", "local_run", "spill", "report")
_ON_A_CLUSTER = ("cluster_wait",)  # only when it is named: it needs `make cluster`


def main() -> int:
    """Each in a process of its own, so that none warms up another."""
    wanted = sys.argv[1:] or list(_NAMES)
    known = (*_NAMES, *_ON_A_CLUSTER)
    unknown = [name for name in wanted if name not in known]
    if unknown:
        sys.stderr.write(f"Unknown: {', '.join(unknown)}. There are: {', '.join(known)}.\n")
        return 2
    return max(subprocess.run([sys.executable, _FOLDER / f"{name}.py"], check=False).returncode for name in wanted)


if __name__ == "__main__":
    sys.exit(main())
