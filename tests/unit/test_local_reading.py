"""What a local run refuses, before anything starts."""

from __future__ import annotations

import contextlib
import copy

import pytest
from local_runs import dag, sh, task, values, workflow

from argo_kedro.errors import CompileError
from argo_kedro.local import fields
from argo_kedro.local.reader import read_manifest
from argo_kedro.local.sizes import sizes
from argo_kedro.local.templates import Pod, Retry

HELLO = sh("hello", "echo hello")


def complaint(manifest) -> str:
    with pytest.raises(CompileError) as caught:
        read_manifest(manifest)
    return caught.value.message


def changed(**fields):
    """A workflow of one task with these fields added."""
    return workflow(dag("main", task("a", "hello", **fields)), HELLO)


def changed_pod(**fields):
    """A workflow of one container with these fields changed."""
    return workflow({**HELLO, "container": {**HELLO["container"], **fields}})


def output(**source):
    return {"parameters": [{"name": "o", "valueFrom": source}]}


CPU = {"resourceFieldRef": {"resource": "limits.cpu"}}
HOST_IPS = {"fieldRef": {"fieldPath": "status.hostIPs"}}
CONFIG_MAP = {"configMapKeyRef": {"name": "c", "key": "k"}}
OTHER_RESULT = workflow(
    dag("main", task("a", "hello"), task("b", "x", "a", arguments=values(p="{{tasks.a.outputs.result}}"))),
    HELLO,
    sh("x", "true", inputs=values(p="")),
)


@pytest.mark.parametrize(
    ("manifest", "words"),
    [
        (changed(withItems=["a"]), "tasks.a: withItems is not supported"),
        (changed(withParam="[]"), "withParam"),
        (changed(hooks={"x": {}}), "hooks"),
        (changed(inline={"container": {}}), "inline"),
        (changed(continueOn={"failed": True}), "continueOn"),
        (changed(dpends="a"), "tasks.a: 'dpends' is not a field"),
        (changed(arguments={"artifacts": [{"name": "x"}]}), "artifacts"),
        (changed(when="{{workflow.name}} =~ x"), "when"),
        (workflow({"name": "s", "script": {"image": "x", "source": "1"}}), "script"),
        (workflow({"name": "s", "steps": [[]]}), "steps"),
        (workflow({"name": "s", "suspend": {"duration": "1"}}), "suspend"),
        (workflow({"name": "s"}), "templates.s: it has nothing to run"),
        (workflow({"name": "s", "suspend": {}}), "templates.s: suspend is not supported"),
        (workflow({**HELLO, "memoize": {"key": "x"}}), "memoize"),
        (workflow({**HELLO, "daemon": True}), "daemon"),
        (workflow({**HELLO, "timeout": "30"}), "timeout: '30' is no duration"),
        (workflow(HELLO, suspend=True), "suspend"),
        (workflow(HELLO, templateDefaults={"container": {}}), "templateDefaults"),
        (workflow(HELLO, workflowTemplateRef={"name": "x"}), "workflowTemplateRef"),
        (workflow(HELLO, entrypoint="nope"), "spec.entrypoint: template 'nope' does not exist"),
        (workflow(HELLO, onExit="nope"), "spec.onExit: template 'nope' does not exist"),
        (changed_pod(command=[]), "container: command is missing"),
        (changed_pod(command=["x", 1]), "command: ['x', 1] is not a list of texts"),
        (changed_pod(command="x"), "command: 'x' is not a list of texts"),
        (changed_pod(env=[{"name": "A", "value": True}]), "env[0].value: True is not a text"),
        (changed_pod(env=["A=1"]), "env: ['A=1'] is not a list of mappings"),
        (changed_pod(env=[{"name": "A", "valueFrom": CPU}]), "env[0].valueFrom: resourceFieldRef"),
        (changed_pod(env=[{"name": "A", "valueFrom": HOST_IPS}]), "'status.hostIPs' exists only in a cluster"),
        (changed_pod(lifecycle={"preStop": {}}), "lifecycle"),
        (workflow({**HELLO, "retryStrategy": {"expression": "rm(1)"}}), "expression: 'rm(1)'"),
        (workflow({**HELLO, "retryStrategy": {"backoff": {"duration": "soon"}}}), "duration: 'soon' is no duration"),
        (workflow({**HELLO, "retryStrategy": {"backoff": {"duration": "{{retries}}"}}}), "is not filled in here"),
        (
            workflow({**HELLO, "retryStrategy": {"backoff": {"factor": float("nan")}}}),
            "factor: nan is not a whole number",
        ),
        ({**workflow(HELLO), "metadata": {"labels": ["x"]}}, "labels"),
        (workflow({**HELLO, "retryStrategy": {"retryPolicy": "Sometimes"}}), "Sometimes"),
        (workflow(dag("main", task("a", "hello", "b")), HELLO), "tasks.a.depends: task 'b' does not exist"),
        (workflow(dag("main", task("a", "hello", "a &&")), HELLO), "tasks.a.depends: 'a &&'"),
        (
            workflow(dag("main", task("a", "hello", "b"), task("b", "hello", "a")), HELLO),
            "wait for each other: a -> b -> a",
        ),
        (workflow(dag("main", task("a", "hello"), task("a", "hello")), HELLO), "there are two tasks 'a'"),
        (workflow(dag("main", task("../x", "hello")), HELLO), "'../x' is no name for a task"),
        (workflow(dag("main", task("a", "nope"))), "tasks.a.template: template 'nope' does not exist"),
        (workflow(dag("main", task("a", "b")), dag("b", task("c", "main"))), "within itself"),
        (workflow(dag("a", task("x", "b")), dag("b", task("y", "c")), dag("c", task("z", "b"))), ": b -> c -> b"),
        (workflow(dag("main", task("a", "{{workflow.name}}"))), "template is not known before it runs"),
        (workflow(dag("main", task("a", "hello", retryStrategy={"limit": 1})), HELLO), "retryStrategy"),
        (
            workflow(dag("main", task("a", "hello", dependencies=["a"], depends="a")), HELLO),
            "mixes depends and dependencies",
        ),
        (workflow(sh("x", "{{inputs.parameters.nope}}")), "{{inputs.parameters.nope}} means nothing here"),
        (workflow(sh("x", "{{workflow.parameters.nope}}")), "{{workflow.parameters.nope}} means nothing here"),
        (workflow(sh("x", "{{=1+1}}")), "is an expression"),
        (workflow(HELLO, arguments=values(p="{{=1+1}}")), "is an expression"),
        (workflow(sh("x", "{{workflow.labels.nope}}")), "{{workflow.labels.nope}} is not filled in"),
        (workflow(sh("x", "{{steps.name}}")), "{{steps.name}} is not filled in"),
        (workflow(sh("x", "{{workflow.priority}}"), priority=1), "{{workflow.priority}} is not filled in"),
        (OTHER_RESULT, "{{tasks.a.outputs.result}} is not filled in"),
        (workflow(sh("x", "1", inputs={"parameters": [{"name": "p"}]})), "template 'x' needs the parameter 'p'"),
        (changed(arguments=values(x="{{tasks.b.outputs.parameters.y}}")), "tasks.b.outputs.parameters.y"),
        (workflow(HELLO, arguments=values(p="a {{ b")), "'a {{ b' has a '{{' that nothing closes"),
        (
            workflow(HELLO, arguments={"parameters": [{"name": "p", "value": "c", "enum": ["a"]}]}),
            "'c' is not in its enum",
        ),
        (workflow(HELLO, arguments={"parameters": [{"name": "p"}]}), "parameter 'p' has no value"),
        (workflow(HELLO, arguments=values(p=3)), "parameters[0].value: 3 is not a text"),
        (workflow(HELLO, arguments=values(p=True)), "parameters[0].value: True is not a text"),
        (
            workflow(HELLO, arguments={"parameters": [{"name": "p", "valueFrom": CONFIG_MAP}]}),
            "valueFrom is not supported",
        ),
        (workflow({**HELLO, "outputs": {"parameters": [{"name": "o", "value": "1"}]}}), "value is not supported"),
        (workflow({**HELLO, "outputs": output(default="x")}), "valueFrom: it names no path"),
        (workflow({**HELLO, "outputs": output(path="x", event="y")}), "valueFrom: event is not supported"),
        (workflow(HELLO, parallelism=-1), "spec.parallelism: -1 is below 0"),
        (workflow(dag("main")), "no tasks"),
        ({**workflow(HELLO), "spec": []}, "spec: [] is not a mapping"),
        (workflow({"name": "main", "dag": {"tasks": "x"}}), "tasks: 'x' is not a list"),
    ],
)
def test_what_would_run_otherwise_in_a_cluster_is_refused(manifest, words):
    assert words in complaint(manifest)


def test_every_problem_is_told_at_once():
    message = complaint(
        workflow(
            dag("main", task("a", "one", withItems=[1]), task("b", "two")),
            {"name": "two", "script": {"image": "x", "source": "1"}},
            hooks={"x": {"template": "two", "expression": "true"}},
        )
    )
    expected = ("tasks.a: withItems", "template 'one' does not exist", "templates.two: script", "spec: hooks")
    assert [words for words in expected if words not in message] == []
    assert message.count("Hint: ") == len(expected)


@pytest.mark.parametrize("text", ["a: [", "- 1", "kind: Deployment", "", "a: 1\n---\nb: 2", "kind: Workflow"])
def test_what_is_no_workflow_is_refused(text):
    with pytest.raises(CompileError):
        read_manifest(text)


def test_what_only_a_cluster_needs_is_left_out():
    pod = sh("hello", "true", nodeSelector={"a": "b"}, volumes=[{"name": "x"}], podSpecPatch="{{=1}}", metadata={})
    pod |= {"synchronization": {"mutexes": [{"name": "m"}]}, "priorityClassName": "low"}
    pod["container"] |= {"image": "x", "workingDir": "/nowhere", "securityContext": {}, "imagePullPolicy": "Never"}
    spec = {
        "serviceAccountName": "s",
        "automountServiceAccountToken": False,
        "executor": {"serviceAccountName": "wf"},
        "podGC": {"strategy": "OnPodSuccess", "deleteDelayDuration": "30s"},
        "podDisruptionBudget": {"minAvailable": 1},
        "podMetadata": {"labels": {"a": "b"}},
        "podSpecPatch": '{"hostNetwork": true}',
        "priority": 3,
        "archiveLogs": True,
        "imagePullSecrets": [{"name": "registry"}],
        "ttlStrategy": {"secondsAfterCompletion": 1},
        "tolerations": [{"operator": "Exists"}],
    }
    assert read_manifest(workflow(pod, **spec)).entrypoint == "hello"


SCRIPT = {"name": "s", "script": {"image": "x", "source": "1"}}


def test_templates_that_nothing_reaches_are_not_looked_at():
    assert list(read_manifest(workflow(HELLO, SCRIPT)).templates) == ["hello"]


def test_yaml_values_are_the_texts_that_argo_makes_of_them():
    text = """
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: wf}
spec:
  entrypoint: h
  arguments: {parameters: [{name: a, value: "3"}, {name: b, value: "true"}, {name: c, value: 2024-01-02},
    {name: d, value: "yes"}]}
  templates:
    - name: h
      activeDeadlineSeconds: 60
      retryStrategy: {limit: 3, backoff: {duration: "10", factor: 2}}
      container: {image: any, command: ["true"]}
"""
    manifest = read_manifest(text)
    assert manifest.parameters == {"a": "3", "b": "true", "c": "2024-01-02", "d": "yes"}
    pod = manifest.templates["h"]
    assert isinstance(pod, Pod)
    assert pod.deadline == "60"
    assert pod.retry == Retry(limit="3", policy="OnFailure", wait=10.0, factor=2)


EVERY = [each for each in vars(fields).values() if isinstance(each, fields.Fields)]


def test_a_field_is_done_or_left_out_and_argo_has_it():
    assert len(EVERY) == 15
    assert [each.done & each.left_out for each in EVERY] == [frozenset()] * len(EVERY)
    assert [each.done - each.known.keys() for each in EVERY] == [frozenset()] * len(EVERY)


def test_a_way_out_is_for_a_field_that_argo_has():
    assert fields.WAYS_OUT.keys() - {key for each in EVERY for key in each.known} == set()


def test_a_document_within_itself_is_refused():
    manifest = workflow(HELLO)
    manifest["spec"]["templates"].append(manifest)
    assert "cannot be read" in complaint(manifest)


FULL = workflow(
    dag(
        "main",
        task("a", "pod", arguments=values(x="1")),
        task("b", "pod", "a", when="1 == 1", arguments=values(x="{{tasks.a.outputs.parameters.o}}")),
        outputs={"parameters": [{"name": "r", "valueFrom": {"parameter": "{{tasks.b.outputs.parameters.o}}"}}]},
    ),
    sh(
        "pod",
        "{{inputs.parameters.x}}",
        env={"A": "1"},
        inputs={"parameters": [{"name": "x", "default": "1"}]},
        outputs=output(path="o"),
        retryStrategy={"limit": "1", "expression": "lastRetry.exitCode == '1'", "backoff": {"duration": "1s"}},
        sidecars=[{"name": "db", "image": "any"}],
    ),
    arguments=values(p="1"),
    onExit="pod",
)


def places(value, path=()):
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, item in items for place in ((*path, key), *places(item, (*path, key)))]


@pytest.mark.parametrize("odd", [None, 5, -1, True, "x", "{{x}}", [], {}, [None], {"a": None}], ids=repr)
def test_whatever_is_odd_is_refused_or_can_be_run(odd):
    for *path, last in places(FULL):
        manifest = copy.deepcopy(FULL)
        here = manifest
        for key in path:
            here = here[key]
        here[last] = odd
        with contextlib.suppress(CompileError):
            sizes(read_manifest(manifest))
