"""The whole look at a cluster: three rounds of questions side by side, then all judgements."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime

from argo_kedro.cluster.preflight import access as rights
from argo_kedro.cluster.preflight import installation, nodes, objects, quotas, references, security
from argo_kedro.cluster.preflight.access import Access
from argo_kedro.cluster.preflight.case import Case, problem
from argo_kedro.cluster.preflight.facts import facts
from argo_kedro.cluster.preflight.installation import Controller
from argo_kedro.cluster.preflight.pods import moments, pods
from argo_kedro.cluster.preflight.questions import Answers, NotAsked, Question, ask
from argo_kedro.cluster.preflight.refused import not_asked
from argo_kedro.cluster.preflight.versions import version_problems
from argo_kedro.cluster.protocol import TEMPORARY, Cluster, Forbidden
from argo_kedro.cluster.submission import named, validate
from argo_kedro.errors import ClusterError
from argo_kedro.model import Json, Problem

_NO_DRY_RUN = "does not support dry run"  # an admission webhook, in Kubernetes' words


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """What a cluster says to a workflow."""

    problems: tuple[Problem, ...]
    facts: Json
    not_asked: tuple[NotAsked, ...]


def preflight(cluster: Cluster, document: Json, shown: Mapping[str, str], *, now: datetime) -> Readiness:
    """Ask the cluster all that this workflow needs there, and judge the answers. Nothing is changed there.

    Args:
        cluster: The cluster, and the namespace in it.
        document: The Workflow; without a spec where it could not be compiled.
        shown: Templates -> what people know their pods by.
        now: The time by the clock here.

    Raises:
        ClusterError: if the cluster gives no answer, or the login is refused.
    """
    made, answers, of_access = tuple(pods(document, shown)), Answers(), Answers()
    case = Case(
        document=document,
        namespace=cluster.namespace,
        pods=made,
        moments=tuple(moments(document)),
        references=tuple(references.references(document, made)),
        answers=answers,
    )
    ask(cluster, [installation.VERSION], answers)  # alone: one out of reach is waited for once
    with ThreadPoolExecutor(2) as threads:
        whose = threads.submit(rights.access, cluster, rights.reporters(case), of_access)
        refusal = threads.submit(_dry_run, cluster, document)
        ask(cluster, _first(case), answers)
        found = whose.result()
    case = _more(cluster, case)
    answers.requests += of_access.requests + bool(case.spec)
    answers.not_asked += of_access.not_asked
    controller = installation.controller(answers, case.namespace)
    problems = [*_judged(case, controller, found, now), *_refused_there(case, found, refusal.result())]
    return Readiness(
        problems=tuple(problems),
        facts=facts(case, controller, found, where=cluster.where),
        not_asked=tuple(not_asked(case, controller)),
    )


def _first(case: Case) -> list[Question]:
    """What can be asked before anything is known of the cluster."""
    made = list(case.pods)
    return [
        installation.GROUP,
        installation.RESOURCES,
        installation.CRD,
        *installation.CONTROLLERS,
        installation.pods_of_runs(case.namespace),
        installation.untouched(case.namespace),
        security.namespace_of(case),
        nodes.NODES,
        case.here(quotas.QUOTAS),
        case.here(quotas.LIMITS),
        *([objects.STORAGE] if any("ephemeral" in volume for pod in made for volume in pod.volumes) else []),
        *(case.here(objects.ACCOUNTS, name) for name in objects.accounts(made)),
        *(case.here(objects.CLAIMS, name) for name in objects.claims(made)),
        *(Question("priorityclasses", name) for name in objects.priorities(made)),
        *objects.templates(case.document, case.namespace),
        *(references.question(each, case.namespace) for each in case.references),
    ]


def _more(cluster: Cluster, case: Case) -> Case:
    """The same, with what the first answers name."""
    answers = case.answers
    if not any(answers.items(each) for each in installation.CONTROLLERS):
        ask(cluster, installation.nearby(case.namespace), answers)
    accounts = {pod.executor: answers.document(case.here(objects.ACCOUNTS, pod.executor)) for pod in case.pods}
    tokens = references.tokens(case.pods, accounts)
    there = installation.configuration(installation.deployment(answers, case.namespace))
    ask(cluster, [there, *(references.question(each, case.namespace) for each in tokens)], answers)
    return replace(case, references=(*case.references, *tokens))


def _judged(case: Case, controller: Controller, found: Access, now: datetime) -> list[Problem]:
    """All problems; where the namespace is not there, only those of the cluster as a whole."""
    whole = [
        *installation.installation_problems(case, controller, now),
        *version_problems(case, controller),
        *nodes.node_problems(case),
        *objects.priority_problems(case),
        *objects.storage_problems(case),
    ]
    if security.namespace_of(case) in case.answers.missing:
        hint = f"`kubectl create namespace {case.namespace}`, or choose one with --namespace or in argo.yml."
        return [problem(f"there is no namespace {case.namespace!r}.", "cluster", hint), *whole]
    return [
        *whole,
        *rights.submitter_problems(case, found),
        *objects.account_problems(case),
        *rights.executor_problems(case, found),
        *references.reference_problems(case),
        *objects.claim_problems(case),
        *objects.template_problems(case),
        *security.security_problems(case, controller),
        *quotas.limit_problems(case),
        *quotas.quota_problems(case, controller),
    ]


def _dry_run(cluster: Cluster, document: Json) -> ClusterError | None:
    """Why the server would not take the workflow.

    Raises:
        ClusterError: if it gives no answer.
    """
    if not document.get("spec"):
        return None
    try:
        validate(cluster, named(document, namespace=cluster.namespace), tries=2)
    except TEMPORARY:
        raise
    except ClusterError as error:
        return error
    return None


def _refused_there(case: Case, found: Access, refusal: ClusterError | None) -> list[Problem]:
    """The server's own refusal, where nothing else has told the reason."""
    answers = case.answers
    told = installation.GROUP in answers.missing or security.namespace_of(case) in answers.missing
    if refusal is None or told:
        return []
    if isinstance(refusal, Forbidden) and not rights.SUBMIT.isdisjoint(found.missing):
        answers.not_asked.append(NotAsked("whether the server takes the manifest", "create workflows.argoproj.io"))
        return []
    if _NO_DRY_RUN in refusal.message:
        answers.not_asked.append(NotAsked("whether the server takes the manifest: a webhook knows no dry runs", ""))
        return []
    return [problem(refusal.message, "manifest", refusal.hint or "ask who runs the cluster.")]
