"""A retry: a failed Workflow object rewritten so that Argo's controller runs again only what has not succeeded.

A wrong rewrite does not fail, it lies: the workflow ends as Succeeded with tasks that never ran. So what was written is
looked at once more before anybody sees it, and `unfinished` looks at what came of it.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any

from argo_kedro.errors import ArgoKedroError, ClusterError
from argo_kedro.model import Json
from argo_kedro.workflows.images import with_image
from argo_kedro.workflows.nodes import GOOD, GROUPS, Node, Tree, hooked, name_of, nodes, phase_of, with_nodes
from argo_kedro.workflows.remaining import Remaining
from argo_kedro.workflows.state import END_PHASES

_LABELS = tuple(f"workflows.argoproj.io/{key}" for key in ("completed", "workflow-archiving-status", "phase"))
# persistentVolumeClaims: those of volumeClaimTemplates, which the controller deleted at the end, and makes again.
_OF_THE_END = ("phase", "message", "finishedAt", "persistentVolumeClaims")


@dataclass(frozen=True, kw_only=True)
class Retry:
    """A workflow to put in the place of the failed one, once the pods of the deleted nodes are gone."""

    document: dict[str, Any]
    # The ids of Pod nodes. A new attempt has the old one's name, so the controller would take a pod that is still there
    # for the result.
    deleted: tuple[str, ...]
    again: tuple[str, ...]  # tasks that have not succeeded, or depend on one that has not: `outer.inner`
    kept: tuple[str, ...]  # tasks that stay as they succeeded


def retried(workflow: Json, *, now: str, image: str = "") -> Retry:
    """The retry of a workflow that failed; the workflow itself stays as it is.

    Args:
        workflow: The object as the cluster gave it.
        now: The time, as Kubernetes writes it.
        image: Runs the rest in this image in place of the project's.

    Raises:
        ClusterError: if there is nothing to retry, or the image's place cannot be told.
    """
    found = nodes(workflow)
    _refuse(workflow, found)
    tree = Tree(name_of(workflow), found)
    remaining = Remaining(workflow, tree)
    exit_handler = tree.all_of(name for name in [f"{tree.workflow}.onExit"] if hooked(tree.by_name.get(name, {})))
    dropped = remaining.dropped | exit_handler
    left = _left(tree, dropped, remaining.reset, now)
    wrong = _wrong(tree, left, remaining, dropped, exit_handler)
    if wrong:
        raise ArgoKedroError(
            f"The retry of {tree.workflow} would not be right: {wrong}. Nothing was changed.",
            hint="submit it again; and please report this, with the object: kubectl get workflow -o json.",
        )
    gone = {tree.by_name[name]["id"]: tree.by_name[name]["type"] for name in dropped}
    opened = _opened(workflow, gone, now)
    return Retry(
        document=with_nodes(with_image(opened, image, now) if image else opened, left),
        deleted=tuple(sorted({*tree.nameless, *(identity for identity, kind in gone.items() if kind == "Pod")})),
        again=tuple(remaining.again),
        kept=tuple(remaining.kept),
    )


def unfinished(workflow: Json) -> list[str]:
    """The planned tasks that neither succeeded nor were rightly left out, whatever the workflow's phase says.

    A task is rightly left out where its `when` or `depends` says so, and a failure is no failure where the tasks after
    it made up for it.
    """
    return list(Remaining(workflow, Tree(name_of(workflow), nodes(workflow))).again)


def _refuse(workflow: Json, found: Mapping[str, Node]) -> None:
    name, status = name_of(workflow), workflow.get("status") or {}
    phase = status.get("phase") or ""
    if not phase:
        what = f"{name} has not begun: Argo's controller has not looked at it."
        raise ClusterError(what, hint=f"wait a little; if it stays so, kedro argo delete {name}, and submit it again.")
    if phase == "Succeeded":
        raise ClusterError(f"{name} succeeded: there is nothing to retry.", hint="to run it again, submit it again.")
    if phase not in END_PHASES:
        what = f"{name} is not over: it is {phase}."
        raise ClusterError(what, hint=f"wait for its end, or end it: kedro argo stop {name}.")
    if name not in found:
        said = f": {status['message']}" if status.get("message") else ""
        what = f"No task of {name} ever began, so there is nothing to retry{said}."
        raise ClusterError(what, hint="mend the cause, and submit it again.")


def _left(tree: Tree, dropped: set[str], reset: set[str], now: str) -> dict[str, Node]:
    """The nodes that stay, those that go on running among them."""
    kept = {identity: node for identity, node in tree.nodes.items() if node["name"] not in dropped}
    left = {}
    for identity, node in kept.items():
        if node["name"] in reset:
            node = {key: value for key, value in node.items() if key not in ("message", "finishedAt")}
            node |= {"phase": "Running", "startedAt": now}
        links = {key: node[key] for key in ("children", "outboundNodes") if node.get(key)}
        left[identity] = node | {key: [each for each in ids if each in kept] for key, ids in links.items()}
    return left


def _opened(workflow: Json, gone: Container[str], now: str) -> dict[str, Any]:
    """The workflow without what says that it is over."""
    metadata, spec, status = dict(workflow["metadata"]), dict(workflow["spec"]), dict(workflow["status"])
    if metadata.get("labels"):
        # The controller passes over whatever is labelled as completed.
        metadata["labels"] = {key: value for key, value in metadata["labels"].items() if key not in _LABELS}
    spec.pop("shutdown", None)
    if spec.get("activeDeadlineSeconds") == 0:  # how a workflow was terminated once
        del spec["activeDeadlineSeconds"]
    for key in _OF_THE_END:
        status.pop(key, None)
    if status.get("storedWorkflowTemplateSpec"):
        stored = status["storedWorkflowTemplateSpec"]
        status["storedWorkflowTemplateSpec"] = {key: value for key, value in stored.items() if key != "shutdown"}
    others = [each for each in status.get("conditions") or () if each.get("type") != "Completed"]
    status |= {"startedAt": now, "conditions": [*others, {"type": "Completed", "status": "False"}]}
    results = status.get("taskResultsCompletionStatus")
    if results:
        status["taskResultsCompletionStatus"] = {key: value for key, value in results.items() if key not in gone}
    return {**workflow, "metadata": metadata, "spec": spec, "status": status}


def _wrong(
    tree: Tree, left: Mapping[str, Node], remaining: Remaining, dropped: set[str], exit_handler: set[str]
) -> str:
    """What would make the rewritten workflow lie; empty if nothing would."""
    after = {node["name"]: node for node in left.values()}
    excused = tree.all_of(_excused(after, remaining))
    for name, node in after.items():
        if phase_of(node) not in GOOD and name not in remaining.reset and name not in excused:
            return f"{name} would stay {node['phase']}"
        links = {*(node.get("children") or ()), *(node.get("outboundNodes") or ())}
        if not left.keys() >= links:
            return f"{name} would be linked to what is gone"
    for name in dropped:
        for child in tree.nodes_of(tree.by_name[name], "children"):
            if child["name"] not in dropped:
                return f"{child['name']} would stay, but comes after {name}"
    touched = (dropped | remaining.reset) - exit_handler
    for name, node in after.items():
        inside = {name, *tree.below(name)} if node["type"] in (*GROUPS, "Retry") else set()
        if name not in remaining.reset and not touched.isdisjoint(inside):
            return f"{name} would stay {node['phase']}, but something in it runs again"
        if name in remaining.reset and name != tree.workflow:
            after_it = {child["name"] for each in inside for child in tree.nodes_of(tree.by_name[each], "children")}
            if after_it - inside - dropped:
                return f"{min(after_it - inside - dropped)} would stay, but comes after {name}"
    return ""


def _excused(after: Mapping[str, Node], remaining: Remaining) -> list[str]:
    """What may stay failed: attempts of what goes on or succeeded, hooks, and failures that were made up for."""
    found = list(remaining.forgiven)
    for name, node in after.items():
        flag = node.get("nodeFlag") or {}
        retry = after.get(name.rpartition("(")[0]) if flag.get("retried") else None
        if flag.get("hooked") or (retry is not None and phase_of(retry) in ("Succeeded", "Running")):
            found.append(name)
    return found
