"""Files that verbs write, and how they are named to people."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from argo_kedro.errors import CompileError
from argo_kedro.model import PROFILE, Kind, Workflow
from argo_kedro.names import k8s_name

FOLDER = Path("argo")  # in the project's folder


def default_file(project_path: Path, workflow: Workflow, kind: Kind = "workflow") -> Path:
    """Where the manifest of these pipelines goes, each profile's to a file of its own."""
    profile = workflow.labels.get(PROFILE)
    name = "-".join([*workflow.pipelines, *([profile] if profile else [])])
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
