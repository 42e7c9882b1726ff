"""docs/reference/task.md: what runs inside a pod."""

from __future__ import annotations

from argo_kedro.task import exit_codes, finish, mlflow_run
from argo_kedro.task.__main__ import main
from generators.commands import options, options_table, paragraphs, table, usage

_HEAD = """\
# Inside a pod

This page is made from the commands themselves (`make docs`). The manifest calls them, in the project's folder. When a
task of `kedro argo run` fails, the last lines show the command that runs it alone.
"""
_VARIABLES = (
    ("`WORKFLOW_ID`", "set by the manifest", "The workflow's name: one for all tasks of a run."),
    (
        "`NUM_CPU`, `MEM_LIMIT_GB`",
        "set by the manifest",
        "Cores, rounded up, and GiB of memory that the pod may use at most.",
    ),
    (
        "`ARGO_KEDRO_TERMINATION_LOG`",
        "read",
        "The file for the one line that says why the task failed, in place of `/dev/termination-log`.",
    ),
)


def page() -> str:
    """The whole page."""
    codes = (
        (exit_codes.USER_CODE, "A node raised, or a hook of the project."),
        (exit_codes.CONFIGURATION, "The project, its catalog or the task's arguments: trying again does not help."),
        (exit_codes.STORAGE, "A dataset could not be loaded or saved."),
    )
    parts = [_HEAD]
    for command in (main, finish.main, mlflow_run.main):
        name = command.name or ""
        parts += [f"## {name.removeprefix('python -m ')}\n", usage(name, command), paragraphs(command)]
        parts += [options_table(options(command))]
    parts += [
        "## Exit codes of a task\n",
        table(("code", "what failed"), [(str(code), words) for code, words in codes]),
    ]
    parts += ["An expression of Argo's `retryStrategy` can tell them apart: `asInt(lastRetry.exitCode) == 7`.\n"]
    parts += ["## Environment variables\n", table(("variable", "is", ""), _VARIABLES)]
    return "\n".join(parts)
