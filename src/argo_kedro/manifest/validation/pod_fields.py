"""What Kubernetes knows of pods and their containers, beside where things come from: that of 1.28 to 1.34."""

from __future__ import annotations

from collections.abc import Mapping

from argo_kedro.manifest.validation.fields import CONTAINER, SCRIPT, SIDECAR
from argo_kedro.manifest.validation.nested import Nested, nested
from argo_kedro.manifest.validation.source_fields import ENV, ENV_FROM, LABEL_SELECTOR, MOUNT, VOLUME

# Which machines ------------------------------------------------------------------------------------------------------

_NODE_LABELS = nested(
    text="key", texts="values", choices={"operator": "In NotIn Exists DoesNotExist Gt Lt"}, needs="key operator"
)
_NODE_TERM = nested(mappings={"matchExpressions": _NODE_LABELS, "matchFields": _NODE_LABELS})
_POD_TERM = nested(
    mapping={"labelSelector": LABEL_SELECTOR, "namespaceSelector": LABEL_SELECTOR},
    texts="matchLabelKeys mismatchLabelKeys namespaces",
    text="topologyKey",
    needs="topologyKey",
)
_NEEDED, _PREFERRED = (
    "requiredDuringSchedulingIgnoredDuringExecution",
    "preferredDuringSchedulingIgnoredDuringExecution",
)
_NEAR = nested(
    mappings={
        _NEEDED: _POD_TERM,
        _PREFERRED: nested(mapping={"podAffinityTerm": _POD_TERM}, number="weight", needs="podAffinityTerm weight"),
    }
)
AFFINITY = nested(
    mapping={
        "nodeAffinity": nested(
            mapping={_NEEDED: nested(mappings={"nodeSelectorTerms": _NODE_TERM}, needs="nodeSelectorTerms")},
            mappings={
                _PREFERRED: nested(mapping={"preference": _NODE_TERM}, number="weight", needs="preference weight")
            },
        ),
        "podAffinity": _NEAR,
        "podAntiAffinity": _NEAR,
    }
)
TOLERATION = nested(
    text="key value",
    number="tolerationSeconds",
    choices={"effect": "NoSchedule PreferNoSchedule NoExecute", "operator": "Exists Equal"},
)

# Security ------------------------------------------------------------------------------------------------------------

_PROFILE = {"type": "RuntimeDefault Unconfined Localhost"}
_BOTH = {
    "appArmorProfile": nested(text="localhostProfile", choices=_PROFILE, needs="type"),
    "seLinuxOptions": nested(text="level role type user"),
    "seccompProfile": nested(text="localhostProfile", choices=_PROFILE, needs="type"),
    "windowsOptions": nested(flag="hostProcess", text="gmsaCredentialSpec gmsaCredentialSpecName runAsUserName"),
}
_POD_SECURITY = nested(
    flag="runAsNonRoot",
    number="fsGroup runAsGroup runAsUser",
    numbers="supplementalGroups",
    choices={
        "fsGroupChangePolicy": "OnRootMismatch Always",
        "seLinuxChangePolicy": "Recursive MountOption",
        "supplementalGroupsPolicy": "Merge Strict",
    },
    mapping=_BOTH,
    mappings={"sysctls": nested(text="name value", needs="name value")},
)
_SECURITY = nested(
    flag="allowPrivilegeEscalation privileged readOnlyRootFilesystem runAsNonRoot",
    number="runAsGroup runAsUser",
    choices={"procMount": "Default Unmasked"},
    mapping={**_BOTH, "capabilities": nested(texts="add drop")},
)

# Containers ----------------------------------------------------------------------------------------------------------

_HTTP = nested(
    text="host path",
    number_or_text="port",
    choices={"scheme": "HTTP HTTPS"},
    mappings={"httpHeaders": nested(text="name value", needs="name")},
    needs="port",
)
_DEEDS = {
    "exec": nested(texts="command", needs="command"),
    "httpGet": _HTTP,
    "tcpSocket": nested(text="host", number_or_text="port", needs="port"),
}
_PROBE = nested(
    number="failureThreshold initialDelaySeconds periodSeconds successThreshold terminationGracePeriodSeconds"
    " timeoutSeconds",
    mapping={**_DEEDS, "grpc": nested(number="port", text="service", needs="port")},
    one_of="exec grpc httpGet tcpSocket",
)
_AT = nested(
    mapping={**_DEEDS, "sleep": nested(number="seconds", needs="seconds")}, one_of="exec httpGet sleep tcpSocket"
)
_PARTS = {
    "lifecycle": nested(text="stopSignal", mapping={"postStart": _AT, "preStop": _AT}),
    "livenessProbe": _PROBE,
    "readinessProbe": _PROBE,
    "resources": nested(
        also={"limits": "mapping", "requests": "mapping"},
        mappings={"claims": nested(text="name request", needs="name")},
    ),
    "securityContext": _SECURITY,
    "startupProbe": _PROBE,
}
_LISTS = {
    "env": ENV,
    "envFrom": ENV_FROM,
    "ports": nested(
        number="containerPort hostPort",
        text="hostIP name",
        choices={"protocol": "TCP UDP SCTP"},
        needs="containerPort",
        merged_by="containerPort",
    ),
    "volumeDevices": nested(text="devicePath name", needs="devicePath name", merged_by="devicePath"),
    "volumeMounts": MOUNT,
}


_CHOICES = {
    "imagePullPolicy": "Always IfNotPresent Never",
    "terminationMessagePolicy": "File FallbackToLogsOnError",
}


def _container(known: Mapping[str, str], **parts: Nested) -> Nested:
    return nested(also=known, mapping={**_PARTS, **parts}, mappings=_LISTS, choices=_CHOICES, merged_by="name")


CONTAINERS = {kind: _container(known) for kind, known in (("container", CONTAINER), ("script", SCRIPT))}
BESIDE = _container(SIDECAR)  # sidecars and init containers

# Pods ----------------------------------------------------------------------------------------------------------------

_PATCHED = _container(CONTAINER, resources=nested(quantities="limits requests", also={"claims": "mappings"}))
_HOST = nested(text="ip", texts="hostnames", needs="ip", merged_by="ip")
_SECRET = nested(text="name", needs="name", merged_by="name")
_CLAIM = nested(text="name resourceClaimName resourceClaimTemplateName", needs="name", merged_by="name")
OF_POD = nested(  # what Argo takes at the spec and at templates alike
    mapping={
        "affinity": AFFINITY,
        "executor": nested(text="serviceAccountName"),
        "securityContext": _POD_SECURITY,
    },
    mappings={"hostAliases": _HOST, "resourceClaims": _CLAIM, "tolerations": TOLERATION, "volumes": VOLUME},
)
DNS = nested(
    texts="nameservers searches",
    mappings={"options": nested(text="name value")},
)
POD_SPEC = nested(  # what podSpecPatch changes
    flag="automountServiceAccountToken enableServiceLinks hostIPC hostNetwork hostPID hostUsers setHostnameAsFQDN"
    " shareProcessNamespace",
    number="activeDeadlineSeconds priority terminationGracePeriodSeconds",
    text="hostname hostnameOverride nodeName priorityClassName runtimeClassName schedulerName serviceAccount"
    " serviceAccountName subdomain",
    named_texts="nodeSelector",
    choices={
        "dnsPolicy": "ClusterFirst ClusterFirstWithHostNet Default None",
        "preemptionPolicy": "Never PreemptLowerPriority",
        "restartPolicy": "Always OnFailure Never",
    },
    also={"os": "mapping", "overhead": "mapping", "resources": "mapping"},
    mapping={"affinity": AFFINITY, "dnsConfig": DNS, "securityContext": _POD_SECURITY},
    mappings={
        "containers": _PATCHED,
        "ephemeralContainers": nested(also={**CONTAINER, "targetContainerName": "text"}, merged_by="name"),
        "hostAliases": _HOST,
        "imagePullSecrets": _SECRET,
        "initContainers": _PATCHED,
        "readinessGates": nested(text="conditionType"),
        "resourceClaims": _CLAIM,
        "schedulingGates": nested(text="name", merged_by="name"),
        "tolerations": TOLERATION,
        "topologySpreadConstraints": nested(
            number="maxSkew minDomains",
            text="topologyKey",
            texts="matchLabelKeys",
            choices={
                "nodeAffinityPolicy": "Honor Ignore",
                "nodeTaintsPolicy": "Honor Ignore",
                "whenUnsatisfiable": "DoNotSchedule ScheduleAnyway",
            },
            mapping={"labelSelector": LABEL_SELECTOR},
            merged_by="topologyKey",
        ),
        "volumes": VOLUME,
    },
)
IMAGE_PULL_SECRET = _SECRET
