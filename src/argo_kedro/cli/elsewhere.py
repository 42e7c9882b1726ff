"""A project compiled by a process of its own, which imports no more than that project: see `revisions`.

Run as `python -m argo_kedro.cli.elsewhere FILE`: the file says what to compile, and gets the answer.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from argo_kedro.cli import steps, work
from argo_kedro.errors import CompileError

_MORE = 5  # problems in an answer


def main(file: Path) -> None:
    """Compile what the file says."""
    asked = json.loads(file.read_text(encoding="utf-8"))
    try:
        answer = _answer(asked)
    except click.ClickException as error:
        answer = {"error": error.message, "hint": getattr(error, "hint", ""), "code": error.exit_code}
    file.write_text(json.dumps(answer), encoding="utf-8")


def _answer(asked: Mapping[str, Any]) -> dict[str, Any]:
    made = steps.compiled(Path(asked["project"]), asked["chosen"], asked["workflow_name"], kind=asked["kind"])
    errors = made.of("error")
    if errors:
        more = f"\nand {len(errors) - _MORE} more" if len(errors) > _MORE else ""
        return {"error": "\n".join(map(str, errors[:_MORE])) + more, "hint": "", "code": CompileError.exit_code}
    return {"document": made.document, "names": work.labels_of(made.workflow)}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
