"""The plan in words: a table for people, the same as JSON for programs."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from itertools import chain

from argo_kedro.manifest.nesting import levels
from argo_kedro.model import Dataset, Task, Workflow
from argo_kedro.names import few, versions_text
from argo_kedro.views.columns import broken, in_width
from argo_kedro.views.documents import VERSION, ExplainedTask, Explanation, Said

_WIDTH = 100  # of lines that can be broken
_SHOWN = 5  # groups in a sentence
# What says something of one task; what is said of all of them is in --json only.
_PARTICULAR = ("code", "argo.yml tasks[", "argo.yml machine_types.")
LEVEL_SECONDS = 10  # a stock controller looks again every 10 s, however short the task


def explanation(workflow: Workflow) -> Explanation:
    """All of the plan that `explain --json` shows."""
    depth = levels(workflow)
    return {
        "version": VERSION,
        "workflow": workflow.name,
        "namespace": workflow.namespace,
        "pipelines": list(workflow.pipelines),
        "env": workflow.env,
        "tasks": [_task(task, workflow) for task in workflow.tasks],
        "init_tasks": list(workflow.init_tasks),
        "boundary_datasets": [
            {
                "name": use.dataset.name,
                "producer": use.producer,
                "consumers": list(use.consumers),
                "travels": travels(use.dataset),
                "versioned": use.dataset.versioned,
            }
            for use in workflow.boundaries
        ],
        "load_versions": dict(workflow.load_versions),
        "levels": depth,
        "seconds_of_waiting": depth * LEVEL_SECONDS,
        "notes": list(workflow.notes),
    }


def table(found: Explanation, width: int | None = None) -> str:
    """The explanation as text.

    Args:
        found: The explanation.
        width: Of the terminal; None where nobody looks on, so that a line of text is a line of the output.
    """
    parts = [_tasks_table(found, width), _boundaries_table(found, width), _summary(found, width)]
    return "\n\n".join(part for part in parts if part)


def command_line(task: Task, workflow: Workflow) -> str:
    """The line that runs the same task on this machine; empty for one that reads what only a run has.

    A run's version has no place in it: what the run pins is read in its latest version, as by `kedro run`.
    """
    if any(use.dataset.name in task.spilled and task.name in use.consumers for use in workflow.datasets):
        return ""
    words = ["python", "-m", "argo_kedro.task", "--env", workflow.env, "--pipeline", task.pipeline]
    words += ["--nodes", ",".join(task.nodes)]
    memory = sorted({*task.memory, *task.spilled})  # what it spills ends with it here
    words += ["--memory", ",".join(memory)] if memory else []
    words += ["--load-versions", versions_text(workflow.load_versions)] if workflow.load_versions else []
    words += ["--conf-source", workflow.conf_source] if workflow.conf_source else []
    for value in workflow.parameters.values():
        words += ["--params", value]
    return shlex.join(words)


def _task(task: Task, workflow: Workflow) -> ExplainedTask:
    return {
        "name": task.name,
        "nodes": list(task.nodes),
        "group": task.group,
        "needs": list(task.needs),
        "template": task.template,
        "machine_type": {"value": task.machine_type.value, "source": task.machine_type.source},
        "settings": {key: {"value": each.value, "source": each.source} for key, each in task.settings.items()},
        "pipeline": task.pipeline,
        "joined_by_memory": _joined_by_memory(task),
        "in_memory": list(task.memory),
        "spilled": list(task.spilled),
        "pinned": list(task.pinned),
        "command": command_line(task, workflow),
    }


def _joined_by_memory(task: Task) -> bool:
    """Whether datasets in memory made its nodes one task: the planner names it for the first of them."""
    return task.group == f"{task.nodes[0]} +{len(task.nodes) - 1}" and "group_by" not in task.settings


def travels(dataset: Dataset) -> str:
    """How a dataset gets from one task to another."""
    if dataset.kind == "remote":
        return dataset.path or dataset.type
    if dataset.kind == "memory" and dataset.path:
        return f"{dataset.path} (spilled, for each run)"
    return f"{dataset.path} (this machine only)" if dataset.kind == "local" else dataset.kind


def _tasks_table(found: Explanation, width: int | None) -> str:
    labels = _labels(found)
    rows = [[["TASK"], ["NODES"], ["MACHINE TYPE"], ["FROM"], ["WAITS FOR"]]]
    for task in found["tasks"]:
        machine = task["machine_type"]
        nodes = task["nodes"] if task["group"] else []
        needs = [labels[name] for name in task["needs"]]
        rows.append([[labels[task["name"]]], nodes, [machine["value"]], [machine["source"]], needs])
    head, *shown = in_width(rows, width)
    lines = list(head)
    for row, task in zip(shown, found["tasks"], strict=True):
        lines += [*row, *_settings_lines(task["settings"], width)]
    return "\n".join(lines)


def _settings_lines(settings: Mapping[str, Said], width: int | None) -> list[str]:
    """What is said of one task in particular, a line for each place that says something."""
    said: dict[str, list[str]] = {}
    for key, setting in settings.items():
        if setting["source"].startswith(_PARTICULAR):
            section, _, name = key.partition(".")
            shown = name if section in ("environment", "files") else setting["value"]
            said.setdefault(setting["source"], []).append(f"{section} {shown}")
    lines = (f"{source}: {'; '.join(words)}" for source, words in said.items())
    return [part for line in lines for part in broken(line, min(width or _WIDTH, _WIDTH), indent="  ")]


def _boundaries_table(found: Explanation, width: int | None) -> str:
    labels = _labels(found)
    rows = [[["BOUNDARY DATASET"], ["WRITTEN BY"], ["READ BY"], ["TRAVELS BY"]]]
    for item in found["boundary_datasets"]:
        readers = [labels[name] for name in item["consumers"]]
        rows.append([[item["name"]], [labels[item["producer"]]], readers, [item["travels"]]])
    return "\n".join(chain.from_iterable(in_width(rows, width))) if found["boundary_datasets"] else ""


def _labels(found: Explanation) -> dict[str, str]:
    """What people call each task: its group's or its only node's name."""
    return {task["name"]: task["group"] or task["nodes"][0] for task in found["tasks"]}


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _summary(found: Explanation, width: int | None) -> str:
    tasks = found["tasks"]
    nodes = sum(len(task["nodes"]) for task in tasks)
    lines = [
        f"{_count(nodes, 'node')} in {_count(len(tasks), 'task')}, env {found['env']}; "
        f"{len(found['boundary_datasets'])} boundary datasets.",
        f"{_count(found['levels'], 'level')}: on a stock Argo controller at least {found['seconds_of_waiting']} s, "
        f"since it looks again every {LEVEL_SECONDS} s.",
    ]
    lines += _data(found)
    lines += [f"Note: {note}" for note in found["notes"]]
    if width:
        lines = [part for line in lines for part in broken(line, width)]
    command = next((task["command"] for task in tasks if task["command"]), "")
    if command:
        lines.append(f"One task alone, here: {command}")
    return "\n".join(lines)


def _data(found: Explanation) -> list[str]:
    """What is particular about the data, a line for each."""
    tasks = found["tasks"]
    joined = [task["group"] for task in tasks if task["joined_by_memory"]]
    versions = [f"{name} {version}" for name, version in sorted(found["load_versions"].items())]
    by = [task["settings"]["group_by"]["value"] if "group_by" in task["settings"] else "" for task in tasks]
    by_strategy = [f"{task['group']} ({how})" for task, how in zip(tasks, by, strict=True) if how]
    named = {
        "One task by runner.group_by": [few(by_strategy, _SHOWN)] if by_strategy else [],  # the table has them all
        "One task, since datasets in memory join its nodes": joined,
        "In memory inside a fused task": [name for task in tasks for name in task["in_memory"]],
        "Kept in the storage while the run goes on": sorted({name for task in tasks for name in task["spilled"]}),
        "Read in the version that this run writes": sorted({name for task in tasks for name in task["pinned"]}),
        "Read in the version that was asked for": versions,
    }
    return [f"{words}: {', '.join(names)}." for words, names in named.items() if names]
