"""Kedro-Viz itself, asked over HTTP: it shows the pods of a plan, and else what it always shows."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

REGISTRY = """
from kedro.pipeline import Pipeline, pipeline
from argo_kedro.pipeline import FusedPipeline, Node


def f(*x):
    return x


def register_pipelines():
    wash = FusedPipeline(
        [Node(f, "raw", "mid", name="first", machine_type="big"), Node(f, "mid", "clean", name="second", tags="t")],
        name='<script>alert("1")</script>',
    )
    scored = pipeline(Pipeline([Node(f, ["in", "params:alpha"], "out", name="score")]), namespace="x",
        inputs={"in": "clean"}, parameters={"alpha"})
    ends = Pipeline([Node(f, "x.out", "left", name="left"), Node(f, "left", "right", name="right")])
    return {"__default__": wash + scored + ends, "wash": wash}
"""
PLAIN = (  # the same without a word for the planner
    REGISTRY.replace("from argo_kedro.pipeline import FusedPipeline, Node", "from kedro.pipeline.node import Node")
    .replace("FusedPipeline(", "Pipeline(")
    .replace(', machine_type="big"', "")
    .replace("""        name='<script>alert("1")</script>',\n""", "")
)
ARGO = """
machine_types: {default: {cpu: 1, mem: 1}, big: {cpu: 2, mem: 2}}
deployment: {image: registry.example.com/x}
tasks: [{nodes: [left, right], group: ends.all}]
"""
CATALOG = '"{any}": {type: pkg.datasets.TextDataset, filepath: "data/{any}.txt"}\n'
SCRIPT = '<script>alert("1")</script>'
BROKEN = """
from kedro.framework.context import KedroContext


class Context(KedroContext):
    @property
    def catalog(self):
        raise OSError("the disk is away")


CONTEXT_CLASS = Context
"""
ENDED = 20  # seconds, for a server to end


def made(shared: Any, name: str, registry: str, argo: str) -> Path:
    path: Path = shared(registry, CATALOG, argo, name=name, files={"conf/base/parameters.yml": "alpha: 1\n"})
    return path


@pytest.fixture(scope="session")
def path(shared: Any) -> Path:
    """A project that tests only read."""
    return made(shared, "pods", REGISTRY, ARGO)


@contextmanager
def started(path: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """`kedro` and these words, ended as by Ctrl-C."""
    # One seed, since Kedro-Viz makes lists of sets; all of a group, since `kedro viz run` has a child that serves.
    env = {**os.environ, "DO_NOT_TRACK": "1", "PYTHONHASHSEED": "1", "COLUMNS": "200"}
    process = subprocess.Popen(
        [sys.executable, "-m", "kedro", *words],
        cwd=path,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        try:
            with suppress(ProcessLookupError):  # it has ended by itself
                os.killpg(process.pid, signal.SIGINT)
            process.communicate(timeout=ENDED)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate(timeout=ENDED)
            raise


def shown(path: Path, *options: str) -> dict[str, Any]:
    """What `kedro argo viz` serves at the address that it prints."""
    with started(path, "argo", "viz", "--port", "0", "--no-browser", *options) as process:
        assert process.stdout is not None
        address = next((line.strip() for line in process.stdout if line.startswith("http://127.0.0.1:")), "")
        assert address, process.communicate(timeout=ENDED)
        found: dict[str, Any] = json.loads(asked(f"{address}api/main"))
    assert process.returncode == 0
    return found


def stock(path: Path, *options: str) -> dict[str, Any]:
    """What `kedro viz run` serves."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1] % 16_000 + 33_000  # it takes none above 49151
    with started(path, "viz", "run", "--port", str(port), "--no-browser", *options) as process:
        end = time.monotonic() + 60
        while time.monotonic() < end and process.poll() in (None, 0):
            try:
                found: dict[str, Any] = json.loads(asked(f"http://127.0.0.1:{port}/api/main"))
            except OSError:
                time.sleep(0.2)
            else:
                return found
    raise AssertionError(process.returncode)


def asked(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=10) as answer:
        return bytes(answer.read())


def tasks(main: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The nodes of the pipeline, by name."""
    return {node["name"]: node for node in main["nodes"] if node["type"] == "task"}


def in_order(value: Any) -> Any:
    """With the members of each list in one order: Kedro-Viz makes many of sets."""
    if isinstance(value, dict):
        return {key: in_order(item) for key, item in value.items()}
    return sorted(map(in_order, value), key=json.dumps) if isinstance(value, list) else value


def files(path: Path) -> list[str]:
    return sorted(str(each.relative_to(path)) for each in path.rglob("*") if "__pycache__" not in each.parts)


def test_each_node_has_tags_for_its_pod_and_its_machine_type_beside_its_own(path: Path) -> None:
    before = files(path)

    main = shown(path)

    assert {name: sorted(node["tags"]) for name, node in tasks(main).items()} == {
        "first": ["machine type: big", f"pod: {SCRIPT}"],
        "second": ["machine type: big", f"pod: {SCRIPT}", "t"],
        "score": ["machine type: default", "pod: x.score"],
        "left": ["machine type: default", "pod: ends.all"],
        "right": ["machine type: default", "pod: ends.all"],
    }
    assert {tag["id"] for tag in main["tags"]} >= {f"pod: {SCRIPT}", "pod: ends.all", "machine type: big", "t"}
    assert tasks(main)["score"]["modular_pipelines"] == ["x"]
    assert files(path) == before


def test_pods_can_be_boxes_that_open(path: Path) -> None:
    """In place of the project's namespaces: a namespace need not be convex, a pod is."""
    main = shown(path, "--as-namespaces")

    found = {name: node["modular_pipelines"] for name, node in tasks(main).items()}
    (ends,) = found.pop("left")
    assert found == {"first": [SCRIPT], "second": [SCRIPT], "x.score": None, "right": [ends]}
    assert ends.startswith("ends-all-")  # a dot would be a box in a box
    assert set(main["modular_pipelines"]) == {"__root__", SCRIPT, ends}
    inside = {child["id"] for child in main["modular_pipelines"][SCRIPT]["children"]}
    assert {node["name"] for node in main["nodes"] if node["id"] in inside} == {"first", "second", "mid"}


def test_kedro_viz_itself_shows_what_it_would_without_us(shared: Any, path: Path) -> None:
    """In version 0.1 the nodes of a group were hidden, and each group gave an `AttributeError`."""
    plain = made(shared, "plain", PLAIN, "")
    assert "argo" not in PLAIN

    with ThreadPoolExecutor() as both:
        ours, theirs = both.map(stock, (path, plain))

    assert in_order(ours) == in_order(theirs)
    assert set(tasks(ours)) == {"first", "second", "score", "left", "right"}


def test_what_was_saved_is_shown_without_the_project(shared: Any, path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "plan"
    (folder / "api").mkdir(parents=True)
    for name in ("main", "earlier"):
        (folder / "api" / name).touch()

    saved = shared.python(path, "-m", "kedro", "argo", "viz", "-p", "wash", "--save-file", str(folder))

    assert saved.returncode == 0, saved.stderr
    assert saved.stdout.splitlines()[-1] == str(folder)
    assert saved.stderr.splitlines()[-1].startswith("Next: kedro viz run --load-file ../")
    assert [each.name for each in tmp_path.iterdir()] == ["plan"]
    assert not (folder / "api/earlier").exists()
    main = stock(tmp_path, "--load-file", "plan")
    assert set(tasks(main)) == {"first", "second"}
    assert f"pod: {SCRIPT}" in tasks(main)["first"]["tags"]
    assert main["pipelines"] == [{"id": "wash", "name": "wash"}]


def test_what_stands_in_the_way_is_said_before_anything_is_done(shared: Any, path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        refused = shared.python(path, "-m", "kedro", "argo", "viz", "--no-browser", "--port", port)
    over = shared.python(path, "-m", "kedro", "argo", "viz", "--save-file", "conf")

    assert refused.returncode == 1
    assert f"Error: Kedro-Viz cannot listen at 127.0.0.1:{port}: Address already in use.\nHint: " in refused.stderr
    assert over.returncode == 4
    assert "conf holds something else than a picture of Kedro-Viz." in over.stderr
    assert (path / "conf/base/argo.yml").exists()


def test_a_project_that_kedro_viz_cannot_open_is_no_traceback(shared: Any) -> None:
    path = made(shared, "unreadable", REGISTRY, ARGO)
    (path / "src/pkg/settings.py").write_text(BROKEN)

    done = shared.python(path, "-m", "kedro", "argo", "viz", "--no-browser", "--port", "0")

    assert done.returncode == 1
    assert "Error: Kedro-Viz cannot show the project: OSError: the disk is away\nHint: " in done.stderr
    assert "Traceback" not in done.stderr
