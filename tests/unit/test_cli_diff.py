"""`kedro argo diff` of files, of what a cluster has, and of runs, with the real client."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from api_server import ApiServer
from click.testing import CliRunner, Result
from kedro.framework.startup import bootstrap_project
from local_runs import sh
from local_runs import workflow as local_workflow

from argo_kedro.cli.compile import compile_
from argo_kedro.cli.diff import diff
from argo_kedro.cli.elsewhere import main
from argo_kedro.cli.schedule import schedule
from argo_kedro.cli.submit import submit
from argo_kedro.local import run

REGISTRY = """
from kedro.pipeline import Pipeline, node


def f(*x):
    return x


def register_pipelines():
    nodes = [node(f, "raw", "made", name="make_it"), node(f, "made", "out", name="use")]
    return {"__default__": Pipeline(nodes), "one": Pipeline(nodes[:1])}
"""
CATALOG = "".join(
    f"{name}: {{type: pkg.datasets.TextDataset, filepath: s3://bucket/{name}}}\n" for name in ("raw", "made", "out")
)
ARGO = """
deployment: {image: registry.example.com/x, build: false, tag: "%s"}
schedule: {schedules: "%s"}
"""
Call = Callable[..., Result]


@pytest.fixture
def call(api: ApiServer, project: Any, in_process: None, monkeypatch: pytest.MonkeyPatch) -> Call:
    """A verb, called in a project that is in no repository."""
    path = project(REGISTRY, CATALOG, ARGO % ("1", "@daily"))
    monkeypatch.chdir(path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(path.parent))
    metadata = bootstrap_project(path)

    def called(verb: click.Command, *words: str) -> Result:
        return CliRunner().invoke(verb, words, obj=metadata)

    return called


def good(done: Result, code: int = 0) -> str:
    assert done.exit_code == code, (done.output, done.exception)
    return done.output


def changed() -> None:
    """Change the project."""
    Path("conf/base/argo.yml").write_text(ARGO % ("2", "@weekly"))


def test_the_schedule_on_the_cluster_against_the_project_as_it_is_now(call: Call) -> None:
    good(call(schedule))
    assert "Nothing differs: @deployed on the cluster, the project as it is now." in good(
        call(diff, "@deployed", "--exit-code")
    )

    changed()
    said = good(call(diff, "@deployed", "--exit-code"), 7)
    assert "@deployed on the cluster -> the project as it is now: 2 tasks." in said
    assert "~ all 2 tasks that both have\n    image: registry.example.com/x:1 -> registry.example.com/x:2\n" in said
    assert "~ the workflow\n    schedule: @daily -> @weekly\n" in said
    assert said.endswith("Next: kedro argo schedule --env local\n")
    assert good(call(diff, "deployed:pkg")).startswith("Env local")


def test_the_next_step_is_that_of_the_same_object_in_the_same_place_and_env(call: Call) -> None:
    words = ("-w", "nightly", "--context", "wire", "--namespace", "blue")
    good(call(schedule, *words))
    changed()

    said = good(call(diff, "@deployed", *words))
    assert said.endswith(
        "Next: kedro argo schedule --env local --workflow-name nightly --context=wire --namespace=blue\n"
    )
    assert good(call(diff, "deployed:nightly")).endswith("Next: kedro argo compile --env local --kind cron\n")


def test_the_next_step_has_the_env_of_the_file_and_no_secret(call: Call) -> None:
    Path("conf/cloud").mkdir()
    good(call(compile_, "--env", "cloud", "-o", "a.yaml"))
    changed()

    said = good(call(diff, "a.yaml", "--params", "db_password=hunter2,depth=3,store.token=hunter2"))
    assert said.endswith("Next: kedro argo compile --env cloud --params depth=3\n")
    assert "hunter2" not in said


def test_which_of_two_is_meant_must_be_said(api: ApiServer, call: Call) -> None:
    good(call(schedule))
    good(call(compile_, "--kind", "template", "-o", "t.yaml"))
    api.put("workflowtemplates", yaml.safe_load(Path("t.yaml").read_text()))

    assert "say which: --kind template or --kind cron" in good(call(diff, "@deployed"), 1)
    assert "Nothing differs" in good(call(diff, "@deployed", "--kind", "template"))
    assert "Next: kedro argo compile --env local --pipeline one --kind template" in good(
        call(diff, "deployed:pkg", "-p", "one", "--kind", "template")
    )


def test_what_is_not_on_the_cluster_is_an_error_of_the_cluster(call: Call) -> None:
    said = good(call(diff, "@deployed"), 5)

    assert "There is no WorkflowTemplate pkg and no CronWorkflow pkg (context wire, namespace blue)." in said


def test_a_run_on_the_cluster_and_one_here(api: ApiServer, call: Call) -> None:
    good(call(submit))
    changed()
    name = api.created[-1]
    assert f"run {name} -> the project as it is now: 2 tasks." in good(call(diff, f"run:{name}"))
    assert "run @latest -> " in good(call(diff, "@latest"))

    run(local_workflow(sh("a", "true")), folder=Path(), name="here-1")
    assert "- make_it" in good(call(diff, f"run:{name}", "run:here-1"))


def test_files_are_compared_and_their_env_counts(call: Call) -> None:
    Path("conf/cloud").mkdir()
    good(call(compile_, "--env", "cloud", "-o", "a.yaml"))

    same = good(call(diff, "a.yaml", "--json"))
    assert "Env cloud, as a.yaml says; --env names another." in same
    assert json.loads(same[same.index("{") : same.rindex("}") + 1])["same"] is True
    good(call(compile_, "--pipeline", "one", "-o", "one.yaml"))
    assert "Note: one.yaml is of pipeline one: --pipeline one compares" in good(call(diff, "one.yaml"))
    assert "Note" not in good(call(diff, "one.yaml", "--pipeline", "one"))
    assert "label argo-kedro/env: cloud -> local" in good(call(diff, "a.yaml", "--env", "local"))


@pytest.mark.parametrize(
    ("chosen", "code", "said"),
    [
        ({}, None, ""),
        ({"pipeline": "one", "pipelines": ["one"]}, 2, "cannot be used together"),
        ({"pipelines": ["gone"]}, 4, "gone"),
        ({"profile": "gone"}, 3, "gone"),
    ],
)
@pytest.mark.usefixtures("call")
def test_a_process_of_its_own_answers_in_a_file(chosen: dict[str, Any], code: int | None, said: str) -> None:
    file = Path("asked.json")
    file.write_text(json.dumps({"project": str(Path.cwd()), "chosen": chosen, "workflow_name": "", "kind": "cron"}))
    main(file)

    answer = json.loads(file.read_text())
    assert (answer.get("code"), said in answer.get("error", "")) == (code, True)
    assert ("document" in answer) == (code is None)


def test_a_repository_of_another_user_is_told_as_such(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    subprocess.run(["git", "init", "-q"], check=True)
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")

    said = good(call(diff, "main"), 1)
    assert "git takes nothing of this folder, since it is another user's." in said
    assert f"git config --global --add safe.directory {Path.cwd()}" in said


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ([], 2, "'HEAD' is no file and no revision of git here"),
        (["--", "-x"], 2, "'-x' is no file and no revision of git here"),
        (["a\nb"], 2, r"'a\nb' is no file"),
        (["file:gone.yaml"], 2, "'file:gone.yaml': there is no such file"),
        (["git:bad.yaml"], 2, "is no revision of git here"),
        (["deployed:../x"], 2, "is no name of Kubernetes"),
        (["run:"], 2, "is no name of Kubernetes"),
        (["x" * 300], 2, "is no file and no revision of git here"),
        (["@deployed", "--kind", "workflow"], 2, "A workflow is no deployment: --kind template or --kind cron"),
        (["bad.yaml"], 4, "bad.yaml: it is no mapping but list."),
        (["other.yaml"], 4, "other.yaml: its kind is 'Deployment'."),
        (["other.yaml", "other.yaml", "--tags", "x"], 2, "Options that select nodes go with the project"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_the_way_out(
    call: Call, words: list[str], code: int, said: str
) -> None:
    Path("bad.yaml").write_text("[]")
    Path("other.yaml").write_text("kind: Deployment")

    assert said in good(call(diff, *words), code)
