"""A failed workflow, rewritten so that only what has not succeeded runs again."""

from __future__ import annotations

import copy

import pytest
from argo_status import NOW, Argo, pod
from local_runs import dag, task, workflow

from argo_kedro.errors import ClusterError
from argo_kedro.workflows.nodes import nodes
from argo_kedro.workflows.retrying import retried, unfinished

PODS = (pod("pod"), pod("twice", attempts=2))
LABEL = "workflows.argoproj.io/"
CHAIN = workflow(dag("main", task("a", "pod"), task("b", "pod", "a")), *PODS)


def nested() -> dict:
    """The workflow that was retried on a real cluster, by hand and by `argo retry`."""
    group = [task("g1", "pod"), task("g2", "twice", "g1"), task("g3", "pod", "g2"), task("g4", "pod", "g1")]
    outer = [
        task("pre", "pod"),
        task("grp", "grp", "pre"),
        task("post", "pod", "grp"),
        task("side", "pod"),
        task("skip", "pod", when="false"),
        task("omit", "pod", "side.Failed"),
    ]
    return workflow(dag("main", *outer), dag("grp", *group, fail_fast=False), *PODS, onExit="pod")


def failed(document: dict, *fails: str, **how) -> Argo:
    """A run that failed."""
    argo = Argo(document)
    argo.run(fails=fails, **how)
    assert argo.workflow["status"]["phase"] == "Failed"
    return argo


def names(document: dict, *phases: str) -> set[str]:
    """The paths of the nodes, all or those with these phases."""
    found = nodes(document).values()
    return {node["name"].removeprefix("wf.") for node in found if node["phase"] in phases or not phases}


def test_a_failure_in_a_nested_dag_loses_its_attempts_its_followers_and_the_exit_handler():
    argo = failed(nested(), "grp.g2")
    before = argo.workflow
    made = retried(before, now=NOW)
    gone = {"grp.g2", "grp.g2(0)", "grp.g2(1)", "grp.g3", "post", "onExit"}
    ids = {node["name"].removeprefix("wf."): node["id"] for node in nodes(before).values()}
    assert names(before) - names(made.document) == gone
    assert names(made.document, "Running") == {"wf", "grp"}
    assert set(made.deleted) == {ids["grp.g2(0)"], ids["grp.g2(1)"], ids["onExit"]}
    assert made.again == ("grp.g2", "grp.g3", "post")
    assert made.kept == ("pre", "side", "grp.g1", "grp.g4")


def test_only_that_runs_again_and_the_rest_keeps_its_times():
    argo = failed(nested(), "grp.g2")
    before = nodes(argo.workflow)
    made = argo.retry()
    argo.run()
    assert argo.ran == ["grp.g2(0)", "grp.g3", "post", "onExit"]
    assert names(argo.workflow, "Failed", "Error") == set()
    after = nodes(argo.workflow)
    kept = [identity for identity, node in before.items() if node["name"].removeprefix("wf.") in made.kept]
    assert [after[each]["finishedAt"] for each in kept] == [before[each]["finishedAt"] for each in kept]


def test_what_says_that_it_is_over_is_gone_and_nothing_else():
    argo = failed(CHAIN, "b")
    argo.workflow["metadata"]["labels"][f"{LABEL}workflow-archiving-status"] = "Archived"
    argo.workflow["metadata"]["resourceVersion"] = "7"
    argo.workflow["spec"] |= {"shutdown": "Stop", "activeDeadlineSeconds": 0, "priority": 3}
    argo.workflow["status"] |= {"persistentVolumeClaims": [{}], "message": "no", "storedTemplates": {"k": {}}}
    argo.workflow["status"]["storedWorkflowTemplateSpec"] = {**argo.workflow["spec"]}
    b = argo.workflow["status"]["nodes"]["wf"]["outboundNodes"][0]
    argo.workflow["status"]["taskResultsCompletionStatus"] = {b: False, "wf-1": True}
    given = copy.deepcopy(argo.workflow)
    new = retried(argo.workflow, now=NOW).document
    assert argo.workflow == given
    assert new["metadata"] == {**given["metadata"], "labels": {"team": "blue"}}
    spec = {key: value for key, value in given["spec"].items() if key not in ("shutdown", "activeDeadlineSeconds")}
    assert new["spec"] == spec
    status = {key: value for key, value in new["status"].items() if key not in ("nodes", "storedWorkflowTemplateSpec")}
    assert status == {
        "startedAt": NOW,
        "conditions": [{"type": "PodRunning", "status": "False"}, {"type": "Completed", "status": "False"}],
        "storedTemplates": {"k": {}},
        "taskResultsCompletionStatus": {"wf-1": True},
    }
    assert "shutdown" not in new["status"]["storedWorkflowTemplateSpec"]
    root = new["status"]["nodes"]["wf"]
    assert (root["phase"], root["startedAt"], "finishedAt" in root) == ("Running", NOW, False)


def test_a_deadline_that_somebody_set_stays():
    argo = failed({**CHAIN, "spec": {**CHAIN["spec"], "activeDeadlineSeconds": 60}}, "b")
    assert argo.retry().document["spec"]["activeDeadlineSeconds"] == 60


def test_a_fan_out_runs_again_only_its_failed_items():
    fans = [task("fan", "twice", withItems=["x", "y"]), task("deep", "inner", withItems=["p.q", "r"])]
    inner = dag("inner", task("i1", "pod"), task("i2", "twice", "i1"))
    argo = failed(
        workflow(dag("main", *fans, task("post", "pod", "fan && deep")), inner, *PODS), "fan(1:y)", "deep(0:p.q).i2"
    )
    made = argo.retry()
    assert names(made.document, "Running") == {"wf", "fan", "deep", "deep(0:p.q)"}
    assert made.again == ("fan(1:y)", "deep(0:p.q).i2", "post")
    argo.run()
    assert argo.ran == ["fan(1:y)(0)", "deep(0:p.q).i2(0)", "post"]
    assert argo.workflow["status"]["phase"] == "Succeeded"


def test_a_fan_out_that_was_stopped_before_all_items_began_gets_the_others():
    document = workflow(dag("main", task("fan", "pod", withItems=["x", "y", "z"])), *PODS)
    argo = failed(document, stop_after=1, at_once=1)
    assert argo.retry().again == ("fan(1:y)", "fan(2:z)")
    argo.run()
    assert argo.ran == ["fan(1:y)", "fan(2:z)"]
    assert unfinished(argo.workflow) == []


def test_a_retry_whose_second_attempt_succeeded_keeps_both():
    argo = failed(workflow(dag("main", task("a", "twice"), task("b", "pod", "a")), *PODS), "a(0)", "b")
    made = argo.retry()
    assert names(made.document) == {"wf", "a", "a(0)", "a(1)"}
    assert made.kept == ("a",)
    argo.run()
    assert argo.ran == ["b"]


def test_a_dag_with_a_retry_strategy_goes_on_with_its_last_attempt():
    inner = {**dag("inner", task("i1", "pod"), task("i2", "pod", "i1")), "retryStrategy": {"limit": "1"}}
    argo = failed(workflow(dag("main", task("r", "inner"), task("z", "pod", "r")), inner, *PODS), "r(0).i2", "r(1).i2")
    made = argo.retry()
    assert made.again == ("r(1).i2", "z")
    assert names(made.document, "Failed") == {"r(0)", "r(0).i2"}
    argo.run()
    assert argo.ran == ["r(1).i2", "z"]
    assert argo.workflow["status"]["phase"] == "Succeeded"


def test_a_failure_that_was_made_up_for_stays():
    handled = [task("x", "pod"), task("mend", "pod", "x.Failed"), task("next", "pod", "x || mend")]
    argo = failed(workflow(dag("main", *handled, task("y", "pod")), *PODS), "x", "y")
    made = argo.retry()
    assert made.again == ("y",)
    argo.run()
    assert argo.phases == {"wf": "Succeeded", "x": "Failed", "mend": "Succeeded", "next": "Succeeded", "y": "Succeeded"}
    assert unfinished(argo.workflow) == []


def test_a_failure_that_was_answered_and_not_made_up_for_runs_again_with_its_answer():
    tasks = [task("x", "pod"), task("mend", "pod", "x.Failed"), task("next", "pod", "x")]
    argo = failed(workflow(dag("main", *tasks), *PODS), "x")
    assert argo.retry().again == ("x", "mend", "next")
    argo.run()
    assert argo.phases == {"wf": "Succeeded", "x": "Succeeded", "mend": "Omitted", "next": "Succeeded"}
    assert unfinished(argo.workflow) == []


def test_tasks_that_had_no_node_when_their_dag_failed_run_as_well():
    """Others take all places, so the DAG fails before its last tasks have nodes."""
    group = dag("grp", task("g1", "pod"), task("g2", "pod"), task("g3", "pod", "g1"))
    others = [task("s1", "pod"), task("s2", "pod", "s1"), task("s3", "pod", "s1")]
    main = dag("main", *others, task("grp", "grp"), task("post", "pod", "grp"))
    argo = failed(workflow(main, group, *PODS), "grp.g2", at_once=2)
    assert not {"grp.g1", "grp.g3"} & set(argo.phases)
    assert argo.retry().again == ("grp.g1", "grp.g2", "grp.g3", "post")
    argo.run()
    assert set(argo.ran) == {"grp.g1", "grp.g2", "grp.g3", "post"}
    assert unfinished(argo.workflow) == []


def test_a_pod_without_a_dag_around_it_runs_again():
    argo = failed(workflow(*reversed(PODS)), "wf(0)", "wf(1)")
    made = argo.retry()
    assert (made.again, made.kept, nodes(made.document)) == (("wf",), (), {})
    argo.run()
    assert argo.ran == ["wf(0)"]


def test_a_workflow_of_which_only_the_exit_handler_failed_runs_only_that():
    argo = failed({**CHAIN, "spec": {**CHAIN["spec"], "onExit": "pod"}}, "onExit")
    made = argo.retry()
    assert (made.again, made.kept) == ((), ("a", "b"))
    argo.run()
    assert argo.ran == ["onExit"]


def test_a_retry_that_forgets_a_parent_lies_and_unfinished_says_so():
    """What happens where only the DAGs around a failed item are reset: Argo says Succeeded, and two tasks never ran."""
    document = workflow(dag("main", task("fan", "pod", withItems=["x", "y"]), task("post", "pod", "fan")), *PODS)
    argo = failed(document, "fan(0:x)")
    group = next(node for node in nodes(argo.workflow).values() if node["type"] == "TaskGroup")
    argo.retry()
    left = nodes(argo.workflow)[group["id"]]
    left |= {"phase": "Failed", "finishedAt": group["finishedAt"]}
    argo.run()
    assert argo.workflow["status"]["phase"] == "Succeeded"
    assert unfinished(argo.workflow) == ["fan(0:x)", "post"]


def test_a_task_without_a_node_is_unfinished_unless_no_target_needs_it():
    main = dag("main", task("a", "grp"), task("b", "pod", "a"), task("c", "pod"))
    main["dag"]["target"] = "b"
    document = workflow(main, dag("grp", task("g1", "pod"), task("g2", "pod")), *PODS)
    assert unfinished(document) == ["a.g1", "a.g2", "b"]


@pytest.mark.parametrize(
    ("status", "message", "hint"),
    [
        ({}, "has not begun", "kedro argo delete wf"),
        ({"phase": "Running", "nodes": {"wf": {}}}, "is not over: it is Running", "kedro argo stop wf"),
        ({"phase": "Pending"}, "is not over: it is Pending", "kedro argo stop wf"),
        ({"phase": "Succeeded", "nodes": {"wf": {}}}, "nothing to retry", "submit it again"),
        ({"phase": "Failed", "message": "invalid spec: no"}, "ever began.*invalid spec: no", "submit it again"),
        ({"phase": "Error", "offloadNodeStatusVersion": "1"}, "database", "--argo-server"),
    ],
)
def test_what_cannot_be_retried_is_refused_with_a_way_out(status, message, hint):
    with pytest.raises(ClusterError, match=message) as caught:
        retried({**CHAIN, "status": status}, now=NOW)
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("depends", "left_out"),
    [
        ("a", False),
        ("a && b", True),
        ("b.Failed || !a", False),
        ("b.Errored", True),
        ("b.Succeeded", True),
        ("fan.AnySucceeded", False),
        ("fan.AllFailed", True),
        ("fan", True),
    ],
)
def test_a_task_was_rightly_left_out_only_where_its_condition_says_so(depends, left_out):
    """A wrong retry leaves tasks out that could run; nothing but their conditions shows it."""
    before = [task("a", "pod"), task("b", "pod"), task("fan", "pod", withItems=["x", "y"])]
    after = [task("mend", "pod", "b || b.Failed"), task("go", "pod", "fan || fan.Failed")]
    end = task("end", "pod", "last || last.Omitted")
    argo = Argo(workflow(dag("main", *before, *after, task("last", "pod", depends), end), *PODS))
    argo.run(fails=["b", "fan(1:y)"])
    last = next(node for node in nodes(argo.workflow).values() if node["name"] == "wf.last")
    last |= {"type": "Skipped", "phase": "Omitted"}
    assert ("last" in unfinished(argo.workflow)) == (not left_out)
