"""What happens to a storage when its writers are killed, meet, or find the disk full: run as a process, prints counts.

A process of its own, since it forks its writers: they start at once, with everything imported.
"""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable

from kedro.io import DatasetError

from argo_kedro.task.patience import Patience
from argo_kedro.task.storage import NotWritten, Storage

CREDENTIALS = json.loads(os.environ.get("STORAGE_CREDENTIALS", "{}"))
LONGEST = float(os.environ.get("LONGEST_LIFE", "0.06"))  # of a writer, in seconds
VERSION = "2026-11-21T08.03.47.000Z-5f0c2b1e"


def payload(number: int) -> list[object]:
    """Data that shows whether all of it is of one writing."""
    return [number, [number] * 20_000, bytes([number % 256]) * 300_000, number]


def whole(data: list[object]) -> bool:
    """Whether it is."""
    number = data[0]
    return isinstance(number, int) and data == payload(number)


def forked(deed: Callable[[], object]) -> int:
    """A process that does this and ends."""
    child = os.fork()
    if child == 0:
        try:
            deed()
        finally:
            os._exit(0)
    return child


def writer(root: str, start: int) -> None:
    """Write as long as it lives."""
    storage = Storage(root, CREDENTIALS)
    number = start
    while True:
        storage.save("a", VERSION, payload(number))
        number += 2


def reading(root: str) -> str:
    """What a reader gets."""
    try:
        data = Storage(root, CREDENTIALS, patience=Patience(seconds=5, pause=0.01)).load("a", VERSION)
    except NotWritten:
        return "nothing yet"
    except DatasetError as error:
        return f"lost: {error}"
    return "whole" if whole(data) else "lost: torn"


def killed(root: str, times: int) -> Counter[str]:
    """SIGKILL a writer at random moments; a reader looks after each."""
    found: Counter[str] = Counter()
    for each in range(times):
        own = f"{root}/{each // 4}"  # the first kills in a folder find nothing of an earlier writer
        child = forked(lambda own=own, each=each: writer(own, each))  # type: ignore[misc]
        time.sleep(random.uniform(0, LONGEST))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        found[reading(own)] += 1
    return found


def together(root: str, seconds: float) -> Counter[str]:
    """Two writers at once, and a reader all the time."""
    Storage(root, CREDENTIALS)  # it imports what the writers need
    children = [forked(lambda start=start: writer(root, start)) for start in (0, 1)]  # type: ignore[misc]
    found: Counter[str] = Counter()
    end = time.monotonic() + 60
    while time.monotonic() < end:
        seen = reading(root)
        if seen == "whole" and not found[seen]:
            end = time.monotonic() + seconds
        found[seen] += 1
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return found


def full(root: str, limit: int) -> Counter[str]:
    """A disk that takes no more than some bytes of a file: as full disks do, it fails in the middle of a write."""
    storage = Storage(root)
    storage.save("a", VERSION, payload(1))
    before = sorted(os.listdir(f"{root}/{VERSION}/{os.listdir(f'{root}/{VERSION}')[0]}"))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    try:
        storage.save("a", VERSION, payload(2))
        said = "no error"
    except DatasetError as error:
        said = str(error)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    after = sorted(os.listdir(f"{root}/{VERSION}/{os.listdir(f'{root}/{VERSION}')[0]}"))
    return Counter({said: 1, "nothing is left behind": int(before == after), reading(root): 1})


if __name__ == "__main__":
    fault, folder, amount = sys.argv[1:]
    deeds = {"killed": killed, "together": together, "full": full}
    sys.stdout.write(json.dumps(deeds[fault](folder, int(amount))))  # type: ignore[operator]
