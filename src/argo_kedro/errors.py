"""What can go wrong, and the exit code of each.

* ArgoKedroError          1
  * ConfigError           3   argo.yml or the project's configuration is missing or wrong
  * CompileError          4   the pipeline cannot become a workflow
  * ClusterError          5   the cluster refused, or is out of reach
  * WorkflowFailed        6   the workflow ran, and did not succeed

2 is click's (wrong usage), 7 is that of `diff --exit-code` where something differs, 130 is Ctrl-C.
What a task in a pod exits with is in `task/exit_codes.py`.
"""

from __future__ import annotations

from typing import IO, Any

import click


class ArgoKedroError(click.ClickException):
    """An error with a message for the user: what, where, and in `hint` the way out."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    def format_message(self) -> str:
        """The message, and below it the way out."""
        return f"{self.message}\nHint: {self.hint}" if self.hint else self.message

    def show(self, file: IO[Any] | None = None) -> None:
        """Print to stderr: stdout is for results."""
        click.echo(f"Error: {self.format_message()}", file=file, err=file is None)


class ConfigError(ArgoKedroError):
    """argo.yml or the project's configuration is missing or wrong."""

    exit_code = 3


class CompileError(ArgoKedroError):
    """The pipeline cannot become a workflow."""

    exit_code = 4


class ClusterError(ArgoKedroError):
    """The cluster refused, or is out of reach."""

    exit_code = 5


class WorkflowFailed(ArgoKedroError):
    """The workflow ran, and did not succeed."""

    exit_code = 6
