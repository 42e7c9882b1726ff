"""docs/reference/cli.md: every verb of `kedro argo`, from click itself, and what the exit codes mean."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version

import click

from argo_kedro.cli.diff import DIFFERENT
from argo_kedro.cli.group import argo
from argo_kedro.cli.options import OPTIONS
from argo_kedro.errors import ArgoKedroError, ClusterError, CompileError, ConfigError, WorkflowFailed
from generators.commands import options, options_table, paragraphs, table, usage

CHOOSES = "options that choose what runs"
_HEAD = """\
# Command line

This page is made from the commands themselves (`make docs`); `kedro argo --help` and `kedro argo VERB --help` show
the same. What a verb prints as its result goes to stdout, what it says beside that to stderr; the last line is the
command to go on with.
"""
_HEAD_OF_OPTIONS = """\
## Options that choose what runs

Those of `kedro run` by the same names, as Kedro {kedro} has them (an older Kedro has fewer), and `--profile`. Verbs
that plan take all of these; without any, it is the pipeline `__default__`.
"""
_FIRST = "explain"  # of the verbs that take them all


def page() -> str:
    """The whole page."""
    with click.Context(argo) as context:
        names = argo.list_commands(context)
        verbs = {name: _command(context, name) for name in names}
    rows = [(f"[`{name}`](#kedro-argo-{name})", verb.get_short_help_str(200)) for name, verb in verbs.items()]
    shared = [each for each in options(verbs[_FIRST]) if each.name in OPTIONS and each.name != "from_failed"]
    minor = ".".join(version("kedro").split(".")[:2])
    parts = [
        _HEAD,
        table(("verb", ""), rows),
        *_exit_codes(),
        _HEAD_OF_OPTIONS.format(kedro=minor),
        options_table(shared),
    ]
    names_of_shared = {each.name or "" for each in shared}
    for name, verb in verbs.items():
        parts += _verb(name, verb, names_of_shared)
    return "\n".join(parts)


def _command(context: click.Context, name: str) -> click.Command:
    command = argo.get_command(context, name)
    assert command is not None
    return command


def _exit_codes() -> Iterator[str]:
    yield "## Exit codes\n"
    ours = (ArgoKedroError, ConfigError, CompileError, ClusterError, WorkflowFailed)
    codes = {0: "Done.", 2: "The command line is wrong: an unknown option, a value that cannot be.", 130: "Ctrl-C."}
    codes |= {kind.exit_code: (kind.__doc__ or "").splitlines()[0] for kind in ours}
    codes |= {DIFFERENT: "Something differs (`kedro argo diff --exit-code`)."}
    codes |= {1: "Anything else.", 143: "A local run that `kedro argo stop`, or another SIGTERM, has ended."}
    yield table(("code", "what it means"), [(str(code), codes[code]) for code in sorted(codes)])


def _verb(name: str, verb: click.Command, shared: set[str]) -> Iterator[str]:
    yield f"## kedro argo {name}\n"
    yield paragraphs(verb)
    yield usage(f"kedro argo {name}", verb)
    takes_all = shared <= {each.name or "" for each in options(verb)}
    own = options(verb, without=shared if takes_all else ())
    if own:
        yield options_table(own)
    if takes_all:
        also = "And the" if own else "The"
        yield f"{also} [{CHOOSES}](#{CHOOSES.replace(' ', '-')}).\n"
