"""`kedro argo viz`: the pods of the plan in Kedro-Viz."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import Any

import click
from kedro.framework.startup import ProjectMetadata

from argo_kedro.cli import console
from argo_kedro.cli.options import from_failed_option, selection_options


@click.command(name="viz")
@selection_options
@from_failed_option
@click.option(
    "--as-namespaces",
    is_flag=True,
    help="Show a pod of several nodes as their namespace, one box that opens, in place of the project's own.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address that the pictures are served at.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=4141, show_default=True, help="Its port; 0 takes a free one."
)
@click.option("--browser/--no-browser", default=True, show_default=True, help="Open a browser when it is there.")
@click.option(
    "--save-file",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Write what Kedro-Viz shows into a folder, for `kedro viz run --load-file`, and serve nothing; previews of "
    "data are left out.",
)
@click.pass_obj
@console.talk_on_stderr
def viz(
    metadata: ProjectMetadata,
    /,
    as_namespaces: bool,
    host: str,
    port: int,
    browser: bool,
    save_file: Path | None,
    **chosen: Any,
) -> None:
    """Show the pipeline in Kedro-Viz, each node with tags for its pod and its machine type.

    It needs `pip install "kedro-viz>=11.1"`. Nothing of the project changes, nor what `kedro viz` shows.
    Ctrl-C ends it.
    """
    from argo_kedro.cli import kedro_viz, steps  # here for the reason that `steps` gives
    from argo_kedro.cli.files import shown
    from argo_kedro.cli.work import labels_of
    from argo_kedro.project import select
    from argo_kedro.project.pods import with_pods

    if chosen.get("conf_source"):
        raise click.UsageError("--conf-source does not go with viz: Kedro-Viz reads the project's own configuration.")
    kedro_viz.stop_without_it()
    made = steps.compiled(metadata.project_path, chosen)
    steps.stop_on_errors(made)
    project = made.asked.project
    pipeline = select(project.pipelines, made.asked.selection)
    pipeline = with_pods(pipeline, made.workflow, labels_of(made.workflow), as_namespaces=as_namespaces)
    kedro_viz.register(project.package, {"-".join(made.workflow.pipelines): pipeline})
    if save_file:
        kedro_viz.save(project, save_file)
        console.result(shown(save_file))
        from_here = os.path.relpath(save_file)  # Kedro-Viz takes none that begins with a slash
        step = shlex.join(["kedro", "viz", "run", "--load-file", from_here])
        console.done(f"Wrote {shown(save_file)}: {steps.counted(made)}.", next_step=step)
        return
    kedro_viz.serve(project, host, port, said=steps.counted(made), browser=browser)
