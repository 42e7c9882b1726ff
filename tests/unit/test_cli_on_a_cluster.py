"""The verbs that reach a cluster: names they refuse, options that exclude each other, and what comes next."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from fake_cluster import FakeCluster
from image_builders import IMAGE, TAG, Builders, project_in
from workflow_states import node, template, workflow

from argo_kedro.cli import console, sending, watching
from argo_kedro.cli.delete import delete
from argo_kedro.cli.list import list_
from argo_kedro.cli.reach import LATEST, Reach
from argo_kedro.cli.status import status
from argo_kedro.cli.stop import stop
from argo_kedro.cli.submit import submit
from argo_kedro.config import ArgoConfig
from argo_kedro.config.models import Deployment
from argo_kedro.errors import ArgoKedroError, CompileError, ConfigError, WorkflowFailed
from argo_kedro.images import Build, prepare
from argo_kedro.views.plain import plain

EVIL = "\x1b]52;c;cm0gLXJm\x07\x1b[2J\x1b]8;;http://x\x1b\\a\x9b1A\x07\x00b"


def reach(project: Path, cluster: Any = None, **more: Any) -> Reach:
    """The way to a cluster in memory."""
    config = ArgoConfig(deployment=Deployment(image="ghcr.io/team/flights"))
    found = Reach(config=config, env="prod", project=project, package="pkg", **more)
    found.__dict__["cluster"] = cluster or FakeCluster()  # where the property keeps it
    return found


def usage(command: click.Command, *words: str) -> str:
    """What a command says to wrong usage; it got nowhere near a project or a cluster."""
    done = CliRunner().invoke(command, words)
    assert done.exit_code == 2, (done.output, done.exception)
    return done.output


@pytest.mark.parametrize("name", [".", "..", "a/b", "A", "a b", "-a", "a.", "a\n"])
@pytest.mark.parametrize("verb", [delete, status, stop], ids=lambda verb: verb.name)
def test_what_is_no_name_goes_into_no_address(verb: click.Command, name: str) -> None:
    assert "is no name of Kubernetes" in usage(verb, "--", name)  # `delete .` deleted all workflows of the namespace


def test_delete_wants_a_name_that_is_not_empty() -> None:
    assert "is no name of Kubernetes" in usage(delete, "")


@pytest.mark.parametrize("option", ["--namespace", "--from"])
def test_options_that_name_an_object_are_looked_at_too(option: str) -> None:
    assert "is no name of Kubernetes" in usage(submit, option, "..")
    assert "is no name of Kubernetes" in usage(submit, option, LATEST)


def test_no_list_is_shorter_than_nothing() -> None:
    assert "not in the range" in usage(list_, "--limit", "-1")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--image", "a:1", "--build"], "give one of them"),
        (["--from", "t", "--build"], "only --params goes with it"),
        (["--from", "t", "--workflow-name", "x"], "only --params goes with it"),
    ],
)
def test_options_that_exclude_each_other_are_wrong_usage(words: list[str], said: str) -> None:
    assert said in usage(submit, *words)


def test_a_next_command_reaches_the_same_place(tmp_path: Path) -> None:
    found = reach(tmp_path, named_env="prod", namespace="n")
    assert found.command("status", "x") == "kedro argo status x --env=prod --namespace=n"


def test_after_a_dry_run_the_next_command_builds_what_it_submits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = json.loads(json.dumps(workflow("", templates=(template("main", "a"),))))
    parcel = sending.Parcel(document=document, file=tmp_path / "x.yaml", text="{}\n")
    sending.dry_run(reach(tmp_path, named_env="prod"), parcel, builds=True)
    assert f"Next: kedro argo submit {tmp_path}/x.yaml --build --env=prod" in capsys.readouterr().err


def test_a_dry_run_refuses_an_image_that_could_not_be_pushed(tmp_path: Path) -> None:
    way = reach(tmp_path)
    config = ArgoConfig(deployment=Deployment(image="registry.example.com/flights"))
    parcel = sending.Parcel(document=workflow(""), file=tmp_path / "x.yaml", text="{}\n")
    with pytest.raises(ConfigError, match="is a placeholder"):
        sending.dry_run(replace(way, config=config), parcel, builds=True)
    assert not (tmp_path / "x.yaml").exists()


@pytest.mark.parametrize("kind", ["CronWorkflow", "WorkflowTemplate"])
def test_only_a_workflow_is_submitted(tmp_path: Path, kind: str) -> None:
    spec = {"entrypoint": "main", "templates": [{"name": "main", "container": {"image": "x", "command": ["x"]}}]}
    whole = {"schedules": ["@daily"], "workflowSpec": spec} if kind == "CronWorkflow" else spec
    file = tmp_path / "x.yaml"
    document = {"apiVersion": "argoproj.io/v1alpha1", "kind": kind, "metadata": {"name": "x"}, "spec": whole}
    file.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(CompileError, match=f"a {kind} does not run") as caught:
        sending.of_file(file)
    assert "kubectl apply" in caught.value.hint


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Build:
    (tmp_path / "bin").mkdir()
    Builders(folder=tmp_path / "bin", log=tmp_path / "log").add("podman")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    config = ArgoConfig.model_validate({"deployment": {"image": IMAGE, "build": "podman"}})
    return prepare(project_in(tmp_path), config.deployment)


def test_the_image_that_was_built_is_in_a_cron_workflow_too(build: Build) -> None:
    inner = {"templates": [{"name": "a", "container": {"image": "old:1", "command": ["x"]}}]}
    document = {"kind": "CronWorkflow", "spec": {"schedules": ["@daily"], "workflowSpec": inner}}
    spec = sending.with_built_image(document, build)["spec"]
    assert spec["schedules"] == ["@daily"]
    assert spec["workflowSpec"]["templates"][0]["container"]["image"] == f"{IMAGE}:{TAG}"


def test_nothing_is_built_for_a_manifest_whose_image_cannot_be_told(build: Build, tmp_path: Path) -> None:
    two = [{"name": name, "container": {"image": name, "command": ["x"]}} for name in ("a", "b")]
    with pytest.raises(CompileError, match="cannot be told"):
        sending.with_built_image({"spec": {"templates": two}}, build)
    assert "podman|build" not in (tmp_path / "log").read_text(encoding="utf-8")


def test_waiting_and_telling_how_it_ended_are_two_things(tmp_path: Path) -> None:
    found = workflow(
        "Failed", node("a", "Failed", message="main: Error (exit code 3)"), templates=(template("main", "a"),)
    )
    there = reach(tmp_path, FakeCluster(workflows=[found]))
    state, labels = watching.followed(there, "demo-x")  # `status --wait` has its table, or its JSON, still to show
    assert (state.phase, [task.path for task in state.failed], labels) == ("Failed", ["a"], {"a": "a"})
    with pytest.raises(WorkflowFailed, match="demo-x: Failed"):
        watching.to_the_end(there, "demo-x")


def test_a_terminal_obeys_nothing_that_others_wrote(capsys: pytest.CaptureFixture[str]) -> None:
    assert plain(EVIL) == "a1Ab"
    console.result(EVIL)
    console.say(EVIL)
    assert capsys.readouterr() == ("a1Ab\n", "a1Ab\n")


def test_an_error_that_quotes_a_cluster_is_harmless() -> None:
    def fails() -> None:
        raise ArgoKedroError(EVIL, hint=EVIL)

    with pytest.raises(ArgoKedroError) as caught:
        console.talk_on_stderr(fails)()
    assert (caught.value.message, caught.value.hint) == ("a1Ab", "a1Ab")


@pytest.mark.parametrize("text", ["\x1b[31mred\x1b[0m", "a\tb\nc", "é\u2713", ""])
def test_colours_and_lines_of_others_stay(text: str) -> None:
    assert plain(text) == text


def test_a_progress_bar_does_not_write_over_the_name_of_its_task() -> None:
    assert plain("task: 10%\r20%\r\n") == "task: 10% 20%\n"
