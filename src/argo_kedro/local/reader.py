"""A manifest, checked as a whole and read: everything wrong is said at once, before anything starts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from argo_kedro.errors import CompileError
from argo_kedro.local.dags import arguments, dag
from argo_kedro.local.left_out import at_end, notice, reached
from argo_kedro.local.pods import pod
from argo_kedro.local.templates import Manifest
from argo_kedro.local.unsupported import unsupported
from argo_kedro.manifest import read, validate
from argo_kedro.manifest.validation import parts


def read_manifest(source: str | Mapping[str, Any]) -> Manifest:
    """Read a manifest.

    Raises:
        CompileError: if it is none, or holds something that a local run cannot do; all problems are named.
    """
    document = read(source) if isinstance(source, str) else source
    errors = [problem for problem in validate(document, more=(unsupported,)) if problem.severity == "error"]
    if errors:
        listed = "\n".join(f"- {problem}" for problem in errors)
        raise CompileError(f"This manifest cannot run on this machine:\n{listed}")
    whole = parts.Manifest("manifest", document)
    without, spec = {task.where for task in at_end(whole)}, whole.spec
    tasks = {name: [task for task in found if task.where not in without] for name, found in whole.tasks.items()}
    on_exit = spec.text("onExit")
    said = notice(whole)
    return Manifest(
        document=document,
        entrypoint=spec.text("entrypoint"),
        on_exit=on_exit if tasks.get(on_exit) != [] else "",
        parallelism=spec.value.get("parallelism") or None,
        deadline=spec.value.get("activeDeadlineSeconds") or None,
        parameters=arguments(spec.part("arguments")),
        templates={
            (name := part.text("name")): dag(part, tasks[name]) if name in tasks else pod(part)
            for part in reached(whole)
            if tasks.get(part.text("name")) != []
        },
        notices=(said,) if said else (),
    )
