"""`kedro argo resubmit` of argo-kedro 0.1: what it builds, and when it builds nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fake_cluster import FakeCluster
from image_builders import IMAGE, TAG, Builders, project_in
from workflow_states import node, template, workflow

from argo_kedro.cli.cluster_run import ClusterRun
from argo_kedro.cli.reach import Reach
from argo_kedro.cli.resubmit import rebuilt, resubmit
from argo_kedro.config import ArgoConfig
from argo_kedro.errors import ClusterError

PLAIN: Any = {"image": f"{IMAGE}:1", "command": ["x"]}


@pytest.fixture
def builders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builders:
    (tmp_path / "bin").mkdir()
    found = Builders(folder=tmp_path / "bin", log=tmp_path / "log")
    found.add("podman")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    return found


def run(tmp_path: Path, phase: str, *, build: bool | str = "podman", **deployment: str) -> ClusterRun:
    nodes = (node("", phase, "DAG", ["a"], templateName="main"), node("a", phase))
    found = workflow(phase, *nodes, templates=(template("main", "a"), {"name": "a", "container": PLAIN}))
    cluster = FakeCluster(workflows=[found])
    config = ArgoConfig.model_validate({"deployment": {"image": IMAGE, "build": build, **deployment}})
    reach = Reach(config=config, env="cloud", project=project_in(tmp_path), package="pkg")
    reach.__dict__["cluster"] = cluster  # where the property keeps it
    return ClusterRun(name="demo-x", reach=reach, cluster=cluster)


@pytest.mark.parametrize("wanted", [None, True])
def test_the_image_with_the_fix_is_built_and_pushed_for_what_failed(
    tmp_path: Path, builders: Builders, wanted: bool | None
) -> None:
    assert rebuilt(run(tmp_path, "Failed"), wanted=wanted) == f"{IMAGE}:{TAG}"
    assert builders.lines()[-1].startswith("podman|push|")


@pytest.mark.parametrize(("wanted", "build"), [(False, "podman"), (None, False)])
def test_nothing_is_built_where_nobody_wants_it(
    tmp_path: Path, builders: Builders, wanted: bool | None, build: bool | str
) -> None:
    assert rebuilt(run(tmp_path, "Failed", build=build), wanted=wanted) == ""
    assert builders.lines() == []


def test_nothing_is_built_for_a_workflow_that_cannot_go_on(tmp_path: Path, builders: Builders) -> None:
    with pytest.raises(ClusterError, match="demo-x"):
        rebuilt(run(tmp_path, "Succeeded"), wanted=True)
    assert not any("|build|" in line or "|push|" in line for line in builders.lines())


@pytest.mark.parametrize(
    ("deployment", "said"),
    [({"tag": "1"}, True), ({"tag": "2"}, False), ({}, False), ({"tag": "1", "pull_policy": "Always"}, False)],
)
def test_an_image_that_pods_would_not_pull_again_is_named(
    tmp_path: Path, builders: Builders, capfd: pytest.CaptureFixture[str], deployment: dict[str, str], said: bool
) -> None:
    rebuilt(run(tmp_path, "Failed", **deployment), wanted=True)
    assert ("keep what they have" in capfd.readouterr().err) == said


def test_what_is_no_name_is_wrong_usage() -> None:
    done = CliRunner().invoke(resubmit, ["-w", "../x"])
    assert done.exit_code == 2
    assert "is no name of Kubernetes" in done.output
