"""The steps that all verbs share: open, plan, check, render.

Verbs import this inside their functions: telemetry, before each of them, and `--help` import all verbs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from argo_kedro.check import check
from argo_kedro.cli import console
from argo_kedro.cli.asking import Asked, asked
from argo_kedro.cli.old_run import OldRun, with_memo
from argo_kedro.errors import CompileError
from argo_kedro.manifest import kind_problems, read, render, validate
from argo_kedro.model import Kind, Problem, Workflow
from argo_kedro.plan import plan
from argo_kedro.plan.overrides import with_source


@dataclass(frozen=True, kw_only=True)
class Compiled:
    """A workflow, its manifest if it could be rendered, and what is wrong with both."""

    workflow: Workflow
    text: str
    problems: tuple[Problem, ...]
    asked: Asked

    @property
    def chosen(self) -> Mapping[str, Any]:
        """The options as they may be shown: without secrets."""
        return self.asked.chosen

    @property
    def document(self) -> dict[str, Any]:
        """The manifest as data, with what a later run that goes on from it must know."""
        return with_memo(read(self.text), self.asked.wanted, self.asked.left, self.asked.outputs)

    def of(self, *severities: str) -> list[Problem]:
        """The problems of these severities."""
        return [problem for problem in self.problems if problem.severity in severities]


def compiled(
    project_path: Path,
    chosen: Mapping[str, Any],
    workflow_name: str = "",
    *,
    kind: Kind = "workflow",
    image: str = "",
    here: bool = False,
    old: OldRun | None = None,
) -> Compiled:
    """The nodes that are to run as a manifest of this kind, with all problems on the way.

    Args:
        project_path: The project's folder.
        chosen: The options.
        workflow_name: First part of the workflow's name, before what the profile says.
        kind: Of the manifest.
        image: In place of argo.yml's.
        here: Whether it runs on this machine at once, which takes secret parameters.
        old: The run that `--from-failed` names, where it is known already.
    """
    found = asked(project_path, chosen, here=here, old=old)
    workflow_name = workflow_name or found.project.run.workflow_name
    workflow = plan(
        found.project,
        found.selection,
        workflow_name=workflow_name,
        image=image,
        takes_params=kind == "template",
        load_versions=found.load_versions,
    )
    workflow = replace(workflow, notes=(*found.notes, *workflow.notes))
    problems = [*check(workflow), *kind_problems(workflow, kind, workflow_name=workflow_name)]
    text = "" if any(problem.severity == "error" for problem in problems) else render(workflow, kind=kind)
    problems += with_source(validate(text, kind=kind), found.project.config.workflow) if text else ()
    return Compiled(workflow=workflow, text=text, problems=tuple(problems), asked=found)


def stop_on_errors(made: Compiled) -> None:
    """Print all errors, and stop if there are any.

    Raises:
        CompileError: if there are errors.
    """
    errors = made.of("error")
    if errors:
        console.problems(errors)
        count = "1 problem" if len(errors) == 1 else f"{len(errors)} problems"
        raise CompileError(f"{counted(made)}: {count}. Nothing was written, nothing ran.")


def counted(made: Compiled) -> str:
    """What was compiled, in a few words."""
    tasks = len(made.workflow.tasks)
    return f"{tasks} task{'' if tasks == 1 else 's'}, env {made.workflow.env}"
