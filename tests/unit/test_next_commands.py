"""What the verbs share, without a project."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from plans import chain, planned

from argo_kedro.cli.files import default_file, write
from argo_kedro.cli.options import next_command


@pytest.mark.parametrize(
    ("pipelines", "expected"),
    [(("__default__",), "__default__.yaml"), (("a", "b"), "a-b.yaml"), (("x/../../y",), "x-y-5fc13685.yaml")],
)
def test_a_manifest_is_written_into_the_folder_whatever_its_pipelines_are_called(
    pipelines: tuple[str, ...], expected: str
) -> None:
    workflow = replace(planned(chain("a", "b")), pipelines=pipelines)
    assert default_file(Path("/p"), workflow) == Path("/p/argo") / expected


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({}, "kedro argo run"),
        ({"env": None, "tags": ()}, "kedro argo run"),
        ({"env": "cloud", "pipelines": ["a", "b"]}, "kedro argo run --env cloud --pipelines a,b"),
        ({"params": {"a": 1, "model": {"depth": 3}}}, "kedro argo run --params a=1,model.depth=3"),
        ({"workflow_name": "nightly"}, "kedro argo run --workflow-name nightly"),
        ({"node_names": ["my node"]}, "kedro argo run --nodes 'my node'"),
    ],
)
def test_the_next_command_has_the_same_options(chosen: dict[str, Any], expected: str) -> None:
    assert next_command("run", chosen) == expected


def test_a_link_is_written_through_and_a_device_is_not_replaced(tmp_path: Path) -> None:
    target, link = tmp_path / "target.yaml", tmp_path / "link.yaml"
    target.write_text("old")
    link.symlink_to(target)
    write(link, "new")
    assert (link.is_symlink(), target.read_text()) == (True, "new")

    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor() as pool:
        read = pool.submit(pipe.read_text)
        write(pipe, "through")
        assert read.result(timeout=20) == "through"
    assert pipe.is_fifo()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.yaml", "pipe", "target.yaml"]
