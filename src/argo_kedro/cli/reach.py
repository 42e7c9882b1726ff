"""What all verbs that reach a cluster share: their options, the cluster, and which workflow is meant.

Its own imports are light: verbs import it at their top, and what reaches a cluster is imported when one is.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from argo_kedro.cli import console
from argo_kedro.cli.last import last, remember
from argo_kedro.cli.options import LATEST, kubernetes_name

if TYPE_CHECKING:
    from argo_kedro.cluster import Cluster
    from argo_kedro.config import ArgoConfig

_IMAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@-]*\Z")

_C = TypeVar("_C", bound=Callable[..., Any])


def image_name(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    """An image as registries name them.

    Raises:
        click.UsageError: if it is none.
    """
    if value and not _IMAGE.match(value):
        raise click.BadParameter(f"{value!r} is no name of an image, such as registry.example.com/flights:1.4")
    return value


def reach_options(command: _C) -> _C:
    """Which cluster, and where in it."""
    text = "Namespace. [default: argo.yml's, else the context's]"
    namespace = click.option("--namespace", default="", callback=kubernetes_name, help=text)
    context = click.option("--context", default="", help="Kubeconfig context. [default: argo.yml's, else the current]")
    return namespace(context(command))


def image_options(command: _C) -> _C:
    """Which image the tasks run, and whether it is built first."""
    text = "The project's image with its tag, built already. [default: argo.yml's]"
    image = click.option("--image", default="", callback=image_name, help=text)
    build = click.option(
        "--build/--no-build", default=None, help="Build and push the image. [default: as argo.yml says]"
    )
    return image(build(command))


def stop_on_two_images(image: str, *, build: bool | None) -> None:
    """One that is built, or one that is there.

    Raises:
        click.UsageError: if both are asked for.
    """
    if image and build:
        raise click.UsageError("--image names an image that is there, --build makes another one: give one of them.")


def cluster_options(command: _C) -> _C:
    """Which cluster, where in it, and the env whose argo.yml says so."""
    text = "Env whose argo.yml counts. [default: KEDRO_ENV, else its `env`, else cloud if it is there, else Kedro's]"
    return click.option("--env", "-e", default=None, help=text)(reach_options(command))


def name_argument(command: _C) -> _C:
    """A workflow: the last one that was submitted from here if none is given, `@latest` for the project's newest."""
    return click.argument("name", required=False, default="", callback=kubernetes_name)(command)


@dataclass(frozen=True, kw_only=True)
class Reach:
    """How one project, in one env, reaches its cluster."""

    config: ArgoConfig
    env: str
    project: Path
    package: str
    context: str = ""  # that the command line names
    namespace: str = ""
    named_env: str = ""  # that the command line names
    after_fix: str = "; --image names a new image"
    is_cluster: bool = True

    @cached_property
    def cluster(self) -> Cluster:
        """The cluster, which is not asked for anything yet; it is said which one it is.

        Raises:
            ClusterError: if there is no kubeconfig, or no such context in it.
        """
        from argo_kedro.cluster.client import KubernetesCluster

        found = KubernetesCluster(
            context=self.context or self.config.context, namespace=self.namespace or self.config.namespace
        )
        console.say(f"Env {self.env}, {found.where}.")
        return found

    def in_namespace_of(self, manifest: Mapping[str, Any]) -> Reach:
        """The same in the namespace that a manifest names, unless the command line names one."""
        return replace(self, namespace=self.namespace or manifest["metadata"].get("namespace") or "")

    def to(self, given: str) -> tuple[Reach, str]:
        """The workflow that is meant, and the way to it: the last one may be in a namespace that was named then.

        Raises:
            ClusterError: if none was given, and there is none of this project.
        """
        from argo_kedro.cluster import newest

        if given and given != LATEST:
            return self, given
        known = {} if given else self._last()
        if known:
            console.say(f"Workflow: {known['name']}, the last one submitted from here.")
            return replace(self, context=known["context"], namespace=known["namespace"]), known["name"]
        name = newest(self.cluster, self.package)
        console.say(f"Workflow: {name}, the newest one of this project.")
        return self, name

    def remember(self, name: str) -> None:
        """Note a workflow as the last one submitted from this project."""
        place = {"name": name, "context": self.context, "namespace": self.namespace, "env": self.env}
        remember(self.project, place)

    def command(self, verb: str, *words: str) -> str:
        """A verb to try next, for the same cluster."""
        given = {"env": self.named_env, "context": self.context, "namespace": self.namespace}
        return shlex.join(
            ["kedro", "argo", verb, *words, *(f"--{key}={value}" for key, value in given.items() if value)]
        )

    def link(self, name: str) -> str:
        """Where Argo's UI shows a workflow; empty if argo.yml does not know the UI."""
        return f"{self.config.ui}/workflows/{self.cluster.namespace}/{name}" if self.config.ui else ""

    def _last(self) -> dict[str, str]:
        """The last one submitted from here in this env, unless another place is named now."""
        found = last(self.project)
        keys = ("name", "context", "namespace", "env")
        if found.get("local") or not found.keys() >= set(keys):
            return {}
        known = {key: str(found[key]) for key in keys}
        same = known["env"] == self.env and all(
            getattr(self, key) in ("", known[key]) for key in ("context", "namespace")
        )
        return known if same else {}


def reached(project: Path, package: str, chosen: Mapping[str, Any]) -> Reach:
    """What these options, KEDRO_ENV and argo.yml say of the way to the cluster.

    Raises:
        ConfigError: if argo.yml cannot be read, or has no such profile.
    """
    from argo_kedro.project.environment import cluster_config

    profile = chosen.get("profile")
    config, env = cluster_config(
        project,
        env=chosen.get("env"),
        conf_source=chosen.get("conf_source"),
        params=chosen.get("params"),
        profile=profile,
    )
    # The verbs that look at the run later know of no profile: they are told where it is.
    said = (config.profiles[profile].model_extra if profile else None) or {}
    return Reach(
        config=config,
        env=env,
        project=project,
        package=package,
        context=chosen.get("context") or str(said.get("context") or ""),
        namespace=chosen.get("namespace") or str(said.get("namespace") or ""),
        named_env=chosen.get("env") or "",
    )
