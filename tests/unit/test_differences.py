"""What `diff` says of two manifests."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import Any

import pytest
from manifest_pairs import difference, manifest, said
from plans import chain, make

from argo_kedro.differences import Change, Moved, compared, side_of
from argo_kedro.differences.values import value
from argo_kedro.errors import CompileError
from argo_kedro.model import COMMIT, USER, Json
from argo_kedro.pipeline import FusedPipeline, Node
from argo_kedro.views.differences import differences_json, differences_text
from argo_kedro.workflows import labelled
from argo_kedro.workflows.origin import with_origin

NODES = chain("load", "wash", "train")
ONE = "machine_types: {default: {cpu: 1, mem: 1}}\n"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "deployment: {image: other, tag: '2'}", {"image": ("image:latest", "other:2")}),
        (ONE, "machine_types: {default: {cpu: 1, mem: 2}}", {"memory": ("1Gi", "2Gi")}),
        (
            ONE,
            "machine_types: {default: {cpu: 1, mem: 1, limits: {memory: 3Gi}}}",
            {"memory": ("1Gi", "request 1Gi, limit 3Gi")},
        ),
        (ONE, "machine_types: {default: {cpu: 1, mem: 1, num_gpu: 2}}", {"nvidia.com/gpu": (None, "2")}),
        (
            "machine_types: {default: {cpu: 1, mem: 1, emph_storage: 4}}",
            "machine_types: {default: {cpu: 1, mem: 1, emph_storage: 5}}",
            {"volume scratch, size": ("4Gi", "5Gi")},
        ),
        (
            ONE,
            "machine_types: {default: {cpu: 1, mem: 1, node_selector: {pool: big}}}",
            {"node selector pool": (None, "big")},
        ),
        (
            ONE,
            "machine_types: {default: {cpu: 1, mem: 1, tolerations: [{key: a, operator: Exists}]}}",
            {"tolerations": (None, '[{"key": "a", "operator": "Exists"}]')},
        ),
        (
            "template: {environment: [{name: A, value: '1'}]}",
            "template: {environment: [{name: A, value: '2'}, {name: B, secret_ref: {name: db, key: url}}]}",
            {"variable A": ("1", "2"), "variable B": (None, "from secret db, key url")},
        ),
        ("", "template: {env_from: [{secret: db}]}", {"variables from": (None, "secret db")}),
        ("", "tasks: [{nodes: '*', retries: 2}]", {"retries": (None, "2")}),
        ("", "tasks: [{nodes: '*', timeout: 20m}]", {"timeout": (None, "1200 s")}),
        ("", "tasks: [{nodes: '*', service_account: x}]", {"service account": (None, "x")}),
        ("", "template: {pod_spec_patch: {hostIPC: false}}", {"pod spec patch": (None, '{"hostIPC": false}')}),
    ],
)
def test_what_all_tasks_get_otherwise_is_said_once(
    before: str, after: str, expected: dict[str, tuple[str | None, str | None]]
) -> None:
    found = difference(manifest(NODES, before), manifest(NODES, after))

    assert expected.items() <= said(found.changed).items()
    assert {change.names for change in found.changed} == {("load", "wash", "train")}
    assert (found.added, found.removed, found.moved, found.workflow) == ((), (), (), ())


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "service_account: x", {"service account": (None, "x")}),
        ("", "policies: {parallelism: 3}", {"parallelism": (None, "3")}),
        ("policies: {ttl: 1d}", "policies: {ttl: 2d}", {"kept after its end": ("86400 s", "172800 s")}),
        ("", "policies: {timeout: 1h}", {"timeout": (None, "3600 s")}),
        ("", "policies: {mutexes: [a, b]}", {"mutexes": (None, "a, b")}),
        ("", "policies: {labels: {team: x}}", {"label team": (None, "x")}),
        ("namespace: a", "namespace: b", {"namespace": ("a", "b")}),
        ("", "namespace: b", {}),
        ("", "deployment: {image: image, pull_secrets: [a]}", {"image pull secrets": (None, "a")}),
        ("", "workflow: {hostNetwork: true}", {"hostNetwork": (None, "true")}),
    ],
)
def test_what_the_whole_workflow_says_otherwise_is_said_of_it(
    before: str, after: str, expected: dict[str, tuple[str | None, str | None]]
) -> None:
    found = difference(manifest(NODES, before), manifest(NODES, after))

    assert said(found.workflow) == expected
    assert found.changed == ()


def test_a_schedule_and_its_time_zone_are_compared() -> None:
    daily, weekly = (
        f"schedule: {{schedules: '{times}', timezone: {zone}}}"
        for times, zone in (("@daily", "UTC"), ("@weekly", "Asia/Tokyo"))
    )
    found = difference(manifest(NODES, daily, kind="cron"), manifest(NODES, weekly, kind="cron"))

    assert said(found.workflow) == {"schedule": ("@daily", "@weekly"), "timezone": ("UTC", "Asia/Tokyo")}


def test_parameters_are_compared_one_by_one() -> None:
    found = difference(
        manifest(NODES, params={"model": {"depth": 3, "kind": "a"}, "gone": [1]}),
        manifest(NODES, params={"model": {"depth": 4, "kind": "a"}}),
    )

    assert said(found.workflow) == {"parameter model.depth": ("3", "4"), "parameter gone": ("[1]", None)}


def test_templates_that_are_only_called_or_shared_otherwise_are_no_difference() -> None:
    rule = "machine_types: {default: {cpu: 1, mem: 1}, %s: {cpu: 1, mem: 1}}\ntasks: [{nodes: train, machine_type: %s}]"
    before, after = manifest(NODES, ONE), manifest(NODES, rule % ("other", "other"))

    assert len(before["spec"]["templates"]) < len(after["spec"]["templates"])
    assert difference(before, after).same


def test_the_template_is_named_where_the_pod_differs_too() -> None:
    rule = (
        "machine_types: {default: {cpu: 1, mem: 1}, big: {cpu: 4, mem: 1}}\ntasks: [{nodes: train, machine_type: big}]"
    )
    found = difference(manifest(NODES, ONE), manifest(NODES, rule))

    assert said(found.changed)["template"] == ("default", "big")
    assert said(found.changed)["cpu"] == ("1", "4")
    assert {change.names for change in found.changed} == {("train",)}


def test_amounts_are_the_same_however_they_are_written() -> None:
    before = manifest(NODES, ONE)
    after = json.loads(json.dumps(before).replace('"1Gi"', '"1024Mi"').replace('"cpu": "1"', '"cpu": "1000m"'))

    assert before != after
    assert difference(before, after).same


def test_what_a_cluster_adds_to_an_object_is_no_difference() -> None:
    before = manifest(NODES, kind="template", params={"a": 1})
    after = copy.deepcopy(with_origin(labelled(before, {"load": "x"}), user="me@x", commit="abc"))
    after["metadata"] |= {"uid": "1", "resourceVersion": "7", "managedFields": [], "namespace": "argo"}
    after["metadata"]["labels"] |= {"workflows.argoproj.io/phase": "Running"}
    after["metadata"]["annotations"] |= {"kubectl.kubernetes.io/last-applied-configuration": "{}"}
    after["status"] = {}
    for template in after["spec"]["templates"]:
        template |= {"metadata": template.get("metadata", {}), "outputs": {}}
        for task in template.get("dag", {}).get("tasks", ()):
            task.setdefault("arguments", {})
        if "container" in template:
            template["container"]["name"] = ""

    assert {USER, COMMIT} <= after["metadata"]["labels"].keys()
    assert difference(before, after).same


def test_a_run_of_a_template_is_compared_by_the_spec_that_it_keeps() -> None:
    template = manifest(NODES, kind="template", params={"a": 1})
    run = {
        "kind": "Workflow",
        "metadata": {"name": "x-1", "labels": template["metadata"]["labels"]},
        "spec": {
            "workflowTemplateRef": {"name": "x"},
            "arguments": {"parameters": [{"name": "params", "value": '{"a": 2}'}]},
        },
        "status": {"storedWorkflowTemplateSpec": template["spec"]},
    }

    found = difference(template, run)
    assert said(found.workflow) == {"kind": ("WorkflowTemplate", "Workflow"), "parameter a": ("1", "2")}
    assert found.changed == ()


def test_a_run_of_a_template_keeps_the_arguments_that_it_does_not_say_itself() -> None:
    def parameters(**values: str) -> Json:
        return {"parameters": [{"name": name, "value": value} for name, value in values.items()]}

    template = manifest(NODES, kind="template")
    template["spec"]["arguments"] = parameters(date="1", size="2")
    run = {
        "kind": "Workflow",
        "metadata": {"labels": template["metadata"]["labels"]},
        "spec": {"workflowTemplateRef": {"name": "x"}, "arguments": parameters(size="3")},
        "status": {"storedWorkflowTemplateSpec": template["spec"]},
    }

    assert said(difference(template, run).workflow) == {
        "kind": ("WorkflowTemplate", "Workflow"),
        "argument size": ("2", "3"),
    }


def test_nodes_that_become_one_task_moved_and_take_their_changes_along() -> None:
    fused = FusedPipeline(chain("load", "wash"), name="etl")
    after = manifest([fused, NODES[2]], "deployment: {image: other}")
    found = difference(manifest(NODES), after)

    assert [task.name for task in found.added] == ["etl"]
    assert [task.name for task in found.removed] == ["load", "wash"]
    assert found.moved == (
        Moved(node="load", before="load", after="etl"),
        Moved(node="wash", before="wash", after="etl"),
    )
    assert (
        Change(field="image", before="image:latest", after="other:latest", names=("load", "wash"))
        in found.nodes_changed
    )
    # `train` waits for what became of `wash`: nothing to say.
    assert [change.field for change in found.changed] == ["image"]


def test_a_task_of_the_same_nodes_under_another_name_is_renamed() -> None:
    first, second = (manifest([FusedPipeline(NODES, name=name)]) for name in ("etl", "all-of-it"))
    found = difference(first, second)

    assert [(each.before, each.after, each.nodes) for each in found.renamed] == [
        ("etl", "all-of-it", ("load", "wash", "train"))
    ]
    assert (found.added, found.removed, found.moved, found.changed) == ((), (), (), ())


def test_a_node_that_joins_a_group_is_one_that_it_also_runs() -> None:
    before = manifest([FusedPipeline(NODES[:2], name="etl")])
    after = manifest([FusedPipeline(NODES, name="etl")])

    assert said(difference(before, after).changed)["runs"] == (None, "train")
    assert said(difference(after, before).changed)["runs"] == ("train", None)


def test_needs_are_compared() -> None:
    before = [make("a", "in", "x"), make("b", "in", "y"), make("c", "x", "z")]
    found = difference(manifest(before), manifest([*before[:2], make("c", "y", "z")]))

    assert found.changed == (
        Change(field="waits for", before="a", after=None, names=("c",)),
        Change(field="waits for", before=None, after="b", names=("c",)),
    )


def dag(name: str, **needs: str) -> dict[str, Any]:
    """A DAG template whose tasks call templates of their names."""
    return {
        "name": name,
        "dag": {"tasks": [{"name": task, "template": task, "depends": on} for task, on in needs.items()]},
    }


def nested(**dags: dict[str, str]) -> Json:
    """A manifest of these DAGs."""
    pods = [{"name": name, "container": {"image": "x"}} for name in "abcd"]
    templates = [
        dag(name.replace("_", "-"), **{task.replace("_", "-"): on for task, on in needs.items()})
        for name, needs in dags.items()
    ]
    return {"kind": "Workflow", "spec": {"entrypoint": "pipeline", "templates": [*templates, *pods]}}


def test_more_tasks_than_one_dag_holds_are_no_difference() -> None:
    nodes = [make(f"n{place}", "in", f"d{place}") for place in range(100)]
    nodes += [make(f"m{place}", f"d{place * 7 % 100}", f"e{place}") for place in range(100)]
    found = difference(manifest(nodes), manifest([*nodes, make("last", "e0", "end")]))

    assert [task.name for task in found.added] == ["last"]
    assert found.changed == ()


def test_a_task_that_waits_for_more_since_its_dag_does_is_named() -> None:
    flat = nested(pipeline={"a": "", "b": "", "c": "a", "d": ""})
    inner = nested(
        pipeline={"pipeline_1": "", "pipeline_2": "pipeline-1"},
        pipeline_1={"a": "", "b": ""},
        pipeline_2={"c": "", "d": ""},
    )

    # That `c` waits for `a` still holds, by its DAG.
    change = Change(field="waits for", before=None, after="all of pipeline-1", names=("d",))
    assert difference(flat, inner).changed == (change,)
    assert difference(inner, flat).changed == (replace(change, before=change.after, after=None),)


def test_a_dag_that_somebody_wrote_is_a_task_with_its_own_inside() -> None:
    before = nested(pipeline={"a": "", "inner": "a"}, inner={"b": "", "c": "b"})
    after = nested(pipeline={"a": "", "inner": ""}, inner={"b": "", "c": ""})

    assert difference(before, after).changed == (
        Change(field="waits for", before="a", after=None, names=("inner",)),
        Change(field="waits for", before="b", after=None, names=("c",)),
    )


def test_an_exit_handler_is_a_task_that_runs_at_the_end() -> None:
    spill = "runner: {memory_datasets: spill, mlflow: true}\nstorage: {root: 's3://bucket/runs'}"
    found = difference(manifest(NODES), manifest(NODES, spill))

    assert [task.name for task in found.added] == ["argo-kedro-mlflow", "argo-kedro-finish"]
    assert found.added[1].waits_for == ()


def test_a_condition_of_somebodys_own_is_compared_as_it_is_written() -> None:
    first, second = (nested(pipeline={"a": "", "b": "", "c": on}) for on in ("a.Failed || b", "a || b"))

    assert said(difference(first, second).changed) == {"condition": ("a.Failed || b", "a || b")}
    assert "    condition: a.Failed || b -> a || b" in differences_text(difference(first, second), "x", "y")


def test_secrets_are_not_shown() -> None:
    names = ("DB_PASSWORD", "API_KEY", "my.token", "URL", "MAX_TOKENS")
    text = "template: {environment: [%s]}"
    before, after = (
        text % ", ".join(f"{{name: {name}, value: 'https://me:{value}@host'}}" for name in names)
        for value in ("old-s", "new-s")
    )
    found = difference(manifest(NODES, before), manifest(NODES, after))

    shown = json.dumps(differences_json(found, {}, {})) + differences_text(found, "a", "b")
    assert {change.field for change in found.changed} == {f"variable {name}" for name in names}
    assert "old-s" not in shown
    assert "new-s" not in shown


@pytest.mark.parametrize("field", ["args", "command"])
@pytest.mark.parametrize(
    "words",
    [
        ["serve", "--password=%s"],
        ["serve", "--password", "%s"],
        ["--api-key", "%s"],
        ["sh", "-c", "A=1 DB_PASSWORD=%s serve"],
    ],
)
def test_a_command_line_with_a_secret_is_not_shown(field: str, words: list[str]) -> None:
    found = difference(*(beside(field, [word.replace("%s", text) for word in words]) for text in ("old-s", "new-s")))

    shown = json.dumps(differences_json(found, {}, {})) + differences_text(found, "a", "b")
    assert "another value, which is not shown" in shown
    assert "old-s" not in shown
    assert "new-s" not in shown


def test_any_other_command_line_is_shown_as_it_is_typed() -> None:
    found = difference(beside("args", ["serve", "--port=1"]), beside("args", ["serve", "--port=2"]))

    assert said(found.changed) == {"sidecar s, arguments": ("serve --port=1", "serve --port=2")}


def beside(field: str, words: list[str]) -> Json:
    """A manifest of one task with a sidecar."""
    document = nested(pipeline={"a": ""})
    document["spec"]["templates"][1]["sidecars"] = [{"name": "s", "image": "x", field: words}]
    return document


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://u:p@ssw0rd@h/x", "postgresql://...@h/x"),
        ("postgresql://u:p/ssw0rd@h/x", "postgresql://...@h/x"),
        ("redis://token@h/x", "redis://...@h/x"),
        ("http://h:8080/a@b", "http://h:8080/a@b"),
        ("http://h:8080 and me@x", "http://h:8080 and me@x"),
    ],
)
def test_a_user_and_a_password_in_an_address_are_left_out(text: str, shown: str) -> None:
    assert value(text).text == shown


def test_secrets_within_a_parameter_are_not_shown() -> None:
    found = difference(
        *(manifest(NODES, params={"stores": [{"user": "me", "password": text}]}) for text in ("old", "new"))
    )

    assert (
        differences_text(found, "a", "b").splitlines()[-1] == "    parameter stores: another value, which is not shown"
    )
    assert "old" not in json.dumps(differences_json(found, {}, {}))


def test_kedros_names_are_used_where_they_are_known() -> None:
    nodes = [make("clean_flights", "in", "x"), make("train", "x", "y")]
    before, after = manifest(nodes), manifest(nodes[:1])
    (task,) = (
        task
        for template in before["spec"]["templates"]
        for task in template.get("dag", {}).get("tasks", ())
        if "clean" in task["name"]
    )

    assert [each.name for each in difference(after, before).added] == ["train"]
    assert difference(before, after).removed[0].waits_for == ("clean-flights",)
    assert difference(before, after, **{task["name"]: "clean_flights"}).removed[0].waits_for == ("clean_flights",)


def test_a_document_of_another_kind_is_refused() -> None:
    with pytest.raises(CompileError, match=r"x\.yaml: its kind is 'Deployment'"):
        side_of({"kind": "Deployment"}, where="x.yaml")


LOOSE = {"container": {"args": [1, "--a=b"], "env": [{}, 3], "resources": {"limits": {"cpu": "much"}}}}
CIRCLE = [
    {
        "name": "a",
        "dag": {"tasks": [{"name": "x", "template": "a", "depends": "x &&"}, {"name": "y", "template": "b"}]},
    },
    {"name": "b", "steps": [[{"name": "x", "template": "a"}], {"name": "z", "inline": LOOSE}]},
]


@pytest.mark.parametrize(
    "document",
    [
        {"kind": "Workflow"},
        {"kind": "Workflow", "metadata": [], "spec": "x", "status": 1},
        {"kind": "Workflow", "metadata": {"labels": {1: "x"}, "annotations": {2: "y"}}},
        {
            "kind": "CronWorkflow",
            "spec": {"schedules": None, "workflowSpec": {"templates": [1, {"dag": {"tasks": 2}}]}},
        },
        {"kind": "Workflow", "spec": {"entrypoint": "gone", "arguments": {"parameters": [1, {"name": 2}]}}},
        {"kind": "Workflow", "spec": {"entrypoint": "a", "onExit": "b", "templates": CIRCLE}},
    ],
)
def test_any_document_can_be_compared(document: dict[str, Any]) -> None:
    whole = manifest(NODES)

    assert difference(document, document).same
    assert len(difference(whole, document).removed) == len(difference(document, whole).added) == 3


def test_templates_that_call_each_other_many_times_take_no_time() -> None:
    def twice(place: int) -> dict[str, Any]:
        return {
            "name": f"t{place}",
            "dag": {"tasks": [{"name": f"{side}{place}", "template": f"t{place + 1}"} for side in "ab"]},
        }

    document = {"kind": "Workflow", "spec": {"entrypoint": "t0", "templates": [twice(place) for place in range(60)]}}
    assert len(side_of(document).tasks) == 120


HOSTILE = ("a\n- b", "`" * 3, "<script>alert(1)</script>", "\x1b]0;x\x07", "x\u2028y", " ")


def test_names_and_values_of_others_stay_in_their_line() -> None:
    nodes = [Node(len, "in", f"o{place}", name=f"n{place}") for place in range(len(HOSTILE))]
    texts = json.dumps([{"name": f"V{place}", "value": text} for place, text in enumerate(HOSTILE)])
    before, after = manifest(nodes[:1]), manifest(nodes, f"template: {{environment: {texts}}}")
    labels = {f"n{place}": text for place, text in enumerate(HOSTILE)}
    found = compared(side_of(before, labels), side_of(after, labels))
    text = differences_text(found, "a\nb", "c")

    assert text.isascii()
    assert all(line.startswith(("+ ", "- ", "~ ", "    ", '"a\\nb" -> ')) for line in text.split("\n") if line)
    assert json.loads(json.dumps(differences_json(found, {}, {})))["tasks"]["added"][0]["name"] == HOSTILE[1]


def test_of_long_values_the_part_that_differs_is_shown() -> None:
    before, after = (
        "template: {environment: [{name: A, value: '%s'}]}" % ("x" * 5000 + end) for end in ("left", "right")
    )
    text = differences_text(difference(manifest(NODES, before), manifest(NODES, after)), "a", "b")

    assert f"variable A: ...{'x' * 20}left -> ...{'x' * 20}right" in text


def test_text_and_json_say_the_same() -> None:
    before, after = (
        manifest(NODES, ONE),
        manifest([*NODES[:2], make("score", "d2", "d9")], "machine_types: {default: {cpu: 2, mem: 1}}"),
    )
    found = difference(before, after)

    assert differences_text(found, "main", "now").split("\n\n") == [
        "main -> now: 3 tasks.",
        "+ score (cpu 2, memory 1Gi), waits for wash",
        "- train (cpu 1, memory 1Gi), waits for wash",
        "~ all 2 tasks that both have\n    cpu: 1 -> 2\n    variable NUM_CPU: 1 -> 2",
    ]
    assert differences_json(found, {"name": "main"}, {"name": ""}) == {
        "version": 1,
        "before": {"name": "main", "tasks": 3},
        "after": {"name": "", "tasks": 3},
        "same": False,
        "tasks": {
            "added": [
                {"name": "score", "nodes": ["score"], "waits_for": ["wash"], "resources": {"cpu": "2", "memory": "1Gi"}}
            ],
            "removed": [
                {"name": "train", "nodes": ["train"], "waits_for": ["wash"], "resources": {"cpu": "1", "memory": "1Gi"}}
            ],
            "renamed": [],
            "changed": [
                {"field": "cpu", "before": "1", "after": "2", "tasks": ["load", "wash"]},
                {"field": "variable NUM_CPU", "before": "1", "after": "2", "tasks": ["load", "wash"]},
            ],
        },
        "nodes": {"added": ["score"], "removed": ["train"], "moved": [], "changed": []},
        "workflow": [],
    }
