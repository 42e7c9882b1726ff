"""The steps that all verbs share: open, plan, check, render.

Verbs import this inside their functions: telemetry, before each of them, and `--help` import all verbs.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from argo_kedro.check import check
from argo_kedro.cli import console
from argo_kedro.errors import CompileError
from argo_kedro.manifest import kind_problems, render, validate
from argo_kedro.model import Kind, Problem, Workflow
from argo_kedro.names import k8s_name
from argo_kedro.plan import plan
from argo_kedro.project import Selection, open_project
from argo_kedro.project.selection import DEFAULT

FOLDER = Path("argo")  # in the project's folder


@dataclass(frozen=True, kw_only=True)
class Compiled:
    """A workflow, its manifest if it could be rendered, and what is wrong with both."""

    workflow: Workflow
    text: str
    problems: tuple[Problem, ...]

    def of(self, *severities: str) -> list[Problem]:
        """The problems of these severities."""
        return [problem for problem in self.problems if problem.severity in severities]


def compiled(
    project_path: Path, chosen: Mapping[str, Any], workflow_name: str = "", *, kind: Kind = "workflow", image: str = ""
) -> Compiled:
    """The selected nodes as a manifest of this kind, with all problems on the way; `image` in place of argo.yml's."""
    project = open_project(
        project_path, env=chosen.get("env"), conf_source=chosen.get("conf_source"), params=chosen.get("params") or {}
    )
    selection, takes_params = _selection(chosen), kind == "template"
    workflow = plan(project, selection, workflow_name=workflow_name, image=image, takes_params=takes_params)
    problems = [*check(workflow), *kind_problems(workflow, kind, workflow_name=workflow_name)]
    text = "" if any(problem.severity == "error" for problem in problems) else render(workflow, kind=kind)
    return Compiled(workflow=workflow, text=text, problems=(*problems, *(validate(text, kind=kind) if text else ())))


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


def default_file(project_path: Path, workflow: Workflow, kind: Kind = "workflow") -> Path:
    """Where the manifest of these pipelines goes."""
    name = "-".join(workflow.pipelines)
    ending = "" if kind == "workflow" else f"-{kind}"
    return project_path / FOLDER / f"{name if Path(name).name == name else k8s_name(name)}{ending}.yaml"


def write(path: Path, text: str) -> None:
    """Write a file whole or not at all.

    Raises:
        CompileError: if it cannot be written.
    """
    target = path.resolve()  # the file that a link leads to, not the link
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists() and not target.is_file():  # a pipe or a device: nothing to put in its place
            target.write_text(text, encoding="utf-8")
            return
        partial.write_text(text, encoding="utf-8")
        partial.replace(target)
    except OSError as error:
        with suppress(OSError):
            partial.unlink()
        message = f"{shown(path)} cannot be written: {error.strerror}."
        raise CompileError(message, hint="choose another file with -o.") from error


def shown(path: Path) -> str:
    """A path as the user would type it here."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def _selection(chosen: Mapping[str, Any]) -> Selection:
    """What these options select.

    Raises:
        click.UsageError: if --pipeline and --pipelines are both given, as for `kedro run`.
    """
    one, several = chosen.get("pipeline"), tuple(dict.fromkeys(chosen.get("pipelines") or ()))
    if one and several:
        raise click.UsageError("Options '--pipeline' and '--pipelines' cannot be used together.")
    return Selection(
        pipelines=(one,) if one else several or (DEFAULT,),
        tags=tuple(chosen.get("tags") or ()),
        nodes=tuple(chosen.get("node_names") or ()),
        from_nodes=tuple(chosen.get("from_nodes") or ()),
        to_nodes=tuple(chosen.get("to_nodes") or ()),
        from_inputs=tuple(chosen.get("from_inputs") or ()),
        to_outputs=tuple(chosen.get("to_outputs") or ()),
        namespaces=tuple(chosen.get("namespaces") or ()),
    )
