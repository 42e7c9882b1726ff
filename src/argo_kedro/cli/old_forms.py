"""Options of argo-kedro 0.1 that scripts still write: hidden from --help, each with a line that says the new form."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from argo_kedro.cli import console

# Under the folder that the command is called in, whatever project it is about: scripts look there.
OLD_MANIFEST = Path("templates", "argo-workflow-template.yml")

_C = TypeVar("_C", bound=Callable[..., Any])


def say_instead(old: str, new: str) -> None:
    """Tell a script's author the new form."""
    console.say(f"Note: {old} is from argo-kedro 0.1; now it is {new}.")


def old_environment(command: _C) -> _C:
    """`--environment ENV`, for a command that takes --env; stands below its other options."""

    @wraps(command)
    def with_env(*args: Any, environment: str | None, **options: Any) -> Any:
        if environment is None:
            return command(*args, **options)
        say_instead("--environment", f"--env {environment}")
        typed = click.get_current_context().get_parameter_source("env") is ParameterSource.COMMANDLINE
        if typed and options.get("env") != environment:
            raise click.UsageError(f"--env {options['env']} and --environment {environment}: give one of them.")
        return command(*args, **{**options, "env": environment})

    option = click.option("--environment", "environment", default=None, hidden=True)
    return option(with_env)  # type: ignore[return-value]  # what click makes of it takes other arguments anyway


def old_dry_run_option(command: _C) -> _C:
    """`-d/--dry_run`, which arrives as `old_dry_run`."""
    return click.option("--dry_run", "-d", "old_dry_run", is_flag=True, hidden=True)(command)


def keep_old_manifest(text: str) -> None:
    """Write the manifest of a dry run where argo-kedro 0.1 did, too."""
    from argo_kedro.cli import files  # here for the reason that `steps` gives

    if text:
        files.write(Path.cwd() / OLD_MANIFEST, text)
        say_instead("-d/--dry_run", f"--dry-run, which does not write {OLD_MANIFEST}")
