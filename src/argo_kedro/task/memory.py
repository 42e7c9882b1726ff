"""How much memory a task takes: its container's in a pod, else its process's."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from argo_kedro.quantities import GIB

_MIB = 1024**2
_PROCESS = Path("/proc/self/status")
# What Kubernetes counts: without the files that the kernel may forget. Control groups 2, then 1.
_CONTAINER = (
    (Path("/sys/fs/cgroup"), "memory.current", "memory.max", "inactive_file"),
    (Path("/sys/fs/cgroup/memory"), "memory.usage_in_bytes", "memory.limit_in_bytes", "total_inactive_file"),
)
_NO_LIMIT = 2**60  # control groups 1 say a huge number


class Memory:
    """Looks at the memory in use, and at the limit, where there is one."""

    def __init__(self, *, in_pod: bool) -> None:
        self.limit = 0
        self.used: Callable[[], int] = _of_process if _PROCESS.exists() else self.highest
        for folder, usage, limit, inactive in _CONTAINER if in_pod else ():
            if (folder / usage).exists():
                self.limit = _limit(folder / limit)
                self.used = lambda folder=folder, usage=usage, inactive=inactive: _of_container(  # type: ignore[misc]
                    folder / usage, folder / "memory.stat", inactive
                )
                return

    def highest(self) -> int:
        """The process's own highest, which nobody has to look at in time."""
        found = _status("VmHWM:")
        if found or sys.platform != "darwin":
            return found
        import resource  # Windows has none

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def memory_text(used: int, limit: int) -> str:
    """In the words of a last line: `memory 15.8 GiB of 16.0 GiB`."""
    return f"memory {_text(used)}" + (f" of {_text(limit)}" if limit else "")


def _text(size: int) -> str:
    return f"{size / GIB:.1f} GiB" if size >= GIB else f"{size / _MIB:.0f} MiB"


def _of_process() -> int:
    return _status("VmRSS:")


def _status(key: str) -> int:
    """Bytes, by the kernel's status of this process; 0 where it has none, as on macOS."""
    try:
        text = _PROCESS.read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    line = text.partition(key)[2].partition("\n")[0].split()
    return int(line[0]) * 1024 if line else 0


def _of_container(usage: Path, stat: Path, inactive: str) -> int:
    try:
        fields = dict(line.split(" ", 1) for line in stat.read_text(encoding="ascii").splitlines())
        return max(0, int(usage.read_text(encoding="ascii")) - int(fields.get(inactive, 0)))
    except (OSError, ValueError):
        return 0


def _limit(file: Path) -> int:
    try:
        found = int(file.read_text(encoding="ascii"))
    except (OSError, ValueError):  # "max"
        return 0
    return found if found < _NO_LIMIT else 0
