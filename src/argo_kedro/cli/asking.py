"""What is to run, all options taken together: the project, its nodes, and what they read. Imported as `steps` is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import click
from kedro.pipeline.node import Node

from argo_kedro.cli import console
from argo_kedro.cli.old_run import OldRun, old_run
from argo_kedro.cli.profiles import profile_notes, stop_on_parameters, with_profile
from argo_kedro.cli.secret_params import withheld, without_marked
from argo_kedro.errors import CompileError
from argo_kedro.merging import merged
from argo_kedro.names import few
from argo_kedro.plan.data.resuming import Left, rest
from argo_kedro.plan.grouping.groups import dataset_name
from argo_kedro.project import Project, Selection, open_project, select
from argo_kedro.project.selection import DEFAULT

_SHOWN = 20  # names in a message


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is to run."""

    project: Project
    selection: Selection  # what the plan is made of
    wanted: Selection  # what the options say, before earlier runs are looked at
    load_versions: Mapping[str, str]
    chosen: Mapping[str, Any]  # the options as they may be shown: without secrets
    left: Left = field(default_factory=Left)  # by the runs that this one goes on from
    notes: tuple[str, ...] = ()  # what the profile chose

    @property
    def outputs(self) -> dict[str, bool]:
        """The datasets that are written, and whether each is in memory."""
        dataset = self.project.full_catalog.dataset
        nodes = select(self.project.pipelines, self.selection).nodes
        return {dataset_name(name): dataset(name).kind == "memory" for node in nodes for name in node.outputs}


def asked(project_path: Path, chosen: Mapping[str, Any], *, here: bool = False, old: OldRun | None = None) -> Asked:
    """Open the project, and take all options together.

    Args:
        project_path: The project's folder.
        chosen: The options.
        here: Whether all of it runs on this machine, which keeps secrets.
        old: The run that `--from-failed` names, where it is known already.

    Raises:
        ArgoKedroError: if the project or its configuration is wrong, or there is no such run.
        click.UsageError: if options contradict each other.
    """
    old = old or old_run(project_path, chosen)
    given = _places(chosen, old)
    params = withheld(project_path, given, chosen.get("params") or {}, here=here)
    everything = merged(old.inputs.parameters, params) if old else params
    project = open_project(
        project_path,
        env=given.get("env"),
        conf_source=given.get("conf_source"),
        params=everything,
        profile=given.get("profile"),
        here=here,
    )
    stop_on_parameters(project)
    if old:
        project = replace(project, params=without_marked(project.params, project.config.secret_params))
    options = chosen if old else with_profile(chosen, project.run)
    wanted = Selection() if old else selection(options)
    now = Asked(
        project=project,
        selection=wanted,
        wanted=wanted,
        load_versions=options.get("load_versions") or {},
        chosen={**chosen, "params": params},
        notes=profile_notes(project, None if old else chosen),
    )
    return _going_on(now, old) if old else now


def _places(chosen: Mapping[str, Any], old: OldRun | None) -> dict[str, Any]:
    """The options, with the old run's where they say nothing of what configuration counts."""
    if old is None:
        return dict(chosen)
    olds = {"env": old.env, "conf_source": old.inputs.conf_source, "profile": old.profile}
    return {**chosen, **{key: chosen.get(key) or value or None for key, value in olds.items()}}


def selection(chosen: Mapping[str, Any]) -> Selection:
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


def _going_on(now: Asked, old: OldRun) -> Asked:
    """The same for the rest of what an old run was to do.

    Raises:
        click.exceptions.Exit: if nothing is left to run.
    """
    project, name = now.project, old.state.name
    wanted = old.selection(project.pipelines)
    nodes = _selected(project, wanted, name)
    names = [node.name for node in nodes]
    left = old.left(names, project.config.storage.root)
    found = rest(nodes, left, project.full_catalog.dataset)
    _tell("These tasks of it are unknown today, and were left out", old.unknown(names))
    if not found.nodes:
        console.done(f"{name}: every node of it succeeded, and none is new. There is nothing to run.")
        raise click.exceptions.Exit(0)
    console.say(f"From {name}, with its parameters: {len(found.nodes)} of {len(names)} nodes run.")
    _tell("Again, since nothing has kept what they wrote", found.again)
    _tell(
        "Read as they are now, since they have no versions",
        [each for each in found.as_it_is if each not in now.load_versions],
    )
    return replace(
        now,
        selection=replace(wanted, nodes=found.nodes),  # the rest of it as well: what --to-outputs names is kept
        wanted=wanted,
        load_versions={**found.load_versions, **now.load_versions},
        left=left,
    )


def _selected(project: Project, wanted: Selection, name: str) -> list[Node]:
    """The nodes that an old run was to run, as the code is today.

    Raises:
        CompileError: if what it selected is not there today.
    """
    try:
        return select(project.pipelines, wanted).nodes
    except CompileError as error:
        message = f"What {name} selected is not there today: {error.message}"
        hint = "select nodes yourself, with --load-versions for what it left: `kedro argo status` shows its version."
        raise CompileError(message, hint=hint) from error


def _tell(what: str, names: Sequence[str]) -> None:
    if names:
        console.say(f"Note: {what}: {few(names, _SHOWN)}.")
