"""What this room needs of a cluster. `client.KubernetesCluster` is the real one; unit tests have a small fake."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from argo_kedro.errors import ClusterError
from argo_kedro.model import Json

Kind = Literal["workflows", "workflowtemplates", "cronworkflows", "pods", "events"]


@dataclass(frozen=True, kw_only=True)
class Listing:
    """Objects, and the version from which a watch goes on."""

    items: tuple[Json, ...]
    version: str


@dataclass(frozen=True, kw_only=True)
class Change:
    """One line of a watch."""

    type: str  # ADDED, MODIFIED, DELETED, BOOKMARK
    document: Json


class Cluster(Protocol):
    """One namespace of a Kubernetes cluster. Every method raises the errors below, and no other."""

    @property
    def namespace(self) -> str:
        """The namespace that everything here is about."""

    @property
    def where(self) -> str:
        """The context and the namespace, in the words of messages."""

    def create(self, kind: Kind, document: Json, *, dry_run: bool = False) -> dict[str, Any]:
        """Create an object, once; with `dry_run` the server only says whether it would."""

    def get(self, kind: Kind, name: str) -> dict[str, Any]:
        """An object of Argo's."""

    def listing(self, kind: Kind, *, labels: str = "", fields: str = "") -> Listing:
        """All objects that these selectors choose."""

    def watch(self, kind: Kind, *, version: str, fields: str = "", seconds: int) -> Iterator[Change]:
        """What changes after this version. It may end at any time, and does so after so many seconds."""

    def replace(self, kind: Kind, document: Json, *, dry_run: bool = False) -> dict[str, Any]:
        """Put this object in the place of the one that has its name and its resourceVersion."""

    def delete(self, kind: Kind, name: str) -> None:
        """Delete an object, and what it owns."""

    def log(self, pod: str, container: str, *, follow: bool = False, since: str = "", tail: int = 0) -> Iterator[str]:
        """The lines of a container's log, each with its time in front; from the second of `since` on (RFC 3339).

        With `tail` only so many of its last ones.
        """

    def read(self, path: str, *, query: Json | None = None) -> dict[str, Any]:
        """What stands at a path of the API, of whatever kind it is: `/version`, `/api/v1/nodes`."""

    def review(self, kind: str, spec: Json) -> dict[str, Any]:
        """The `status` of an access review of this kind: who may do what. Nothing of it is kept."""


class NoCluster(ClusterError):
    """There is nothing to ask: no kubeconfig, or not the context that was named."""


class Unanswered(ClusterError):
    """No answer, or one that does not tell whether the request was carried out."""


class Busy(ClusterError):
    """Too many requests: nothing was done, ask again later."""

    def __init__(self, message: str, *, hint: str = "", seconds: float = 1.0) -> None:
        super().__init__(message, hint=hint)
        self.seconds = seconds  # that the server asks to wait


class NotThere(ClusterError):
    """There is no such object."""


class AlreadyThere(ClusterError):
    """There is an object of this name already."""


class Changed(ClusterError):
    """Somebody else changed the object meanwhile."""


class Expired(ClusterError):
    """The version to go on from is too old: list again."""


class Refused(ClusterError):
    """The server will not do it, however often it is asked: a right is missing, or the object is not valid."""


class Forbidden(Refused):
    """Who asks has not the right to."""


TEMPORARY: tuple[type[ClusterError], ...] = (Unanswered, Busy)
