"""Whether any node of the cluster, empty, has room for a pod, and would take it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from argo_kedro.cluster.preflight.case import Case, problem, quantity
from argo_kedro.cluster.preflight.pods import Pod
from argo_kedro.cluster.preflight.questions import Question
from argo_kedro.cluster.preflight.sizes import shown, shown_all, total
from argo_kedro.model import Json, Problem, text

NODES = Question("nodes", query=(("resourceVersion", "0"),))  # from the server's memory, however many there are
_KEEP_OFF = ("NoSchedule", "NoExecute")
# Labels of nodes that belong to a pool, which may well have none at the moment.
_POOLS = (
    "cloud.google.com/gke-nodepool",
    "eks.amazonaws.com/nodegroup",
    "alpha.eksctl.io/nodegroup-name",
    "karpenter.sh/nodepool",
    "kubernetes.azure.com/agentpool",
)
_NOT_FOR_PODS = ("pods", "hugepages-", "attachable-volumes-")
_WHERE = "`kubectl describe nodes` shows their labels, taints and what they have."


def node_problems(case: Case) -> Iterator[Problem]:
    """Pods that no node would take: they wait for ever, unless a pool of nodes grows."""
    nodes = case.answers.items(NODES)
    if not case.answers.knows(NODES):
        return
    grows = not nodes or any(label in _labels(node) for node in nodes for label in _POOLS)
    for why, pods in _unplaced(case.pods, nodes).items():
        if grows:
            hint = f"right for a pool that grows from none; if not, its pods wait for ever. {_WHERE}"
            yield problem(f"no node now: {why}.", case.users(pods), hint, "warning")
        else:
            yield problem(f"no node takes its pod: {why}.", case.users(pods), f"it would wait for ever. {_WHERE}")


def largest(nodes: Iterable[Json]) -> list[dict[str, Any]]:
    """What the nodes have that take pods: one of each kind, the largest first."""
    kinds: dict[tuple[tuple[str, str], ...], int] = {}
    for node in nodes:
        if not _is_closed(node):
            has = _allocatable(node)
            kinds[tuple(sorted(has.items()))] = kinds.get(tuple(sorted(has.items())), 0) + 1
    listed = [{"count": count, "allocatable": dict(kind)} for kind, count in kinds.items()]
    sizes = ("cpu", "memory")
    return sorted(listed, key=lambda each: [-quantity(dict(each["allocatable"]).get(key)) for key in sizes])


def _unplaced(pods: Iterable[Pod], nodes: Iterable[Json]) -> dict[str, list[Pod]]:
    """The pods that fit on no node, by the reason."""
    nodes, found = list(nodes), dict[str, list[Pod]]()
    for pod in pods:
        why = _why_not(pod, nodes)
        if why:
            found.setdefault(why, []).append(pod)
    return found


def _why_not(pod: Pod, nodes: list[Json]) -> str:
    """Why a pod has no place; empty if it has one."""
    left = [node for node in nodes if not _is_closed(node)]
    if not left:
        return "none is ready to take pods"
    tolerations = pod.spec.get("tolerations") or ()
    chosen = [node for node in left if _is_chosen(pod, node)]
    if not chosen:
        return f"none has the labels that it asks for ({_wanted(pod)})"
    free = [node for node in chosen if not _kept_off(node, tolerations)]
    if not free:
        return f"it does not tolerate the taints of those that it may go to: {', '.join(_taints(chosen, tolerations))}"
    wants = total(pod, "requests")
    if any(all(number <= quantity(_allocatable(node).get(key)) for key, number in wants.items()) for node in free):
        return ""
    most = {key: max(quantity(_allocatable(node).get(key)) for node in free) for key, number in wants.items() if number}
    lacking = {key: number for key, number in most.items() if number < wants[key]} or most
    has = ", ".join(shown(key, number) for key, number in sorted(lacking.items()))
    return (
        f"it asks for {shown_all(wants)}; {'no node has all of it' if lacking is most else f'the largest have {has}'}"
    )


def _is_chosen(pod: Pod, node: Json) -> bool:
    labels = _labels(node)
    selector = pod.spec.get("nodeSelector") or {}
    if any(labels.get(key) != value for key, value in selector.items()):
        return False
    terms = _terms(pod)
    return terms is None or any(_holds(term, labels) for term in terms)


def _terms(pod: Pod) -> list[Json] | None:
    """What node affinity demands; None where it demands nothing."""
    affinity = ((pod.spec.get("affinity") or {}).get("nodeAffinity")) or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution")
    return None if not required else list(required.get("nodeSelectorTerms") or ())


def _holds(term: Json, labels: Json) -> bool:
    """Whether a node with these labels meets a term; by its own fields nobody chooses but Kubernetes itself."""
    return all(_meets(each, labels) for each in term.get("matchExpressions") or ())


def _meets(expression: Json, labels: Json) -> bool:
    key, operator, values = text(expression, "key"), expression.get("operator"), expression.get("values") or []
    value, has = labels.get(key), key in labels
    if operator in ("In", "NotIn"):
        return bool((value in values) == (operator == "In"))
    if operator in ("Exists", "DoesNotExist"):
        return bool(has == (operator == "Exists"))
    if not has or not values:  # Gt, Lt
        return False
    number, bound = quantity(value), quantity(values[0])
    return number > bound if operator == "Gt" else number < bound


def _kept_off(node: Json, tolerations: Iterable[Json]) -> list[Json]:
    """The taints by which a node keeps a pod with these tolerations away."""
    taints = [taint for taint in (node.get("spec") or {}).get("taints") or () if taint.get("effect") in _KEEP_OFF]
    return [taint for taint in taints if not any(_tolerates(each, taint) for each in tolerations)]


def _tolerates(toleration: Json, taint: Json) -> bool:
    if toleration.get("effect") not in (None, "", taint.get("effect")):
        return False
    if toleration.get("operator") == "Exists":
        return toleration.get("key") in (None, "", taint.get("key"))
    return (toleration.get("key"), toleration.get("value") or "") == (taint.get("key"), taint.get("value") or "")


def _taints(nodes: Iterable[Json], tolerations: Iterable[Json]) -> list[str]:
    tolerations = list(tolerations)
    kept = [taint for node in nodes for taint in _kept_off(node, tolerations)]
    return list(dict.fromkeys(f"{each.get('key')}={each.get('value') or ''}:{each.get('effect')}" for each in kept))


def _wanted(pod: Pod) -> str:
    selector = [f"{key}={value}" for key, value in (pod.spec.get("nodeSelector") or {}).items()]
    return ", ".join([*selector, *(["affinity"] if _terms(pod) is not None else [])])


def _is_closed(node: Json) -> bool:
    """Whether nothing new is put onto a node: it is cordoned, or not ready."""
    conditions = (node.get("status") or {}).get("conditions") or ()
    ready = [each.get("status") for each in conditions if each.get("type") == "Ready"]
    return bool((node.get("spec") or {}).get("unschedulable")) or bool(ready and ready[0] != "True")


def _labels(node: Json) -> Json:
    return (node.get("metadata") or {}).get("labels") or {}


def _allocatable(node: Json) -> dict[str, str]:
    found = (node.get("status") or {}).get("allocatable") or {}
    return {key: str(value) for key, value in found.items() if not key.startswith(_NOT_FOR_PODS)}
