"""All rules for a manifest, one after the other.

`argo lint` and a server dry run let much of it through; some of it hangs a workflow for ever without a word.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from argo_kedro.manifest.kinds import KINDS
from argo_kedro.manifest.validation.containers import container_problems
from argo_kedro.manifest.validation.cron import cron_problems
from argo_kedro.manifest.validation.metadata import metadata_problems
from argo_kedro.manifest.validation.parameters import parameter_problems
from argo_kedro.manifest.validation.parts import Manifest, short
from argo_kedro.manifest.validation.pods import pod_problems
from argo_kedro.manifest.validation.policies import policy_problems
from argo_kedro.manifest.validation.reading import no_mapping, parsed, unreadable
from argo_kedro.manifest.validation.references import reference_problems
from argo_kedro.manifest.validation.tasks import dag_problems
from argo_kedro.manifest.validation.templates import spec_problems, template_problems
from argo_kedro.model import Kind, Problem

Rule = Callable[[Manifest], Iterator[Problem]]

_LIMIT = 1_048_576  # bytes of a workflow with its status, over which the controller gives up
_ROOM = 900_000  # refused above this: the estimate is one
_STATUS = 50  # bytes of status per task, compressed
_STATUS_RETRIED = 87  # the same where a retry strategy adds a node
_WRITTEN_BACK = 16  # "arguments":{} that the controller adds to a task without arguments


def validate(
    manifest: Mapping[str, Any] | str,
    *,
    where: str = "manifest",
    kind: Kind | None = None,
    more: tuple[Rule, ...] = (),
) -> list[Problem]:
    """All problems of a manifest's structure; none if Argo runs it.

    Args:
        manifest: The manifest, or its text as YAML.
        where: What problems call it, such as its path.
        kind: What it has to be; without it a Workflow, a WorkflowTemplate or a CronWorkflow.
        more: Rules beside those of a cluster, such as what one engine does not do.
    """
    data = parsed(manifest, where) if isinstance(manifest, str) else manifest
    if isinstance(data, Problem):
        return [data]
    if not isinstance(data, Mapping):
        return [no_mapping(where, data)]
    whole = Manifest(where, data)
    if kind and whole.kind != KINDS[kind]:  # everything else would follow from it
        return [_other_kind(whole, KINDS[kind])]
    too_large = list(size_problems(whole))
    if any(problem.where == where for problem in too_large):  # it contains itself: nothing below would end
        return too_large
    return [problem for rule in (*RULES, *more) for problem in rule(whole)]


def _other_kind(manifest: Manifest, wanted: str) -> Problem:
    return manifest.document.problem(
        f"{short(manifest.document.value.get('kind'))} is not {wanted}, as was asked for",
        "a template of your own that is the whole manifest writes `kind: [[ kind ]]` and what goes with each kind; one "
        'that begins with `[% extends "workflow.yaml.j2" %]` and has blocks only needs nothing',
        at="kind",
    )


def size_problems(manifest: Manifest) -> Iterator[Problem]:
    """A workflow that grows over what the controller stores: it would hang without a status."""
    try:
        text = json.dumps(manifest.data, ensure_ascii=False, separators=(",", ":"), default=str)
    except (ValueError, TypeError, RecursionError) as error:
        yield unreadable(manifest.where, error)
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
            "put several nodes into one task (a fused group), or run fewer pipelines at once",
        )


RULES: tuple[Rule, ...] = (
    metadata_problems,
    cron_problems,
    spec_problems,
    size_problems,
    template_problems,
    parameter_problems,
    dag_problems,
    container_problems,
    pod_problems,
    policy_problems,
    reference_problems,
)
