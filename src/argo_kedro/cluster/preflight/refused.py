"""What could not be asked: said once, with the right that would let us. It is no failure by itself."""

from __future__ import annotations

from collections.abc import Iterator

from argo_kedro.cluster.preflight import installation, quotas, security
from argo_kedro.cluster.preflight.case import Case
from argo_kedro.cluster.preflight.installation import Controller
from argo_kedro.cluster.preflight.questions import NotAsked, Question
from argo_kedro.names import few

_WORDS = {
    "clusterworkflowtemplates": "ClusterWorkflowTemplates",
    "configmaps": "ConfigMaps and their keys",
    "customresourcedefinitions": "whether Argo's CRDs are full or minimal",
    "limitranges": "what a LimitRange lets containers have",
    "namespaces": "the namespace, and its Pod Security",
    "nodes": "whether a node has room for each pod",
    "persistentvolumeclaims": "volume claims",
    "pods": "pods of earlier runs, for Argo's version",
    "priorityclasses": "priority classes",
    "resourcequotas": "what quotas leave",
    "secrets": "Secrets and their keys",
    "serviceaccounts": "whether service accounts are there",
    "storageclasses": "whether there is a StorageClass for new disks",
    "workflows": "whether Argo looks at the workflows of the namespace",
    "workflowtemplates": "WorkflowTemplates",
}
_NAMED = {
    *("secrets", "configmaps", "persistentvolumeclaims", "priorityclasses", "serviceaccounts"),
    *("workflowtemplates", "clusterworkflowtemplates"),
}
_SHOWN = 5
_CONTROLLER = "deployments"


def not_asked(case: Case, controller: Controller) -> Iterator[NotAsked]:
    """All of it, in a fixed order."""
    there = installation.configuration(controller.deployment)
    groups: dict[tuple[str, str], list[Question]] = {}
    for each in sorted(case.answers.refused):
        if each.resource != _CONTROLLER and each != there:
            groups.setdefault((each.resource, each.namespace), []).append(each)
    for (resource, namespace), questions in groups.items():
        names = few([each.name for each in questions if each.name and each.name != namespace], _SHOWN)
        what = _WORDS.get(resource, resource) + (f" ({names})" if names and resource in _NAMED else "")
        yield NotAsked(what, _right(questions[0]))
    if not controller.deployment:
        yield _unseen(case)
    if there in case.answers.refused:
        yield NotAsked("the configuration of Argo's controller", _right(there))
    if security.is_unjudged(case, controller):
        what = "whether Pod Security admits Argo's own containers, which the controller's configuration tells"
        yield NotAsked(what, _right(there))
    for name in quotas.scoped(case):
        yield NotAsked(f"what quota {name} leaves, which counts only some pods: that is not worked out here", "")
    yield from case.answers.not_asked


def _unseen(case: Case) -> NotAsked:
    """Argo's controller, which no answer has shown."""
    places = [*installation.CONTROLLERS, *installation.nearby(case.namespace)]
    if any(each in case.answers.refused for each in places):
        return NotAsked("Argo's controller: its version, and whether it runs", "list deployments.apps in its namespace")
    return NotAsked("Argo's controller: no Deployment of it is to be seen", "")


def _right(question: Question) -> str:
    return question.right + (f" in namespace {question.namespace}" if question.namespace else "")
