"""What Argo runs is left alone, however odd it is."""

from __future__ import annotations

from typing import Any

import pytest
from test_manifest_validation import ARGUMENT, CONTAINER, GIVEN, MAIN, POD, TASKS, good, output, put, shown

from argo_kedro.manifest import validate


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("metadata/name", "a.b-c"),
        ("metadata/generateName", "a" * 57 + "-"),
        ("status", {}),
        ("spec/priority", 3),
        ("spec/onExit", "init"),
        ("spec/podGC", {"strategy": "OnPodCompletion"}),
        ("spec/retryStrategy", {}),
        (f"{MAIN}/parallelism", 2),
        (f"{MAIN}/outputs", output(parameter="{{tasks.init.status}}")),
        (f"{MAIN}/dag/failFast", False),
        (f"{MAIN}/dag/target", "init clean"),
        (f"{TASKS}/0/dependencies", None),
        (f"{TASKS}/0/when", "{{workflow.parameters.params}} != x"),
        (f"{TASKS}/1/withItems", ["a", 1, {"b": "c"}]),
        (f"{TASKS}/1/withParam", "{{tasks.init.outputs.parameters.run}}"),
        (f"{GIVEN}/0", {"name": "run", "valueFrom": {"configMapKeyRef": {"name": "a", "key": "b"}}}),
        (f"{GIVEN}/0/value", "{{tasks.init.outputs.result}} {{tasks.init.startedAt}} {{=tasks.x}}"),
        (f"{TASKS}/3", {"name": "there", "templateRef": {"name": "w", "template": "t"}}),
        (f"{TASKS}/3", {"name": "there", "inline": {"container": {"image": "x", "args": ["{{inputs.parameters.y}}"]}}}),
        (TASKS, [{"name": "3d", "template": "init", "depends": ""}]),
        (f"{TASKS}/0/hooks", {"exit": {"template": "init"}}),
        (f"{POD}/timeout", "1h30m"),
        (f"{POD}/retryStrategy/backoff", {"duration": "10", "maxDuration": "{{workflow.parameters.params}}"}),
        ("spec/parallelism", 0),
        (f"{MAIN}/outputs", output(expression="1")),
        (f"{TASKS}/1/depends", "!(init) && !!(init || (init))"),
        (ARGUMENT, "{{{a}}{"),
        (f"{POD}/activeDeadlineSeconds", "{{inputs.parameters.nodes}}"),
        (f"{POD}/retryStrategy", {"limit": 3, "expression": "lastRetry.exitCode != '2'", "backoff": {"cap": "1m"}}),
        (f"{POD}/podSpecPatch", '{"containers":[{"name":"main"}]}'),
        (f"{CONTAINER}/resources/limits", {"cpu": 4, "memory": "2e9", "nvidia.com/gpu": "1"}),
        (f"{CONTAINER}/resources/limits", {"ephemeral-storage": "1Gi", "hugepages-2Mi": "4Mi", "a.b/mig-1g.5gb": "1"}),
        (f"{CONTAINER}/env/2/value", "\u2028 \U0001f642 \x85 \n"),
        (f"{CONTAINER}/env/2/value", "{{workflow.labels.x}} {{node.name}} {{lastRetry.exitCode}}"),
        (f"{CONTAINER}/env/2/value", "{{workflow.scheduledTime}} {{outputs.x}}"),
        (f"{CONTAINER}/args", ["{{inputs.parameters}} {{workflow.parameters.json}} {{item}} {{x"]),
        (ARGUMENT, '{"a": {"b": {}}}'),
        (ARGUMENT, "{{{{a}} }} }}"),
        (ARGUMENT, "\u0085\u2028\b\f"),
        ("spec/arguments/parameters/0/enum", ["{{workflow.name}} }} {\"a\": 1}\n\t🙂"]),
        ("spec/templates/4", {"name": "Steps", "steps": [[{"name": "a", "template": "init"}]]}),
        ("spec/templates/4", {"name": "wait-3", "suspend": {}}),
        ("spec/templates/4", {"name": "a" * 128, "script": {"image": "x", "source": "{{workflow.uid}}"}}),
    ],
)  # fmt: skip
def test_what_argo_runs_is_left_alone(path: str, value: Any) -> None:
    manifest = good()
    put(manifest, path, value)
    assert shown(validate(manifest)) == "no problems"


def test_variables_are_there_where_their_field_is() -> None:
    manifest = good()
    manifest["spec"] |= {"priority": 1, "onExit": "init"}
    manifest["spec"]["templates"][2]["container"]["args"] = ["{{workflow.priority}} {{workflow.failures}}"]
    manifest["spec"]["templates"][2]["outputs"]["parameters"][0]["globalName"] = "shared"
    manifest["spec"]["templates"][3]["container"]["args"] = ["{{workflow.outputs.parameters.shared}}"]
    assert validate(manifest) == []


def test_a_workflow_template_can_be_named_instead() -> None:
    text = """
    apiVersion: argoproj.io/v1alpha1
    kind: Workflow
    metadata: {name: a}
    spec: {workflowTemplateRef: {name: b}, arguments: {parameters: [{name: c, value: d}]}}
    """
    assert validate(text) == []


def test_a_volume_can_be_claimed_or_shared() -> None:
    manifest = good()
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    manifest["spec"] |= {
        "volumeClaimTemplates": [{"metadata": {"name": "work"}, "spec": claim}],
        "volumes": [{"name": "shared"}],
    }
    mounts = [{"name": name, "mountPath": f"/{name}"} for name in ("work", "shared", "scratch")]
    put(manifest, f"{CONTAINER}/volumeMounts", mounts)
    assert validate(manifest) == []
