"""Where environment variables, files and volumes of pods come from."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from argo_kedro.config.fields import (
    ENV_NAME,
    ENV_NAME_OR_NONE,
    KEY,
    LABEL,
    SUBDOMAIN,
    AbsolutePath,
    Also,
    Quantity,
    Storage,
    Strict,
    Text,
    only_one,
)

FieldPath = Literal[
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.podIP",
]


class SecretRef(Strict):
    """A key of a Kubernetes Secret."""

    name: str = Field(pattern=SUBDOMAIN, description="Name of the Secret.")
    key: str = Field(pattern=KEY, description="Key in it.")
    path: str | None = Field(default=None, description="File name in a volume; the key if absent.")


class ConfigMapRef(Strict):
    """A key of a Kubernetes ConfigMap."""

    name: str = Field(pattern=SUBDOMAIN, description="Name of the ConfigMap.")
    key: str = Field(pattern=KEY, description="Key in it.")


class EnvironmentVariable(Strict):
    """An environment variable: its value, or where that comes from."""

    name: str = Field(pattern=ENV_NAME, description="Its name.")
    value: Text | None = Field(default=None, description="Its value.")
    secret_ref: SecretRef | None = Field(default=None, description="Key of a Secret that holds the value.")
    config_map_ref: ConfigMapRef | None = Field(default=None, description="Key of a ConfigMap that holds the value.")
    field_ref: FieldPath | None = Field(default=None, description="Field of the pod that is the value.")

    @model_validator(mode="after")
    def _one_source(self) -> EnvironmentVariable:
        only_one(self, ("value", "secret_ref", "config_map_ref", "field_ref"), f"{self.name!r} has", required=False)
        return self


class EnvironmentFrom(Strict):
    """All keys of a Secret or a ConfigMap as environment variables."""

    secret: str | None = Field(default=None, pattern=SUBDOMAIN, description="Name of the Secret.")
    config_map: str | None = Field(default=None, pattern=SUBDOMAIN, description="Name of the ConfigMap.")
    prefix: str = Field(default="", pattern=ENV_NAME_OR_NONE, description="Put in front of each name.")

    @model_validator(mode="after")
    def _one_source(self) -> EnvironmentFrom:
        only_one(self, ("secret", "config_map"), "an entry of env_from has")
        return self


class MountedFile(Strict):
    """A file, or a folder with a file for each key, from a Secret or a ConfigMap. The rest of its folder stays."""

    path: AbsolutePath = Field(description="Where it is in the pod: /home/kedro/project/conf/cloud/credentials.yml")
    secret_ref: SecretRef | None = Field(default=None, description="Key of a Secret that is the file.")
    config_map_ref: ConfigMapRef | None = Field(default=None, description="Key of a ConfigMap that is the file.")
    secret: str | None = Field(default=None, pattern=SUBDOMAIN, description="Secret whose keys are files of a folder.")
    config_map: str | None = Field(
        default=None, pattern=SUBDOMAIN, description="ConfigMap whose keys are files of a folder."
    )

    @model_validator(mode="after")
    def _one_source(self) -> MountedFile:
        only_one(self, ("secret_ref", "config_map_ref", "secret", "config_map"), f"file {self.path!r} has")
        if self.secret_ref and self.secret_ref.path:
            raise ValueError(f"file {self.path!r} has a `path` in its secret_ref, too; remove that one")
        return self


class EmptyDir(Strict):
    """A folder that lives as long as its pod."""

    medium: Literal["", "Memory"] = Field(default="", description="Memory for one that is no disk.")
    size: Storage = Field(default="", description="Its greatest size.")


class Volume(Strict):
    """A volume of a pod."""

    name: str = Field(pattern=LABEL, max_length=63, description="Name, by which sidecars mount it.")
    secret_ref: SecretRef | None = Field(default=None, description="Key of a Secret that is its only file.")
    secret: str | None = Field(default=None, pattern=SUBDOMAIN, description="Secret whose keys are its files.")
    config_map: str | None = Field(default=None, pattern=SUBDOMAIN, description="ConfigMap whose keys are its files.")
    claim: str | None = Field(default=None, pattern=SUBDOMAIN, description="PersistentVolumeClaim.")
    empty_dir: EmptyDir | None = Field(default=None, description="A folder that lives as long as its pod.")
    source: dict[str, Any] | None = Field(
        default=None, description="Any other, in Kubernetes' words: {csi: {driver: ...}}."
    )
    mount_path: AbsolutePath | None = Field(default=None, description="Where the main container sees it.")
    sub_path: str = Field(default="", description="The part of it that is seen there.")
    read_only: bool = Field(default=False, description="Whether it cannot be written there.")

    @model_validator(mode="after")
    def _one_source(self) -> Volume:
        sources = ("secret_ref", "secret", "config_map", "claim", "empty_dir", "source")
        only_one(self, sources, f"volume {self.name!r} has")
        return self


class MountedVolume(Volume):
    """A volume of every task."""

    mount_path: AbsolutePath = Field(description="Where tasks see it.")


class VolumeMount(Strict):
    """Where a sidecar sees a volume."""

    name: str = Field(description="Name of the volume.")
    mount_path: str = Field(description="Where it is seen.")
    sub_path: str = Field(default="", description="The part of it that is seen there.")
    read_only: bool = Field(default=True, description="Whether it cannot be written there.")


def _resources(value: Any) -> Any:
    alone = isinstance(value, dict) and not {"requests", "limits"}.intersection(value)
    return {"requests": value, "limits": value} if alone else value


class Resources(Strict):
    """Requests and limits of a container beside the main one; alone, `{cpu: 100m, memory: 64Mi}` is both."""

    requests: dict[str, Quantity] = Field(default={}, description="What it is sure to get.")
    limits: dict[str, Quantity] = Field(default={}, description="What it gets at most.")


ContainerResources = Annotated[Resources, BeforeValidator(_resources), Also("object")]
