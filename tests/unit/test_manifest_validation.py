"""What Argo, its CRDs or its controller refuse or choke on is found."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from argo_kedro.manifest import validate
from argo_kedro.model import Problem

GOOD = (Path(__file__).parent / "good_workflow.yaml").read_text(encoding="utf-8")


_PARSED: dict[str, Any] = yaml.safe_load(GOOD)


def good() -> dict[str, Any]:
    return copy.deepcopy(_PARSED)


def put(manifest: dict[str, Any], path: str, value: Any) -> None:
    """Put a value at `spec/templates/3/name`; `...` takes away what is there."""
    *parts, last = path.split("/")
    here: Any = manifest
    for part in parts:
        here = here[int(part)] if isinstance(here, list) else here.setdefault(part, {})
    key: Any = int(last) if isinstance(here, list) else last
    if value is ...:
        del here[key]
    elif isinstance(here, list) and key == len(here):
        here.append(value)
    else:
        here[key] = value


MAIN, INNER, INIT, POD = (f"spec/templates/{place}" for place in range(4))
TASKS, CONTAINER = f"{MAIN}/dag/tasks", f"{POD}/container"
CLEAN, IN_POD = "templates.main.dag.tasks.clean", "templates.pod.container"
GIVEN, GIVEN_AT = f"{TASKS}/1/arguments/parameters", f"{CLEAN}.arguments.parameters"
ARGUMENT = "spec/arguments/parameters/0/value"
BACKOFF, BACKOFF_AT = f"{POD}/retryStrategy/backoff", "templates.pod.retryStrategy.backoff"
FROM, FROM_AT = f"{INIT}/outputs/parameters/0/valueFrom", "templates.init.outputs.parameters[0].valueFrom"


def output(**source: str) -> dict[str, Any]:
    return {"parameters": [{"name": "x", "valueFrom": source}]}


def test_the_good_manifest_has_no_problems() -> None:
    assert validate(GOOD) == []
    assert validate(good()) == []


@pytest.mark.parametrize(
    ("path", "value", "where", "says"),
    [
        ("apiVersion", "v1", "apiVersion", "argoproj.io/v1alpha1"),
        ("kind", "Job", "kind", "Workflow or WorkflowTemplate or CronWorkflow"),
        ("specs", {}, "manifest", "'specs' is not a field"),
        ("metadata/generateName", ..., "metadata", "no name"),
        ("metadata/generateName", "Demo_", "metadata.generateName", "cannot begin"),
        ("metadata/generateName", "a" * 59, "metadata.generateName", "is cut"),
        ("metadata/name", "a" * 64, "metadata.name", "no name for a workflow"),
        ("metadata/name", 5, "metadata.name", "not a text"),
        ("metadata/namespace", "My Namespace!", "metadata.namespace", "no namespace"),
        ("metadata/labels/a", "b c", "metadata.labels.a", "label"),
        ("metadata/labels/a", 5, "metadata.labels.a", "not a text"),
        ("metadata/labels/a b", "c", "metadata.labels", "no key"),
        ("spec/entrypoint", "mainn", "spec.entrypoint", "template 'mainn' does not exist"),
        ("spec/entrypoint", ..., "spec.entrypoint", "no entrypoint"),
        ("spec/onExit", "gone", "spec.onExit", "'gone' does not exist"),
        ("spec/templates", [], "spec.templates", "no templates"),
        ("spec/templates", "x", "spec.templates", "not a list"),
        ("spec/serviceAccount", "x", "spec", "'serviceAccount' is not a field"),
        ("spec/parallelism", "3", "spec.parallelism", "not a whole number"),
        ("spec/parallelism", -1, "spec.parallelism", "below 0"),
        ("spec/activeDeadlineSeconds", -1, "spec.activeDeadlineSeconds", "below 0"),
        ("spec/templates/4", "x", "spec.templates", "not a list of mappings"),
        ("spec/arguments/parameter", [], "spec.arguments", "'parameter' is not a field"),
        ("spec/podGC", {"strategy": "Always"}, "spec.podGC.strategy", "none of"),
        (f"{POD}/name", "Pod", "templates.Pod.name", "capitals"),
        (f"{POD}/name", "a_b", "templates.a_b.name", "no name for a template"),
        (f"{POD}/name", "a" * 129, f"templates.{'a' * 129}.name", "no name for a template"),
        (f"{POD}/name", "init", "templates.init", "two templates 'init'"),
        (f"{POD}/script", {"image": "x", "source": "y"}, "templates.pod", "container and script"),
        (f"{INIT}/container", ..., "templates.init", "nothing to run"),
        (f"{POD}/priority_class", "x", "templates.pod", "not a field"),
        (f"{POD}/image", "x", "templates.pod", "'image' is not a field"),
        (f"{MAIN}/activeDeadlineSeconds", 5, "templates.main.activeDeadlineSeconds", "does not go with a dag"),
        (f"{POD}/activeDeadlineSeconds", "10m", "templates.pod.activeDeadlineSeconds", "number of seconds"),
        (f"{POD}/activeDeadlineSeconds", 0, "templates.pod.activeDeadlineSeconds", "number of seconds"),
        (f"{POD}/timeout", "60", "templates.pod.timeout", "no duration"),
        (f"{POD}/parallelism", 1, "templates.pod.parallelism", "dag and steps only"),
        (f"{POD}/retryStrategy/limit", "two", "templates.pod.retryStrategy.limit", "whole number"),
        (f"{POD}/retryStrategy/retryPolicy", "Never", "templates.pod.retryStrategy.retryPolicy", "none of"),
        (f"{BACKOFF}/duration", 30, f"{BACKOFF_AT}.duration", "not a text"),
        (f"{BACKOFF}/duration", "soon", f"{BACKOFF_AT}.duration", "no duration"),
        (f"{BACKOFF}/cap", "5 m", f"{BACKOFF_AT}.cap", "no duration"),
        (f"{POD}/retryStrategy/tries", 2, "templates.pod.retryStrategy", "'tries' is not a field"),
        (TASKS, [], "templates.main.dag.tasks", "no tasks"),
        (f"{TASKS}/1/name", "2-clean", "templates.main.dag.tasks.2-clean", "begins with a digit"),
        (f"{TASKS}/1/name", "a.b", "templates.main.dag.tasks.a.b", "no name for a task"),
        (f"{TASKS}/1/name", "inner", "templates.main.dag.tasks.inner", "two tasks 'inner'"),
        (f"{TASKS}/1/template", "pods", f"{CLEAN}.template", "'pods' does not exist"),
        (f"{TASKS}/1/template", ..., CLEAN, "no template"),
        (f"{TASKS}/1/inline", {"suspend": {}}, CLEAN, "template and inline"),
        (f"{TASKS}/1/podSpecPatch", "{}", CLEAN, "'podSpecPatch' is not a field"),
        (f"{TASKS}/1/dependecies", [], CLEAN, "'dependecies' is not a field"),
        (f"{TASKS}/1/depends", "int", f"{CLEAN}.depends", "task 'int' does not exist"),
        (f"{TASKS}/1/depends", "init &&", f"{CLEAN}.depends", "ends too early"),
        (f"{TASKS}/1/depends", "init inner", f"{CLEAN}.depends", "unexpected 'inner'"),
        (f"{TASKS}/1/depends", "(init", f"{CLEAN}.depends", "')' is missing"),
        (f"{TASKS}/1/depends", "init)", f"{CLEAN}.depends", "'(' is missing"),
        (f"{TASKS}/1/depends", "!" * 5000 + "init", f"{CLEAN}.depends", "nested too deeply"),
        (f"{TASKS}/1/depends", "init.Success", f"{CLEAN}.depends", "no result"),
        (f"{TASKS}/1/depends", "init.AllFailed", f"{CLEAN}.depends", "asks for a loop"),
        (f"{TASKS}/0/depends", "inner", "templates.main.dag.tasks", "wait for each other"),
        (f"{TASKS}/0/depends", "init", "templates.main.dag.tasks", "wait for each other"),
        (f"{TASKS}/0/dependencies", ["clean"], "templates.main.dag.tasks.init", "mixes depends and dependencies"),
        (f"{TASKS}/0/continueOn", {"failed": True}, "templates.main.dag.tasks.init", "continueOn"),
        (f"{TASKS}/0/withItems", [1], None, ""),
        (f"{MAIN}/dag/target", "gone", "templates.main.dag.target", "'gone' does not exist"),
        (f"{TASKS}/1/arguments", {}, CLEAN, "needs the parameter 'run'"),
        (f"{GIVEN}/1", {"name": "runs", "value": ""}, f"{CLEAN}.arguments", "'runs'"),
        (f"{GIVEN}/1", {"name": "run", "value": ""}, f"{GIVEN_AT}[1]", "two"),
        (f"{GIVEN}/0/value", 5, f"{GIVEN_AT}[0].value", "5 is not a text"),
        (f"{GIVEN}/0/value", ..., f"{GIVEN_AT}[0]", "no value"),
        (f"{POD}/inputs/parameters/1/value", True, "templates.pod.inputs.parameters[1].value", "True is not a text"),
        (f"{POD}/inputs/parameters/1/name", "a.b", "templates.pod.inputs.parameters[1]", "no name for a parameter"),
        (FROM, ..., "templates.init.outputs.parameters[0]", "value or valueFrom"),
        (FROM, {"default": "x"}, FROM_AT, "no path"),
        (f"{FROM}/file", "x", FROM_AT, "'file' is not a field"),
        (f"{MAIN}/outputs", output(path="x"), "templates.main.outputs.parameters[0].valueFrom", "no parameter"),
        (f"{POD}/inputs/artefacts", [], "templates.pod.inputs", "'artefacts' is not a field"),
        (f"{CONTAINER}/image", "", f"{IN_POD}.image", "no image"),
        (f"{CONTAINER}/command", "python", f"{IN_POD}.command", "not a list of texts"),
        (f"{CONTAINER}/args", [1], f"{IN_POD}.args", "not a list of texts"),
        (f"{CONTAINER}/imagePullPolicy", "always", f"{IN_POD}.imagePullPolicy", "none of"),
        (f"{CONTAINER}/enviroment", [], IN_POD, "'enviroment' is not a field"),
        (f"{CONTAINER}/env/0/name", ..., f"{IN_POD}.env[0]", "no name for a variable"),
        (f"{CONTAINER}/env/2/value", 5, f"{IN_POD}.env[2].value", "5 is not a text"),
        (f"{CONTAINER}/env/2/name", "A", f"{IN_POD}.env[2]", "set twice"),
        (f"{CONTAINER}/env/1/value", "x", f"{IN_POD}.env[1]", "both value and valueFrom"),
        (f"{CONTAINER}/env/1/valueFrom", {"secret": {}}, f"{IN_POD}.env[1].valueFrom", "'secret' is not a field"),
        (f"{CONTAINER}/env/1", "A=1", f"{IN_POD}.env", "not a list of mappings"),
        (f"{CONTAINER}/env/1/secret", "x", f"{IN_POD}.env[1]", "'secret' is not a field"),
        (f"{CONTAINER}/env/2/value", "a\0b", f"{IN_POD}.env[2].value", "NUL"),
        (f"{CONTAINER}/env/2/value", "x" * 100_001, f"{IN_POD}.env[2].value", "100,001 bytes"),
        (f"{CONTAINER}/args/0", "é" * 50_001, f"{IN_POD}.args[0]", "100,002 bytes"),
        (f"{CONTAINER}/resources/limits/cpu", 0.5, f"{IN_POD}.resources.limits.cpu", "quantity"),
        (f"{CONTAINER}/resources/limits/cpu", "1 core", f"{IN_POD}.resources.limits.cpu", "quantity"),
        (f"{CONTAINER}/resources/limits/cpu", "{{workflow.name}}", f"{IN_POD}.resources.limits.cpu", "quantity"),
        (f"{CONTAINER}/resources/requests/cpu", "5", f"{IN_POD}.resources.requests.cpu", "over its limit"),
        (f"{CONTAINER}/resources/limits", {"nvidia": "1"}, f"{IN_POD}.resources.limits", "'nvidia' is no resource"),
        (f"{CONTAINER}/resources/requests", {"mem": "1"}, f"{IN_POD}.resources.requests", "'mem' is no resource"),
        (f"{CONTAINER}/volumeMounts/1", {"name": "a", "mountPath": "/data"}, f"{IN_POD}.volumeMounts[1]", "twice"),
        (f"{CONTAINER}/volumeMounts/0/name", "gone", f"{IN_POD}.volumeMounts[0]", "'gone' is not defined"),
        (f"{CONTAINER}/volumeMounts/0/mountPath", ..., f"{IN_POD}.volumeMounts[0]", "no mountPath"),
        (f"{POD}/sidecars/0/name", "main", "templates.pod.sidecars[0].name", "is taken"),
        (f"{POD}/sidecars/0/image", ..., "templates.pod.sidecars[0].image", "no image"),
        (f"{CONTAINER}/args/0", "{{inputs.parameters.nope}}", f"{IN_POD}.args[0]", "means nothing here"),
        (f"{CONTAINER}/args/0", "{{tasks.init.outputs.parameters.run}}", f"{IN_POD}.args[0]", "'init'"),
        (f"{CONTAINER}/args/0", "{{workflow.parameters.nope}}", f"{IN_POD}.args[0]", "means nothing here"),
        (f"{CONTAINER}/args/0", "{{workflow.priority}}", f"{IN_POD}.args[0]", "means nothing here"),
        (f"{CONTAINER}/args/0", "{{workflow.failures}}", f"{IN_POD}.args[0]", "means nothing here"),
        (f"{CONTAINER}/args/0", "{{item.x}}", f"{IN_POD}.args[0]", "means nothing here"),
        (f"{CONTAINER}/args/0", "{{=}}", f"{IN_POD}.args[0]", "expression without anything"),
        (f"{CONTAINER}/args/0", "{{= }}", f"{IN_POD}.args[0]", "expression without anything"),
        (f"{CONTAINER}/args/0", "{{=1", f"{IN_POD}.args[0]", "nothing closes"),
        (f"{GIVEN}/0/value", "{{tasks.inner.status}}", f"{GIVEN_AT}[0].value", "ended before"),
        (f"{GIVEN}/0/value", "{{tasks.init.outputs.parameters.r}}", f"{GIVEN_AT}[0].value", "no such output"),
        (f"{GIVEN}/0/value", "{{tasks.name}}", f"{GIVEN_AT}[0].value", "in a task itself"),
        (f"{GIVEN}/0/value", "{{inputs.parameters.run}}", f"{GIVEN_AT}[0].value", "means nothing"),
        (ARGUMENT, "a {{ b", "spec.arguments.parameters[0].value", "hang for ever"),
        (ARGUMENT, "{{a}} }} {{", "spec.arguments.parameters[0].value", "hang for ever"),
        (ARGUMENT, "\x1b", "spec.arguments.parameters[0].value", "U+001B"),
        (ARGUMENT, "\x7f", "spec.arguments.parameters[0].value", "U+007F"),
        (ARGUMENT, "\U000e0001", "spec.arguments.parameters[0].value", "U+E0001"),
        (ARGUMENT, "{{=}}", "spec.arguments.parameters[0].value", "expression without anything"),
        (ARGUMENT, "x" * 100_001, "spec.arguments.parameters[0].value", "100,001 bytes"),
        (ARGUMENT, ..., "spec.arguments.parameters[0]", "no value"),
        (ARGUMENT, 5, "spec.arguments.parameters[0].value", "5 is not a text"),
        ("spec/arguments/parameters/0/enum", ["a", "b"], "spec.arguments.parameters[0].value", "not in its enum"),
        ("spec/entrypoint", "inner", "spec", "needs the parameter 'run'"),
    ],
)  # fmt: skip
def test_each_mistake_is_found_alone(path: str, value: Any, where: str | None, says: str) -> None:
    manifest = good()
    put(manifest, path, value)
    found = validate(manifest)
    if where is None:
        assert found == []
        return
    place = where if where == "manifest" else f"manifest {where}"
    assert [problem for problem in found if problem.where == place and says in problem.message], shown(found)
    assert all(problem.hint for problem in found)
    assert len(found) <= 6, shown(found)  # and little more than what follows from it


def shown(found: list[Problem]) -> str:
    return "\n".join(map(str, found)) or "no problems"


def test_all_problems_come_at_once_with_the_name_of_the_file() -> None:
    manifest = good()
    for path, value in ((f"{POD}/name", "Pod"), (ARGUMENT, "{{"), ("kind", "Job"), (f"{TASKS}/0/depends", "gone")):
        put(manifest, path, value)
    found = validate(manifest, where="argo/demo.yaml")
    assert {problem.where for problem in found} >= {
        "argo/demo.yaml kind",
        "argo/demo.yaml templates.Pod.name",
        "argo/demo.yaml spec.arguments.parameters[0].value",
        "argo/demo.yaml templates.main.dag.tasks.init.depends",
    }


def test_the_nearest_name_is_the_hint() -> None:
    manifest = good()
    put(manifest, f"{TASKS}/1/dependecies", [])
    put(manifest, f"{TASKS}/1/template", "pods")
    put(manifest, f"{TASKS}/1/podSpecPatch", "x")
    hints = " ".join(problem.hint for problem in validate(manifest))
    assert "did you mean 'dependencies'?" in hints
    assert "did you mean 'pod'?" in hints
    assert "it belongs into the task's template" in hints


def test_an_argument_that_a_template_drops_is_a_warning() -> None:
    manifest = good()
    put(manifest, f"{GIVEN}/1", {"name": "runs", "value": ""})
    assert [problem.severity for problem in validate(manifest)] == ["warning"]
