"""All rules for a manifest, one after the other.

`argo lint` and a server dry run let much of it through; some of it hangs a workflow for ever without a word.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from argo_kedro.manifest.validation.containers import container_problems
from argo_kedro.manifest.validation.metadata import metadata_problems
from argo_kedro.manifest.validation.parameters import parameter_problems
from argo_kedro.manifest.validation.parts import Manifest
from argo_kedro.manifest.validation.references import reference_problems
from argo_kedro.manifest.validation.tasks import dag_problems
from argo_kedro.manifest.validation.templates import spec_problems, template_problems
from argo_kedro.model import Json, Problem

_LIMIT = 1_048_576  # bytes of a workflow with its status, over which the controller gives up
_ROOM = 900_000  # refused above this: the estimate is one
_STATUS = 50  # bytes of status per task, compressed
_STATUS_RETRIED = 87  # the same where a retry strategy adds a node
_WRITTEN_BACK = 16  # "arguments":{} that the controller adds to a task without arguments


def validate(manifest: Mapping[str, Any] | str, *, where: str = "manifest") -> list[Problem]:
    """All problems of a manifest's structure; none if Argo runs it.

    Args:
        manifest: The manifest, or its text as YAML.
        where: What problems call it, such as its path.
    """
    try:
        data = _read(manifest) if isinstance(manifest, str) else manifest
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        return [_unreadable(where, error)]
    if not isinstance(data, Mapping):
        message = f"it is no mapping but {type(data).__name__}"
        return [
            Problem(message=message, where=where, hint="a manifest begins with apiVersion, kind, metadata and spec")
        ]
    whole = Manifest(where, data)
    too_large = list(size_problems(whole))
    if any(problem.where == where for problem in too_large):  # it contains itself: nothing below would end
        return too_large
    return [problem for rule in RULES for problem in rule(whole)]


def size_problems(manifest: Manifest) -> Iterator[Problem]:
    """A workflow that grows over what the controller stores: it would hang without a status."""
    try:
        text = json.dumps(manifest.data, ensure_ascii=False, separators=(",", ":"), default=str)
    except (ValueError, TypeError, RecursionError) as error:
        yield _unreadable(manifest.where, error)
        return
    retried = {name for name, template in manifest.by_name.items() if "retryStrategy" in template}
    tasks = [task for _, found in manifest.dags for task in found]
    status = sum(_STATUS_RETRIED if task.text("template") in retried else _STATUS for task in tasks)
    status += sum(_WRITTEN_BACK for task in tasks if "arguments" not in task)
    size = len(text.encode("utf-8", "surrogatepass"))
    if size + status > _ROOM:
        yield manifest.spec.problem(
            f"{len(tasks):,} tasks in {size:,} bytes grow to about {size + status:,} with their status: too near to "
            f"the {_LIMIT:,} at which Argo's controller gives up without a word",
            "put several nodes into one task (a fused group, or runner.group_by), or run fewer pipelines at once",
        )


RULES = (
    metadata_problems,
    spec_problems,
    size_problems,
    template_problems,
    parameter_problems,
    dag_problems,
    container_problems,
    reference_problems,
)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the C one is ten times faster
    """Refuses a key that stands twice in one mapping: Kubernetes does, and Python would drop the first."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> Any:
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode) and key.value != "<<"]
        if len(set(keys)) != len(keys):
            twice = next(key for key, _ in node.value if keys.count(key.value) > 1)
            raise yaml.constructor.ConstructorError(
                "while reading a mapping", node.start_mark, f"the key {twice.value!r} stands twice", twice.start_mark
            )
        return super().construct_mapping(node, deep=deep)


def _read(text: str) -> Json | Any:
    return yaml.load(text, Loader=_Loader)  # a SafeLoader


def _unreadable(where: str, error: Exception) -> Problem:
    mark = getattr(error, "problem_mark", None)
    line = f", line {mark.line + 1}" if mark is not None else ""
    what = getattr(error, "problem", None) or str(error) or type(error).__name__
    return Problem(message=f"it cannot be read: {what}", where=f"{where}{line}", hint="correct the YAML there")
