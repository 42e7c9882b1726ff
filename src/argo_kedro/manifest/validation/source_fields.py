"""What Kubernetes knows of where values, files and volumes of a pod come from: that of Kubernetes 1.28 to 1.34."""

from __future__ import annotations

from argo_kedro.manifest.validation.nested import nested

# Where values come from ----------------------------------------------------------------------------------------------

_KEY = nested(flag="optional", text="key name", needs="name key")
_NAMED = nested(flag="optional", text="name", needs="name")
_FIELD = nested(text="apiVersion fieldPath", needs="fieldPath")
_RESOURCE = nested(text="containerName resource", quantity="divisor", needs="resource")
ENV_SOURCE = nested(
    mapping={
        "configMapKeyRef": _KEY,
        "fieldRef": _FIELD,
        "fileKeyRef": nested(flag="optional", text="key path volumeName", needs="key path volumeName"),
        "resourceFieldRef": _RESOURCE,
        "secretKeyRef": _KEY,
    },
    one_of="configMapKeyRef fieldRef fileKeyRef resourceFieldRef secretKeyRef",
)
ENV = nested(text="name value", mapping={"valueFrom": ENV_SOURCE}, merged_by="name")
ENV_FROM = nested(text="prefix", mapping={"configMapRef": _NAMED, "secretRef": _NAMED}, one_of="configMapRef secretRef")

LABEL_SELECTOR = nested(
    mappings={
        "matchExpressions": nested(
            text="key",
            texts="values",
            choices={"operator": "In NotIn Exists DoesNotExist"},
            needs="key operator",
        )
    },
    named_texts="matchLabels",
)

# Volumes -------------------------------------------------------------------------------------------------------------

_ITEM = nested(text="key path", number="mode", needs="key path")
_FIELD_FILE = nested(
    text="path", number="mode", mapping={"fieldRef": _FIELD, "resourceFieldRef": _RESOURCE}, needs="path"
)
_PROJECTED = nested(
    mapping={
        "clusterTrustBundle": nested(
            mapping={"labelSelector": LABEL_SELECTOR}, flag="optional", text="name path signerName", needs="path"
        ),
        "configMap": nested(flag="optional", text="name", mappings={"items": _ITEM}, needs="name"),
        "downwardAPI": nested(mappings={"items": _FIELD_FILE}),
        "secret": nested(flag="optional", text="name", mappings={"items": _ITEM}, needs="name"),
        "serviceAccountToken": nested(text="audience path", number="expirationSeconds", needs="path"),
    },
    one_of="clusterTrustBundle configMap downwardAPI secret serviceAccountToken",
)
_AMOUNTS = nested(also={"limits": "mapping", "requests": "mapping"}, needs="requests")
_CLAIM_SPEC = nested(
    texts="accessModes",
    text="storageClassName volumeAttributesClassName volumeName",
    choices={"volumeMode": "Filesystem Block"},
    also={"dataSource": "mapping", "dataSourceRef": "mapping"},
    mapping={"resources": _AMOUNTS, "selector": LABEL_SELECTOR},
    needs="accessModes resources",
)
CLAIM = nested(
    text="apiVersion kind",
    also={"metadata": "mapping", "status": "mapping"},
    mapping={"spec": _CLAIM_SPEC},
    needs="spec",
)
_OLD_SOURCES = """
    awsElasticBlockStore azureDisk azureFile cephfs cinder fc flexVolume flocker gcePersistentDisk gitRepo glusterfs
    iscsi photonPersistentDisk portworxVolume quobyte rbd scaleIO storageos vsphereVolume
"""
_SOURCES = {
    "configMap": nested(flag="optional", text="name", number="defaultMode", mappings={"items": _ITEM}, needs="name"),
    "csi": nested(
        flag="readOnly",
        text="driver fsType",
        named_texts="volumeAttributes",
        mapping={"nodePublishSecretRef": nested(text="name")},
        needs="driver",
    ),
    "downwardAPI": nested(number="defaultMode", mappings={"items": _FIELD_FILE}),
    "emptyDir": nested(text="medium", quantity="sizeLimit"),
    "ephemeral": nested(
        mapping={
            "volumeClaimTemplate": nested(also={"metadata": "mapping"}, mapping={"spec": _CLAIM_SPEC}, needs="spec")
        },
        needs="volumeClaimTemplate",
    ),
    "hostPath": nested(
        text="path",
        choices={
            "type": "DirectoryOrCreate Directory FileOrCreate File Socket CharDevice BlockDevice",
        },
        needs="path",
    ),
    "image": nested(text="reference", choices={"pullPolicy": "Always IfNotPresent Never"}),
    "nfs": nested(flag="readOnly", text="path server", needs="path server"),
    "persistentVolumeClaim": nested(flag="readOnly", text="claimName", needs="claimName"),
    "projected": nested(number="defaultMode", mappings={"sources": _PROJECTED}),
    "secret": nested(
        flag="optional", text="secretName", number="defaultMode", mappings={"items": _ITEM}, needs="secretName"
    ),
}
VOLUME = nested(
    text="name",
    mapping=_SOURCES,
    also=dict.fromkeys(_OLD_SOURCES.split(), "mapping"),
    one_of=" ".join(_SOURCES) + _OLD_SOURCES,
    may_be_none=True,  # Kubernetes then takes an emptyDir
    needs="name",
    merged_by="name",
)
MOUNT = nested(
    flag="readOnly",
    text="mountPath name subPath subPathExpr",
    choices={
        "mountPropagation": "None HostToContainer Bidirectional",
        "recursiveReadOnly": "Disabled IfPossible Enabled",
    },
    one_of="subPath subPathExpr",
    may_be_none=True,
    needs="mountPath name",
    merged_by="mountPath",
)
