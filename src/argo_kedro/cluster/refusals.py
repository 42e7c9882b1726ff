"""What a cluster refuses, in words: what it was, and the command or person that grants it."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any, Protocol

from argo_kedro.cluster.protocol import AlreadyThere, Busy, Changed, Expired, Forbidden, NotThere, Refused, Unanswered
from argo_kedro.errors import ClusterError

_TOO_LARGE = ("request is too large", "Request entity too large")
_FORBIDDEN = re.compile(
    r'User "(?P<user>[^"]+)" cannot (?P<verb>\S+) resource "(?P<resource>[^"]+)" in API group "(?P<group>[^"]*)"'
    r'(?: in the namespace "(?P<namespace>[^"]+)")?'
)
_OTHER_TLS = ("CERTIFICATE_VERIFY_FAILED", "certificate verify failed", "WRONG_VERSION_NUMBER", "doesn't match")
_LINES = 10  # of a refusal; the rest is counted
_SERVER_ERROR = 500


class Answer(Protocol):
    """An error answer of the API server, as the Kubernetes client gives it."""

    status: Any
    reason: Any
    body: Any
    headers: Any


def no_answer(deed: str, where: str, error: Exception) -> Unanswered:
    """The connection failed, or what came is no answer."""
    reason = " ".join(str(getattr(error, "reason", None) or error).split()) or type(error).__name__
    return Unanswered(
        f"The cluster ({where}) gave no answer when asked to {deed}: {reason}",
        hint="is it up, and do you reach it from here (VPN, proxy)? `kubectl cluster-info` asks it too.",
    )


def refusal(answer: Answer, deed: str, where: str, namespace: str) -> ClusterError:
    """The error for an answer that is none of the good ones."""
    code = int(answer.status or 0)
    status = _status(answer.body)
    message = str(status.get("message") or answer.reason or "no reason given").strip()
    reason = str(status.get("reason") or "")
    said = f"The cluster ({where}) would not {deed}: {_short(message)}"
    if code == 0:  # the client's words for TLS that failed
        if any(words in message for words in _OTHER_TLS):
            return Refused(said, hint="the kubeconfig's server or certificate-authority is another one's.")
        return no_answer(deed, where, ClusterError(message))
    if any(words in message for words in _TOO_LARGE) or code == 413:
        return Refused(said, hint="put several nodes into one task (a fused group), or run fewer pipelines at once.")
    if code == 401:
        return Refused(said, hint="log in again: `kubectl get workflows` with this context shows whether it works.")
    if code == 403:
        return Forbidden(said, hint=_who_grants(message, namespace))
    if code == 404:
        return _not_found(said, status, namespace)
    if code == 409:
        if reason == "AlreadyExists":
            return AlreadyThere(said)
        # Many creates at once count the same quota: nothing is wrong with this one.
        return Busy(said, hint="try again.") if "resourcequotas" in message else Changed(said, hint="try again.")
    if code == 410:
        return Expired(said)
    if code == 429 or (code == 503 and _retry_after(answer)):
        return Busy(said, hint="try again later.", seconds=_retry_after(answer) or 1.0)
    if code >= _SERVER_ERROR:
        return Unanswered(said, hint="the API server is in trouble: try again later, or ask who runs it.")
    return Refused(said, hint=_invalid(code, message))


def _status(body: Any) -> dict[str, Any]:
    try:
        found = json.loads(body or "{}")
    except (TypeError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _retry_after(answer: Answer) -> float:
    value = (answer.headers or {}).get("Retry-After") or ""
    return float(value) if re.fullmatch(r"\d+(\.\d+)?", value) else 0.0


def _not_found(said: str, status: dict[str, Any], namespace: str) -> ClusterError:
    details = status.get("details") or {}
    message = str(status.get("message") or "")
    if details.get("kind") == "namespaces" or re.search(r'namespaces "[^"]*" not found', message):
        return Refused(
            said, hint=f"`kubectl create namespace {namespace}`, or choose one with --namespace or in argo.yml."
        )
    if details.get("name"):
        kind = details.get("kind") or "workflows"
        command = "kedro argo list" if kind == "workflows" else f"kubectl --namespace {namespace} get {kind}"
        return NotThere(said, hint=f"`{command}` shows what is there.")
    return Refused(said, hint="Argo Workflows is not installed there, or this is another cluster: see --context.")


def _who_grants(message: str, namespace: str) -> str:
    if "exceeded quota" in message:
        return f"`kubectl --namespace {namespace} describe resourcequota` shows what is left."
    found = _FORBIDDEN.search(message)
    if not found:
        return "ask who runs the cluster."
    resource = f"{found['resource']}.{found['group']}" if found["group"] else found["resource"]
    return (
        "`kedro argo init --cluster` writes all rights that are needed, for an admin to apply. This one alone:\n"
        f"{granting(found['verb'], resource, found['namespace'] or namespace, found['user'])}"
    )


def granting(verbs: str, resource: str, namespace: str, user: str) -> str:
    """The commands by which an admin grants rights in a namespace, each in a line of its own."""
    name = f"argo-kedro-{verbs.replace(',', '-')}-{resource.partition('.')[0].replace('/', '-')}"
    account = user.removeprefix("system:serviceaccount:")
    subject = f"--serviceaccount={account}" if account != user else f"--user={user}"
    subject = shlex.quote(subject)
    return (
        f"  kubectl --namespace {namespace} create role {name} --verb={verbs} --resource={resource}\n"
        f"  kubectl --namespace {namespace} create rolebinding {name} --role={name} {subject}"
    )


def _invalid(code: int, message: str) -> str:
    if "strict decoding error" in message:
        return "this Argo does not know these fields: take them out of the manifest's template, or use a newer Argo."
    if "Too many" in message:
        return "Argo takes up to 200 templates, and 200 tasks in a DAG; `kedro argo compile` nests them."
    return (
        "`kedro argo check` looks at the manifest more closely." if code in (400, 422) else "ask who runs the cluster."
    )


def _short(message: str) -> str:
    lines = message.splitlines()
    if len(lines) <= _LINES:
        return message
    return "\n".join([*lines[:_LINES], f"... and {len(lines) - _LINES} lines more"])
