"""`kedro argo debug`: what is found of a task, on a cluster in memory and in the record of a run of this machine."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import click
import pytest
from fake_cluster import FakeCluster
from local_runs import BIG, dag, sh, task
from local_runs import workflow as manifest
from workflow_states import NAME, node, retry, workflow

from argo_kedro.cli import console
from argo_kedro.cli.cluster_run import ClusterRun
from argo_kedro.cli.debugging import Inquiry, inquiry
from argo_kedro.cli.local_run import LocalRun
from argo_kedro.cli.reach import Reach
from argo_kedro.config import parse
from argo_kedro.errors import ArgoKedroError
from argo_kedro.local import run
from argo_kedro.names import pod_name, storage_folder
from argo_kedro.plan.pods.maker import SAVE_VERSION
from argo_kedro.views.debug import command_text, debug_text
from argo_kedro.views.debug_json import debug_json
from argo_kedro.views.findings import machine_type

VERSION = "2026-11-21T08.00.00.000Z-uid-1"
RAISED = "main: Error (exit code 1): node train, loading b: ValueError: NaN in 'x'"
MACHINES = {"tiny": {"cpu": 1, "mem": 1}, "large": {"cpu": 8, "mem": 32}}
TRACEBACK = """\
INFO  Loading data from features (ParquetDataset)...
INFO  Running node: train
INFO  Saving data to model (PickleDataset)...
INFO  Saving data to report (TextDataset)...
Traceback (most recent call last):
  File "/usr/lib/python3.12/site-packages/kedro/runner/task.py", line 89, in execute
    node = self._run()
  File "/home/kedro/project/src/pkg/nodes.py", line 7, in train
    fit(x)
    ^^^^^^
  File "/home/kedro/project/src/pkg/nodes.py", line 3, in fit
    raise ValueError("NaN")
ValueError: NaN"""


KEEPS = node(
    "split",
    inputs={"parameters": [{"name": "spilled", "value": "big"}]},
    templateName="large",
    finishedAt="2026-11-21T08:00:00Z",
)


def ours(name: str = "large", *args: str, **container: Any) -> dict[str, Any]:
    """A pod template as the planner makes it."""
    lists = ("pipeline", "nodes", "memory", "pinned", "spilled")
    told = [f"--{each}={{{{inputs.parameters.{each}}}}}" for each in lists]
    command = {"image": "registry.example.com/pkg:1", "command": ["python", "-m", "argo_kedro.task"]}
    args = ("--env=cloud", "--task={{tasks.name}}", *told, f"--save-version={SAVE_VERSION}", *args)
    env = [{"name": "WORKFLOW_ID", "value": "{{workflow.name}}"}]
    inputs = [{"name": each, "value": "modelling" if each == "pipeline" else ""} for each in lists]
    found = {**command, "args": list(args), "env": env, "resources": {"limits": {"memory": "32Gi"}}, **container}
    return {"name": name, "inputs": {"parameters": inputs}, "container": found}


def given(**inputs: str) -> dict[str, Any]:
    """What a task is told, as the controller writes it down."""
    return {"parameters": [{"name": name, "value": value} for name, value in inputs.items()]}


def failed(name: str = "train", message: str = RAISED, **more: Any) -> Any:
    return node(name, "Failed", **{"templateName": "large", "message": message, **more})


def main(*tasks: str, runs: str = "large") -> dict[str, Any]:
    return {"name": "main", "dag": {"tasks": [{"name": each, "template": runs} for each in tasks]}}


def asked(cluster: FakeCluster, folder: Path, task: str = "") -> Inquiry:
    config = parse({"machine_types": MACHINES, "default_machine_type": "tiny"})
    reach = Reach(config=config, env="cloud", project=folder, package="pkg")
    reach.__dict__["cluster"] = cluster  # where the property keeps it
    return inquiry(ClusterRun(name=NAME, reach=reach, cluster=cluster), "pkg", task)


def told(found: Inquiry, folder: Path = Path(), tail: int = 15) -> str:
    return "\n\n".join([found.headline, *(debug_text(each, folder, tail) for each in found.findings)])


def on_cluster(*nodes: Any, templates: Any = (), phase: str = "Failed", **more: Any) -> FakeCluster:
    document = workflow(phase, *nodes, templates=[main("train"), ours(), *templates])
    document["spec"] |= more
    return FakeCluster(workflows=[document])


def with_log(cluster: FakeCluster, text: str, name: str = "train") -> FakeCluster:
    """The same with the pod of a task that failed, and its log."""
    pod = pod_name(NAME, "large", f"{NAME}.{name}")
    notes = {"workflows.argoproj.io/node-name": f"{NAME}.{name}"}
    ended = {"name": "main", "state": {"terminated": {"startedAt": "2026-11-21T08:00:00Z", "exitCode": 1}}}
    status = {"phase": "Failed", "containerStatuses": [ended]}
    cluster.put("pods", {"metadata": {"name": pod, "annotations": notes}, "status": status})
    cluster.logs[pod] = [f"2026-11-21T08:00:01Z {line}" for line in text.split("\n")]
    return cluster


def test_the_error_is_shown_with_its_place_in_the_projects_code_and_what_was_read_and_saved(tmp_path: Path) -> None:
    (tmp_path / "src/pkg").mkdir(parents=True)
    (tmp_path / "src/pkg/nodes.py").touch()
    emissary = '\ntime=2026-11-21T08:00:30Z level=INFO msg="sub-process exited" argo=true error="exit status 1"'
    cluster = on_cluster(failed(inputs=given(pinned="features"), outputs={"exitCode": "1"}))
    found = asked(with_log(cluster, f"{TRACEBACK}{emissary}\nError: exit status 1"), tmp_path)

    assert (
        told(found, tmp_path, tail=2)
        == f"""\
demo-x: Failed, 1 of 1 tasks failed.

Task train failed in 10.0 s
  ValueError: NaN in 'x'
    in node train, while loading b
    at src/pkg/nodes.py:7 in train
         fit(x)
    at src/pkg/nodes.py:3 in fit
         raise ValueError("NaN")
  Hint: mend the node, build and push the image; `kedro argo retry` runs what has not succeeded, with `--image` from \
the new one.
  Exit code 1: a node raised, or a hook of the project.
  Machine type: large, limits memory 32Gi
  Ran with: image registry.example.com/pkg:1
  Loaded: features
  In the version: features {VERSION}
  Saved: model
  The end of its log:
    |     raise ValueError("NaN")
    | ValueError: NaN
  To repeat it here, in the project's folder:
    WORKFLOW_ID=demo-x python -m argo_kedro.task --env cloud --pipeline modelling --nodes train --load-versions \
features:{VERSION} --save-nothing"""
    )


def test_where_the_pod_is_gone_it_is_said_what_is_left(tmp_path: Path) -> None:
    text = told(asked(on_cluster(failed()), tmp_path))

    assert "No log: its pod is not there (deleted by podGC" in text
    assert f"What is left of it: {RAISED}" in text


def test_of_a_long_log_only_the_end_is_asked_for(tmp_path: Path) -> None:
    cluster = with_log(on_cluster(failed()), "\n".join(map(str, range(5000))))

    (found,) = asked(cluster, tmp_path).findings

    assert (len(found.log.lines), found.log.lines[-1]) == (1000, "4999")


def test_of_many_failures_the_first_five_are_shown(tmp_path: Path) -> None:
    nodes = [failed(f"t{number}", startedAt=f"2026-11-21T08:0{9 - number}:00Z") for number in range(7)]

    found = asked(on_cluster(*nodes), tmp_path)

    assert [each.label for each in found.findings] == ["t6", "t5", "t4", "t3", "t2"]
    assert "The first 5 are here, and 2 more" in found.headline
    assert [each.label for each in asked(on_cluster(*nodes), tmp_path, "t0").findings] == ["t0"]


def test_where_nothing_failed_what_waits_is_shown(tmp_path: Path) -> None:
    waits = node("train", "Pending", templateName="large", message='secret "nosuch" not found')
    running = node("other", "Running", templateName="large")

    (found,) = (inquired := asked(on_cluster(waits, running, phase="Running"), tmp_path)).findings

    assert "Task train waits" in told(inquired)
    assert "the Secret nosuch is not there\n  Hint: `kubectl create secret generic nosuch" in told(inquired)
    assert "--nodes train" in command_text(found)


def test_attempts_are_listed_where_they_ended_in_different_ways(tmp_path: Path) -> None:
    lost = ("Failed", "pod deleted")
    once = asked(on_cluster(retry("train", "Failed", lost, lost, templateName="large")), tmp_path)
    twice = asked(on_cluster(retry("train", "Failed", lost, ("Failed", RAISED), templateName="large")), tmp_path)

    assert "Task train failed after 2 attempts" in told(once)
    assert "Attempts:" not in told(once)
    assert "    1: its pod was deleted, by somebody or with its cluster node\n    2: node train" in told(twice)


def test_what_ran_out_of_memory_is_told_which_key_gives_it_more(tmp_path: Path) -> None:
    message = "main: OOMKilled (exit code 137): memory 31.8 GiB of 32.0 GiB, node train"
    text = told(asked(on_cluster(failed(message=message)), tmp_path))

    assert "out of memory at 31.8 of 32.0 GiB, in node train (exit code 137)\n" in text
    assert "more `mem` than 32.0 GiB (`machine_types.large` in argo.yml)" in text


def test_a_task_that_is_not_there_is_told_from_one_that_has_not_begun(tmp_path: Path) -> None:
    cluster = on_cluster(failed(), templates=[])
    cluster.objects["workflows"][NAME]["spec"]["templates"][0] = main("train", "report")

    with pytest.raises(ArgoKedroError, match=r"demo-x has no task 'trian'\.") as unknown:
        asked(cluster, tmp_path, "trian")
    with pytest.raises(ArgoKedroError, match=r"Task 'report' of demo-x has not begun") as later:
        asked(cluster, tmp_path, "report")

    assert unknown.value.hint == "did you mean 'train'? There are: report, train."
    assert later.value.hint == "`kedro argo status demo-x` shows how far it is. Begun: train."


def test_of_a_group_that_is_named_the_failures_are_shown_and_a_success_too_where_it_is_meant(tmp_path: Path) -> None:
    cluster = on_cluster(failed(), node("inner.a", templateName="large"), failed("inner.b"))
    inner = {"name": "inner", "dag": {"tasks": [{"name": each, "template": "large"} for each in "ab"]}}
    cluster.objects["workflows"][NAME]["spec"]["templates"] += [inner]
    cluster.objects["workflows"][NAME]["spec"]["templates"][0]["dag"]["tasks"] += [
        {"name": "inner", "template": "inner"}
    ]

    assert [each.label for each in asked(cluster, tmp_path, "inner").findings] == ["b"]
    assert "Task a succeeded in" in told(asked(cluster, tmp_path, "inner.a"))


def test_the_command_has_the_runs_own_values_and_none_that_would_change_the_run(tmp_path: Path) -> None:
    env = [
        {"name": "WORKFLOW_ID", "value": "{{workflow.name}}"},
        {"name": "MLFLOW_RUN_ID", "value": "{{inputs.parameters.mlflow_run_id}}"},
        {"name": "MODE", "value": "it's $$5"},
        {"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
        {"name": "HOST", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
        {"name": "ADDRESS", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
        {"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "warehouse", "key": "password"}}},
        {"name": "URL", "value": "pg://user:$(PASSWORD)@host"},
    ]
    template = ours("large", "--params={{workflow.parameters.params}}", "--secret-param=db=PASSWORD", env=env)
    cluster = on_cluster(
        failed(inputs=given(mlflow_run_id="abc", nodes="a,b", memory="c"), hostNodeName="node-7"),
        arguments={"parameters": [{"name": "params", "value": '{"x": "$HOME; `id`"}'}]},
    )
    cluster.objects["workflows"][NAME]["spec"]["templates"][1] = template

    (found,) = asked(cluster, tmp_path).findings

    pod = pod_name(NAME, "large", f"{NAME}.train")
    assert dict(found.repeat.env) == {"WORKFLOW_ID": NAME, "MODE": "it's $5", "POD": pod, "HOST": "node-7"}
    assert found.repeat.variables == ("ADDRESS", "PASSWORD", "URL")
    assert "URL" not in found.repeat.env
    assert list(found.repeat.argv[3:]) == [
        *("--env", "cloud", "--pipeline", "modelling", "--nodes", "a,b"),
        *("--params", '{"x": "$HOME; `id`"}', "--secret-param", "db=PASSWORD", "--save-nothing"),
    ]
    assert shlex.split(command_text(found))[len(found.repeat.env) :] == list(found.repeat.argv)


def test_a_dataset_in_the_storage_is_read_from_there_and_one_that_the_task_keeps_there_is_not_written(
    tmp_path: Path,
) -> None:
    storage = ours("large", "--storage=s3://bucket/runs", "--storage-credentials=minio")
    cluster = on_cluster(KEEPS, failed(inputs=given(spilled="big,next", nodes="train")))
    cluster.objects["workflows"][NAME]["spec"]["templates"][1] = storage

    (found,) = asked(cluster, tmp_path).findings

    assert found.repeat.spilled == {"big": f"s3://bucket/runs/{VERSION}/{storage_folder('big')}"}
    assert list(found.repeat.argv[7:]) == [
        *("--nodes", "train", "--load-versions", f"big:{VERSION}", "--spilled", "big"),
        *("--storage", "s3://bucket/runs", "--storage-credentials", "minio", "--save-nothing"),
    ]


def test_what_lies_on_a_volume_of_the_cluster_cannot_be_read_here(tmp_path: Path) -> None:
    cluster = on_cluster(KEEPS, failed(inputs=given(spilled="big")))
    cluster.objects["workflows"][NAME]["spec"]["templates"][1] = ours("large", f"--storage={tmp_path}/volume")

    text = told(asked(cluster, tmp_path))

    assert f"It cannot be repeated here: it reads big in {tmp_path}/volume/{VERSION}" in " ".join(text.split())
    assert "python -m argo_kedro.task" not in text


def test_what_a_success_has_removed_from_the_storage_cannot_be_read_again(tmp_path: Path) -> None:
    cluster = on_cluster(KEEPS, node("train", inputs=given(spilled="big"), templateName="large"), phase="Succeeded")
    templates = cluster.objects["workflows"][NAME]["spec"]["templates"]
    templates[1] = ours("large", "--storage=s3://bucket/runs")
    kept = asked(cluster, tmp_path, "train").findings[0].repeat
    templates.append({"name": "finish", "container": {"image": "x", "args": ["--clean-up=success"]}})

    removed = asked(cluster, tmp_path, "train").findings[0].repeat

    assert ("--spilled" in kept.argv, removed.argv) == (True, ())
    assert "It cannot be repeated here: it reads big in s3://bucket/runs/" in removed.notes[0]


def test_where_tries_grow_no_machine_type_is_named_as_the_one_that_was_too_small(tmp_path: Path) -> None:
    cluster = on_cluster(failed(message="main: OOMKilled (exit code 137)"))
    cluster.objects["workflows"][NAME]["spec"]["templates"][1]["podSpecPatch"] = "{{=['a', 'b'][asInt(retries)]}}"

    text = told(asked(cluster, tmp_path))

    assert "a try after memory ran out has its `larger` one" in text
    assert "`mem` (`machine_types` in argo.yml)" in text


def test_a_dataset_that_could_not_be_saved_is_the_only_one_that_is_saved_again(tmp_path: Path) -> None:
    message = "main: Error (exit code 7): node train, saving model: DatasetError: denied"
    (found,) = (inquired := asked(on_cluster(failed(message=message)), tmp_path)).findings
    (inside,) = asked(on_cluster(failed(message=message, inputs=given(memory="model"))), tmp_path).findings

    assert found.repeat.argv[-2:] == ("--save-only", "model")
    assert "the command saves it: in a version of its own if it has versions" in " ".join(told(inquired).split())
    assert inside.repeat.argv[-1] == "--save-nothing"


def test_a_template_of_ones_own_runs_as_it_is_and_it_is_said_that_it_saves(tmp_path: Path) -> None:
    cluster = on_cluster(failed(inputs=given(kedro_nodes="a")))
    own = {"image": "x", "command": ["kedro", "run"], "args": ["--nodes={{inputs.parameters.kedro_nodes}}"]}
    cluster.objects["workflows"][NAME]["spec"]["templates"][1] = {"name": "large", "container": own}

    (found,) = (inquired := asked(cluster, tmp_path)).findings

    assert command_text(found) == "kedro run --nodes=a"
    assert "the command saves what it always saves, and in the same places" in " ".join(told(inquired).split())
    assert "Exit code 1: a node" not in told(inquired)


def test_a_template_of_the_platforms_is_not_repeated(tmp_path: Path) -> None:
    reference = {"name": "platform", "template": "spark"}
    cluster = on_cluster(failed(templateRef=reference, templateName=None))

    assert "It cannot be repeated here: its template is not in the workflow." in told(asked(cluster, tmp_path))


def test_what_others_wrote_obeys_neither_a_terminal_nor_a_shell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evil = "\x1b]52;c;cm0=\x07\x1b[2J'; rm -rf /; <script>"
    message = f"main: Error (exit code 1): node train: ValueError: {evil}"
    frames = "".join(f'\n  File "{file}", line {line}, in f' for file, line in [("x" * 9000, 1), ("a.py", "9" * 9000)])
    cluster = with_log(on_cluster(failed(message=message, inputs=given(nodes=f"a{evil}"))), f"x{evil}{frames}")

    (found,) = (inquired := asked(cluster, tmp_path)).findings
    console.result(told(inquired))

    assert "\x1b" not in capsys.readouterr().out
    assert f"a{evil}" in shlex.split(command_text(found))


def test_the_next_command_and_the_exit_code_follow_the_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(click.exceptions.Exit) as caught:
        asked(on_cluster(failed()), tmp_path).tell_next()
    assert caught.value.exit_code == 6
    assert capsys.readouterr().err.splitlines() == [
        "After the fix, a retry runs what has not succeeded; --image names a new image.",
        "If argo.yml, an option or the pipeline itself was wrong, it takes a new run: "
        "kedro argo submit --from-failed demo-x",
        "Next: kedro argo retry demo-x",
    ]
    asked(on_cluster(failed(), phase="Running"), tmp_path).tell_next()
    assert capsys.readouterr().err == "Next: kedro argo status demo-x --wait\n"


def test_a_workflow_that_argo_refused_has_no_task_to_show(tmp_path: Path) -> None:
    found = asked(FakeCluster(workflows=[workflow("Error", message="invalid spec: no entrypoint")]), tmp_path)

    assert found.headline == (
        "demo-x: Error, 0 of 0 tasks failed.\nArgo cannot run this workflow: no entrypoint\nHint: nothing ran. "
        "`kedro argo check` looks at the manifest; mend what is named, and submit again."
    )


def test_where_nothing_is_wrong_that_is_said(tmp_path: Path) -> None:
    found = asked(on_cluster(node("train", templateName="large"), phase="Succeeded"), tmp_path)

    assert found.headline.splitlines()[1:] == ["Nothing failed, and nothing waits for a reason that is known."]


def test_of_a_local_run_the_last_attempts_log_counts_and_nothing_is_said_of_clusters(tmp_path: Path) -> None:
    line = "node b: KeyError: 'x'"
    script = f'echo try {{{{retries}}}}; printf "{line}" > $ARGO_KEDRO_TERMINATION_LOG; exit 1'
    templates = [dag("main", task("b", "fails")), sh("fails", script, retryStrategy={"limit": "1"})]
    run(manifest(*templates), folder=tmp_path, machine=BIG)

    found = inquiry(LocalRun(name="wf", project=tmp_path), "pkg", "")

    assert "Task b failed after 2 attempts" in told(found)
    assert "  KeyError: 'x'\n    in node b\n" in told(found)
    assert "  The end of its log:\n    | try 1\n  To repeat" in told(found)
    assert "Hint" not in told(found)
    document = json.loads(json.dumps(debug_json(found.state, found.findings, found.more, tmp_path, 0)))
    assert document["version"] == 1
    assert document["tasks"][0]["log"] == {"lines": [], "missing": None}


@pytest.mark.parametrize(
    ("name", "expected"),
    [("large", "large"), ("large-2", "large"), ("spark-large", "large"), ("my-type-2", "my-type-2"), ("huge", "")],
)
def test_a_template_is_named_after_its_machine_type(name: str, expected: str) -> None:
    assert machine_type(name, ["large", "tiny", "my-type", "my-type-2"]) == expected
