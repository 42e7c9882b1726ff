"""Who may do what: the right of whoever submits to use each verb of ours, and of Argo in the pods to report."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

from argo_kedro.cluster.preflight.case import Case, problem
from argo_kedro.cluster.preflight.questions import Answers, NotAsked, at_once
from argo_kedro.cluster.protocol import Cluster, Forbidden, NotThere, Refused
from argo_kedro.cluster.refusals import granting
from argo_kedro.cluster.submission import patiently
from argo_kedro.model import Json, Problem

_ARGO = "argoproj.io"
_RULES = "SelfSubjectRulesReview"
_ACCESS = "SelfSubjectAccessReview"
_ACCOUNT = "LocalSubjectAccessReview"
_WHO = "SelfSubjectReview"


class Right(NamedTuple):
    """One thing that may be done in a namespace."""

    verb: str
    group: str
    resource: str  # with its subresource: `pods/log`

    @property
    def kind(self) -> str:
        """The resource as kubectl takes it."""
        return f"{self.resource}.{self.group}" if self.group else self.resource


def _rights(group: str, resource: str, **verbs: str) -> dict[Right, str]:
    return {Right(verb, group, resource): ours for verb, ours in verbs.items()}


# Which of our verbs each right is for. Without one of SUBMIT nothing runs.
RIGHTS: Mapping[Right, str] = {
    **_rights(
        _ARGO,
        "workflows",
        create="submit",
        get="submit, status, logs, retry, stop, delete",
        list="list, and submit --wait",
        watch="submit --wait, status --wait, logs --follow",
        update="retry, stop",
        delete="delete",
    ),
    **_rights(_ARGO, "workflowtemplates", get="submit --from"),
    **_rights(_ARGO, "cronworkflows", get="schedule", create="schedule", update="schedule", delete="schedule --remove"),
    **_rights("", "pods", list="logs, retry", delete="retry"),
    **_rights("", "pods/log", get="logs"),
    **_rights("", "events", list="why a task waits, in status"),
}
SUBMIT = frozenset({Right("create", _ARGO, "workflows"), Right("get", _ARGO, "workflows")})
REPORT = (Right("create", _ARGO, "workflowtaskresults"), Right("patch", _ARGO, "workflowtaskresults"))


class Access(NamedTuple):
    """What was said of rights."""

    user: str  # empty where the cluster does not say
    missing: frozenset[Right]  # of whoever asks
    cannot_report: Mapping[str, frozenset[Right]]  # service accounts -> what they may not


def access(cluster: Cluster, accounts: Iterable[str], answers: Answers) -> Access:
    """Ask for all rights: those of whoever asks in one request, where that names them all.

    Raises:
        ClusterError: if the cluster gives no answer, or the login is refused.
    """
    pairs = [(account, right) for account in dict.fromkeys(accounts) for right in REPORT]
    first: list[Callable[[], Json | None]] = [
        partial(_review, cluster, _WHO, {}),
        partial(_review, cluster, _RULES, {"namespace": cluster.namespace}),
        *(partial(_review, cluster, _ACCOUNT, _of_account(cluster, account, right)) for account, right in pairs),
    ]
    who, rules, *reports = at_once(first)
    listed = _listed((rules or {}).get("resourceRules") or ())
    unsure = [right for right in RIGHTS if not any(rule(right) for rule in listed)]
    said = at_once([partial(_review, cluster, _ACCESS, _attributes(cluster, right)) for right in unsure])
    answers.requests += len(first) + len(unsure)
    if any(each is None for each in said):
        answers.not_asked.append(NotAsked("your own rights", f"create {_ACCESS.lower()}s.authorization.k8s.io"))
    asked = {pair: said for pair, said in zip(pairs, reports, strict=True) if said is not None}
    for account in dict.fromkeys(account for account, right in pairs if (account, right) not in asked):
        what = f"whether service account {account} may report how its tasks ended"
        answers.not_asked.append(NotAsked(what, f"create {_ACCOUNT.lower()}s.authorization.k8s.io"))
    return Access(
        user=str(((who or {}).get("userInfo") or {}).get("username") or ""),
        missing=frozenset(right for right, each in zip(unsure, said, strict=True) if each and not each.get("allowed")),
        cannot_report=_denied(asked),
    )


def submitter_problems(case: Case, found: Access) -> Iterator[Problem]:
    """Verbs of ours that whoever asks may not use here."""
    kinds: dict[str, list[Right]] = {}
    for right in RIGHTS:
        if right in found.missing:
            kinds.setdefault(right.kind, []).append(right)
    for kind, rights in kinds.items():
        verbs = [right.verb for right in rights]
        deeds: dict[str, list[str]] = {}
        for right in rights:
            deeds.setdefault(RIGHTS[right], []).append(right.verb)
        broken = "; ".join(f"{deed} ({', '.join(needed)})" for deed, needed in deeds.items())
        grant = granting(",".join(verbs), kind, case.namespace, found.user or "YOU")
        hint = f"`kedro argo init --cluster` writes all rights, for an admin to apply. These alone:\n{grant}"
        stops = not SUBMIT.isdisjoint(rights)
        message = f"you may not {', '.join(verbs)} {kind}. What needs it: {broken}."
        yield problem(message, f"rights in namespace {case.namespace}", hint, "cluster" if stops else "warning")


def executor_problems(case: Case, found: Access) -> Iterator[Problem]:
    """Service accounts of pods that may not report: the tasks run, and are then counted as errors."""
    for account, rights in found.cannot_report.items():
        if case.here("serviceaccounts", account) in case.answers.missing:
            continue  # that is said already
        verbs, kind = [right.verb for right in REPORT if right in rights], REPORT[0].kind
        user = f"system:serviceaccount:{case.namespace}:{account}"
        grant = granting(",".join(verbs), kind, case.namespace, user)
        hint = f"`kedro argo init --cluster` writes the right, for an admin to apply. It alone:\n{grant}"
        message = f"it may not {', '.join(verbs)} {kind}: tasks would do their work, and then end with exit code 64."
        yield problem(message, f"service account {account}", hint)


def reporters(case: Case) -> list[str]:
    """The service accounts by whose token Argo reports."""
    return list(dict.fromkeys(pod.executor or pod.account for pod in case.pods))


def _review(cluster: Cluster, kind: str, spec: Json) -> Json | None:
    """What was said; None where that question may not be asked, or Kubernetes is too old for it."""
    try:
        return patiently(lambda: cluster.review(kind, spec), tries=2)
    except (Forbidden, NotThere):
        return None
    except Refused:
        if kind == _WHO:
            return None
        raise


def _denied(asked: Mapping[tuple[str, Right], Json]) -> dict[str, frozenset[Right]]:
    """Of each service account the rights that it has not, where there are any."""
    denied = [pair for pair, said in asked.items() if not said.get("allowed")]
    return {name: frozenset(right for who, right in denied if who == name) for name, _ in denied}


def _attributes(cluster: Cluster, right: Right) -> dict[str, Any]:
    resource, _, subresource = right.resource.partition("/")
    attributes = {"namespace": cluster.namespace, "verb": right.verb, "group": right.group, "resource": resource}
    return {"resourceAttributes": attributes | ({"subresource": subresource} if subresource else {})}


def _of_account(cluster: Cluster, account: str, right: Right) -> dict[str, Any]:
    place = cluster.namespace
    groups = ["system:serviceaccounts", f"system:serviceaccounts:{place}", "system:authenticated"]
    user = {"user": f"system:serviceaccount:{place}:{account}", "groups": groups}
    return {**_attributes(cluster, right), **user}


def _listed(rules: Iterable[Json]) -> list[Callable[[Right], bool]]:
    """The rules that hold for all objects of their kinds."""

    def grants(rule: Json, right: Right) -> bool:
        def has(field: str, value: str) -> bool:
            known: Collection[str] = rule.get(field) or ()
            return value in known or "*" in known

        return has("verbs", right.verb) and has("apiGroups", right.group) and has("resources", right.resource)

    return [partial(grants, rule) for rule in rules if not rule.get("resourceNames")]
