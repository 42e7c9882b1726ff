"""Which cluster: chosen as kubectl chooses it, by kubeconfig and context, or the one around this pod."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from kubernetes import client, config
from kubernetes.config.config_exception import ConfigException

from argo_kedro.cluster.protocol import NoCluster

_HOME = "~/.kube/config"
_POD_NAMESPACE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")


@dataclass(frozen=True, kw_only=True)
class Connection:
    """How to reach a cluster."""

    settings: Any  # the Kubernetes client's Configuration
    shown: str  # in the words of messages
    namespace: str  # that the context names, else `default`


def connection(context: str = "") -> Connection:
    """The cluster of this context of the kubeconfig; of its current context, or around this pod, if none is given.

    Raises:
        NoCluster: if there is no such context, no kubeconfig, or none that can be read.
    """
    file = os.environ.get("KUBECONFIG") or _HOME
    paths = [Path(part).expanduser() for part in file.split(os.pathsep) if part]
    present = any(path.is_file() for path in paths)
    settings: Any = client.Configuration()
    settings.retries = False  # who asks knows whether to ask again
    settings.connection_pool_maxsize = 256  # each log that is followed has one; urllib3 warns of every one over this
    try:
        return _of_files(paths, context, settings) if present or context else _around_this_pod(settings)
    except (ConfigException, OSError, ValueError) as error:
        raise _no_connection(error, file, present) from error


def _of_files(paths: Sequence[Path], context: str, settings: Any) -> Connection:
    # The client itself takes the last of several current contexts, kubectl the first; and it stumbles over empty files.
    read = {str(path): _read(path) for path in paths if path.is_file()}
    if not read:
        raise ConfigException("there is none")
    contexts: dict[str, Any] = {}
    for document in reversed(read.values()):  # of two with one name, the first counts
        contexts |= {each["name"]: each.get("context") or {} for each in document.get("contexts") or ()}
    name = context or next((each["current-context"] for each in read.values() if each.get("current-context")), "")
    if name not in contexts:
        known = f"its contexts: {', '.join(sorted(contexts)) or 'none'}."
        missing = f"The kubeconfig has no context {name!r}." if name else "The kubeconfig has no current context."
        raise NoCluster(missing, hint=f"{known} Choose one with --context, or `kubectl config use-context`.")
    kube: Any = config
    file = os.pathsep.join(path for path, document in read.items() if document)
    kube.load_kube_config(file, context=name, client_configuration=settings)
    return Connection(
        settings=settings, shown=f"context {name}", namespace=contexts[name].get("namespace") or "default"
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except yaml.YAMLError as error:  # its own words quote the line, which may be a token
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise ConfigException(f"{path}{where}: {getattr(error, 'problem', None) or 'no YAML'}") from None
    contexts = (found.get("contexts") or []) if isinstance(found, dict) else None
    if not isinstance(contexts, list) or not all(isinstance(each, dict) and "name" in each for each in contexts):
        raise ConfigException(f"{path} is no kubeconfig")
    return dict(found)


def _around_this_pod(settings: Any) -> Connection:
    kube: Any = config
    kube.load_incluster_config(client_configuration=settings)
    namespace = _POD_NAMESPACE.read_text(encoding="utf-8").strip()
    return Connection(settings=settings, shown="the cluster around this pod", namespace=namespace)


def _no_connection(error: Exception, file: str, present: bool) -> NoCluster:
    if present:
        reason = " ".join(str(error).split())
        return NoCluster(f"The kubeconfig {file} cannot be used: {reason}", hint="`kubectl config view` shows it.")
    return NoCluster(
        f"There is no kubeconfig at {file}, and this is no pod of a cluster.",
        hint="get one from your platform team, or name it in KUBECONFIG.",
    )
