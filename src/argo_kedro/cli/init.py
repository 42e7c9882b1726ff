"""`kedro argo init`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click
from kedro.framework.project import settings
from kedro.framework.startup import ProjectMetadata

from argo_kedro.cli import console

if TYPE_CHECKING:
    from argo_kedro.scaffold import Layout


@click.command()
@click.option("--env", "-e", default=None, help="Env whose folder argo.yml goes to. Defaults to the base env.")
@click.option("--force", "-f", is_flag=True, help="Replace files that exist; without it they are kept.")
@click.option("--cluster", is_flag=True, help="Also write argo-rbac.yaml: the rights that runs, and who submits, need.")
@click.option("--silent", "-s", is_flag=True, help="Say only which files were written, and what is unsafe.")
@click.pass_obj
def init(metadata: ProjectMetadata, /, env: str | None, force: bool, cluster: bool, silent: bool) -> None:
    """Write argo.yml with its schema, Dockerfile and .dockerignore, ready to use. Asks nothing, reaches no cluster."""
    from argo_kedro import scaffold  # here for the reason that `steps` gives

    envs = settings.CONFIG_LOADER_ARGS
    layout = scaffold.Layout(
        project=metadata.project_path,
        package=metadata.package_name,
        conf=settings.CONF_SOURCE,
        default_env=envs.get("default_run_env", "local"),
    )
    wanted = scaffold.files(layout, env or envs.get("base_env", "base"))
    written, kept = _written(layout, wanted, force=force)
    if cluster:  # after argo.yml, which says the namespace and the service account
        more, kept_too = _written(layout, _rights(metadata.project_path, env), force=force)
        written, kept = [*written, *more], [*kept, *kept_too]
    leaks = scaffold.let_through(layout) if scaffold.DOCKERIGNORE in kept else []
    if leaks:
        console.warn(
            f"{scaffold.DOCKERIGNORE} does not name {', '.join(leaks)}: the image may hold them. Add them there."
        )
    if not silent:
        apply = f"name those who submit in {scaffold.RBAC}, then kubectl apply -f {scaffold.RBAC}"
        step = apply if cluster else "kedro argo compile"
        if kept:
            console.say(f"Kept as they are: {', '.join(kept)}. --force replaces them.")
        console.done(f"Wrote {', '.join(written) or 'nothing'}.", next_step=step)


def _written(layout: Layout, wanted: Mapping[str, str], *, force: bool) -> tuple[list[str], list[str]]:
    """Write these files, and name those that were written; return them, and those that were kept."""
    from argo_kedro import scaffold

    written, kept = scaffold.write(layout, wanted, force=force)
    for name in written:
        console.result(name)
    return written, kept


def _rights(project: Path, env: str | None) -> dict[str, str]:
    """argo-rbac.yaml for the namespace and the service accounts of argo.yml."""
    from argo_kedro import scaffold
    from argo_kedro.project.environment import cluster_config

    config, _ = cluster_config(project, env=env)
    if not config.namespace:
        console.warn(f"argo.yml names no namespace, so {scaffold.RBAC} says `default`. Correct it if yours is another.")
    named = [rule.service_account for rule in config.tasks]
    named += [own.service_account for own in config.template.templates]
    others = [name for name in named if name]
    return scaffold.rights(config.namespace, config.service_account, others, restricted=config.security == "restricted")
