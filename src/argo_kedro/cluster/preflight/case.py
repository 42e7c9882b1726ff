"""All that a judgement has at hand: the manifest's side, and what the cluster said."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from argo_kedro.cluster.preflight.pods import Pod
from argo_kedro.cluster.preflight.questions import Answers, Question
from argo_kedro.model import Json, Problem, Severity
from argo_kedro.names import few
from argo_kedro.quantities import amount

_SHOWN = 2  # kinds of pods in one place


class Reference(NamedTuple):
    """What is named, and by whom."""

    resource: str
    name: str
    key: str  # empty where all of it is taken
    user: str
    namespace: str = ""  # empty for that of the workflow
    use: str = ""  # `pull`, `token` or `parameter` where more than its being there is wanted


@dataclass(frozen=True, kw_only=True)
class Case:
    """One manifest, and the answers of one namespace of a cluster."""

    document: Json
    namespace: str
    pods: tuple[Pod, ...]
    moments: tuple[Counter[str], ...]  # how many pods of each template may run at once
    references: tuple[Reference, ...]
    answers: Answers = field(default_factory=Answers)

    @property
    def spec(self) -> Json:
        """The spec of the workflow."""
        return self.document.get("spec") or {}

    def here(self, resource: str, name: str = "") -> Question:
        """An object in the namespace of the workflow, or all of its kind."""
        return Question(resource, name, self.namespace)

    def users(self, pods: Iterable[Pod]) -> str:
        """These pods by what people know them by."""
        return self.who(pod.shown for pod in pods)

    def who(self, names: Iterable[str]) -> str:
        """The first of these names, or all in a word."""
        named = list(dict.fromkeys(names))
        every = len(named) > _SHOWN and {pod.shown for pod in self.pods} <= set(named)
        return "every task" if every else few(named, _SHOWN)


def problem(message: str, where: str, hint: str, severity: Severity = "cluster") -> Problem:
    """A problem of the cluster; where it stops no run, it is a warning."""
    return Problem(message=message, where=where, hint=hint, severity=severity)


def kubectl(namespace: str, words: str) -> str:
    """A command of kubectl in this namespace."""
    return f"kubectl --namespace {shlex.quote(namespace)} {words}"


def quantity(value: Any) -> Decimal:
    """A quantity of Kubernetes; nothing where there is none, or none that can be read."""
    try:
        return amount(str(value)) if value is not None else Decimal(0)
    except ValueError:
        return Decimal(0)
