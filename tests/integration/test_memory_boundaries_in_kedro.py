"""Datasets in memory between tasks, in real Kedro projects: what is planned does not depend on chance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.integration

REGISTRY = """
from kedro.pipeline import Pipeline

from argo_kedro.pipeline import FusedPipeline, Node


def f(*x):
    return x


def register_pipelines():
    nodes = [Node(f, "raw", ["x", "far_in"], name="split")]
    nodes += [Node(f, "x", f"y{place}", name=f"model_{place}", tags=["a", "b", "c"]) for place in range(8)]
    nodes += [Node(f, [f"y{place}" for place in range(8)], "best", name="choose")]
    nodes += [Node(f, "far_in", "far_out", name="far", machine_type="big")]
    last = [Node(f, ["best", "far_out"], "last", name="end"), Node(f, "last", "out", name="more")]
    return {"__default__": Pipeline([*nodes, FusedPipeline(last, name="own")])}
"""
STORED = "".join(
    f'{name}: {{type: pkg.datasets.TextDataset, filepath: "s3://bucket/{name}"}}\n'
    for name in ("raw", "far_in", "far_out", "out")
)
ARGO = """
deployment: {image: registry.example.com/x}
machine_types: {default: {cpu: 1, mem: 1}, big: {cpu: 2, mem: 2}}
storage: {root: s3://bucket/runs}
"""


def test_a_manifest_is_the_same_bytes_whatever_the_hash_seed(project: Any) -> None:
    path: Path = project(REGISTRY, STORED, ARGO)
    texts = set()
    for seed in ("0", "1", "2"):
        done = project.python(path, "-m", "kedro", "argo", "compile", PYTHONHASHSEED=seed)
        assert done.returncode == 0, done.stderr
        texts.add((path / "argo/__default__.yaml").read_text())

    (text,) = texts
    assert "choose" in text
    assert '"value": "best"' in text  # it cannot join: the way back from another machine type leads round it
