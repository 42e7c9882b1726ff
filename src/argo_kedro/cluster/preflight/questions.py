"""What is asked of a cluster before a run, all at once: objects by their addresses, and what came back for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from argo_kedro.cluster.protocol import Cluster, Forbidden, NotThere
from argo_kedro.cluster.submission import patiently
from argo_kedro.model import Json
from argo_kedro.names import is_object_name

_AT_ONCE = 16  # requests
_TRIES = 2
_CORE = "api/v1"
_GROUPS = {  # of the API; what is not here is Kubernetes' core
    "clusterworkflowtemplates": "apis/argoproj.io/v1alpha1",
    "customresourcedefinitions": "apis/apiextensions.k8s.io/v1",
    "deployments": "apis/apps/v1",
    "priorityclasses": "apis/scheduling.k8s.io/v1",
    "storageclasses": "apis/storage.k8s.io/v1",
    "workflows": "apis/argoproj.io/v1alpha1",
    "workflowtemplates": "apis/argoproj.io/v1alpha1",
}
_T = TypeVar("_T")


class Question(NamedTuple):
    """An object, or with no name all of its kind; `resource` is a whole path where it begins with a slash."""

    resource: str
    name: str = ""
    namespace: str = ""  # empty for what belongs to the whole cluster
    query: tuple[tuple[str, str], ...] = ()

    @property
    def path(self) -> str:
        """Where the API has it."""
        if self.resource.startswith("/"):
            return self.resource
        place = f"namespaces/{self.namespace}/" if self.namespace else ""
        named = f"/{self.name}" if self.name else ""
        return f"/{_GROUPS.get(self.resource, _CORE)}/{place}{self.resource}{named}"

    @property
    def right(self) -> str:
        """What who asks must be allowed, in the words of `kubectl auth can-i`."""
        if self.resource.startswith("/"):
            return f"get {self.resource}"
        group = _GROUPS.get(self.resource, _CORE).removeprefix("apis/").partition("/")[0]
        resource = self.resource if group == "api" else f"{self.resource}.{group}"
        return f"{'get' if self.name else 'list'} {resource}"


class NotAsked(NamedTuple):
    """What could not be asked, and the right that would let us; empty where none would."""

    what: str
    right: str


@dataclass(kw_only=True)
class Answers:
    """What came back, by question. A question that was refused is in neither `documents` nor `missing`."""

    documents: dict[Question, Json] = field(default_factory=dict)
    missing: set[Question] = field(default_factory=set)
    refused: set[Question] = field(default_factory=set)
    not_asked: list[NotAsked] = field(default_factory=list)  # beside what was refused
    requests: int = 0

    def document(self, question: Question) -> Json:
        """What is there; empty where it is not, or may not be read."""
        return self.documents.get(question, {})

    def items(self, question: Question) -> tuple[Json, ...]:
        """The objects of a list; none where it may not be read."""
        return tuple(self.document(question).get("items") or ())

    def knows(self, question: Question) -> bool:
        """Whether it was answered: it is there, or it is not."""
        return question in self.documents or question in self.missing


def ask(cluster: Cluster, questions: Iterable[Question], answers: Answers) -> None:
    """Ask all of these at once, each once, and keep what came back.

    Raises:
        ClusterError: if the cluster gives no answer, or the login is refused.
    """
    # No object has such a name, and `..` would be another address.
    new = [each for each in dict.fromkeys(questions) if not answers.knows(each)]
    answers.missing |= {each for each in new if each.name and not is_object_name(each.name)}
    new = [each for each in new if each not in answers.missing]
    found = at_once([lambda each=each: _read(cluster, each) for each in new])  # type: ignore[misc]
    answers.requests += len(new)
    for question, document in zip(new, found, strict=True):
        if isinstance(document, NotThere):
            answers.missing.add(question)
        elif isinstance(document, Forbidden):
            answers.refused.add(question)
        else:
            answers.documents[question] = document


def at_once(calls: Iterable[Callable[[], _T]]) -> list[_T]:
    """What these calls return, made side by side."""
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        running = [threads.submit(call) for call in calls]
        return [each.result() for each in running]


def _read(cluster: Cluster, question: Question) -> Json | NotThere | Forbidden:
    try:
        found = patiently(lambda: cluster.read(question.path, query=dict(question.query)), tries=_TRIES)
    except (NotThere, Forbidden) as error:
        return error
    if question.resource != "secrets":
        return found
    return _without_values(found)


def _without_values(secret: Mapping[str, Any]) -> dict[str, Any]:
    """Of a Secret only what it is called, and its keys: nothing of the rest is kept."""
    return {
        "metadata": {"name": (secret.get("metadata") or {}).get("name")},
        "type": secret.get("type") or "",
        "data": dict.fromkeys(secret.get("data") or (), ""),
    }
