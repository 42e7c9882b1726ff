"""What the namespace lets pods take: ResourceQuotas, and LimitRanges for each container."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from argo_kedro.cluster.preflight.case import Case, kubectl, problem, quantity
from argo_kedro.cluster.preflight.installation import Controller
from argo_kedro.cluster.preflight.pods import ARGOS_OWN, Pod
from argo_kedro.cluster.preflight.sizes import SIDES, Amounts, asked, counted, shown, total
from argo_kedro.model import Json, Problem, text

QUOTAS, LIMITS = "resourcequotas", "limitranges"
# A quota of these demands that each container says how much it takes; of others it does not.
_DEMANDED = ("requests.cpu", "requests.memory", "limits.cpu", "limits.memory")
_SHORT = {"cpu": "requests.cpu", "memory": "requests.memory", "ephemeral-storage": "requests.ephemeral-storage"}
_SHORT |= {"count/pods": "pods", "count/persistentvolumeclaims": "persistentvolumeclaims"}
_WORKFLOWS = "count/workflows.argoproj.io"


def quota_problems(case: Case, controller: Controller) -> Iterator[Problem]:
    """Pods that a quota never lets in, or not now, or not all that could run at once."""
    for quota in case.answers.items(case.here(QUOTAS)):
        if _is_scoped(quota):
            continue
        hard, used = _amounts(quota, "hard"), _amounts(quota, "used")
        where = f"quota {text(quota, 'metadata', 'name')}"
        look = f"{kubectl(case.namespace, 'describe')} resourcequota shows it; a smaller machine type takes less."
        left = {key: number - used.get(key, Decimal(0)) for key, number in hard.items()}
        yield from _undemanded(case, controller, hard, where)
        yield from _too_large(case, hard, left, where, look)
        yield from _at_peak(case, hard, left, where, look)


def limit_problems(case: Case) -> Iterator[Problem]:
    """Containers and pods that a LimitRange refuses: pods are then not made at all."""
    for limits in case.answers.items(case.here(LIMITS)):
        where = f"LimitRange {text(limits, 'metadata', 'name')}"
        for item in (limits.get("spec") or {}).get("limits") or ():
            for why, pods in _refused(case, item).items():
                hint = f"{kubectl(case.namespace, 'describe')} limitrange shows it; change the machine type."
                yield problem(f"{where} refuses its pods: {why}.", case.users(pods), hint)


def scoped(case: Case) -> list[str]:
    """The quotas that count only some pods, which nobody here works out."""
    return [text(each, "metadata", "name") for each in case.answers.items(case.here(QUOTAS)) if _is_scoped(each)]


def _undemanded(case: Case, controller: Controller, hard: Amounts, where: str) -> Iterator[Problem]:
    """Containers that say nothing of what the quota counts, Argo's own among them."""
    wanted = [key for key in _DEMANDED if key in hard and not _is_given(case, key)]
    own = [key for key in wanted if any(not _says(pod, name, key) for pod in case.pods for name in ARGOS_OWN)]
    ours = [pod for pod in case.pods for key in wanted if any(not _has(each, key) for each in pod.containers)]
    if ours:
        hint = "give its machine type `requests` and `limits`, and sidecars and init containers `resources`."
        yield problem(f"{where} demands {', '.join(wanted)} of each container.", case.users(ours), hint)
    configured = controller.config.get("executor")
    given = {"resources": configured.get("resources")} if isinstance(configured, dict) else {}
    own = [key for key in own if not _has(given, key)]
    if own and case.pods:
        hint = (
            "a LimitRange with defaults for containers gives them to Argo's own, or `executor.resources` in the "
            "ConfigMap of Argo's controller does."
        )
        message = (
            f"it demands {', '.join(own)} of Argo's own containers init and wait too, which have none by themselves."
        )
        yield problem(message, where, hint, "cluster" if controller.is_read else "warning")


def _too_large(case: Case, hard: Amounts, left: Amounts, where: str, look: str) -> Iterator[Problem]:
    for pod in case.pods:
        amounts = counted(pod)
        for key in sorted(hard.keys() & amounts.keys()):
            wants = shown(key, amounts[key])
            if amounts[key] > hard[key]:
                yield problem(f"one pod takes {wants}, {where} allows {shown(key, hard[key])} in all.", pod.shown, look)
            elif amounts[key] > left[key]:
                message = f"one pod takes {wants}, of {where} {shown(key, max(left[key], Decimal(0)))} is left now."
                yield problem(f"{message} It waits until others end.", pod.shown, look, "warning")
    if left.get(_WORKFLOWS, 1) < 1:
        yield problem("it allows no further workflow now: `kedro argo delete` makes room.", where, look)


def _at_peak(case: Case, hard: Amounts, left: Amounts, where: str, look: str) -> Iterator[Problem]:
    """Whether all pods that may run at once find room; they wait for each other if not."""
    by_template = {pod.template: counted(pod) for pod in reversed(case.pods)}  # on their first machine type
    parallel = case.spec.get("parallelism")
    most = parallel if isinstance(parallel, int) and parallel > 0 else None
    for key in sorted(hard):
        peaks = []
        for moment in case.moments:
            pods = [by_template[name] for name in moment.elements() if name in by_template]
            each = sorted((amounts.get(key, Decimal(0)) for amounts in pods), reverse=True)
            peaks.append(sum(each[:most], Decimal(0)))
        peak = max(peaks, default=Decimal(0))
        one = max((each.get(key, Decimal(0)) for each in by_template.values()), default=Decimal(0))
        if one <= left[key] < peak:
            message = f"tasks that may run at once take {shown(key, peak)}, {shown(key, left[key])} is left now"
            hint = f"fine if some may wait for others; `policies.parallelism` says how many run at once. {look}"
            yield problem(f"{message}: some wait.", where, hint, "warning")


def _refused(case: Case, item: Json) -> dict[str, list[Pod]]:
    found: dict[str, list[Pod]] = {}
    for pod in case.pods:
        for why in _whys(pod, item):
            found.setdefault(why, []).append(pod)
    return found


def _whys(pod: Pod, item: Json) -> Iterator[str]:
    kind = item.get("type")
    if kind == "Pod":
        parts = [("the pod", {side: total(pod, side) for side in SIDES})]
    elif kind == "Container":
        parts = [
            (f"container {each.get('name')}", {side: asked(each, side) for side in SIDES}) for each in pod.containers
        ]
    else:
        return
    for name, sides in parts:
        for key, most in (item.get("max") or {}).items():
            number = sides["limits"].get(key, quantity((item.get("default") or {}).get(key)))
            if number > quantity(most):
                yield f"{name} may have {shown(key, quantity(most))} at most, and has {shown(key, number)}"
        for key, least in (item.get("min") or {}).items():
            given = sides["requests"].get(key)
            if given is not None and given < quantity(least):
                yield f"{name} must ask for {shown(key, quantity(least))} at least, and asks for {shown(key, given)}"
        for key, ratio in (item.get("maxLimitRequestRatio") or {}).items():
            request, limit = sides["requests"].get(key), sides["limits"].get(key)
            if request and limit and limit / request > quantity(ratio):
                yield f"limit and request of {key} of {name} may differ by a factor of {ratio} at most"


def _is_given(case: Case, key: str) -> bool:
    """Whether a LimitRange gives it to containers that do not say it."""
    side, _, resource = key.partition(".")
    fields = ("default",) if side == "limits" else ("default", "defaultRequest")
    return any(
        item.get("type") == "Container" and any(resource in (item.get(field) or {}) for field in fields)
        for limits in case.answers.items(case.here(LIMITS))
        for item in (limits.get("spec") or {}).get("limits") or ()
    )


def _has(container: Json, key: str) -> bool:
    side, _, resource = key.partition(".")
    return resource in asked(container, side)


def _says(pod: Pod, name: str, key: str) -> bool:
    return any(each.get("name") == name and _has(each, key) for each in [*pod.beside, *pod.before])


def _amounts(quota: Json, field: str) -> dict[str, Decimal]:
    given = (quota.get("status") or {}).get(field) or ((quota.get("spec") or {}).get("hard") if field == "hard" else {})
    return {_SHORT.get(key, key): quantity(value) for key, value in (given or {}).items()}


def _is_scoped(quota: Json) -> bool:
    spec = quota.get("spec") or {}
    return bool(spec.get("scopes") or spec.get("scopeSelector"))
