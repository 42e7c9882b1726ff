"""Small workflows for the tests of the local engine."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from argo_kedro.local import Event, Machine, Run, TaskChanged, run

BIG = Machine(cores=8, memory_bytes=2**33)


def sh(name: str, script: str, *, env: Mapping[str, str] | None = None, **fields: Any) -> dict[str, Any]:
    """A container template that runs a shell script."""
    variables = [{"name": key, "value": value} for key, value in (env or {}).items()]
    container = {"image": "any", "command": ["sh", "-c"], "args": [script], "env": variables}
    return {"name": name, "container": container, **fields}


def task(name: str, template: str, depends: str = "", **fields: Any) -> dict[str, Any]:
    """A task of a DAG."""
    return {"name": name, "template": template, **({"depends": depends} if depends else {}), **fields}


def values(**parameters: str) -> dict[str, Any]:
    """Parameters with their values, as `arguments` or `inputs`."""
    return {"parameters": [{"name": name, "value": value} for name, value in parameters.items()]}


def dag(name: str, *tasks: Mapping[str, Any], fail_fast: bool = True, **fields: Any) -> dict[str, Any]:
    """A DAG template."""
    return {"name": name, "dag": {"tasks": list(tasks), "failFast": fail_fast}, **fields}


def workflow(*templates: Mapping[str, Any], **spec: Any) -> dict[str, Any]:
    """A workflow that begins with the first of its templates."""
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {"name": "wf", "labels": {"team": "blue"}},
        "spec": {"entrypoint": templates[0]["name"], "templates": list(templates), **spec},
    }


def is_alive(process: int) -> bool:
    """Whether a process runs; one that has ended and that nobody has asked about does not."""
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False
    ).stdout
    return bool(state.strip()) and not state.startswith("Z")


def ends(process: int) -> bool:
    """Whether a process ends soon: one that was killed takes a moment to go on a busy machine."""
    limit = time.monotonic() + 10
    while is_alive(process) and time.monotonic() < limit:
        time.sleep(0.02)
    return not is_alive(process)


class Played:
    """A run, and all that it told."""

    def __init__(self, manifest: Mapping[str, Any], folder: Path, machine: Machine = BIG) -> None:
        self.events: list[Event] = []
        self.run: Run = run(manifest, folder=folder, listen=self.events.append, machine=machine)
        self.workflow = json.loads((self.run.record / "workflow.json").read_text())
        self.nodes = {node["name"].removeprefix("wf."): node for node in self.workflow["status"]["nodes"].values()}
        self.phases = {name: node["phase"] for name, node in self.nodes.items() if name != "wf"}

    def log(self, path: str) -> str:
        """What a task wrote."""
        return (self.run.record / "logs" / f"{path}.log").read_text()

    def began(self) -> list[str]:
        """The tasks in the order they began."""
        return [event.task for event in self.events if isinstance(event, TaskChanged) and event.phase == "Running"]
