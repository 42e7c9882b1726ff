"""What `run` has in hand: a manifest, and how people call its tasks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kedro.framework.startup import ProjectMetadata

from argo_kedro.cli import console
from argo_kedro.cli.files import shown
from argo_kedro.cli.steps import compiled, stop_on_errors
from argo_kedro.errors import CompileError
from argo_kedro.manifest import read, validate
from argo_kedro.model import Workflow
from argo_kedro.workflows import labels_of as labels_in


@dataclass(frozen=True, kw_only=True)
class Work:
    """A manifest that is about to run here."""

    manifest: Mapping[str, Any]
    labels: Mapping[str, str]  # task -> what people call it


def of_project(metadata: ProjectMetadata, chosen: Mapping[str, Any], workflow_name: str) -> Work:
    """Compile. No file is written: the one that `compile` wrote may be for a cluster; the record keeps what ran.

    Raises:
        CompileError: if there are errors.
    """
    made = compiled(metadata.project_path, chosen, workflow_name, here=True)
    stop_on_errors(made)
    return Work(manifest=made.document, labels=labels_of(made.workflow))


def labels_of(workflow: Workflow) -> dict[str, str]:
    """What people call each task: its group's or its only node's name."""
    return {task.name: task.group or task.nodes[0] for task in workflow.tasks}


def of_file(path: Path) -> Work:
    """A manifest that was compiled before.

    Raises:
        CompileError: if there are errors in it.
    """
    manifest = read_file(path)
    errors = [problem for problem in validate(manifest, where=shown(path)) if problem.severity == "error"]
    if errors:
        console.problems(errors)
        raise CompileError(f"{shown(path)}: {len(errors)} to mend. Nothing ran.")
    return Work(manifest=manifest, labels=labels_in(manifest))


def read_file(path: Path) -> Mapping[str, Any]:
    """A manifest's data.

    Raises:
        CompileError: if it cannot be read.
    """
    # A byte that is no UTF-8 becomes a character that YAML refuses, with its place.
    return read(path.read_text(encoding="utf-8", errors="surrogateescape"), where=shown(path))
