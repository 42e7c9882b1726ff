"""A Kedro project whose tasks hand on data in every way, and what tests ask of its folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import kedro

from argo_kedro.usage import read_usage

RUN = "2026-11-21T08.03.47.000Z-5f0c2b1e"
EARLIER = "2020-01-01T00.00.00.000Z-1111"
LATER = "2099-01-01T00.00.00.000Z-9999"
SINCE = tuple(int(part) for part in kedro.__version__.split(".")[:2])

REGISTRY = '''
import os
import time
from pathlib import Path

from kedro.pipeline import Pipeline, node


class Slow:
    """It is written so slowly that its writer can be killed meanwhile."""

    def __reduce__(self):
        Path("saving").touch()
        time.sleep(float(os.environ.get("SLOW", "0")))
        return (str, ("slow",))


def split(raw):
    return {"rows": [raw, 1], "by": os.environ.get("BY", "")}, raw + os.environ.get("BY", "")


def train(mid, model):
    return f"{mid['rows']} {mid['by']} {model}"


def slow(raw):
    return "x" * 3_000_000, Slow()


def join(big, last):
    return f"{len(big)} {last}"


def hang(stored):
    Path("hanging").touch()
    time.sleep(float(os.environ.get("SLOW", "0")))
    return stored


def connect(password, warehouse):
    if password == "fail":
        raise ValueError(f"cannot connect with {password}")
    return f"{password} {warehouse}"


def fail(password):
    print(f"password={password[:2]}")
    import logging

    logging.getLogger("pkg").warning("connecting with %s", password)
    raise ValueError(f"cannot connect with {password}")


def register_pipelines():
    return {"__default__": Pipeline([
        node(split, "raw", ["mid", "stored"], name="split"),
        node(train, ["mid", "stored"], "out", name="train"),
        node(slow, "raw", ["big", "last"], name="slow"),
        node(join, ["big", "last"], "joined", name="join"),
        node(hang, "stored", "hung", name="hang"),
        node(connect, ["params:warehouse.password", "params:warehouse"], "connected", name="connect"),
        node(fail, "params:warehouse.password", "never", name="fail"),
    ])}
'''
VERSIONED = """
from pathlib import Path, PurePosixPath

from kedro.io import AbstractVersionedDataset


class VersionedText(AbstractVersionedDataset):
    def __init__(self, filepath, version=None):
        super().__init__(PurePosixPath(filepath), version)

    def load(self):
        return Path(self._get_load_path()).read_text()

    def save(self, data):
        path = Path(self._get_save_path())
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(str(data))

    def _exists(self):
        return Path(self._get_load_path()).exists()

    def _describe(self):
        return {"filepath": str(self._filepath)}
"""
CATALOG = (
    "".join(
        f"{name}:\n  type: pkg.datasets.TextDataset\n  filepath: data/{name}.txt\n"
        for name in ("raw", "out", "joined", "hung", "connected", "never")
    )
    + '"{name}red":\n  type: pkg.versioned.VersionedText\n  filepath: data/{name}red.txt\n  versioned: true\n'
)
SETTINGS = """
from pathlib import Path

from kedro.framework.hooks import hook_impl


class Hooks:
    @hook_impl
    def before_pipeline_run(self, run_params):
        text = f"{run_params.get('run_id') or run_params.get('session_id')} {run_params['load_versions']}\\n"
        Path("hooks.txt").open("a").write(text)


HOOKS = (Hooks(),)
"""
FILES = {
    "src/pkg/versioned.py": VERSIONED,
    "src/pkg/settings.py": SETTINGS,
    "conf/base/parameters.yml": "warehouse: {user: me, password: none}\n",
    "data/raw.txt": "raw",
}


def spilled(path: Path, *names: str) -> list[str]:
    return [f"--spilled={','.join(names)}", f"--storage={path / 'runs'}"]


def text(path: Path, name: str) -> str:
    return (path / "data" / f"{name}.txt").read_text()


def stored(path: Path, version: str) -> str:
    return (path / "data/stored.txt" / version / "stored.txt").read_text()


def note(path: Path) -> str:
    """The line that Argo shows for a failed task."""
    log = path / "termination-log"
    words, _, last = (log.read_text() if log.exists() else "").rpartition("\n")
    return words if read_usage(last) else last


def killed(path: Path, sign: str, *arguments: str) -> None:
    """A task that is killed when its file of this name appears."""
    command = [sys.executable, "-m", "argo_kedro.task", f"--save-version={RUN}", *arguments]
    started = subprocess.Popen(
        command,
        cwd=path,
        env={**os.environ, "DO_NOT_TRACK": "1", "SLOW": "60", "BY": "killed"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    end = time.monotonic() + 60
    while not (path / sign).exists():
        assert started.poll() is None
        assert time.monotonic() < end
        time.sleep(0.01)
    started.send_signal(signal.SIGKILL)
    started.wait(timeout=30)
