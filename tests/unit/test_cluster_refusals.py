"""What the API server refuses, at the wire: which error it is, and the way out."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from api_server import Answer, ApiServer, kubeconfig, refused

from argo_kedro.cluster.client import KubernetesCluster
from argo_kedro.cluster.protocol import Busy, Changed, Expired, NotThere, Refused, Unanswered
from argo_kedro.errors import ClusterError

WORKFLOW = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "metadata": {"name": "demo-x"}, "spec": {}}
PAGE = "<!DOCTYPE html>\n<html><title>Sign in</title></html>"


def refusal(api: ApiServer, answer: Answer) -> ClusterError:
    """The error of a create that is answered with this."""
    api.always["create"] = lambda _: answer
    with pytest.raises(ClusterError) as caught:
        api.cluster().create("workflows", WORKFLOW)
    assert "context wire" in caught.value.message
    assert "create workflow demo-x" in caught.value.message
    return caught.value


def forbidden(user: str, verb: str, resource: str, group: str, namespace: str = "blue") -> Answer:
    """A right that is missing, in the words of Kubernetes' RBAC."""
    message = (
        f'{resource}.{group} "demo-x" is forbidden: User "{user}" cannot {verb} resource "{resource}" in API group '
        f'"{group}"' + (f' in the namespace "{namespace}"' if namespace else "")
    )
    return refused(403, "Forbidden", message, name="demo-x", group=group, kind=resource)


def test_a_person_who_may_not_create_gets_the_commands_that_grant_it(api: ApiServer) -> None:
    error = refusal(api, forbidden("ada@example.com", "create", "workflows", "argoproj.io"))
    assert isinstance(error, Refused)
    assert error.hint.splitlines()[1:] == [
        "  kubectl --namespace blue create role argo-kedro-create-workflows --verb=create "
        "--resource=workflows.argoproj.io",
        "  kubectl --namespace blue create rolebinding argo-kedro-create-workflows "
        "--role=argo-kedro-create-workflows --user=ada@example.com",
    ]


def test_a_service_account_is_granted_a_right_as_a_service_account(api: ApiServer) -> None:
    error = refusal(api, forbidden("system:serviceaccount:ci:bot", "delete", "pods", ""))
    assert "--verb=delete --resource=pods\n" in error.hint
    assert error.hint.endswith("--role=argo-kedro-delete-pods --serviceaccount=ci:bot")


def test_a_right_to_a_part_of_a_resource_is_granted_with_its_part(api: ApiServer) -> None:
    error = refusal(api, forbidden("ada", "get", "pods/log", ""))
    assert "create role argo-kedro-get-pods-log --verb=get --resource=pods/log\n" in error.hint


def test_a_right_to_the_whole_cluster_is_granted_here_only(api: ApiServer) -> None:
    error = refusal(api, forbidden("ada", "list", "workflows", "argoproj.io", namespace=""))
    assert "kubectl --namespace blue create role argo-kedro-list-workflows" in error.hint


@pytest.mark.parametrize(
    ("message", "hint"),
    [
        ('workflows "x" is forbidden: exceeded quota: few, requested: 1', "describe resourcequota"),
        ('admission webhook "policy" denied the request: no latest tags', "ask who runs the cluster"),
    ],
)
def test_what_is_forbidden_for_another_reason_is_not_a_missing_right(api: ApiServer, message: str, hint: str) -> None:
    error = refusal(api, refused(403, "Forbidden", message))
    assert isinstance(error, Refused)
    assert message in error.message
    assert hint in error.hint
    assert "create role" not in error.hint


def test_a_namespace_that_is_not_there_is_named(api: ApiServer) -> None:
    error = refusal(api, refused(404, "NotFound", 'namespaces "blue" not found', name="blue", kind="namespaces"))
    assert isinstance(error, Refused)
    assert "`kubectl create namespace blue`" in error.hint


@pytest.mark.parametrize("body", ["404 page not found\n", PAGE, ""])
def test_a_cluster_without_argo_is_told_from_a_workflow_that_is_not_there(api: ApiServer, body: str) -> None:
    error = refusal(api, Answer(code=404, body=body, carried_out=False))
    assert isinstance(error, Refused)
    assert "Argo Workflows is not installed there" in error.hint
    with pytest.raises(NotThere, match=r'read workflow demo-y: workflows\.argoproj\.io "demo-y" not found'):
        api.cluster().get("workflows", "demo-y")


def test_of_many_causes_the_first_are_told_and_the_rest_is_counted(api: ApiServer) -> None:
    causes = "\n".join(f"* spec.templates[{number}].name: Required value" for number in range(40))
    error = refusal(api, refused(422, "Invalid", f'Workflow "demo-x" is invalid:\n{causes}'))
    assert isinstance(error, Refused)
    assert "templates[8].name" in error.message
    assert "templates[9].name" not in error.message
    assert error.message.endswith("... and 31 lines more")
    assert "kedro argo check" in error.hint


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (
            refused(
                422,
                "Invalid",
                'The Workflow "demo-x" is invalid: spec.templates: Too many: 201: must have at most 200 items',
            ),
            "200 templates",
        ),
        (
            refused(400, "BadRequest", 'Workflow in version "v1alpha1": strict decoding error: unknown field "spec.x"'),
            "does not know these fields",
        ),
        (refused(400, "BadRequest", "the object provided is unrecognized"), "kedro argo check"),
        (refused(500, "InternalError", "etcdserver: request is too large"), "put several nodes into one task"),
        (Answer(code=413, body=PAGE, carried_out=False), "put several nodes into one task"),
        (refused(401, "Unauthorized", "Unauthorized"), "log in again"),
        (refused(405, "MethodNotAllowed", "not allowed"), "ask who runs the cluster"),
    ],
)
def test_what_can_never_succeed_is_refused_for_good_with_a_way_out(api: ApiServer, answer: Answer, hint: str) -> None:
    error = refusal(api, answer)
    assert isinstance(error, Refused)
    assert hint in error.hint


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (refused(429, "TooManyRequests", "slow down", {"Retry-After": "3"}), 3.0),
        (refused(429, "TooManyRequests", "slow down", {"Retry-After": "Sat, 21 Nov 2026 08:00:00 GMT"}), 1.0),
        (refused(429, "TooManyRequests", "slow down"), 1.0),
        (refused(503, "ServiceUnavailable", "starting", {"Retry-After": "1"}), 1.0),
    ],
)
def test_a_busy_server_says_when_to_come_again(api: ApiServer, answer: Answer, seconds: float) -> None:
    error = refusal(api, answer)
    assert isinstance(error, Busy)
    assert error.seconds == seconds


@pytest.mark.parametrize("code", [500, 502, 503, 504])
def test_a_server_in_trouble_leaves_it_open_whether_it_was_done(api: ApiServer, code: int) -> None:
    assert isinstance(refusal(api, Answer(code=code, body=PAGE)), Unanswered)


def test_what_is_too_old_and_what_somebody_changed_are_errors_of_their_own(api: ApiServer) -> None:
    assert isinstance(refusal(api, refused(410, "Expired", "too old resource version")), Expired)
    assert isinstance(refusal(api, refused(409, "Conflict", "the object has been modified")), Changed)


def test_a_page_of_a_proxy_is_quoted_as_what_came(api: ApiServer) -> None:
    error = refusal(api, Answer(body=PAGE, carried_out=False))
    assert isinstance(error, Unanswered)
    assert "not JSON of Kubernetes: <!DOCTYPE html> <html><title>Sign in" in error.message


@pytest.mark.parametrize("body", [b"\xff\xfe\x00", "[1]", "null", '"text"', "{", ""])
def test_no_body_is_taken_for_an_answer_unless_it_is_one(api: ApiServer, body: bytes | str) -> None:
    assert isinstance(refusal(api, Answer(body=body, carried_out=False)), Unanswered)
    assert isinstance(refusal(api, Answer(code=500, body=body, carried_out=False)), Unanswered)


def test_a_server_that_is_not_there_gave_no_answer(api: ApiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as gone:
        url = f"http://127.0.0.1:{gone.server_address[1]}"
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig(api.folder / "gone", url)))
    with pytest.raises(Unanswered, match=r"gave no answer when asked to read workflow x: .*refused") as caught:
        KubernetesCluster().get("workflows", "x")
    assert "kubectl cluster-info" in caught.value.hint


def test_a_server_without_tls_is_not_asked_again(api: ApiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig(api.folder / "tls", api.url.replace("http:", "https:"))))
    with pytest.raises(Refused, match="would not read workflow x: ") as caught:
        KubernetesCluster().get("workflows", "x")
    assert "certificate-authority" in caught.value.hint


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[str]:
    """The address of a server with a certificate that nobody vouches for."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", *subject]
    subprocess.run([*made, "-keyout", key, "-out", certificate], check=True, capture_output=True, timeout=60)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"https://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes a certificate with openssl")
def test_a_certificate_that_nobody_vouches_for_is_refused_for_good(
    stranger: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig(tmp_path / "config", stranger)))
    with pytest.raises(Refused, match=r"(?s)would not read workflow x: .*certificate verify failed") as caught:
        KubernetesCluster().get("workflows", "x")
    assert "certificate-authority" in caught.value.hint
