"""The fields of a manifest that this engine carries out, those that it leaves out, and the way out of all others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from argo_kedro.manifest.validation import fields as argo
from argo_kedro.manifest.validation.parts import Part
from argo_kedro.manifest.validation.source_fields import ENV_SOURCE as ENV_SOURCE_FIELDS
from argo_kedro.model import Problem


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


@dataclass(frozen=True, kw_only=True)
class Fields:
    """The fields of one kind of mapping: what is neither done nor left out is refused."""

    known: Mapping[str, str]  # all that Argo has
    done: frozenset[str]
    left_out: frozenset[str] = frozenset()  # they change nothing of what runs here

    def refused(self, part: Part) -> Iterator[Problem]:
        """A problem for each field that a local run cannot do; `validate` names those that do not exist."""
        for key, value in part.value.items():
            if key in self.done or key in self.left_out or key not in self.known or value in (None, [], {}, False):
                continue
            yield refusal(part, key)


def refusal(part: Part, key: str) -> Problem:
    """The problem of one field."""
    return part.problem(f"{key} is not supported in a local run", WAYS_OUT.get(key, "submit it to a cluster"))


_LOOP = "one process per item is not done here: write the tasks out, or submit it to a cluster"
WAYS_OUT: Mapping[str, str] = {
    **dict.fromkeys(("withItems", "withParam", "withSequence"), _LOOP),
    "templateRef": "it is in the cluster only: give that template a container of its own in the argo.yml of another "
    "env, and run with that --env, or submit it",
    "workflowTemplateRef": "put the templates into this manifest",
    **dict.fromkeys(("steps", "inline"), "write it as a dag of templates"),
    **dict.fromkeys(("configMapKeyRef", "valueFrom"), "give a value"),
    **dict.fromkeys(("hooks", "onExit"), "use spec.onExit, or submit it to a cluster"),
    "artifacts": "pass data through the Kedro catalog, or submit it to a cluster",
    "continueOn": "say it in depends: 'a.Succeeded || a.Failed'",
    "retryStrategy": "put it on the container templates: here it would run a whole DAG again",
    "script": "use a container with command and args",
    "target": "leave it out: all tasks run",
    "templateDefaults": "put them into the templates",
}

# Fields that place a pod, secure it, name it or clean up after it.
_PLACED = _words("""
    affinity annotations archiveLocation automountServiceAccountToken executor hostAliases metadata metrics nodeSelector
    pendingTimeout podResources podSpecPatch priority priorityClassName resourceClaims schedulerName securityContext
    serviceAccountName synchronization tolerations volumes
""")
SPEC = Fields(
    known=argo.SPEC,
    done=_words("entrypoint arguments templates parallelism activeDeadlineSeconds onExit"),
    left_out=_PLACED
    | _words("""
        archiveLogs artifactGC artifactRepositoryRef dnsConfig dnsPolicy executorPlugins hostNetwork imagePullSecrets
        podDisruptionBudget podGC podMetadata podPriority podPriorityClassName ttlStrategy volumeClaimGC
        volumeClaimTemplates workflowMetadata
    """),
)
POD = Fields(
    known=argo.TEMPLATE,
    done=_words("name container inputs outputs retryStrategy activeDeadlineSeconds timeout"),
    left_out=_PLACED | _words("sidecars initContainers failFast parallelism"),  # `validate` refuses the last
)
DAG_TEMPLATE = Fields(
    known=argo.TEMPLATE,
    done=_words("name dag inputs outputs parallelism"),
    left_out=_PLACED | _words("failFast activeDeadlineSeconds timeout"),  # `validate` refuses the last two
)
DAG = Fields(known=argo.DAG, done=_words("tasks failFast"))
TASK = Fields(known=argo.TASK, done=_words("name template depends dependencies arguments when"))
ARGUMENTS = Fields(known=argo.ARGUMENTS, done=_words("parameters"))
ARGUMENT = Fields(known=argo.PARAMETER, done=_words("name value"), left_out=_words("default description enum"))
INPUTS = Fields(known=argo.INPUTS, done=_words("parameters"))
INPUT = Fields(known=argo.PARAMETER, done=_words("name value default"), left_out=_words("description enum"))
OUTPUTS = Fields(known=argo.OUTPUTS, done=_words("parameters"))
OUTPUT = Fields(known=argo.PARAMETER, done=_words("name valueFrom"), left_out=_words("description"))
FROM_POD = Fields(known=argo.VALUE_FROM, done=_words("path default"))
FROM_DAG = Fields(known=argo.VALUE_FROM, done=_words("parameter default"))
CONTAINER = Fields(
    known=argo.CONTAINER,
    done=_words("command args env resources"),
    left_out=_words("""
        name image imagePullPolicy workingDir envFrom ports volumeMounts volumeDevices securityContext livenessProbe
        readinessProbe startupProbe terminationMessagePath terminationMessagePolicy stdin stdinOnce tty
    """),
)
ENV_SOURCE = Fields(known=ENV_SOURCE_FIELDS.fields, done=_words("secretKeyRef configMapKeyRef fieldRef"))
