"""`kedro argo`: each verb is imported when it is used."""

import click
from kedro.framework.cli.utils import LazyGroup

_VERBS = {  # in the order in which they are used
    "init": "argo_kedro.cli.init.init",
    "explain": "argo_kedro.cli.explain.explain",
    "viz": "argo_kedro.cli.viz.viz",
    "check": "argo_kedro.cli.check.check_",
    "compile": "argo_kedro.cli.compile.compile_",
    "diff": "argo_kedro.cli.diff.diff",
    "run": "argo_kedro.cli.run.run_",
    "submit": "argo_kedro.cli.submit.submit",
    "schedule": "argo_kedro.cli.schedule.schedule",
    "list": "argo_kedro.cli.list.list_",
    "status": "argo_kedro.cli.status.status",
    "logs": "argo_kedro.cli.logs.logs",
    "debug": "argo_kedro.cli.debug.debug",
    "report": "argo_kedro.cli.report.report",
    "retry": "argo_kedro.cli.retry.retry",
    "stop": "argo_kedro.cli.stop.stop",
    "delete": "argo_kedro.cli.delete.delete",
}
_OLD_VERBS = {"resubmit": "argo_kedro.cli.resubmit.resubmit"}  # of argo-kedro 0.1, not in --help


class _Argo(LazyGroup):
    """Shows the verbs in the order in which they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_VERBS)


argo = _Argo(
    name="argo",
    lazy_subcommands={**_VERBS, **_OLD_VERBS},
    help="Run this project's pipelines on Argo Workflows, or the same manifest on this machine.",
)
