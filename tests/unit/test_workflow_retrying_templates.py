"""A retry where the templates stand elsewhere, of steps and of hooks; and another image for the rest."""

from __future__ import annotations

import copy

import pytest
from argo_status import NOW, Argo, pod
from local_runs import dag, task, workflow

from argo_kedro.errors import ArgoKedroError, ClusterError
from argo_kedro.names import node_id
from argo_kedro.workflows.code import code_of
from argo_kedro.workflows.nodes import nodes
from argo_kedro.workflows.retrying import retried, unfinished
from argo_kedro.workflows.state import run_state

NESTED = (
    dag("main", task("grp", "grp"), task("post", "pod", "grp")),
    dag("grp", task("g1", "pod"), task("g2", "pod", "g1")),
)


def failed(*templates: dict, fails: str = "grp.g2") -> dict:
    """A workflow that failed."""
    argo = Argo(workflow(*templates, pod("pod"), {"name": "notify", "container": {"image": "curl:8"}}))
    argo.run(fails=[fails])
    return argo.workflow


def node(name: str, kind: str = "Pod", phase: str = "Succeeded", *children: str, **more) -> dict:
    """A node by hand."""
    ids = [node_id("wf", child) for child in children]
    return {"id": node_id("wf", name), "name": name, "type": kind, "phase": phase, "children": ids, **more}


def put(document: dict, *given: dict) -> None:
    """Add nodes, or put them in the place of others."""
    document.setdefault("status", {}).setdefault("nodes", {}).update({each["id"]: each for each in given})


def names(document: dict, *phases: str) -> set[str]:
    """The names of the nodes, all or those with these phases."""
    return {each["name"] for each in nodes(document).values() if each["phase"] in phases or not phases}


def images(templates) -> list[str]:
    """The images of the containers."""
    return [template["container"]["image"] for template in templates if "container" in template]


def test_another_image_is_put_where_the_templates_stand():
    given = failed(*NESTED)
    assert images(retried(given, now=NOW, image="app:2").document["spec"]["templates"]) == ["app:2", "curl:8"]
    assert images(retried(given, now=NOW).document["spec"]["templates"]) == ["app:1", "curl:8"]


def test_the_workflow_keeps_which_tasks_ran_with_which_image():
    argo = Argo(workflow(*NESTED, pod("pod")))
    argo.run(fails=["grp.g2"])
    for image in ("app:2", "app:3"):
        argo.retry(image, now="")
        argo.run(fails=["post"])
    codes = {task.path: code_of(argo.workflow, task) for task in run_state(argo.workflow).tasks}
    assert codes == {"grp.g1": "app:1", "grp.g2": "app:2", "post": "app:3"}


def test_another_image_is_put_into_the_spec_that_is_stored_of_a_workflow_template():
    given = failed(*NESTED)
    given["status"]["storedWorkflowTemplateSpec"] = given["spec"]
    given["spec"] = {"workflowTemplateRef": {"name": "wt"}}
    before = copy.deepcopy(given)
    made = retried(given, now=NOW, image="app:2")
    assert images(made.document["status"]["storedWorkflowTemplateSpec"]["templates"]) == ["app:2", "curl:8"]
    assert made.document["spec"] == given["spec"]
    assert made.again == ("grp.g2", "post")
    assert given == before


def test_tasks_of_a_stored_template_are_known_and_get_the_other_image():
    given = failed(*NESTED)
    main, group, app, notify = given["spec"]["templates"]
    outer = [{**main["dag"]["tasks"][0], "templateRef": {"name": "wt", "template": "grp"}}, main["dag"]["tasks"][1]]
    del outer[0]["template"]
    given["spec"]["templates"] = [{"name": "main", "dag": {"tasks": outer}}, notify, app]
    given["status"]["storedTemplates"] = {"namespaced/wt/grp": group, "namespaced/wt/pod": app}
    made = retried(given, now=NOW, image="app:2")
    assert made.again == ("grp.g2", "post")
    assert images(made.document["status"]["storedTemplates"].values()) == ["app:2"]
    assert images(made.document["spec"]["templates"]) == ["curl:8", "app:2"]
    given["status"]["storedTemplates"] = {}
    with pytest.raises(ClusterError, match="does not say which tasks the template of grp has"):
        retried(given, now=NOW)


def test_images_that_cannot_be_told_apart_are_listed():
    given = failed(*NESTED)
    given["spec"]["templates"].append(pod("other", image="app:7"))
    with pytest.raises(ClusterError, match=r"wf: .*app:1 \(template pod\); app:7 \(template other\)") as caught:
        retried(given, now=NOW, image="app:2")
    assert "kubectl edit workflow wf" in caught.value.hint


def test_an_image_in_the_defaults_is_changed_there():
    given = failed(*NESTED)
    del given["spec"]["templates"][2]["container"]["image"]
    given["spec"]["templateDefaults"] = {"container": {"image": "app:1"}}
    new = retried(given, now=NOW, image="app:2").document["spec"]
    assert new["templateDefaults"] == {"container": {"image": "app:2"}}
    assert new["templates"] == given["spec"]["templates"]


def test_steps_go_on_where_they_failed():
    steps = [
        [task("a", "pod")],
        [task("b", "pod", withItems=[1, 2]), task("c", "pod", continueOn={"failed": True})],
        [task("d", "pod")],
    ]
    given = workflow({"name": "main", "steps": steps}, pod("pod"))
    given["status"] = {"phase": "Failed"}
    put(
        given,
        node("wf", "Steps", "Failed", "wf[0]"),
        node("wf[0]", "StepGroup", "Succeeded", "wf[0].a"),
        node("wf[0].a", "Pod", "Succeeded", "wf[1]"),
        node("wf[1]", "StepGroup", "Failed", "wf[1].b(0:1)", "wf[1].b(1:2)", "wf[1].c"),
        node("wf[1].b(0:1)"),
        node("wf[1].b(1:2)", "Pod", "Failed"),
        node("wf[1].c"),
    )
    made = retried(given, now=NOW)
    assert names(made.document) == names(given) - {"wf[1].b(1:2)"}
    assert names(made.document, "Running") == {"wf", "wf[1]"}
    assert made.again == ("wf[1].b(1:2)", "wf[2].d")


def test_a_step_that_may_fail_is_no_reason_to_run_it_again():
    steps = [[task("a", "pod", continueOn={"failed": True})], [task("b", "pod")]]
    given = workflow({"name": "main", "steps": steps}, pod("pod"))
    put(
        given,
        node("wf", "Steps", "Succeeded", "wf[0]"),
        node("wf[0]", "StepGroup", "Succeeded", "wf[0].a"),
        node("wf[0].a", "Pod", "Failed", "wf[1]"),
        node("wf[1]", "StepGroup", "Succeeded", "wf[1].b"),
        node("wf[1].b"),
    )
    assert unfinished(given) == []


def test_the_hooks_of_what_goes_on_come_again_and_others_stay():
    given = failed(*NESTED)
    flag = {"nodeFlag": {"hooked": True}, "boundaryID": "wf"}
    hooks = ["wf.hooks.alarm", "wf.grp.onExit", "wf.grp.g1.onExit"]
    for parent, hook in zip(["wf", "wf.grp", "wf.grp.g1"], hooks, strict=True):
        nodes(given)[node_id("wf", parent)]["children"].append(node_id("wf", hook))
    put(given, *(node(hook, "Pod", "Failed", **flag) for hook in hooks))
    made = retried(given, now=NOW)
    assert names(given) - names(made.document) == {*hooks[:2], "wf.grp.g2", "wf.post"}
    assert set(made.deleted) == {node_id("wf", name) for name in [*hooks[:2], "wf.grp.g2"]}
    assert unfinished(made.document) == ["grp.g2", "post"]


def test_a_task_of_the_name_on_exit_is_no_exit_handler():
    given = failed(dag("main", task("onExit", "pod"), task("b", "pod")), fails="b")
    made = retried(given, now=NOW)
    assert (made.again, made.kept) == (("b",), ("onExit",))
    assert "wf.onExit" in names(made.document)


def test_a_dag_that_was_answered_from_a_cache_has_nothing_to_do():
    given = failed(dag("main", task("grp", "grp"), task("b", "pod")), NESTED[1], fails="b")
    for name in ("wf.grp.g1", "wf.grp.g2"):
        del given["status"]["nodes"][node_id("wf", name)]
    put(given, node("wf.grp", "DAG", memoizationStatus={"hit": True, "cacheName": "c", "key": "k"}))
    assert unfinished(given) == ["b"]


def test_a_dag_that_failed_for_no_reason_that_is_known_goes_on():
    given = failed(*NESTED, fails="post")
    for name, phase in (("wf.post", "Succeeded"), ("wf.grp", "Error")):
        given["status"]["nodes"][node_id("wf", name)]["phase"] = phase
    made = retried(given, now=NOW)
    assert made.again == ("grp", "post")
    assert names(made.document, "Running") == {"wf", "wf.grp"}


@pytest.mark.parametrize(
    ("extra", "wrong"),
    [
        (["wf.grp.g2"], r"wf\.side would stay, but comes after wf\.(grp|grp\.g2)"),
        (["wf.grp.g1"], r"wf\.side would stay, but comes after wf\.grp"),
    ],
)
def test_a_retry_that_would_lie_is_not_made(extra, wrong):
    """Links between nodes that the spec knows nothing of."""
    given = failed(dag("main", task("side", "pod"), *NESTED[0]["dag"]["tasks"]), NESTED[1])
    for name in extra:
        nodes(given)[node_id("wf", name)]["children"] = [node_id("wf", "wf.side"), node_id("wf", "wf.post")]
    with pytest.raises(ArgoKedroError, match=f"would not be right: {wrong}. Nothing was changed") as caught:
        retried(given, now=NOW)
    assert "submit it again" in caught.value.hint


def test_what_argo_left_without_a_name_and_a_phase_goes_away():
    """Seen where a workflow was made with the name of one that was still being deleted; its pod may be there still."""
    given = failed(*NESTED)
    ghost = {"id": "", "name": "", "type": "", "outputs": {"exitCode": "0"}}
    given["status"]["nodes"] |= {"": ghost, "wf-7": ghost}
    del given["status"]["nodes"][node_id("wf", "wf.post")]["phase"]
    nodes(given)["wf"]["children"].append("wf-7")
    made = retried(given, now=NOW)
    assert names(made.document) == {"wf", "wf.grp", "wf.grp.g1"}
    assert set(made.deleted) == {"wf-7", node_id("wf", "wf.grp.g2")}
