"""The nodes of a Workflow object: packed and unpacked as Argo does, and found by their names."""

from __future__ import annotations

import base64
import binascii
import gzip
import json
import zlib
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from typing import Any

from argo_kedro.errors import ClusterError
from argo_kedro.model import Json

LIMIT = 1024 * 1024  # bytes of a whole workflow as JSON, MAX_WORKFLOW_SIZE of Argo's controller
OF_WORKFLOW = "workflows.argoproj.io/workflow"  # label of its pods
NODE_ID = "workflows.argoproj.io/node-id"  # annotation of a pod
GROUPS = ("DAG", "TaskGroup", "Steps", "StepGroup")
GOOD = ("Succeeded", "Skipped", "Omitted")
_BELOW = "(.["  # what follows a task's name in the name of an attempt or item, of a hook or inner task, of a step
_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"

Node = dict[str, Any]


def name_of(workflow: Json) -> str:
    """The workflow's name."""
    return str((workflow.get("metadata") or {}).get("name") or "")


def nodes(workflow: Json) -> dict[str, Node]:
    """The nodes of a workflow by their ids; unpacked where the controller has packed them.

    Raises:
        ClusterError: if they are kept elsewhere, or packed in a way that is not known here.
    """
    status = workflow.get("status") or {}
    if status.get("nodes"):
        return dict(status["nodes"])
    if status.get("compressedNodes"):
        return _unpacked(name_of(workflow), status["compressedNodes"])
    if status.get("offloadNodeStatusVersion"):
        raise ClusterError(
            f"The nodes of {name_of(workflow)} are in the controller's database (nodeStatusOffLoad), "
            "which only the Argo server reads.",
            hint="use `argo` with --argo-server for this workflow, or Argo's UI.",
        )
    return {}


def with_nodes(workflow: Json, nodes: Mapping[str, Node]) -> dict[str, Any]:
    """The workflow with these nodes; packed where it would be too long otherwise.

    Raises:
        ClusterError: if it is too long even so.
    """
    status = {key: value for key, value in (workflow.get("status") or {}).items() if key != "compressedNodes"}
    plain = {**workflow, "status": {**status, "nodes": dict(nodes)}}
    if _size(plain) <= LIMIT:
        return plain
    status.pop("nodes", None)
    content = json.dumps(nodes, separators=(",", ":"), ensure_ascii=False).encode()
    text = base64.b64encode(gzip.compress(content, mtime=0)).decode()
    packed = {**workflow, "status": {**status, "compressedNodes": text}}
    if _size(packed) > LIMIT:
        what = f"{name_of(workflow)} has {_size(packed)} bytes with its nodes packed; Argo takes {LIMIT}."
        raise ClusterError(what, hint="submit it again with fewer tasks: runner.group_by in argo.yml joins nodes.")
    return packed


def phase_of(node: Json) -> str:
    """A node's phase; empty where it has none."""
    return str(node.get("phase") or "")


def hooked(node: Json) -> bool:
    """Whether it is an exit handler or another hook."""
    return bool((node.get("nodeFlag") or {}).get("hooked"))


def is_attempt(node: Json) -> bool:
    """Whether it is one of several attempts: its Retry node stands for the task."""
    return bool((node.get("nodeFlag") or {}).get("retried"))


class Tree:
    """The nodes by name. What belongs to a task begins with the task's name: attempts, items, inner tasks, hooks."""

    def __init__(self, workflow: str, nodes: Mapping[str, Node]) -> None:
        self.workflow = workflow
        self.nodes = {identity: node for identity, node in nodes.items() if node.get("name")}
        # What Argo may leave where a workflow was made with the name of one that was still being deleted: no name, no
        # phase, no type, only what some pod said.
        self.nameless = frozenset(identity for identity, node in nodes.items() if identity and not node.get("name"))
        self.by_name = {node["name"]: node for node in self.nodes.values()}
        self._names = sorted(self.by_name)

    def path(self, name: str) -> str:
        """A node's name without the workflow's; the node of the whole workflow keeps its name."""
        return name.removeprefix(f"{self.workflow}.")

    def below(self, name: str) -> list[str]:
        """The names of the nodes that belong to a node, without its own."""
        found = []
        for sign in _BELOW:
            first = bisect_left(self._names, name + sign)
            found += self._names[first : bisect_left(self._names, name + chr(ord(sign) + 1))]
        return found

    def all_of(self, names: Iterable[str]) -> set[str]:
        """These nodes, where they are there, and all that belongs to them."""
        found: set[str] = set()
        for name in names:
            found.update(self.below(name), [name] if name in self.by_name else [])
        return found

    def parts(self, node: Json) -> list[Node]:
        """The attempts of a Retry, or the items of a TaskGroup, in their order."""
        return self.items(node, node["name"])

    def items(self, node: Json, name: str) -> list[Node]:
        """The children of a node that are attempts or items of this name."""
        children = self.nodes_of(node, "children")
        return [child for child in children if child["name"].startswith(f"{name}(") and not hooked(child)]

    def hooks(self, node: Json) -> list[Node]:
        """The hooks of a node."""
        return [child for child in self.nodes_of(node, "children") if hooked(child)]

    def nodes_of(self, node: Json, field: str) -> list[Node]:
        """The nodes whose ids stand in a field of a node."""
        return [self.nodes[identity] for identity in node.get(field) or () if identity in self.nodes]


def _size(workflow: Json) -> int:
    """Bytes as Go writes JSON: without spaces, some signs escaped."""
    text = json.dumps(workflow, separators=(",", ":"), ensure_ascii=False)
    escaped = sum(text.count(sign) for sign in "<>&") * 5 + sum(text.count(sign) for sign in "\u2028\u2029") * 3
    return len(text.encode("utf-8", "surrogatepass")) + escaped


def _unpacked(name: str, text: str) -> dict[str, Node]:
    try:
        content = base64.b64decode(text, validate=True)
        if not content.startswith(_GZIP):
            raise _other_way(name, "zstd" if content.startswith(_ZSTD) else "brotli")
        unpacked: dict[str, Node] = json.loads(gzip.decompress(content))
    except (binascii.Error, EOFError, OSError, ValueError, zlib.error) as error:
        hint = "submit it again: its status is damaged, and what has run cannot be told."
        raise ClusterError(f"status.compressedNodes of {name} cannot be read: {error}.", hint=hint) from error
    return unpacked


def _other_way(name: str, algorithm: str) -> ClusterError:
    return ClusterError(
        f"The nodes of {name} are packed with {algorithm}; only gzip, Argo's default, is known here.",
        hint="use the `argo` command for this workflow, or set WORKFLOW_COMPRESSION_ALGORITHM=gzip on the controller.",
    )
