"""What a local run refuses, before anything starts."""

from __future__ import annotations

import pytest
from local_runs import dag, sh, task, values, workflow

from argo_kedro.errors import CompileError
from argo_kedro.local.reader import read_manifest

HELLO = sh("hello", "echo hello")


def complaint(manifest) -> str:
    with pytest.raises(CompileError) as caught:
        read_manifest(manifest)
    return caught.value.message


def changed(**fields):
    """A workflow of one task with these fields added."""
    return workflow(dag("main", task("a", "hello", **fields)), HELLO)


@pytest.mark.parametrize(
    ("manifest", "words"),
    [
        (changed(withItems=["a"]), "tasks[a]: withItems is not supported"),
        (changed(withParam="[]"), "withParam"),
        (changed(hooks={"x": {}}), "hooks"),
        (changed(inline={"container": {}}), "inline"),
        (changed(continueOn={"failed": True}), "continueOn"),
        (changed(dpends="a"), "'dpends' is not a known field"),
        (changed(arguments={"artifacts": [{"name": "x"}]}), "artifacts"),
        (changed(when="{{workflow.name}} =~ x"), "when"),
        (workflow({"name": "s", "script": {"image": "x", "source": "1"}}), "script"),
        (workflow({"name": "s", "steps": [[]]}), "steps"),
        (workflow({"name": "s", "suspend": {"duration": "1"}}), "suspend"),
        (workflow({"name": "s"}), "neither a container nor a dag"),
        (workflow({**HELLO, "memoize": {"key": "x"}}), "memoize"),
        (workflow({**HELLO, "synchronization": {"mutexes": [{"name": "m"}]}}), "synchronization"),
        (workflow({**HELLO, "daemon": True}), "daemon"),
        (workflow({**HELLO, "timeout": "30"}), "timeout '30'"),
        (workflow(HELLO, suspend=True), "suspend"),
        (workflow(HELLO, templateDefaults={"container": {}}), "templateDefaults"),
        (workflow(HELLO, workflowTemplateRef={"name": "x"}), "workflowTemplateRef"),
        (workflow(HELLO, entrypoint="nope"), "entrypoint is 'nope'"),
        (workflow(HELLO, onExit="nope"), "onExit is 'nope'"),
        (workflow({"name": "h", "container": {"image": "x"}}), "command is missing"),
        (workflow({"name": "h", "container": {"command": ["x", 1]}}), "no list of strings"),
        (workflow({"name": "h", "container": {"command": "x"}}), "no list of strings"),
        (workflow({"name": "h", "container": {"command": ["x"], "env": [{"name": "A", "value": True}]}}), "no string"),
        (workflow({**HELLO, "retryStrategy": {"expression": "rm(1)"}}), "expression 'rm(1)'"),
        (workflow({**HELLO, "retryStrategy": {"backoff": {"factor": float("nan")}}}), "factor nan"),
        ({**workflow(HELLO), "metadata": {"labels": ["x"]}}, "labels"),
        (workflow({**HELLO, "retryStrategy": {"retryPolicy": "Sometimes"}}), "Sometimes"),
        (workflow(dag("main", task("a", "hello", "b")), HELLO), "depends on 'b', which is no task"),
        (workflow(dag("main", task("a", "hello", "a &&")), HELLO), "depends 'a &&'"),
        (workflow(dag("main", task("a", "hello", "b"), task("b", "hello", "a")), HELLO), "wait for one another: a, b"),
        (workflow(dag("main", task("a", "hello"), task("a", "hello")), HELLO), "two tasks are named 'a'"),
        (workflow(dag("main", task("../x", "hello")), HELLO), "no name of a task"),
        (workflow(dag("main", task("a", "nope"))), "its template 'nope' is not in this manifest"),
        (workflow(dag("main", task("a", "b")), dag("b", task("c", "main"))), "runs within itself"),
        (workflow(dag("main", task("a", "hello", retryStrategy={"limit": 1})), HELLO), "retryStrategy"),
        (workflow(dag("main", task("a", "hello", dependencies=["a"], depends="a")), HELLO), "depends and dependencies"),
        (workflow(sh("x", "{{inputs.parameters.nope}}")), "{{inputs.parameters.nope}} stands for nothing"),
        (workflow(sh("x", "{{workflow.parameters.nope}}")), "{{workflow.parameters.nope}} stands for nothing"),
        (workflow(sh("x", "{{=1+1}}")), "is an expression"),
        (workflow(sh("x", "1", inputs={"parameters": [{"name": "p"}]})), "input 'p' of template 'x' has no value"),
        (changed(arguments=values(x="{{tasks.b.outputs.parameters.y}}")), "tasks.b.outputs.parameters.y"),
        (workflow(HELLO, arguments=values(p="a {{ b")), "'{{' without '}}'"),
        (workflow(HELLO, arguments={"parameters": [{"name": "p", "value": "c", "enum": ["a"]}]}), "none of enum"),
        (workflow(HELLO, arguments={"parameters": [{"name": "p"}]}), "no value"),
        (workflow(dag("main")), "no tasks"),
        ({**workflow(HELLO), "spec": []}, "no mapping"),
        (workflow({"name": "main", "dag": {"tasks": "x"}}), "no list"),
    ],
)
def test_what_would_run_otherwise_in_a_cluster_is_refused(manifest, words):
    assert words in complaint(manifest)


def test_every_problem_is_told_at_once():
    message = complaint(
        workflow(
            dag("main", task("a", "one", withItems=[1]), task("b", "two")),
            {"name": "two", "script": {}},
            hooks={"x": 1},
        )
    )
    assert [words for words in ("withItems", "'one'", "two", "hooks") if words not in message] == []


@pytest.mark.parametrize("text", ["a: [", "- 1", "kind: Deployment", "", "a: 1\n---\nb: 2", "kind: Workflow"])
def test_what_is_no_workflow_is_refused(text):
    with pytest.raises(CompileError):
        read_manifest(text)


def test_what_only_a_cluster_needs_is_left_out():
    pod = sh("hello", "true", nodeSelector={"a": "b"}, volumes=[{"name": "x"}], podSpecPatch="{{=1}}", metadata={})
    pod["container"] |= {"image": "x", "workingDir": "/nowhere", "securityContext": {}, "imagePullPolicy": "Never"}
    spec = {"serviceAccountName": "s", "podGC": {}, "ttlStrategy": {"secondsAfterCompletion": 1}, "tolerations": [{}]}
    assert read_manifest(workflow(pod, **spec)).entrypoint == "hello"


def test_templates_that_nothing_reaches_are_not_looked_at():
    assert list(read_manifest(workflow(HELLO, {"name": "s", "script": {}})).templates) == ["hello"]


def test_yaml_values_are_the_texts_that_argo_makes_of_them():
    text = """
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: wf}
spec:
  entrypoint: h
  arguments: {parameters: [{name: a, value: 3}, {name: b, value: true}, {name: c, value: 2024-01-02},
    {name: d, value: "yes"}]}
  templates: [{name: h, container: {command: ["true"]}}]
"""
    assert read_manifest(text).parameters == {"a": "3", "b": "true", "c": "2024-01-02", "d": "yes"}
