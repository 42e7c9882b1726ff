"""A project as `kedro new` makes it, from nothing to a run: what the README promises for one's own project."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from places import NUMBERS, NUMBERS_CATALOG, new_project, python

pytestmark = pytest.mark.integration


def _kedro(*args: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return python("-m", "kedro", *args, folder=folder)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_project(tmp_path_factory.mktemp("new"))


def test_a_new_project_runs_without_any_argo_yml(project: Path) -> None:
    alone = _kedro("argo", "run", folder=project)  # its datasets are all in memory: one task
    assert alone.returncode == 0, alone.stderr
    assert "load_numbers +2 succeeded" in alone.stderr
    assert not (project / "data/report.json").exists()

    (project / "conf/base/catalog.yml").write_text(NUMBERS_CATALOG, encoding="utf-8")
    done = _kedro("argo", "run", folder=project)
    assert done.returncode == 0, done.stderr
    assert (project / "data/report.json").read_text(encoding="utf-8") == '"total: 6"'
    assert "write_report succeeded" in done.stderr


def test_what_init_wrote_compiles_and_runs(project: Path) -> None:
    (project / "conf/base/catalog.yml").write_text(NUMBERS_CATALOG, encoding="utf-8")
    written = _kedro("argo", "init", folder=project)
    assert written.stdout.splitlines()[-4:] == [
        *("conf/base/argo.yml", "Dockerfile", ".dockerignore"),
        "conf/argo.schema.json",
    ]
    compiled = _kedro("argo", "compile", "-o", "here.yaml", folder=project)
    assert compiled.returncode == 0, compiled.stderr
    manifest = yaml.safe_load((project / "here.yaml").read_text(encoding="utf-8"))
    assert [template["name"] for template in manifest["spec"]["templates"]] == ["pipeline", "small"]
    done = _kedro("argo", "run", "here.yaml", folder=project)
    assert done.returncode == 0, done.stderr
    assert "load-numbers-2 succeeded" in done.stderr  # a chain is one task


def test_a_failing_node_is_named_and_the_rest_can_go_on(project: Path) -> None:
    (project / "conf/base/catalog.yml").write_text(NUMBERS_CATALOG, encoding="utf-8")
    (project / "conf/base/argo.yml").write_text("runner: {group_by: node}", encoding="utf-8")
    source = project / "src/my_project/pipelines/numbers/__init__.py"
    source.write_text(NUMBERS.replace("[1, 2, 3]", "[1, 2, 4]"), encoding="utf-8")
    failed = _kedro("argo", "run", folder=project)
    assert failed.returncode == 6
    assert "main: Error (exit code 1): node write_report: ValueError: seven" in failed.stderr
    assert "Run it alone: WORKFLOW_ID=" in failed.stderr
    assert " --save-nothing\n" in failed.stderr
    (name,) = re.findall("To go on after the fix: kedro argo retry (.+)", failed.stderr)

    source.write_text(NUMBERS.replace("value == 7", "value == 8"), encoding="utf-8")
    rest = _kedro("argo", "retry", name, folder=project)
    assert rest.returncode == 0, rest.stderr
    assert (project / "data/report.json").read_text(encoding="utf-8") == '"total: 7"'


def test_other_commands_do_not_mind_a_broken_argo_yml(project: Path) -> None:
    (project / "conf/base/argo.yml").write_text("machine_types: [", encoding="utf-8")
    assert _kedro("registry", "list", folder=project).returncode == 0
    refused = _kedro("argo", "check", folder=project)
    assert refused.returncode == 3
    assert "argo.yml" in refused.stderr
    assert "Traceback" not in refused.stderr
