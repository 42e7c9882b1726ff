"""Which run a verb means: one on this machine, or one on the cluster. Imported as `steps` is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kedro.framework.startup import ProjectMetadata

from argo_kedro.cli import console
from argo_kedro.cli.cluster_run import ClusterRun
from argo_kedro.cli.last import last
from argo_kedro.cli.local_run import LocalRun
from argo_kedro.cli.options import LATEST
from argo_kedro.cli.reach import reached
from argo_kedro.cluster import NoCluster, workflows
from argo_kedro.errors import ArgoKedroError
from argo_kedro.local import RUNS, runs
from argo_kedro.local.record import FILE
from argo_kedro.model import Json, text
from argo_kedro.names import nearest

_SHOWN = 10  # names in a message


def meant(project: Path, package: str, name: str, chosen: Mapping[str, Any]) -> LocalRun | ClusterRun:
    """The run of this name; without a name the last one that was run or submitted from here.

    Args:
        project: The project's folder.
        package: The name of its package.
        name: The run, `@latest` for the newest on the cluster, or empty.
        chosen: The options that say which cluster; a context or a namespace says that it is no local run.

    Raises:
        ClusterError: if it is no local run, and the cluster is out of reach or has none.
    """
    here = None if chosen.get("context") or chosen.get("namespace") else _local(project, name)
    if here is None:
        try:
            reach, found = reached(project, package, chosen).to(name)
            return ClusterRun(name=found, reach=reach, cluster=reach.cluster)
        except NoCluster as error:
            names = [text(each, "metadata", "name") for each in runs(project)]
            if name or not names:
                raise _unknown(name, names, error) from error
            here = LocalRun(name=names[0], project=project)
    console.say(f"Local run: {here.name}{'' if name else ', the last one from here'}.")
    return here


def _local(project: Path, name: str) -> LocalRun | None:
    if not name:
        remembered = last(project)
        name = remembered["name"] if remembered.get("local") else ""
    found = bool(name) and name != LATEST and (project / RUNS / name).is_dir()
    return LocalRun(name=name, project=project) if found else None


def _unknown(name: str, names: Sequence[str], error: ArgoKedroError) -> ArgoKedroError:
    """Words for a run that is neither here nor, as far as it can be asked, on the cluster."""
    on_cluster = f"On a cluster: {error.message} {error.hint}".rstrip()
    if not name:
        hint = f"`kedro argo run` runs the pipeline on this machine. {on_cluster}"
        return type(error)("Nothing has run from here yet.", hint=hint)
    near = nearest(name, names)
    there_are = f"There are: {', '.join(names[:_SHOWN])}. " if names else ""
    guess = f"Did you mean {near!r}? " if near else there_are
    return type(error)(f"No run on this machine is called {name!r}.", hint=f"{guess}{on_cluster}")


def listed(
    metadata: ProjectMetadata, chosen: Mapping[str, Any], *, here: bool, everyone: bool
) -> tuple[Sequence[Json], str]:
    """The runs of this machine, or those of the cluster, the newest first; and what comes next where there is none."""
    if here:
        return runs(metadata.project_path), "kedro argo run"
    local = len(list((metadata.project_path / RUNS).glob(f"*/{FILE}")))  # reading all of them may take a while
    if local:
        console.say(f"Runs on this machine: {local}. `kedro argo list --local` shows them.")
    reach = reached(metadata.project_path, metadata.package_name, chosen)
    return workflows(reach.cluster, metadata.package_name, everyone=everyone), reach.command("submit")
