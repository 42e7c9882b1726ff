"""What one attempt at a task executes: its command and its environment, filled in."""

from __future__ import annotations

import json
import os
import platform
import re
import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from argo_kedro.local.pods import FIELD_TAGS
from argo_kedro.local.templates import Output, Pod
from argo_kedro.local.variables import Lookup, expand_twice
from argo_kedro.names import TERMINATION_LOG
from argo_kedro.usage import read_usage

_REASON_BYTES = 2 * 4096  # the end of a longer reason is kept, as Kubernetes does, and what the task took
_KEPT = ("HOME",)  # an image's own, as `security: restricted` sets it: here it would hide ~/.aws and the like
_REFERENCE = re.compile(r"\$\$|\$\(([^()]*)\)")


@dataclass(frozen=True, kw_only=True)
class Command:
    """What a process gets."""

    argv: tuple[str, ...]
    shown: tuple[str, ...]  # the same without secrets
    env: Mapping[str, str]  # all of it
    given: Mapping[str, str]  # what the manifest says itself: no secrets, nothing of this machine


def command(pod: Pod, lookup: Lookup, reason: Path) -> Command:
    """Fill in the tags, then the references to variables, `$(NAME)`."""
    given: dict[str, str] = {}
    known: dict[str, str] = {}  # with secrets
    for variable in pod.env:  # in this order: a reference is to what stands before it
        if variable.name in _KEPT:
            continue
        if variable.source == "secret":
            if variable.name in os.environ:
                known[variable.name] = os.environ[variable.name]
            continue
        if variable.source and variable.source not in FIELD_TAGS:
            known[variable.name] = _of_machine(variable.source, pod, lookup)
            continue
        text = f"{{{{{FIELD_TAGS[variable.source]}}}}}" if variable.source else variable.value
        value = expand_twice(text, lookup)
        given[variable.name], known[variable.name] = refer(value, given), refer(value, known)
    # As in our image: the log of a task that is killed has all that it printed, in lines that Kedro does not wrap.
    env = {"PYTHONUNBUFFERED": "1", "COLUMNS": "200", **os.environ, **known, TERMINATION_LOG: str(reason)}
    env["PATH"] = os.pathsep.join(part for part in (str(Path(sys.executable).parent), env.get("PATH", "")) if part)
    parts = [expand_twice(part, lookup) for part in pod.command]
    argv, shown = (tuple(refer(part, values) for part in parts) for values in (known, given))
    return Command(argv=argv, shown=shown, env=env, given=given)


def secrets(pod: Pod) -> list[str]:
    """The variables that a pod takes from secrets and config maps, and a local task from this machine."""
    return [variable.name for variable in pod.env if variable.source == "secret"]


def refer(text: str, values: Mapping[str, str]) -> str:
    """Kubernetes' own `$(NAME)`: unknown names stay as they are, `$$` is a dollar."""
    return _REFERENCE.sub(lambda match: "$" if match[0] == "$$" else values.get(match[1], match[0]), text)


def pod_lookup(values: Mapping[str, str], inputs: Mapping[str, str], outputs: tuple[Output, ...]) -> Lookup:
    """What the tags within a container stand for."""
    known = {
        **values,
        **{f"inputs.parameters.{name}": value for name, value in inputs.items()},
        **{f"outputs.parameters.{output.name}.path": output.path for output in outputs},
        "inputs.parameters": json.dumps([{"name": name, "value": value} for name, value in inputs.items()]),
    }
    return known.get


def reason_and_usage(file: Path) -> tuple[str, str]:
    """What the process wrote down: the reason of its failure, and what it took; the record has both from now on."""
    try:
        text = file.read_bytes()[-_REASON_BYTES:].decode("utf-8", "replace").strip()
        file.unlink()
    except FileNotFoundError:
        return "", ""
    reason, _, last = text.rpartition("\n")
    return (reason.strip(), last) if read_usage(last) else (text, "")


def _of_machine(path: str, pod: Pod, lookup: Lookup) -> str:
    """What stands here for a field of a pod that only a cluster has."""
    if path == "metadata.uid":
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{lookup('workflow.uid')}/{lookup('pod.name')}"))
    if path == "spec.serviceAccountName":
        return pod.service_account or lookup("workflow.serviceAccountName") or "default"
    return platform.node() if path == "spec.nodeName" else "127.0.0.1"


class OutputFiles:
    """The files that a task is to write: one that was there before and did not change was not written by it."""

    def __init__(self, folder: Path, outputs: tuple[Output, ...], lookup: Lookup) -> None:
        self._files = {output: folder / expand_twice(output.path, lookup) for output in outputs}
        self._before = {output: _stamp(file) for output, file in self._files.items()}

    def read(self) -> dict[str, str]:
        """The values.

        Raises:
            ValueError: if one is missing and has no default.
        """
        values = {}
        for output, file in self._files.items():
            stamp = _stamp(file)
            if stamp is not None and stamp != self._before[output]:
                text = file.read_text(encoding="utf-8", errors="replace")
                values[output.name] = text.removesuffix("\n")
            elif output.default is not None:
                values[output.name] = output.default
            else:
                raise ValueError(f"output parameter {output.name!r}: the task did not write {file}")
        return values


def _stamp(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
