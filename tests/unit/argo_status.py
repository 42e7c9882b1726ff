"""A small play of Argo's controller: it runs a Workflow of DAGs to its end, and goes on with what a retry left of it.

It keeps to what Argo 4 does where a retry depends on it: which nodes there are, who is linked to whom, which nodes are
looked at again, and how a DAG is judged. A pod ends as soon as it has begun.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Collection, Iterator
from typing import Any

from argo_kedro.names import node_id
from argo_kedro.workflows.nodes import nodes
from argo_kedro.workflows.retrying import Retry, retried

Node = dict[str, Any]
NOW = "2026-11-21T12:00:00Z"
BAD = ("Failed", "Error")
_OPEN = ("Pending", "Running")
_COMPLETED = "workflows.argoproj.io/completed"


def pod(name: str, *, attempts: int = 1, image: str = "app:1") -> dict[str, Any]:
    """A container template; with more than one attempt it has a retryStrategy."""
    container = {"image": image, "command": ["python", "-m", "argo_kedro.task"]}
    more = {"retryStrategy": {"limit": str(attempts - 1)}} if attempts > 1 else {}
    return {"name": name, "container": container, **more}


class Argo:
    """A workflow, its controller and its pods."""

    def __init__(self, workflow: dict[str, Any]) -> None:
        self.workflow = copy.deepcopy(workflow)
        self.pods: dict[str, str] = {}  # the phase of each pod that exists, by its node's id
        self.ran: list[str] = []  # the pods of the last run
        self._seconds = 0

    def run(
        self, *, fails: Collection[str] = (), stop_after: int | None = None, at_once: int | None = None
    ) -> dict[str, Any]:
        """Play the workflow to its end.

        Args:
            fails: The tasks, or single attempts of them, that fail: `grp.g2` or `grp.g2(0)`.
            stop_after: `argo stop` comes after so many pods.
            at_once: The parallelism of the workflow.
        """
        self.fails, self.stop_after, self.at_once = fails, stop_after, at_once
        self.ran, self.stopping = [], False
        if _COMPLETED not in self.workflow["metadata"]["labels"]:
            self.nodes = copy.deepcopy(nodes(self.workflow))
            self._begin()
            self._until_done("wf", self.workflow["spec"]["entrypoint"])
            self.stopped, self.stopping = self.stopping, False
            if self.workflow["spec"].get("onExit"):
                self._until_done("wf.onExit", self.workflow["spec"]["onExit"], nodeFlag={"hooked": True})
            self._end()
        return self.workflow

    def retry(self, image: str = "", *, now: str = NOW) -> Retry:
        """What `kedro argo retry` does: delete pods, put the workflow; at the controller's own time without `now`."""
        made = retried(self.workflow, now=now or self._now(), image=image)
        for identity in made.deleted:
            self.pods.pop(identity, None)
        self.workflow = copy.deepcopy(made.document)
        return made

    @property
    def phases(self) -> dict[str, str]:
        """The phase of each node by its path."""
        return {node["name"].removeprefix("wf."): node["phase"] for node in nodes(self.workflow).values()}

    def _begin(self) -> None:
        self.templates = {template["name"]: template for template in self.workflow["spec"]["templates"]}
        status = self.workflow.setdefault("status", {})
        status |= {"phase": "Running", "startedAt": status.get("startedAt") or self._now()}

    def _end(self) -> None:
        ends = [self._node(name)["phase"] for name in ("wf", "wf.onExit") if self._node(name)]
        phase = next((phase for phase in ends if phase in BAD), "Succeeded")
        status = {"phase": phase, "finishedAt": self._now(), "nodes": self.nodes}
        status["conditions"] = [{"type": "PodRunning", "status": "False"}, {"type": "Completed", "status": "True"}]
        if self.stopped:
            status["message"] = "Stopped with strategy 'Stop'"
            self.workflow["spec"]["shutdown"] = "Stop"
        self.workflow["status"].pop("compressedNodes", None)
        self.workflow["status"] |= status
        self.workflow["metadata"]["labels"] |= {_COMPLETED: "true", "workflows.argoproj.io/phase": phase}

    def _until_done(self, name: str, template: str, **flags: Any) -> None:
        while not self._is_done(self._node(name)):
            before, self.active = self._seconds, 0
            self._task(name, {"template": template}, "", **flags)
            for node in [node for node in self.nodes.values() if node["type"] == "Pod" and node["phase"] in _OPEN]:
                self._run_pod(node)
            assert self._seconds != before, f"the controller would wait for ever: {self.nodes}"

    def _run_pod(self, node: Node) -> None:
        path = node["name"].removeprefix("wf.")
        if node["id"] not in self.pods:  # else it takes what the old pod says
            self.ran.append(path)
            failed = self.stopping or path in self.fails or re.sub(r"\(\d+\)\Z", "", path) in self.fails
            self.pods[node["id"]] = "Failed" if failed else "Succeeded"
            self.stopping = self.stopping or len(self.ran) == self.stop_after
        phase = self.pods[node["id"]]
        node["outputs"] = {"exitCode": "0" if phase == "Succeeded" else "3"}
        self._mark(node, phase, "" if phase == "Succeeded" else "main: Error (exit code 3)")

    def _task(self, name: str, task: Node, boundary: str, **flags: Any) -> Node | None:
        """The node of a task, begun if it can begin."""
        template, node = self.templates[task["template"]], self._node(name)
        if self._is_done(node):
            return node
        if node is None and (self.stopping or ("dag" not in template and self.active == self.at_once)):
            return None
        if "retryStrategy" in template and "retried" not in flags.get("nodeFlag", {}):
            return self._retry(node or self._add(name, "Retry", task, boundary, **flags), task)
        if "dag" in template:
            return self._dag(node or self._add(name, "DAG", task, boundary, **flags), template["dag"])
        self.active += node is None
        return node or self._add(name, "Pod", task, boundary, phase="Pending", **flags)

    def _retry(self, node: Node, task: Node) -> Node:
        attempts = [self.nodes[child] for child in node.get("children", ())]
        if attempts and self._is_done(attempts[-1]):
            limit = int(self.templates[task["template"]]["retryStrategy"]["limit"])
            if attempts[-1]["phase"] == "Succeeded":
                return self._mark(node, "Succeeded")
            if len(attempts) > limit or self.stopping:
                return self._mark(node, attempts[-1]["phase"], "No more retries left")
        is_new = not attempts or self._is_done(attempts[-1])
        name = f"{node['name']}({len(attempts)})" if is_new else attempts[-1]["name"]
        attempt = self._task(name, task, node.get("boundaryID", ""), nodeFlag={"retried": True})
        if is_new and attempt:
            self._link(node, attempt)
        return node

    def _dag(self, node: Node, dag: Node) -> Node:
        tasks = {task["name"]: task for task in dag["tasks"]}
        needs = {name: re.findall(r"(?<![-.\w])[a-z][-\w]*", task.get("depends", "")) for name, task in tasks.items()}
        needed = {need for names in needs.values() for need in names}
        targets = [name for name in tasks if name not in needed]
        seen: set[str] = set()
        for name in targets:
            self._dag_task(node, tasks, needs, name, seen)
        phase = self._judged(node, [f"{node['name']}.{name}" for name in targets], dag.get("failFast", True))
        if phase != "Running":
            ends = [own for name in targets if (own := self._node(f"{node['name']}.{name}"))]
            node["outboundNodes"] = [each for end in ends for each in self._outbound(end)]
            self._mark(node, phase)
        return node

    def _dag_task(self, dag: Node, tasks: Node, needs: dict[str, list[str]], name: str, seen: set[str]) -> None:
        full = f"{dag['name']}.{name}"
        if name in seen or self._is_done(self._node(full)):
            return
        seen.add(name)
        for need in needs[name]:
            self._dag_task(dag, tasks, needs, need, seen)
        before = [self._node(f"{dag['name']}.{need}") for need in needs[name]]
        if not all(map(self._is_done, before)):
            return
        parents = [self.nodes[each] for node in before for each in self._outbound(node)] if before else [dag]
        task, is_new = tasks[name], self._node(full) is None
        if is_new and self.stopping:
            return
        if is_new and before and not self._met(task["depends"], dict(zip(needs[name], before, strict=True))):
            node = self._left_out(full, task, dag["id"], "Omitted", "omitted: depends condition not met")
        elif is_new and task.get("when") == "false":
            node = self._left_out(full, task, dag["id"], "Skipped", "when 'false' evaluated false")
        elif "withItems" in task:
            node = self._fan(full, task, dag["id"])
        else:
            node = self._task(full, task, dag["id"])
        for parent in parents if is_new and node else ():
            self._link(parent, node)

    def _fan(self, name: str, task: Node, boundary: str) -> Node:
        group = self._node(name) or self._add(name, "TaskGroup", task, boundary)
        names = [f"{name}({number}:{item})" for number, item in enumerate(task["withItems"])]
        for each in names:
            is_new = self._node(each) is None
            item = self._task(each, task, boundary)
            if is_new and item:
                self._link(group, item)
        items = [self._node(each) for each in names]
        if all(map(self._is_done, items)):
            self._mark(group, next((item["phase"] for item in items if item["phase"] in BAD), "Succeeded"))
        return group

    def _judged(self, dag: Node, targets: list[str], fail_fast: bool) -> str:
        if self.stopping:
            return "Failed"
        found = dict.fromkeys(node_id("wf", name) for name in targets)
        for node, branch in self._walk(dag):
            if not self._is_done(node):
                return "Running"
            if node["id"] in found and found[node["id"]] not in BAD:
                found[node["id"]] = branch
        result = "Succeeded"
        for branch in found.values():
            if branch is None:
                result = "Running"
            elif branch in BAD:
                result = branch
            if (branch is None and not fail_fast) or (branch in BAD and fail_fast):
                break
        return result

    def _walk(self, dag: Node) -> Iterator[tuple[Node, str]]:
        """What comes after a DAG's node, each with the phase that its branch has there."""
        todo, seen = [(child, "Succeeded") for child in dag.get("children", ())], set()
        for identity, phase in todo:  # grows while it is walked
            node = self.nodes[identity]
            branch = node["phase"] if node["phase"] in ("Succeeded", *BAD) else phase
            yield node, branch
            after = [self.nodes[child] for child in node.get("children", ())] if node["type"] == "Retry" else [node]
            new = [(child, branch) for each in after for child in each.get("children", ())]
            todo += [each for each in dict.fromkeys(new) if each not in seen]
            seen.update(new)

    def _met(self, depends: str, before: dict[str, Node]) -> bool:
        def answer(match: re.Match[str]) -> str:
            node, result = before[match[1]], match[2]
            if result == "AnySucceeded":
                return str(any(self.nodes[child]["phase"] == "Succeeded" for child in node.get("children", ())))
            return str(node["phase"] in ((result,) if result else ("Succeeded", "Skipped")))

        text = re.sub(r"([a-z][-\w]*)(?:\.(\w+))?", answer, depends)
        return bool(eval(text.replace("&&", " and ").replace("||", " or ").replace("!", " not ")))

    def _outbound(self, node: Node) -> list[str]:
        if node["type"] == "Retry":
            return node["children"][-1:]
        if node["type"] not in ("TaskGroup", "DAG"):
            return [node["id"]]
        inner = node.get("children" if node["type"] == "TaskGroup" else "outboundNodes", [])
        own = [node["id"]] if node["type"] == "TaskGroup" and not inner else []
        return own + [each for child in inner for each in self._outbound(self.nodes[child])]

    def _left_out(self, name: str, task: Node, boundary: str, phase: str, message: str) -> Node:
        return self._mark(self._add(name, "Skipped", task, boundary), phase, message)

    def _add(self, name: str, kind: str, task: Node, boundary: str, phase: str = "Running", **more: Any) -> Node:
        display = name.rpartition(".")[2]
        node = {"id": node_id("wf", name), "name": name, "displayName": display, "type": kind, "phase": phase}
        node |= {"templateName": task["template"], "templateScope": "local/wf", "progress": "0/1"}
        node |= {"startedAt": self._now(), "finishedAt": None, **({"boundaryID": boundary} if boundary else {}), **more}
        self.nodes[node["id"]] = node
        return node

    def _mark(self, node: Node, phase: str, message: str = "") -> Node:
        node |= {"phase": phase, "finishedAt": self._now(), **({"message": message} if message else {})}
        return node

    def _link(self, parent: Node, child: Node) -> None:
        if child["id"] not in parent.setdefault("children", []):
            parent["children"].append(child["id"])

    def _node(self, name: str) -> Node | None:
        return self.nodes.get(node_id("wf", name))

    def _is_done(self, node: Node | None) -> bool:
        return node is not None and node["phase"] not in _OPEN

    def _now(self) -> str:
        self._seconds += 1
        return f"2026-11-21T08:{self._seconds // 60 % 60:02}:{self._seconds % 60:02}Z"
