"""How large a workflow may be: accepted by full CRDs, and run to its end by a stock controller."""

from __future__ import annotations

import pytest
import yaml
from support import run

from argo_kedro.manifest import render, validate
from argo_kedro.model import Setting, Task, Template, Workflow

pytestmark = pytest.mark.cluster


def manifest(tasks: int) -> dict:
    """What we write for so many tasks in layers of 100, each of which waits for the one before."""
    machine = Setting(value="small", source="test")
    made = tuple(
        Task(
            name=f"n{number}",
            nodes=(f"n{number}",),
            needs=(f"n{number - 100}",) if number >= 100 else (),
            template="small",
            machine_type=machine,
        )
        for number in range(tasks)
    )
    container = {"image": "local/busybox:1", "command": ["true"], "env": []}
    template = Template(name="small", body={"retryStrategy": {"limit": "1"}, "container": container})
    whole = Workflow(name="wide", namespace="", pipelines=("p",), env="e", tasks=made, templates=(template,))
    return yaml.load(render(whole), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def test_600_tasks_are_accepted_by_full_crds(cluster):
    document = manifest(600)
    assert validate(document) == []

    made = cluster.create("workflows", document)

    cluster.delete("workflows", made["metadata"]["name"])


def test_6000_tasks_that_are_skipped_run_to_their_end(cluster):
    document = manifest(6000)
    assert validate(document) == []
    for template in document["spec"]["templates"]:
        for task in (template.get("dag") or {}).get("tasks", ()):
            if task["template"] == "small":
                task["when"] = "false"

    told = run(cluster, document, seconds=240)

    assert told.state.phase == "Succeeded"
    assert sum(task.phase == "Skipped" for task in told.state.tasks) == 6000
