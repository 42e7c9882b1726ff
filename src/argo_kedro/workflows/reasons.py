"""Why a task failed or waits, in words: what Argo and Kubernetes say, and the way out.

A message is one of three: how a container ended, why no cluster node takes a pod, or one of the causes in `causes.py`.
What none of them knows is passed on as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from argo_kedro.workflows.causes import CAUSES, Cause


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why something failed or waits."""

    text: str
    hint: str = ""
    known: bool = True  # false where the words are Argo's own, or say nothing yet

    @property
    def line(self) -> str:
        """All of it in one line."""
        return f"{self.text.removesuffix('.')}. Hint: {self.hint}" if self.hint else self.text


def reason(message: str, events: Sequence[str] = ()) -> Reason:
    """The reason in a node's or a workflow's message, and in the warnings among its pod's events, the newest last."""
    said = _one_line(message)
    found = _known(said)
    if found:
        return found
    warnings = [_one_line(event) for event in events]
    if said in _SETTING_UP:
        warnings = [warning for warning in warnings if not _BYGONE.search(warning)]
    for warning in reversed(warnings):
        found = _known(warning)
        if found:
            return found
    if said in _SETTING_UP:
        said = f"its pod is being set up, with its image and its volumes ({said})"
        return Reason(text=warnings[-1] if warnings else said, known=False)
    return Reason(text=said or (warnings[-1] if warnings else ""), known=False)


_SETTING_UP = ("PodInitializing", "ContainerCreating")
# Of a pod that has a place by now, or passing within seconds.
_BYGONE = re.compile(r"nodes are available|^no nodes available|failed to sync \w+ cache|not registered$")
_CONTAINER = re.compile(r"^(?P<container>[a-z0-9-]+): (?P<why>\w*) ?\(exit code (?P<code>\d+)\)(?:: ?(?P<line>.*))?$")
_EXECUTOR = "64"  # exit code of Argo's executor: then its own words are in the line
_NO_PLACE = re.compile(
    r"\b0/(?P<nodes>\d+) nodes are available: (?P<why>.*?)"
    r"(?:\.? no new claims to deallocate,)?(?: preemption: (?P<preemption>.*))?$"
)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _known(said: str) -> Reason | None:
    ended = _CONTAINER.match(said)
    if ended and ended["code"] != _EXECUTOR:  # its line is the task's own: "image not found" may be about pictures
        return _ended(**ended.groupdict(default=""))
    no_place = _NO_PLACE.search(said)
    if no_place:
        return _no_place(**no_place.groupdict(default=""))
    return _caused(said, CAUSES) or (_ended(**ended.groupdict(default="")) if ended else None)


def _caused(said: str, causes: Sequence[Cause], **more: str) -> Reason | None:
    for cause in causes:
        found = re.search(cause.pattern, said)
        if found:
            quoted = {**found.groupdict(default=""), **more}
            return Reason(text=_one_line(cause.text.format(**quoted)), hint=cause.hint.format(**quoted))
    return None


# How a container ended -----------------------------------------------------------------------------------------------

_LOG = "`kedro argo logs` shows its last words."
_RETRY = "`kedro argo retry` runs what has not succeeded"


class _Exit(NamedTuple):
    """An exit code without a word: what it means, and the way out."""

    text: str
    hint: str = _LOG


EXITS = {
    "1": _Exit(
        "it failed without saying why",
        f"{_LOG} If there are none, it was out of memory, or crashed in a library that is not Python.",
    ),
    "2": _Exit(
        "its command did not take its arguments",
        f"the image and the manifest may differ: build and push the image again, and submit. {_LOG}",
    ),
    "126": _Exit("its command is in the image, but cannot be executed"),
    "127": _Exit("the image lacks its command"),
    "132": _Exit("it used an instruction that the cluster node's processor does not have"),
    "134": _Exit("it aborted in a library that is not Python"),
    "135": _Exit(
        "it lost its memory mapping",
        "mostly /dev/shm is too small for what its processes share: mount an emptyDir with `medium: Memory` there.",
    ),
    "137": _Exit(
        "it was killed",
        f"the cluster node was short of memory, or somebody ended it by force. {_RETRY}.",
    ),
    "139": _Exit("it crashed in a library that is not Python"),
    "143": _Exit(
        "it was told to end",
        f"the workflow was stopped, its time was over, or its cluster node was taken away. {_RETRY}.",
    ),
}
_OTHER = _Exit("it failed")
_NO_MEMORY = _Exit(
    "it ran out of memory",
    "give it a machine type with more `mem` (`machine_types` in argo.yml) and submit again.",
)
# What the exit codes of our own tasks say beside their line, see `task/exit_codes.py`.
_OF_TASKS = {
    "1": f"mend the node, build and push the image; {_RETRY}, with `--image` from the new one.",
    "3": "the same again does not help: mend the configuration, build and push the image; "
    f"{_RETRY}, with `--image` from the new one.",
    "7": "are the path, the credentials (`template.environment` in argo.yml) and the network right? "
    f"{_RETRY}, and on the same data.",
}


# What a task that runs keeps as its line: a process that is killed leaves no other.
_MEASURE = re.compile(
    r"^memory (?P<used>[\d.]+) (?P<unit>[KMGT]?i?B)(?: of (?P<limit>[\d.]+) (?P<limit_unit>[KMGT]?i?B))?"
    r"(?:, (?P<where>.*))?$"
)


def _ended(container: str, why: str, code: str, line: str) -> Reason:
    """How a container ended, by the line that it left for Argo, else by its exit code."""
    measure = _MEASURE.match(line)
    if measure and container == "main":
        return _measured(why, code, **measure.groupdict(default=""))
    line, _, own_hint = line.partition(" Hint: ")  # as our own errors have it
    no_memory = why == "OOMKilled"
    exit_ = _NO_MEMORY if no_memory else EXITS.get(code, _OTHER)
    text = ": ".join(filter(None, (exit_.text if no_memory or not line else "", line)))
    if container != "main":
        hint = own_hint or f"`kubectl logs POD -c {container}` shows its last words."
        return Reason(text=f"container {container}: {text} (exit code {code})", hint=hint)
    hint = own_hint or (_OF_TASKS.get(code, _LOG) if line and not no_memory else exit_.hint)
    return Reason(text=f"{text} (exit code {code})", hint=hint)


def _measured(why: str, code: str, used: str, unit: str, limit: str, limit_unit: str, where: str) -> Reason:
    """How a task ended that was last seen with so much memory in use, of so much that it may have."""
    limit_text = f"{limit} {limit_unit}" if limit else ""
    seen = used if unit == limit_unit else f"{used} {unit}"
    amount = f"{seen} of {limit_text}" if limit else seen
    place = f", {'in ' if where.startswith('node ') else ''}{where}" if where else ""
    if why == "OOMKilled":
        than = f" than {limit_text}" if limit else ""
        hint = f"give it a machine type with more `mem`{than} (`machine_types` in argo.yml) and submit again."
        return Reason(text=f"out of memory at {amount}{place} (exit code {code})", hint=hint)
    exit_ = EXITS.get(code, _OTHER)
    return Reason(text=f"{exit_.text} at {amount} of memory{place} (exit code {code})", hint=exit_.hint)


# Why no cluster node takes a pod -------------------------------------------------------------------------------------

PLACES = (
    Cause(
        r"^(?P<count>\d+) Insufficient (?P<what>cpu|memory|ephemeral-storage)",
        "too little {what} on {count} of {nodes}",
        "it starts when others have ended; a smaller machine type (`machine_types` in argo.yml) finds a place sooner.",
    ),
    Cause(
        r"^(?P<count>\d+) Insufficient (?P<what>\S+)",
        "no free {what} on {count} of {nodes}",
        "`num_gpu`, `gpu_resource` and `limits` of its machine type in argo.yml ask for {what}; who runs the cluster "
        "knows which nodes have it.",
    ),
    Cause(
        r"^(?P<count>\d+) node\(s\) had (?:untolerated )?taints?(?:\(s\))? ?(?P<taint>\{[^}]*\})?",
        "a taint {taint} that it does not tolerate on {count} of {nodes}",
        "`tolerations` of its machine type in argo.yml let it onto nodes that are kept for some.",
    ),
    Cause(
        r"^(?P<count>\d+) node\(s\) didn't match Pod's node (?:affinity|selector)",
        "labels that it asks for are missing on {count} of {nodes}",
        "`node_selector` and `affinity` of its machine type in argo.yml: `kubectl get nodes --show-labels` shows what "
        "there is.",
    ),
    Cause(r"^(?P<count>\d+) Too many pods", "no room for one more pod on {count} of {nodes}"),
    Cause(r"^(?P<count>\d+) node\(s\) were unschedulable", "closed to new pods are {count} of {nodes}"),
    Cause(
        r"^pod has unbound immediate PersistentVolumeClaims",
        "its volume claim has no volume",
        "`kubectl describe pvc` in the workflow's namespace says why.",
    ),
    Cause(r"^(?P<count>\d+) node\(s\) (?P<rest>.*)", "{rest} ({count} of {nodes})"),
)


def _no_place(nodes: str, why: str, preemption: str) -> Reason:
    parts = re.split(r", (?=\d+ )", why.rstrip(". "))
    found = [
        _caused(part, (*PLACES, *CAUSES), nodes=nodes) or Reason(text=part, hint="ask who runs the cluster.")
        for part in parts
    ]
    text = f"no cluster node takes it: {', '.join(each.text for each in found)}"
    hints = dict.fromkeys(each.hint for each in found if each.hint)
    if all(" Insufficient " in part for part in parts):
        # What is too much for a node that does nothing else cannot be had by sending others away.
        for_ever = f"{nodes} Preemption is not helpful" in preemption
        text += ", even if nothing else ran there" if for_ever else ""
        hints["A cluster that adds nodes by itself takes minutes." if for_ever else "It starts when one has room."] = (
            None
        )
    return Reason(text=text, hint=" ".join(hints))
