"""A build that is stopped: the builder is told, and nothing that it started is left."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from image_builders import IMAGE, Builders, project_in

_PUBLISH = """
import signal, sys
from pathlib import Path
from argo_kedro.config.models import Deployment
from argo_kedro.images import children, prepare, publish
signal.signal(signal.SIGINT, signal.default_int_handler)
children._GRACE = float(sys.argv[3])
try:
    publish(prepare(Path(sys.argv[1]), Deployment(image=sys.argv[2])))
except KeyboardInterrupt:
    sys.exit(130)
"""
_LONG = "exec 9> ../alive; /bin/sleep 60 & echo begun >&9; wait"
_STUBBORN = "trap 'echo no >&9' INT; exec 9> ../alive; echo begun >&9; while :; do /bin/sleep 60; done"


@pytest.fixture
def alive(tmp_path: Path) -> Iterator[int]:
    """A pipe that the builder and all that it starts hold open."""
    os.mkfifo(tmp_path / "alive")
    reader = os.open(tmp_path / "alive", os.O_RDONLY | os.O_NONBLOCK)
    yield reader
    os.close(reader)


def heard(reader: int) -> bytes:
    """What comes through the pipe next; nothing when nobody is left who holds it."""
    assert select.select([reader], [], [], 60)[0], "nothing came, and somebody holds the pipe"
    return os.read(reader, 100)


@pytest.fixture
def publishing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    project = project_in(tmp_path)
    builders = Builders(folder=tmp_path / "bin", log=tmp_path / "log")

    def start(step: str, script: str, grace: float = 60) -> subprocess.Popen[bytes]:
        builders.add("podman", **{step: script})
        return subprocess.Popen([sys.executable, "-c", _PUBLISH, str(project), IMAGE, str(grace)])

    return SimpleNamespace(start=start, builders=builders)


@pytest.mark.parametrize(
    ("step", "number", "code"),
    [
        ("info", signal.SIGINT, 130),
        ("build", signal.SIGINT, 130),
        ("build", signal.SIGHUP, 128 + 1),
        ("push", signal.SIGTERM, 128 + 15),
    ],
)
def test_ctrl_c_ends_the_builder_and_all_that_it_started(step, number, code, publishing, alive):
    process = publishing.start(step, _LONG)
    assert heard(alive) == b"begun\n"

    process.send_signal(number)

    assert process.wait(60) == code
    assert heard(alive) == b""
    assert publishing.builders.lines()[-1].startswith(f"podman|{step}")  # no further step


def test_a_builder_that_does_not_listen_is_ended_by_a_second_ctrl_c(publishing, alive):
    process = publishing.start("build", _STUBBORN)
    assert heard(alive) == b"begun\n"

    process.send_signal(signal.SIGINT)
    assert heard(alive) == b"no\n"
    process.send_signal(signal.SIGINT)

    assert process.wait(60) == 130
    assert heard(alive) == b""


def test_a_builder_that_does_not_listen_is_ended_after_a_while(publishing, alive):
    process = publishing.start("build", _STUBBORN, grace=0.1)
    assert heard(alive) == b"begun\n"

    process.send_signal(signal.SIGINT)

    assert heard(alive) == b"no\n"
    assert process.wait(60) == 130
    assert heard(alive) == b""


def test_a_build_may_clean_up_after_ctrl_c(publishing, alive, tmp_path):
    process = publishing.start("build", f"trap 'echo cleaned > ../cleaned; exit 1' INT; {_LONG}")
    assert heard(alive) == b"begun\n"

    process.send_signal(signal.SIGINT)

    assert process.wait(60) == 130
    assert (tmp_path / "cleaned").read_text(encoding="utf-8") == "cleaned\n"
    assert heard(alive) == b""
