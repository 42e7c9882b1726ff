"""What does the installed plugin cost the commands of Kedro that it has nothing to do with?

The same commands without it, with pydantic alone (Kedro 1.7 imports it where it finds it, and we bring it), with the
plugin, and with argo-kedro 0.1.41, each in an environment of its own. Telemetry 0.9 looks at the group of the command
that was given, older ones at all commands of all plugins: so all verbs must be light, too.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from support.environments import OLD, with_dependencies, with_old_plugin, with_this_plugin, without_plugin
from support.measure import QUIET, cpu_seconds, interleaved, table
from support.project import make

# Telemetry on, and no way out of this machine.
_TELEMETRY = {
    "DO_NOT_TRACK": "",
    "KEDRO_DISABLE_TELEMETRY": "",
    **dict.fromkeys(("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"), "http://127.0.0.1:9"),
}
_COMMANDS: tuple[tuple[tuple[str, ...], Mapping[str, str], str], ...] = (
    (("--version",), QUIET, ""),
    (("--help",), QUIET, ""),
    (("registry", "list"), QUIET, ""),
    (("registry", "list"), _TELEMETRY, ", telemetry on"),
)
_IMPORTS = {
    "kedro.framework.cli.cli": "import kedro.framework.cli.cli",
    "and our entry point": "import kedro.framework.cli.cli, argo_kedro.cli",
    "and all our verbs": """\
import kedro.framework.cli.cli
from argo_kedro.cli import commands
import click
context = click.Context(commands)
group = commands.get_command(context, "argo")
for verb in group.list_commands(context):
    group.get_command(context, verb)
""",
}
_WATCHED = ("jinja2", "kubernetes", "pandas", "pydantic", "yaml")
_MODULES = """\
import json, sys
from pathlib import Path
from kedro.framework.cli.cli import main
path = sys.argv.pop(1)
try:
    main()
finally:
    Path(path).write_text(json.dumps(sorted(sys.modules)))
"""


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=15)
    repeats = parser.parse_args().repeats
    pythons = {
        "without": without_plugin(),
        "pydantic": with_dependencies(),
        "with": with_this_plugin(),
        OLD: with_old_plugin(),
    }
    with tempfile.TemporaryDirectory() as name:
        home = Path(name) / "home"
        home.mkdir()
        os.environ.update(HOME=str(home), XDG_CONFIG_HOME=str(home))  # telemetry keeps an id there
        project = make(Path(name) / "project")
        _commands(pythons, project, repeats)
        _imports(pythons["with"], project, repeats)
        _modules(pythons, project)


def _commands(pythons: Mapping[str, Path], project: Path, repeats: int) -> None:
    rows = []
    for arguments, env, remark in _COMMANDS:
        commands = {name: [python.parent / "kedro", *arguments] for name, python in pythons.items()}
        found = interleaved(commands, project, repeats, env)
        ratios = [f"{found[name] / found['without']:.3f}" for name in ("pydantic", "with", OLD)]
        rows.append([f"kedro {' '.join(arguments)}{remark}", *(f"{cost:.3f}" for cost in found.values()), *ratios])
    columns = ["command", *(f"{name} s" for name in pythons), *(f"{name} /" for name in ("pydantic", "with", OLD))]
    table(f"A command of Kedro's; CPU seconds, median of {repeats}", columns, rows)


def _imports(python: Path, project: Path, repeats: int) -> None:
    found = interleaved({name: [python, "-c", code] for name, code in _IMPORTS.items()}, project, repeats)
    base = found["kedro.framework.cli.cli"]
    rows = [[name, f"{cost:.3f}", f"{cost / base:.3f}"] for name, cost in found.items()]
    table(f"Imports; CPU seconds, median of {repeats}", ["what", "s", "ratio"], rows)


def _modules(pythons: Mapping[str, Path], project: Path) -> None:
    """The modules that a command imports only because a plugin is there."""
    rows = []
    for arguments, env, remark in _COMMANDS:
        before = _imported(pythons["without"], arguments, project, env)
        for name in ("pydantic", "with", OLD):
            more = _imported(pythons[name], arguments, project, env) - before
            watched = sorted({module.partition(".")[0] for module in more}.intersection(_WATCHED))
            rows.append(
                [
                    f"kedro {' '.join(arguments)}{remark}, {name}",
                    str(len(more)),
                    str(sum("argo_kedro" in module for module in more)),
                    ", ".join(watched) or "none",
                ]
            )
    columns = ["command", "modules more", "argo_kedro's own", f"of {', '.join(_WATCHED)}"]
    table("Modules imported that Kedro does not import without the plugin", columns, rows)


def _imported(python: Path, arguments: Sequence[str], project: Path, env: Mapping[str, str]) -> set[str]:
    path = project / "modules.json"
    cpu_seconds([python, "-c", _MODULES, path, *arguments], project, env)
    return set(json.loads(path.read_text()))


if __name__ == "__main__":
    main()
