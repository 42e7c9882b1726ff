"""`kedro argo init`."""

from __future__ import annotations

import click
from kedro.framework.project import settings
from kedro.framework.startup import ProjectMetadata

from argo_kedro.cli import console


@click.command()
@click.option("--env", "-e", default=None, help="Env whose folder argo.yml goes to. Defaults to the base env.")
@click.option("--force", "-f", is_flag=True, help="Replace files that exist; without it they are kept.")
@click.option("--silent", "-s", is_flag=True, help="Say only which files were written, and what is unsafe.")
@click.pass_obj
def init(metadata: ProjectMetadata, /, env: str | None, force: bool, silent: bool) -> None:
    """Write argo.yml, Dockerfile and .dockerignore, ready to use. Asks nothing."""
    from argo_kedro import scaffold  # here for the reason that `steps` gives

    envs = settings.CONFIG_LOADER_ARGS
    layout = scaffold.Layout(
        project=metadata.project_path,
        package=metadata.package_name,
        conf=settings.CONF_SOURCE,
        default_env=envs.get("default_run_env", "local"),
    )
    wanted = scaffold.files(layout, env or envs.get("base_env", "base"))
    written, kept = scaffold.write(layout, wanted, force=force)
    for name in written:
        console.result(name)
    leaks = scaffold.let_through(layout) if scaffold.DOCKERIGNORE in kept else []
    if leaks:
        console.warn(
            f"{scaffold.DOCKERIGNORE} does not name {', '.join(leaks)}: the image may hold them. Add them there."
        )
    if not silent:
        if kept:
            console.say(f"Kept as they are: {', '.join(kept)}. --force replaces them.")
        console.done(f"Wrote {', '.join(written) or 'nothing'}.", next_step="kedro argo compile")
