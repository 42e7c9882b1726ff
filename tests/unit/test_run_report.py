"""What the reports of a run and of a plan show."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

from plans import chain, make, planned
from workflow_states import NAME, moment, ran, retry, workflow

from argo_kedro.model import Dataset, DatasetUse
from argo_kedro.names import pod_name
from argo_kedro.usage import NodeTime, Usage
from argo_kedro.views.comparison import Times
from argo_kedro.views.plan_report import plan_report
from argo_kedro.views.report import page
from argo_kedro.views.run_report import Known, run_report
from argo_kedro.workflows import Reason
from argo_kedro.workflows.timeline import PodTimes

BEGAN = datetime(2026, 11, 21, 8, tzinfo=timezone.utc)
NOW = BEGAN + timedelta(seconds=100)
RESOURCES = {
    "requests": {"cpu": "500m", "memory": "2Gi"},
    "limits": {"cpu": "1", "memory": "2Gi", "nvidia.com/gpu": "1"},
}
MEDIUM = {"name": "medium", "container": {"image": "any", "resources": RESOURCES}}


def task(name: str, *needs: str, nodes: str = "", template: str = "medium") -> dict[str, Any]:
    more = {"arguments": {"parameters": [{"name": "nodes", "value": nodes}]}} if nodes else {}
    return {"name": name, "template": template, **({"depends": " && ".join(needs)} if needs else {}), **more}


TASKS = (task("clean", nodes="split,join"), task("train", "clean"), task("score", "train"))
MAIN = {"name": "main", "dag": {"tasks": list(TASKS)}}
USAGE = Usage(
    began=BEGAN + timedelta(seconds=4),
    nodes=(NodeTime("split", 1, 3), NodeTime("join", 3, 6)),
    cpu=3.0,
    memory=10**9,
    limit=2 * 1024**3,
)


def flights_run(phase: str = "Running", *more: Any) -> dict[str, Any]:
    clean = ran("clean", 2, 12, templateName="medium", usage=USAGE.line())
    return workflow(phase, clean, *more, templates=(MAIN, MEDIUM))


def report(document: Any, **known: Any) -> dict[str, Any]:
    found = run_report(document, Known(where="on this machine", **known), NOW)
    assert json.loads(json.dumps(found)) == found
    assert page(found)
    return found


def by_id(found: dict[str, Any]) -> dict[str, Any]:
    return {each["id"]: each for each in found["tasks"]}


def test_each_task_is_there_with_its_nodes_and_what_it_waits_for_whether_it_has_begun_or_not() -> None:
    found = by_id(report(flights_run()))

    assert [(each["id"], each["phase"], each["nodes"], each["needs"]) for each in found.values()] == [
        ("clean", "Succeeded", ["split", "join"], []),
        ("train", "", ["train"], ["clean"]),
        ("score", "", ["score"], ["train"]),
    ]


def test_times_are_seconds_since_the_run_began() -> None:
    spans = by_id(report(flights_run()))["clean"]["spans"]

    assert [(each["kind"], each["name"], each["from"], each["to"]) for each in spans] == [
        ("waiting", "", 0, 2),
        ("start", "", 2, 5),
        ("node", "split", 5, 7),
        ("node", "join", 7, 10),
        ("end", "", 10, 12),
    ]


def test_what_a_task_took_stands_beside_what_it_asked_for() -> None:
    clean = by_id(report(flights_run()))["clean"]

    assert clean["requests"] == {"cpu": 0.5, "memory": 2 * 1024**3, "gpu": 1}
    assert clean["limits"] == {"cpu": 1, "memory": 2 * 1024**3, "gpu": 1}
    assert clean["used"] == {"cpu": round(3 / 8, 2), "memory": 10**9}


def test_what_a_pod_tells_counts_on_a_cluster() -> None:
    train = ran("train", 13, 40, templateName="medium")
    pods = {
        pod_name(NAME, "medium", f"{NAME}.train"): PodTimes(began=BEGAN + timedelta(seconds=15), usage=USAGE.line())
    }

    found = report(flights_run("Running", train), pods=pods)

    assert by_id(found)["train"]["used"]["memory"] == 10**9
    assert found["notes"] == []


def test_tasks_of_which_nobody_knows_more_than_their_times_are_named() -> None:
    found = report(flights_run("Running", ran("train", 13, 40, templateName="medium")))

    assert found["notes"] == [
        "Nodes' own times, memory and cores are not known of train: the pod is gone, or never said."
    ]


def test_why_a_task_failed_or_waits_is_told_in_words() -> None:
    failed = retry("train", "Failed", ("Failed", "main: OOMKilled (exit code 137)"), templateName="medium")
    waits = {"score": Reason(text="the image is not there", hint="push it.", known=True)}

    found = by_id(report(flights_run("Failed", failed), waits=waits))

    assert "out of memory" in found["train"]["message"]
    assert (found["score"]["message"], found["score"]["hint"]) == ("the image is not there", "push it.")


def test_the_critical_path_is_marked() -> None:
    document = flights_run("Succeeded", ran("train", 13, 40), ran("score", 41, 50))

    assert [each["critical"] for each in report(document)["tasks"]] == [True, True, True]


def test_what_a_retry_kept_began_before_the_retry_and_nothing_waited_for_that() -> None:
    document = flights_run("Succeeded", ran("train", 3602, 3640), ran("score", 3641, 3650))
    document["status"]["startedAt"] = moment(3600)  # as Argo and we write it

    found = report(document)

    spans = {each["id"]: each["spans"] for each in found["tasks"]}
    assert found["began"] == "2026-11-21T08:00:02+00:00"
    assert spans["clean"][0]["from"] == 0
    assert [(each["kind"], each["from"], each["to"]) for each in spans["train"]] == [
        ("waiting", 3598, 3600),
        ("node", 3600, 3638),
    ]


def test_what_runs_at_the_end_waited_for_nothing() -> None:
    ends = ran("onExit", 60, 70, flags=["hooked"])
    assert [each["kind"] for each in by_id(report(flights_run("Succeeded", ends)))["onExit"]["spans"]] == ["node"]


def test_a_larger_machine_type_is_not_measured_by_the_requests_of_the_first_one() -> None:
    tried = retry(
        "train", "Succeeded", ("Failed", "main: OOMKilled (exit code 137)"), "Succeeded", templateName="medium"
    )
    document = flights_run("Succeeded", tried)
    document["spec"]["templates"][1]["podSpecPatch"] = "{{=retries}}"

    assert by_id(report(document))["train"]["requests"] == {"cpu": None, "memory": None, "gpu": None}
    assert by_id(report(document))["clean"]["requests"]["cpu"] == 0.5


def test_why_the_whole_run_failed_stands_at_the_top_with_the_way_out() -> None:
    document = workflow("Error", templates=(MAIN, MEDIUM), message="Stopped with strategy 'Stop'")

    text = page(report(document))

    assert "somebody stopped the workflow (Stop)" in text
    assert "kedro argo retry" in text
    here = run_report(document, Known(where="on this machine", on_cluster=False), NOW)
    assert here["hint"] == ""


def use(name: str, producer: str, *consumers: str, **more: Any) -> DatasetUse:
    dataset = Dataset(name=name, kind="remote", path=f"s3://bucket/{name}", **more)
    return DatasetUse(dataset=dataset, producer=producer, consumers=consumers)


def test_the_datasets_that_cross_are_there_in_the_version_of_the_run() -> None:
    uses = [use("flights", "clean", "train"), use("raw", "", "clean"), use("model", "train", "score", versioned=True)]
    document = flights_run()
    document["spec"]["templates"][1]["container"]["args"] = ["--save-version={{workflow.creationTimestamp}}"]

    found = report(document, uses=uses)["datasets"]

    assert found == [
        {
            "name": "flights",
            "producer": "clean",
            "consumers": ["train"],
            "travels": "s3://bucket/flights",
            "version": "",
        },
        {
            "name": "model",
            "producer": "train",
            "consumers": ["score"],
            "travels": "s3://bucket/model",
            "version": "2026-11-21T08.00.00.000Z-uid-1",
        },
    ]


def test_tasks_of_parts_of_a_dag_wait_for_the_data_that_they_read() -> None:
    """A DAG of more than 200 tasks is parted, and each part waits for the whole one before it."""
    main = {"name": "main", "dag": {"tasks": [task("one", template="one"), task("two", "one", template="two")]}}
    one = {"name": "one", "dag": {"tasks": [task("a"), task("b")]}}
    two = {"name": "two", "dag": {"tasks": [task("c"), task("d")]}}
    document = workflow("Running", templates=(main, one, two, MEDIUM))

    found = by_id(report(document, uses=[use("x", "a", "c")]))

    assert {id_: each["needs"] for id_, each in found.items()} == {
        "one.a": [],
        "one.b": [],
        "two.c": ["one.a"],
        "two.d": ["one.a", "one.b"],
    }


def test_a_workflow_that_nobody_has_looked_at_yet_has_a_report() -> None:
    assert report(workflow("", templates=(MAIN, MEDIUM)))["phase"] == ""


def test_the_report_of_a_plan_has_the_times_of_an_earlier_run() -> None:
    plan = planned([*chain("a", "b"), make("c", "c1", "left")])

    found = plan_report(plan, Times(run="run-1", seconds={"a": 10.0}))

    assert json.loads(json.dumps(found)) == found
    assert page(found)
    assert {each["id"]: each["critical"] for each in found["tasks"]} == {"a": True, "b": True, "c": False}
    assert [(each["kind"], each["from"], each["to"]) for each in by_id(found)["b"]["spans"]] == [
        ("start", 15, 20),
        ("node", 20, 80),
    ]
    assert found["seconds"] == 80
    assert "run-1" in found["notes"][0]
    assert [each["name"] for each in found["datasets"]] == [use.dataset.name for use in plan.boundaries]
