"""`--from-failed`: an earlier run, here or on a cluster, and what it left. Imported as `steps` is."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import click
from kedro.framework.startup import ProjectMetadata

from argo_kedro.cli.options import stop_beside_from_failed
from argo_kedro.cli.reach import Reach, reached
from argo_kedro.cli.runs import meant
from argo_kedro.errors import ArgoKedroError
from argo_kedro.model import PROFILE, Json, text
from argo_kedro.names import k8s_name, label_value
from argo_kedro.plan.data.resuming import Left
from argo_kedro.project import Selection
from argo_kedro.project.selection import DEFAULT
from argo_kedro.workflows import Inputs, RunState, inputs_of, labels_of, run_state
from argo_kedro.workflows.labels import shown
from argo_kedro.workflows.state import spec_of

_MEMO = "argo-kedro/selection"  # annotation: what was selected, and what the runs before had left
_LIMIT = 64_000  # bytes of it: all annotations of an object have 256 KiB


@dataclass(frozen=True, kw_only=True)
class OldRun:
    """A run that is over."""

    document: Json
    state: RunState
    inputs: Inputs

    @property
    def env(self) -> str:
        """Kedro's env that it ran in."""
        return text(self.document, "metadata", "labels", "argo-kedro/env")

    @property
    def profile(self) -> str:
        """The profile of argo.yml that it had; empty if none."""
        return text(self.document, "metadata", "labels", PROFILE)

    def left(self, nodes: Iterable[str], storage: str) -> Left:
        """What it left, and the runs that it went on from.

        Args:
            nodes: The names of today's nodes.
            storage: Where today's datasets in memory travel: what is elsewhere is not found.
        """
        before = _section(_memo(self.document), "left")
        by_task = {k8s_name(name): name for name in nodes}
        succeeded = {task.path.rpartition(".")[2] for task in self.state.tasks if task.phase == "Succeeded"}
        done, spilled = _section(before, "done"), _section(before, "spilled")
        in_memory = set(_section(before, "in_memory"))
        for task in _tasks(self.document):
            for name in task.nodes(by_task):
                done.pop(name, None)
            if task.name in succeeded:
                version = self.inputs.save_version if task.saves_version else ""
                done |= dict.fromkeys(task.nodes(by_task), version)
                in_memory |= set(task.names("memory"))
                given = self.inputs.load_versions
                spilled |= {name: given.get(name, self.inputs.save_version) for name in task.names("spilled")}
        removed = self.inputs.cleans_up and self.state.phase == "Succeeded"
        return Left(
            done=done,
            spilled={} if removed or self.inputs.storage not in ("", storage) else spilled,
            in_memory=frozenset(in_memory),
            load_versions=self.inputs.load_versions,
        )

    def unknown(self, nodes: Iterable[str]) -> list[str]:
        """Its tasks that run none of today's nodes."""
        labels = labels_of(self.document)
        by_task = {k8s_name(name): name for name in nodes}
        known = set(by_task.values())
        return [
            shown(task.name, labels) for task in _tasks(self.document) if not known.intersection(task.nodes(by_task))
        ]

    def selection(self, registered: Iterable[str]) -> Selection:
        """The nodes that it was to run, as it selected them; without a memo all of its pipelines."""
        kept = _section(_memo(self.document), "selection")
        known = {each.name for each in fields(Selection)}
        if kept and kept.keys() <= known and all(isinstance(names, list) for names in kept.values()):
            return Selection(**{key: tuple(map(str, names)) for key, names in kept.items()})
        label, names = text(self.document, "metadata", "labels", "argo-kedro/pipeline"), list(registered)
        named = [name for name in names if label_value(name) == label]
        homes = {task.pipeline for task in _tasks(self.document)}.intersection(names)
        return Selection(pipelines=tuple(named[:1] or sorted(homes)) or (DEFAULT,))


def old_run(project: Path, chosen: Mapping[str, Any]) -> OldRun | None:
    """The run that `--from-failed` names, if it names one.

    Raises:
        ArgoKedroError: if there is no such run, or it is not over.
        click.UsageError: if other options choose nodes, or another env.
    """
    if not chosen.get("from_failed"):
        return None
    stop_beside_from_failed({key: value for key, value in chosen.items() if key not in ("context", "namespace")})
    run = meant(project, "", chosen["from_failed"], chosen)
    document = run.document()
    state = run_state(document)
    if not state.over:
        hint = f"wait for its end, or end it: {run.command('stop', run.name)}"
        raise ArgoKedroError(f"{run.name} is not over: it is {state.phase or 'not looked at by Argo yet'}.", hint=hint)
    if not run.is_quiet:
        hint = f"wait for their end, or end them, and go on there: {run.command('retry', run.name)}"
        raise ArgoKedroError(f"Tasks of {run.name} are still alive, though what ran them is gone.", hint=hint)
    found = OldRun(document=document, state=state, inputs=inputs_of(document))
    if chosen.get("env") and found.env and label_value(chosen["env"]) != found.env:
        raise click.UsageError(f"{run.name} ran in env {found.env!r}, and its data is there: --env must say so too.")
    return found


def way_there(metadata: ProjectMetadata, chosen: Mapping[str, Any]) -> tuple[OldRun | None, Reach]:
    """The run that this one goes on from, if it does, and the way to the cluster in its env.

    Raises:
        ArgoKedroError: as `old_run` and `reached` do.
    """
    old = old_run(metadata.project_path, chosen)
    if old:
        chosen = {**chosen, "env": old.env or chosen.get("env"), "profile": chosen.get("profile") or old.profile}
    return old, reached(metadata.project_path, metadata.package_name, chosen)


def with_memo(document: Json, selection: Selection, left: Left, outputs: Mapping[str, bool]) -> dict[str, Any]:
    """The workflow with what a later `--from-failed` must know; without where that is too long to keep.

    Args:
        document: The workflow.
        selection: What was selected, before earlier runs were looked at.
        left: What earlier runs have left.
        outputs: The datasets that this run writes, and whether each is in memory: the catalog may have it later.
    """
    memo: dict[str, Any] = {"selection": {key: list(value) for key, value in asdict(selection).items() if value}}
    in_memory = {*(left.in_memory - outputs.keys()), *(name for name, kept in outputs.items() if kept)}
    memo["left"] = {
        "done": dict(left.done),
        "spilled": {name: version for name, version in left.spilled.items() if name not in outputs},
        "in_memory": dict.fromkeys(sorted(in_memory), ""),
    }
    memo["left"] = {key: value for key, value in memo["left"].items() if value}
    kept = json.dumps(memo, separators=(",", ":"))
    if len(kept) > _LIMIT:
        return dict(document)
    metadata = document.get("metadata") or {}
    return {**document, "metadata": {**metadata, "annotations": {**(metadata.get("annotations") or {}), _MEMO: kept}}}


@dataclass(frozen=True, kw_only=True)
class _Task:
    """A task of a workflow that runs nodes."""

    name: str
    parameters: Mapping[str, str]
    saves_version: bool  # all that it saves has the version of the run

    @property
    def pipeline(self) -> str:
        """The registered pipeline that its process imports."""
        return self.parameters.get("pipeline", "")

    def names(self, parameter: str) -> list[str]:
        """The names in one of its lists."""
        return [name for name in self.parameters.get(parameter, "").split(",") if name]

    def nodes(self, by_task: Mapping[str, str]) -> list[str]:
        """Kedro's nodes that it runs; one that is told none is named by its node."""
        alone = [by_task[self.name]] if self.name in by_task else []
        return [*self.names("nodes"), *self.names("kedro_nodes")] or alone


def _tasks(document: Json) -> Iterator[_Task]:
    templates = {template.get("name"): template for template in spec_of(document).get("templates") or ()}
    for template in templates.values():
        for task in (template.get("dag") or {}).get("tasks") or ():
            runs = templates.get(task.get("template")) or {}
            defaults = _values(runs.get("inputs"))
            if "pipeline" in defaults:  # else it runs no nodes: an init task, a DAG
                arguments = (runs.get("container") or {}).get("args") or ()
                saves = any(str(each).startswith("--save-version=") for each in arguments)
                parameters = {**defaults, **_values(task.get("arguments"))}
                yield _Task(name=task["name"], parameters=parameters, saves_version=saves)


def _values(parameters: Json | None) -> dict[str, str]:
    listed = (parameters or {}).get("parameters") or ()
    return {each["name"]: str(each.get("value") or "") for each in listed}


def _memo(document: Json) -> Mapping[str, Any]:
    try:
        kept = json.loads(text(document, "metadata", "annotations", _MEMO) or "{}")
    except ValueError:  # annotations are anyone's to change
        return {}
    return kept if isinstance(kept, Mapping) else {}


def _section(memo: Mapping[str, Any], key: str) -> dict[str, Any]:
    found = memo.get(key)
    return found if isinstance(found, dict) else {}
