"""What `explain --group-by` says of each strategy."""

from __future__ import annotations

from typing import Any

import pytest
from json_documents import checked
from plans import chain, make, planned

from argo_kedro.model import Workflow
from argo_kedro.pipeline import Node
from argo_kedro.views.comparison import Times, comparison, table, times_of

BIG = "machine_types: {default: {cpu: 1, mem: 1}, big: {cpu: 4, mem: 2}}\n"
NODES = [*chain("a", "b", "c"), make("d", "d1", "left")]


def by(how: str, nodes: list[Any] = NODES, more: str = BIG) -> Workflow:
    return planned(nodes, f"{more}runner: {{group_by: '{how}'}}")


def compared(times: Times | None = None, **plans: Workflow) -> dict[str, Any]:
    found = comparison(plans, next(iter(plans)), times or Times())
    return checked("explain --group-by STRATEGIES --json", found)


def a_run(**tasks: Any) -> dict[str, Any]:
    """The record of a run in which each task took so many seconds, and of the nodes that it was told to run."""
    nodes, told = {}, []
    for name, (seconds, listed, phase) in tasks.items():
        node = {"id": name, "name": f"run-1.{name}", "type": "Pod", "phase": phase}
        nodes[name] = {**node, "startedAt": "2026-01-01T00:00:00Z", "finishedAt": f"2026-01-01T00:00:{seconds:02}Z"}
        told.append({"name": name, "arguments": {"parameters": [{"name": "nodes", "value": listed}] if listed else []}})
    return {
        "metadata": {"name": "run-1"},
        "spec": {"entrypoint": "pipeline", "templates": [{"name": "pipeline", "dag": {"tasks": told}}]},
        "status": {"phase": "Succeeded", "nodes": nodes},
    }


def test_each_strategy_has_its_tasks_levels_and_what_they_cost() -> None:
    """A minute for each node and five seconds for each pod, on one core."""
    node, pipeline = compared(node=by("node"), pipeline=by("pipeline"))["strategies"]

    assert node == {
        "group_by": "node",
        "configured": True,
        "tasks": 4,
        "levels": 3,
        "seconds_of_waiting": 30,
        "critical_path_seconds": 195.0,
        "boundary_datasets": 2,
        "core_hours": round(4 * 65 / 3600, 4),
        "problems": [],
        "notes": [],
    }
    assert (pipeline["tasks"], pipeline["levels"], pipeline["configured"]) == (1, 1, False)
    assert (pipeline["critical_path_seconds"], pipeline["core_hours"]) == (245.0, round(245 / 3600, 4))


def test_a_chain_makes_the_critical_path_shorter_by_the_pods_it_saves() -> None:
    node, joined = compared(node=by("node"), chain=by("chain"))["strategies"]

    assert (joined["tasks"], joined["levels"]) == (3, 2)
    assert node["critical_path_seconds"] - joined["critical_path_seconds"] == 5


def test_cores_are_those_of_the_machine_type() -> None:
    nodes = [Node(len, "in", "out", name="a", machine_type="big")]

    assert compared(node=by("node", nodes))["strategies"][0]["core_hours"] == round(4 * 65 / 3600, 4)


def test_times_come_from_a_run_where_one_knows_them() -> None:
    """Two nodes that were one task have half of its time each; what failed tells nothing."""
    run = a_run(a=(10, "", "Succeeded"), both=(30, "b,c", "Succeeded"), d=(50, "", "Failed"))
    times = times_of([a_run(x=(1, "", "Succeeded")), run], ["a", "b", "c", "d"])

    assert times == Times(run="run-1", seconds={"a": 10.0, "b": 15.0, "c": 15.0})
    found = compared(times, node=by("node"))
    assert found["strategies"][0]["critical_path_seconds"] == 10 + 60 + 5 + 5
    assert "of run-1, in equal parts where a task of several did not tell (3 of 4 nodes; 60 s for each other" in table(
        found
    )


def test_no_run_no_times() -> None:
    assert times_of([], ["a"]) == Times()
    assert "Times of nodes are not known: 60 s for each node; 5 s for the start of each pod." in table(
        compared(x=by("node"))
    )


def test_a_table_marks_the_strategy_of_argo_yml() -> None:
    lines = table(compared(chain=by("chain"), node=by("node"))).splitlines()

    assert [line.split("  ")[0] for line in lines[:3]] == ["GROUP BY", "chain (argo.yml)", "node"]
    assert lines[1].split()[2:6] == ["3", "2", "20", "s"]


def test_what_a_strategy_cannot_do_is_said_below_the_table() -> None:
    tagged = [make("a", "in", "x", tags=["t.1", "t.2"]), make("b", "x", "out", tags="t.1")]
    split = [make("a", "in", "x", tags="u.1"), make("b", "x", "y"), make("c", "y", "out", tags="u.1")]

    refused = table(compared(x=by("tag:t.", tagged)))
    assert "By x it cannot run: node a: its tags 't.1' and 't.2' ask for a task each" in refused
    assert "Note: tag 'u.1' is 2 tasks ('a', 'c'), since data leaves it" in table(compared(x=by("tag:u.", split)))


@pytest.mark.parametrize("how", ["node", "chain", "namespace", "memory", "pipeline"])
def test_a_pipeline_without_nodes_costs_nothing(how: str) -> None:
    (found,) = compared(x=by(how, []))["strategies"]

    assert (found["tasks"], found["critical_path_seconds"], found["core_hours"]) == (0, 0.0, 0)
