"""`kedro argo`: each verb is imported when it is used."""

import click
from kedro.framework.cli.utils import LazyGroup

_VERBS = {
    "check": "argo_kedro.cli.check.check_",
    "compile": "argo_kedro.cli.compile.compile_",
    "explain": "argo_kedro.cli.explain.explain",
    "init": "argo_kedro.cli.init.init",
    "run": "argo_kedro.cli.run.run_",
}


class _Argo(LazyGroup):
    """Shows the verbs in the order in which they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return ["init", "explain", "check", "compile", "run"]


argo = _Argo(
    name="argo",
    lazy_subcommands=_VERBS,
    help="Run this project's pipelines on Argo Workflows, or the same manifest on this machine.",
)
