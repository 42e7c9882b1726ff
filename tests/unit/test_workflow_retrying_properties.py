"""What holds for the retry of any workflow of DAGs, however it failed."""

from __future__ import annotations

import base64
import copy
import gzip
import json
import re

from argo_status import NOW, Argo, pod
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from local_runs import dag, task, workflow

from argo_kedro.workflows.nodes import nodes
from argo_kedro.workflows.retrying import retried, unfinished

PODS = (pod("pod"), pod("twice", attempts=2))
SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
tried = settings(max_examples=30, deadline=None, suppress_health_check=SLOW)


@st.composite
def workflows(draw: st.DrawFn, *, handlers: bool = False):
    """Nested DAGs, with fan-outs and retries; with `handlers` some tasks ask for failures."""
    templates: list[dict] = []

    def template(depth: int) -> str:
        kind = draw(st.sampled_from(["pod", "twice", "dag"] if depth else ["pod", "twice"]))
        return group(depth - 1) if kind == "dag" else kind

    def group(depth: int) -> str:
        name = f"dag{len(templates)}"
        templates.append({})
        place = len(templates) - 1
        tasks: list[dict] = []
        for number in range(draw(st.integers(1, 4))):
            before = [f"{each['name']}{result(each)}" for each in tasks if draw(st.booleans())]
            fields = draw(st.sampled_from([{}, {}, {}, {"withItems": ["a", "b.c"]}, {"when": "false"}]))
            sign = draw(st.sampled_from([" && ", " || "])) if handlers else " && "
            tasks.append(task(f"t{number}", template(depth), sign.join(before), **fields))
        templates[place] = dag(name, *tasks, fail_fast=draw(st.booleans()))
        return name

    def result(before: dict) -> str:
        fans = [".AnySucceeded"] if "withItems" in before else []
        return draw(st.sampled_from(["", ".Failed", ".Omitted", *fans])) if handlers else ""

    group(2)
    return workflow(*templates, *PODS, **draw(st.sampled_from([{}, {"onExit": "pod"}])))


@st.composite
def failures(draw: st.DrawFn, argo: Argo):
    """How a run goes wrong: pods, or single attempts, that fail; an end by hand; few pods at once."""
    argo.run()
    names = sorted({*argo.ran, *(bare(name) for name in argo.ran)} - {"onExit"})
    fails = draw(st.sets(st.sampled_from(names or [""]), max_size=4))
    stop_after, at_once = draw(st.sampled_from([(None, None), (None, 1), (None, 2), (1, None), (2, 1), (3, None)]))
    return {"fails": fails, "stop_after": stop_after, "at_once": at_once}


def bare(path: str) -> str:
    """Without the number of an attempt."""
    return re.sub(r"\(\d+\)", "", path)


def failed(data: st.DataObject, document: dict) -> Argo:
    """A run of the workflow that failed."""
    argo = Argo(document)
    argo.run(**data.draw(failures(Argo(document))))
    assume(argo.workflow["status"]["phase"] == "Failed")
    return argo


def succeeded(argo: Argo) -> set[str]:
    """The tasks whose pod succeeded."""
    found = nodes(argo.workflow).values()
    good = {bare(each["name"][3:]) for each in found if each["type"] == "Pod" and each["phase"] == "Succeeded"}
    return good - {"onExit"}


@tried
@given(workflows(), st.data())
def test_exactly_what_has_not_succeeded_runs_again(document, data):
    argo = failed(data, document)
    good = succeeded(argo)
    made = argo.retry()
    assert set(made.kept) == good
    assert unfinished(argo.workflow) == list(made.again)
    assert argo.run()["status"]["phase"] == "Succeeded"
    assert {bare(path) for path in argo.ran} - {"onExit"} == everything(document) - good
    assert unfinished(argo.workflow) == []
    assert all(
        any(path == each or path.startswith((f"{each}(", f"{each}.")) for each in made.again) for path in rest(argo)
    )


@tried
@given(workflows(), st.data())
def test_what_succeeded_stays_as_it_is(document, data):
    argo = failed(data, document)
    before = copy.deepcopy(argo.workflow)
    made = retried(argo.workflow, now=NOW)
    assert argo.workflow == before
    old, new = nodes(before), nodes(made.document)
    assert set(new) <= set(old)
    linkless = {key: {field: node[field] for field in node if field != "children"} for key, node in old.items()}
    for identity, node in new.items():
        if node["phase"] != "Running":
            assert {field: node[field] for field in node if field != "children"} == linkless[identity]
        assert set(node.get("children", ())) <= set(new)
    pods = {identity for identity, node in old.items() if node["type"] == "Pod"}
    assert set(made.deleted) == pods - set(new)


@tried
@given(workflows(), st.data())
def test_a_retry_that_fails_can_be_retried(document, data):
    argo = failed(data, document)
    argo.retry()
    argo.run(**data.draw(failures(Argo(document))))
    assume(argo.workflow["status"]["phase"] == "Failed")
    good = succeeded(argo)
    argo.retry()
    assert argo.run()["status"]["phase"] == "Succeeded"
    assert {bare(path) for path in argo.ran} - {"onExit"} == everything(document) - good
    assert unfinished(argo.workflow) == []


@tried
@given(workflows(), st.data())
def test_packed_nodes_give_the_same_retry(document, data):
    argo = failed(data, document)
    content = json.dumps(argo.workflow["status"]["nodes"]).encode()
    packed = copy.deepcopy(argo.workflow)
    del packed["status"]["nodes"]
    packed["status"]["compressedNodes"] = base64.b64encode(gzip.compress(content)).decode()
    assert retried(packed, now=NOW) == retried(argo.workflow, now=NOW)


@tried
@given(workflows(handlers=True), st.data())
def test_tasks_that_ask_for_failures_do_not_make_a_retry_lie(document, data):
    argo = Argo(document)
    argo.run(**data.draw(failures(Argo(document))))
    if argo.workflow["status"]["phase"] == "Succeeded":
        assert unfinished(argo.workflow) == []
        return
    made = argo.retry()
    assert argo.run()["status"]["phase"] == "Succeeded"
    assert unfinished(argo.workflow) == []
    assert not {bare(path) for path in argo.ran} & set(made.kept)


def everything(document: dict) -> set[str]:
    """The tasks that run where nothing fails."""
    argo = Argo(document)
    argo.run()
    return {bare(path) for path in argo.ran} - {"onExit"}


def rest(argo: Argo) -> list[str]:
    return [path for path in argo.ran if path != "onExit"]
