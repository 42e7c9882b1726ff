"""`kedro argo explain`: what will run where, and why, before it runs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from kedro.framework.startup import ProjectMetadata

from argo_kedro.cli import console
from argo_kedro.cli.options import from_failed_option, next_command, selection_options

if TYPE_CHECKING:
    from argo_kedro.cli.steps import Compiled
    from argo_kedro.model import Workflow
    from argo_kedro.views.comparison import Times

_ALL = "all"


def _strategies(_context: click.Context, _parameter: click.Parameter, value: str) -> tuple[str, ...]:
    """Names of strategies, by commas.

    Raises:
        click.UsageError: if one of them is none.
    """
    if not value:
        return ()
    from argo_kedro.config.running import STRATEGIES, is_strategy  # here for the reason that `steps` gives

    names = tuple(dict.fromkeys(name.strip() for name in value.split(",")))
    for name in names:
        if name != _ALL and not is_strategy(name):
            raise click.BadParameter(f"{name!r} is none of {', '.join(STRATEGIES)}, tag:<prefix>, {_ALL}.")
    return tuple(dict.fromkeys(each for name in names for each in (STRATEGIES if name == _ALL else (name,))))


@click.command(name="explain")
@selection_options
@from_failed_option
@click.option(
    "--group-by",
    default="",
    metavar="STRATEGIES",
    callback=_strategies,
    help="Compare what these strategies of `runner.group_by` make of the nodes, or `all` of them: node, chain, "
    "namespace, tag:<prefix>, memory, pipeline.",
)
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the plan into this HTML file, with a timeline by the times of the last local run that knows them.",
)
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
@click.pass_obj
@console.talk_on_stderr
def explain(
    metadata: ProjectMetadata, /, group_by: Sequence[str], html: Path | None, as_json: bool, **chosen: Any
) -> None:
    """Show which nodes run in which task, on what machine type, and which data crosses."""
    from argo_kedro.cli import steps  # here for the reason that `steps` gives
    from argo_kedro.views.explanation import explanation, table

    if html and (group_by or as_json):
        raise click.UsageError("--html shows one plan, as a page: give it without --group-by and --json.")
    made = steps.compiled(metadata.project_path, chosen)
    steps.stop_on_errors(made)
    if html:
        _write_page(metadata, made, html)
        return
    if group_by:
        _compare(metadata, made, group_by, as_json=as_json)
        return
    found = explanation(made.workflow)
    console.result(json.dumps(found, indent=2) if as_json else table(found, console.width()))
    console.problems(made.of("cluster", "warning"))
    if not as_json:
        console.say(f"Next: {next_command('run', made.chosen)}")


def _compare(metadata: ProjectMetadata, made: Compiled, strategies: Sequence[str], *, as_json: bool) -> None:
    from argo_kedro.config.running import EVERYTHING_ELSE  # here for the reason that `steps` gives
    from argo_kedro.views.comparison import comparison, table

    by_pipeline = dict(made.asked.project.config.runner.group_by)
    first = by_pipeline.pop(EVERYTHING_ELSE)
    configured = ", ".join([first, *(f"{name}: {how}" for name, how in by_pipeline.items())])
    plans = {configured: made.workflow}
    plans |= {how: _planned(made, how) for how in strategies if how != configured}
    found = comparison(plans, configured, _times(metadata, made))
    console.result(json.dumps(found, indent=2) if as_json else table(found))
    if not as_json:
        console.say(
            "Next: name the one you want in `runner.group_by` of argo.yml; `kedro argo explain` shows its tasks."
        )


def _write_page(metadata: ProjectMetadata, made: Compiled, path: Path) -> None:
    from argo_kedro.cli import files  # here for the reason that `steps` gives
    from argo_kedro.views.plan_report import plan_report
    from argo_kedro.views.report import page

    files.write(path, page(plan_report(made.workflow, _times(metadata, made))))
    console.result(files.shown(path))
    console.problems(made.of("cluster", "warning"))
    console.done(f"Wrote {files.shown(path)}: open it in a browser.", next_step=next_command("run", made.chosen))


def _times(metadata: ProjectMetadata, made: Compiled) -> Times:
    """How long nodes take, by the last run here that knows any of them."""
    from argo_kedro.local import runs  # here for the reason that `steps` gives
    from argo_kedro.views.comparison import times_of

    return times_of(runs(metadata.project_path), [node for task in made.workflow.tasks for node in task.nodes])


def _planned(made: Compiled, strategy: str) -> Workflow:
    """The same nodes by a strategy that counts for all pipelines."""
    from argo_kedro.config.running import EVERYTHING_ELSE  # here for the reason that `steps` gives
    from argo_kedro.plan import plan

    project = made.asked.project
    runner = project.config.runner.model_copy(update={"group_by": {EVERYTHING_ELSE: strategy}})
    other = replace(project, config=project.config.model_copy(update={"runner": runner}))
    return plan(other, made.asked.selection, load_versions=made.asked.load_versions)
