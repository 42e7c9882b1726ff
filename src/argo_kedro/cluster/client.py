"""The cluster through the official Kubernetes client. Nothing else in the project imports that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from functools import partial
from typing import Any

import urllib3
from kubernetes import client
from kubernetes.client.exceptions import ApiException

from argo_kedro.cluster.answers import answer_json, answer_lines
from argo_kedro.cluster.kubeconfig import connection
from argo_kedro.cluster.protocol import Change, Expired, Kind, Listing, NotThere, Refused, Unanswered
from argo_kedro.cluster.refusals import no_answer, refusal
from argo_kedro.model import Json
from argo_kedro.names import is_object_name

_GROUP, _VERSION = "argoproj.io", "v1alpha1"
_CORE = frozenset({"pods", "events"})
_CONNECT, _READ = 5, 60  # seconds; a workflow of a megabyte passes a slow line in that
_LATE = 5  # seconds that the end of a watch may come late
_QUIET = 24 * 60 * 60  # seconds; the client takes no `None`
_PAGE = 500  # objects in one answer
_UNAUTHORIZED, _NOT_FOUND = 401, 404


class KubernetesCluster:
    """One namespace of the cluster that kubectl would talk to: kubeconfig and context, or the pod's own cluster.

    Args:
        context: A context of the kubeconfig; its current one if empty.
        namespace: The namespace; the context's own, or `default`, if empty.
        patience: Seconds to wait for an answer, or the next part of one.

    Raises:
        ClusterError: if there is neither a kubeconfig nor a cluster around.
    """

    def __init__(self, *, context: str = "", namespace: str = "", patience: float = _READ) -> None:
        self._context, self._patience = context, patience
        # JSON as it came: models may refuse it
        self._raw: dict[str, Any] = {"_preload_content": False, "_request_timeout": (_CONNECT, patience)}
        self._connect()
        self.namespace = namespace or self._own_namespace

    @property
    def where(self) -> str:
        """The context and the namespace, in the words of messages."""
        return f"{self._shown}, namespace {self.namespace}"

    def create(self, kind: Kind, document: Json, *, dry_run: bool = False) -> dict[str, Any]:
        """Create an object, once; with `dry_run` the server only says whether it would."""
        more = {"dry_run": "All"} if dry_run else {}
        return self._answer(
            lambda: self._custom.create_namespaced_custom_object(
                *self._path(kind), document, field_validation="Strict", **more, **self._raw
            ),
            f"create {_shown(kind, document)}",
        )

    def get(self, kind: Kind, name: str) -> dict[str, Any]:
        """An object of Argo's."""
        return self._answer(
            lambda: self._custom.get_namespaced_custom_object(*self._path(kind), _one(name), **self._raw),
            f"read {_ONE[kind]} {name}",
        )

    def listing(self, kind: Kind, *, labels: str = "", fields: str = "") -> Listing:
        """All objects that these selectors choose."""
        items: list[Json] = []
        following = ""
        while True:
            options: dict[str, Any] = {
                "label_selector": labels,
                "field_selector": fields,
                "limit": _PAGE,
                "_continue": following,
                **self._raw,
            }
            try:
                page = self._answer(partial(self._listed, kind, **options), f"list {kind}")
            except Expired:
                if not following:
                    raise
                items, following = [], ""  # reading took so long that the later pages are gone: from the beginning
                continue
            items += page.get("items") or ()
            metadata = page.get("metadata") or {}
            following = metadata.get("continue") or ""
            if not following:
                return Listing(items=tuple(items), version=metadata.get("resourceVersion") or "")

    def watch(self, kind: Kind, *, version: str, fields: str = "", seconds: int) -> Iterator[Change]:
        """What changes after this version. It may end at any time, and does so after so many seconds."""
        # A connection that is dead without a word ends by the read timeout, soon after the server should have ended it.
        options = {"watch": True, "resource_version": version, "field_selector": fields, "timeout_seconds": seconds}
        deed = f"watch {kind}"
        response = self._send(
            lambda: self._listed(
                kind,
                **options,
                _preload_content=False,
                _request_timeout=(_CONNECT, seconds + min(_LATE, self._patience)),
            ),
            deed,
        )
        for line in answer_lines(response, deed, self._shown):
            change = answer_json(line, deed, self._shown)
            if change.get("type") == "ERROR":
                status = change.get("object") or {}
                if status.get("code") == 410:
                    raise Expired(f"{kind}: {status.get('message', 'too old')}")
                raise Unanswered(f"The cluster broke the watch off: {status.get('message', 'without a reason')}.")
            yield Change(type=str(change.get("type")), document=change.get("object") or {})

    def replace(self, kind: Kind, document: Json, *, dry_run: bool = False) -> dict[str, Any]:
        """Put this object in the place of the one that has its name and its resourceVersion."""
        more = {"dry_run": "All"} if dry_run else {}
        return self._answer(
            lambda: self._custom.replace_namespaced_custom_object(
                *self._path(kind),
                _one(document["metadata"]["name"]),
                document,
                field_validation="Strict",
                **more,
                **self._raw,
            ),
            f"change {_shown(kind, document)}",
        )

    def delete(self, kind: Kind, name: str) -> None:
        """Delete an object, and what it owns; but the workflows that a schedule has begun go on."""
        if kind in _CORE:
            self._answer(
                lambda: self._core.delete_namespaced_pod(_one(name), self.namespace, **self._raw),
                f"delete {_ONE[kind]} {name}",
            )
            return
        policy = "Orphan" if kind == "cronworkflows" else "Background"
        self._answer(
            lambda: self._custom.delete_namespaced_custom_object(
                *self._path(kind), _one(name), propagation_policy=policy, **self._raw
            ),
            f"delete {_ONE[kind]} {name}",
        )

    def log(self, pod: str, container: str, *, follow: bool = False, since: str = "", tail: int = 0) -> Iterator[str]:
        """The lines of a container's log, each with its time in front; from the second of `since` on (RFC 3339).

        With `tail` only so many of its last ones.
        """
        options: dict[str, Any] = {"container": container, "follow": follow, "timestamps": True}
        if since:
            options["since_seconds"] = _seconds_since(since)
        if tail:
            options["tail_lines"] = tail
        deed = f"read the log of pod {pod}"
        # A task may say nothing for hours: only a log that is not followed has to come at once.
        timeout = (_CONNECT, _QUIET if follow else self._patience)
        response = self._send(
            lambda: self._core.read_namespaced_pod_log(
                pod, self.namespace, **options, _preload_content=False, _request_timeout=timeout
            ),
            deed,
        )
        for line in answer_lines(response, deed, self._shown):
            yield line.decode("utf-8", "replace")

    def read(self, path: str, *, query: Json | None = None) -> dict[str, Any]:
        """What stands at a path of the API, of whatever kind it is: `/version`, `/api/v1/nodes`."""
        try:
            pairs = list((query or {}).items())
            return self._answer(lambda: self._called("GET", path, query_params=pairs), f"read {path}")
        except Refused as error:  # what else is not there, such as a group of the API
            if getattr(error.__cause__, "status", 0) == _NOT_FOUND:
                raise NotThere(error.message, hint=error.hint) from error
            raise

    def review(self, kind: str, spec: Json) -> dict[str, Any]:
        """The `status` of an access review of this kind: who may do what. Nothing of it is kept."""
        version = f"{'authentication' if kind == 'SelfSubjectReview' else 'authorization'}.k8s.io/v1"
        local = kind.startswith("Local")
        body = {"apiVersion": version, "kind": kind, "spec": spec}
        body |= {"metadata": {"namespace": self.namespace}} if local else {}
        path = f"/apis/{version}/{f'namespaces/{self.namespace}/' if local else ''}{kind.lower()}s"
        return dict(self._answer(lambda: self._called("POST", path, body=body), f"create a {kind}").get("status") or {})

    # The connection --------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        found = connection(self._context)
        self._api = client.ApiClient(found.settings)
        self._shown, self._own_namespace = found.shown, found.namespace

    # Any: which arguments are typed, and how, differs from version to version of the client.
    @property
    def _custom(self) -> Any:
        return client.CustomObjectsApi(self._api)

    @property
    def _core(self) -> Any:
        return client.CoreV1Api(self._api)  # loading this class takes a second, and most verbs do without

    def _called(self, method: str, path: str, **more: Any) -> Any:
        kind = "application/json"
        headers = {"Accept": kind, "Content-Type": kind, "Accept-Encoding": "gzip"}  # CRDs have a megabyte
        options = {"header_params": headers, "auth_settings": ["BearerToken"], **self._raw}
        # Older clients would give its status and headers, too.
        return self._api.call_api(path, method, _return_http_data_only=True, **options, **more)

    def _path(self, kind: Kind) -> tuple[str, str, str, str]:
        return _GROUP, _VERSION, self.namespace, kind

    def _listed(self, kind: Kind, **options: Any) -> Any:
        options = {key: value for key, value in options.items() if value != ""}
        if kind == "pods":
            return self._core.list_namespaced_pod(self.namespace, **options)
        if kind == "events":
            return self._core.list_namespaced_event(self.namespace, **options)
        return self._custom.list_namespaced_custom_object(*self._path(kind), **options)

    def _answer(self, request: Callable[[], Any], deed: str) -> dict[str, Any]:
        response = self._send(request, deed)
        try:
            data = response.data
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise no_answer(deed, self._shown, error) from error
        return answer_json(data, deed, self._shown)

    def _send(self, request: Callable[[], Any], deed: str) -> Any:
        """Ask once; once more with new credentials where those at hand have run out."""
        for renewed in (False, True):
            try:
                return request()
            except ApiException as error:
                if error.status == _UNAUTHORIZED and not renewed:
                    self._connect()
                    continue
                raise refusal(error, deed, self._shown, self.namespace) from error
            except (AttributeError, UnicodeDecodeError) as error:
                # Before 37 the client stumbles over the body of an error answer that is no text, or is not there.
                if not isinstance(error.__context__, ApiException):
                    raise
                raise refusal(error.__context__, deed, self._shown, self.namespace) from error
            except (urllib3.exceptions.HTTPError, OSError) as error:
                raise no_answer(deed, self._shown, error) from error
        raise AssertionError("unreachable")


_ONE: dict[Kind, str] = {
    "workflows": "workflow",
    "workflowtemplates": "workflow template",
    "cronworkflows": "cron workflow",
    "pods": "pod",
    "events": "event",
}


def _one(name: str) -> str:
    """The name of one object: any other would make the address that of all of them.

    Raises:
        Refused: if it is no name.
    """
    if not is_object_name(name):
        raise Refused(f"{name!r} is not the name of an object.", hint="`kedro argo list` shows those of workflows.")
    return name


def _shown(kind: Kind, document: Json) -> str:
    return f"{_ONE[kind]} {document.get('metadata', {}).get('name', '')}"


def _seconds_since(moment: str) -> int:
    then = datetime.fromisoformat(moment[:19]).replace(tzinfo=timezone.utc)
    return max(1, int((datetime.now(timezone.utc) - then).total_seconds()) + 1)
