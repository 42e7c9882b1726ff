"""Reading a mapping of the manifest without trusting it, and which of its fields this engine knows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from argo_kedro.local.variables import plain_text
from argo_kedro.model import Problem


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Fields that place a pod, secure it, name it or clean up after it: they change nothing of what runs.
_POD = _words("""
    affinity annotations archiveLocation automountServiceAccountToken executor hostAliases metadata metrics nodeSelector
    pendingTimeout podResources podSpecPatch priority priorityClassName resourceClaims schedulerName securityContext
    serviceAccountName tolerations volumes
""")
IGNORED: Mapping[str, frozenset[str]] = {
    "spec": _POD
    | _words("""
        archiveLogs artifactGC artifactRepositoryRef dnsConfig dnsPolicy executorPlugins hostNetwork imagePullSecrets
        podDisruptionBudget podGC podMetadata podPriorityClassName ttlStrategy volumeClaimGC volumeClaimTemplates
        workflowMetadata
    """),
    "pod": _POD | _words("sidecars initContainers failFast"),
    "dag": _POD | _words("activeDeadlineSeconds failFast"),
    "container": _words("""
        name image imagePullPolicy workingDir ports volumeMounts volumeDevices securityContext livenessProbe
        readinessProbe startupProbe terminationMessagePath terminationMessagePolicy stdin tty
    """),
}
_LOOP = "one process per item is not done here: write the tasks out, or submit it to a cluster"
_CLUSTER = "submit it to a cluster"
WAYS_OUT: Mapping[str, str] = {
    **dict.fromkeys(("withItems", "withParam", "withSequence"), _LOOP),
    **dict.fromkeys(("templateRef", "workflowTemplateRef"), "put the template into this manifest"),
    **dict.fromkeys(("steps", "inline"), "write it as a dag of templates"),
    **dict.fromkeys(("script",), "use a container with command and args"),
    **dict.fromkeys(("resource", "http", "data", "containerSet", "plugin", "daemon", "memoize"), _CLUSTER),
    **dict.fromkeys(("synchronization", "suspend", "shutdown", "lifecycle"), _CLUSTER),
    "artifacts": "pass data through the Kedro catalog, or submit it to a cluster",
    "hooks": "use spec.onExit, or submit it to a cluster",
    "onExit": "use spec.onExit, or submit it to a cluster",
    "continueOn": "say it in depends: 'a.Succeeded || a.Failed'",
    "templateDefaults": "put them into the templates",
    "retryStrategy": "put it on the container templates: here it would run a whole DAG again",
}


class Part:
    """One mapping of the manifest; what is wrong with it goes to the list of problems."""

    def __init__(self, value: object, where: str, problems: list[Problem]) -> None:
        self.where = where
        self.problems = problems
        self.value: Mapping[str, Any] = {}
        if isinstance(value, Mapping):
            self.value = value
        elif value is not None:
            self.problem("it is no mapping", "see the field reference of Argo Workflows")

    def __contains__(self, key: str) -> bool:
        return self.value.get(key) is not None

    def problem(self, message: str, hint: str) -> None:
        """Note that something here is wrong."""
        self.problems.append(Problem(message=message, where=self.where, hint=hint))

    def wrong(self, key: str, reason: object, hint: str = "see the field reference of Argo Workflows") -> None:
        """Note that the value of a key is wrong."""
        self.problem(f"{key} {_short(self.value.get(key))}: {reason}", hint)

    def text(self, key: str, default: str = "") -> str:
        """A text; numbers are taken as Argo takes them."""
        value = self.value.get(key)
        if isinstance(value, Mapping | list):
            self.wrong(key, "it is no text")
            return default
        return default if value is None else plain_text(value)

    def strings(self, key: str) -> tuple[str, ...]:
        """A list of real strings: Kubernetes refuses anything else in their place."""
        values = self.value.get(key)
        if values is None:
            return ()
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            self.wrong(key, "it is no list of strings", "put numbers, true and false into quotes")
            return ()
        return tuple(values)

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        value = self.value.get(key)
        if value is not None and not isinstance(value, bool):
            self.wrong(key, "it is neither true nor false")
        return value if isinstance(value, bool) else default

    def whole(self, key: str) -> int | None:
        """A whole number that is not negative; none where it is missing or 0, which Argo takes for missing too."""
        value = self.value.get(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
            self.wrong(key, "it is no whole number")
            return None
        return value or None

    def part(self, key: str) -> Part:
        """A mapping within this one."""
        return Part(self.value.get(key), f"{self.where}.{key}", self.problems)

    def parts(self, key: str) -> Iterator[Part]:
        """The mappings of a list, each known by its name."""
        values = self.value.get(key)
        if values is not None and not isinstance(values, list):
            self.wrong(key, "it is no list")
            return
        for number, value in enumerate(values or ()):
            name = value.get("name") if isinstance(value, Mapping) else None
            yield Part(value, f"{self.where}.{key}[{name or number}]", self.problems)

    def only(self, known: Collection[str], ignored: Collection[str] = ()) -> None:
        """Refuse every field that this engine neither carries out nor can leave out."""
        for key, value in self.value.items():
            if key in known or key in ignored or value is None or value in ([], {}, False):
                continue
            way_out = WAYS_OUT.get(key)
            if way_out:
                self.problem(f"{key} is not supported in a local run", way_out)
            else:
                self.problem(f"{key!r} is not a known field here", f"known: {', '.join(sorted(known))}")


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
