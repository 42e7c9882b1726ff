"""What a command says: results on stdout, talk on stderr, the next step last. Nothing else prints."""

from __future__ import annotations

import logging
import shutil
import sys
from collections.abc import Callable, Iterable
from contextlib import redirect_stdout
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TextIO, TypeVar

import click

from argo_kedro.errors import ArgoKedroError
from argo_kedro.model import Problem
from argo_kedro.views.plain import plain

_P = ParamSpec("_P")
_T = TypeVar("_T")

_RESULTS: ContextVar[TextIO | None] = ContextVar("results", default=None)
_WORDS = {"error": ("Error", "red"), "cluster": ("On a cluster", "yellow"), "warning": ("Warning", "yellow")}


def talk_on_stderr(command: Callable[_P, _T]) -> Callable[_P, _T]:
    """Send what Kedro logs and the project's modules print to stderr: stdout is for results."""

    @wraps(command)
    def wrapped(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        stdout = sys.stdout
        for handler in logging.getLogger().handlers:
            if isinstance(handler, logging.StreamHandler) and handler.stream is stdout:
                handler.setStream(sys.stderr)
        token = _RESULTS.set(stdout)
        try:
            with redirect_stdout(sys.stderr):
                return command(*args, **kwargs)
        except ArgoKedroError as error:  # it may quote what a cluster said
            raise type(error)(plain(error.message), hint=plain(error.hint)) from error
        except KeyboardInterrupt:
            say("Stopped.")
            raise click.exceptions.Exit(130) from None
        finally:
            _RESULTS.reset(token)

    return wrapped


def result(text: str) -> None:
    """Print what was asked for; it may be piped on."""
    click.echo(plain(text), file=_RESULTS.get())


def width() -> int | None:
    """How many characters a line of results has; None where they go into a file or a pipe."""
    stdout = _RESULTS.get() or sys.stdout
    return shutil.get_terminal_size().columns if stdout.isatty() else None


def say(text: str) -> None:
    """Print for the person who is looking on."""
    click.echo(plain(text), err=True)


def warn(text: str) -> None:
    """Print what may go wrong later."""
    say(f"Warning: {text}")


def done(text: str, next_step: str = "") -> None:
    """Print the last words of a command, and which one comes next."""
    say(text)
    if next_step:
        say(f"Next: {next_step}")


def problems(found: Iterable[Problem]) -> None:
    """Print each problem with its place and its way out."""
    for problem in found:
        word, colour = _WORDS[problem.severity]
        say(f"{click.style(word, fg=colour)}: {problem}")
