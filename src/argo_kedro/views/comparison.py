"""Strategies of `runner.group_by` side by side: what each makes of the same nodes, and what that costs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from argo_kedro.manifest.nesting import levels
from argo_kedro.model import Json, Task, Workflow
from argo_kedro.names import k8s_name
from argo_kedro.views.columns import table as columns
from argo_kedro.views.documents import VERSION, Assumed, Comparison, Strategy
from argo_kedro.views.explanation import LEVEL_SECONDS
from argo_kedro.views.progress import seconds_text
from argo_kedro.views.resources import requests_and_limits
from argo_kedro.workflows import run_state
from argo_kedro.workflows.labels import nodes_in
from argo_kedro.workflows.timeline import usage_of

POD_SECONDS = 5  # from the start of a pod until its first node: 3 to 4 s of Kubernetes and Argo, then Kedro's own
_NODE_SECONDS = 60  # where nobody has measured it
_HEAD = ("GROUP BY", "TASKS", "LEVELS", "WAITING", "CRITICAL PATH", "BOUNDARY DATASETS", "CORE-HOURS")


@dataclass(frozen=True, kw_only=True)
class Times:
    """How long nodes take, by a run of them."""

    run: str = ""
    seconds: Mapping[str, float] = field(default_factory=dict)

    def of(self, task: Task) -> float:
        """How long a task takes: its pod's start, then its nodes one after the other."""
        return POD_SECONDS + sum(map(self.of_node, task.nodes))

    def of_node(self, node: str) -> float:
        """How long a node takes."""
        return self.seconds.get(node, _NODE_SECONDS)

    def assumed(self, nodes: Collection[str]) -> Assumed:
        """What is known of these nodes, and what is assumed of the others."""
        return {
            "nodes": len(nodes),
            "measured_nodes": len(self.seconds.keys() & set(nodes)),
            "measured_in": self.run,
            "seconds_of_other_nodes": _NODE_SECONDS,
            "seconds_of_a_pods_start": POD_SECONDS,
        }


def times_of(runs: Sequence[Json], nodes: Sequence[str]) -> Times:
    """Those of the newest of these runs that knows any of these nodes; the first of them is the newest."""
    wanted = set(nodes)
    for run in runs:
        seconds = {node: time for node, time in _measured(run, wanted).items() if node in wanted}
        if seconds:
            return Times(run=run_state(run).name, seconds=seconds)
    return Times()


def comparison(plans: Mapping[str, Workflow], configured: str, times: Times) -> Comparison:
    """All that `explain --group-by --json` shows.

    Args:
        plans: The same nodes, by each strategy.
        configured: The one that argo.yml names.
        times: How long nodes take.
    """
    nodes = {node for workflow in plans.values() for task in workflow.tasks for node in task.nodes}
    return {
        "version": VERSION,
        "strategies": [
            {
                "group_by": name,
                "configured": name == configured,
                "tasks": len(workflow.tasks),
                "levels": (depth := levels(workflow)),
                "seconds_of_waiting": depth * LEVEL_SECONDS,
                "critical_path_seconds": round(longest_row(workflow, times), 1),
                "boundary_datasets": len(workflow.boundaries),
                "core_hours": _core_hours(workflow, times),
                "problems": [str(each) for each in workflow.problems if each.severity == "error"],
                "notes": list(workflow.notes),
            }
            for name, workflow in plans.items()
        ],
        "assumed": times.assumed(nodes),
    }


def table(found: Comparison) -> str:
    """The comparison as text."""
    rows = [_HEAD, *(_row(each) for each in found["strategies"])]
    said = [
        f"By {each['group_by']} it cannot run: {problem}"
        for each in found["strategies"]
        for problem in each["problems"]
    ]
    said += [f"Note: {note}" for each in found["strategies"] for note in each["notes"]]
    return "\n\n".join(part for part in (columns(rows), "\n".join(said), _assumed(found["assumed"])) if part)


def _row(each: Strategy) -> tuple[str, ...]:
    return (
        f"{each['group_by']} (argo.yml)" if each["configured"] else each["group_by"],
        str(each["tasks"]),
        str(each["levels"]),
        f"{each['seconds_of_waiting']} s",
        seconds_text(each["critical_path_seconds"]),
        str(each["boundary_datasets"]),
        "?" if each["core_hours"] is None else f"{each['core_hours']:.3f}",
    )


def times_text(said: Assumed) -> str:
    """Where the times of nodes come from."""
    known, nodes, pod = said["measured_nodes"], said["nodes"], said["seconds_of_a_pods_start"]
    other = f"{said['seconds_of_other_nodes']} s for each"
    run = f"Times of nodes are those of {said['measured_in']}, in equal parts where a task of several did not tell"
    times = f"Times of nodes are not known: {other} node"
    if known:
        times = run if known == nodes else f"{run} ({known} of {nodes} nodes; {other} other node)"
    return f"{times}; {pod} s for the start of each pod."


def _assumed(said: Assumed) -> str:
    return (
        f"{times_text(said)}\n"
        f"WAITING: a stock Argo controller looks again every {LEVEL_SECONDS} s, so that each level takes that at "
        "least. CRITICAL PATH: the longest row of tasks, without that waiting.\n"
        "CORE-HOURS: the cores that main containers request, for as long as their tasks take."
    )


def beginnings(workflow: Workflow, times: Times) -> dict[str, float]:
    """When each task begins, in seconds, where nothing has to wait for a free machine."""
    found: dict[str, float] = {}
    end: dict[str, float] = {}
    for task in workflow.tasks:  # each after those it waits for
        found[task.name] = max((end[name] for name in task.needs), default=0.0)
        end[task.name] = found[task.name] + times.of(task)
    return found


def longest_row(workflow: Workflow, times: Times) -> float:
    """How long the longest row of tasks that wait for each other takes."""
    began = beginnings(workflow, times)
    return max((began[task.name] + times.of(task) for task in workflow.tasks), default=0.0)


def _core_hours(workflow: Workflow, times: Times) -> float | None:
    """None where a template of the platform's own does not say what it requests."""
    cores: dict[str, float] = {}
    for template in workflow.templates:
        asked = requests_and_limits(template.body)[0]["cpu"]
        if asked is not None:
            cores[template.name] = asked
    if any(task.template not in cores for task in workflow.tasks):
        return None
    return round(sum(cores[task.template] * times.of(task) for task in workflow.tasks) / 3600, 4)


def _measured(run: Json, wanted: set[str]) -> dict[str, float]:
    """The time of each node in a run: as its task told it, else that of its task in equal parts."""
    nodes_of = {**{k8s_name(node): (node,) for node in wanted}, **nodes_in(run)}
    found: dict[str, float] = {}
    for task in run_state(run).tasks:
        nodes = nodes_of.get(task.path.rpartition(".")[2], ())
        if task.phase == "Succeeded" and task.ended:
            found.update(dict.fromkeys(nodes, task.seconds(task.ended) / max(len(nodes), 1)))
            usage = usage_of(task.attempts[-1], {}) if task.attempts else None
            if usage and usage.left_out:  # the shortest
                found.update(dict.fromkeys(nodes, 0.0))
            found.update({node.name: node.ended - node.began for node in usage.nodes} if usage else {})
    return found
