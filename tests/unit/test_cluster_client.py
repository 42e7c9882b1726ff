"""The Kubernetes client, at the wire: what it sends, what it makes of streams, and how it renews credentials."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from api_server import Answer, ApiServer, Request, kubeconfig, refused

from argo_kedro.cluster.client import KubernetesCluster
from argo_kedro.cluster.protocol import Change, Expired, Forbidden, NotThere, Refused, Unanswered


def workflow(name: str = "demo-x", **more: Any) -> dict[str, Any]:
    return {"kind": "Workflow", "metadata": {"name": name}, "spec": {}, **more}


def changes(api: ApiServer, *, patience: float = 30) -> Iterator[Change]:
    return api.cluster(patience=patience).watch("workflows", version="7", fields="metadata.name=demo-x", seconds=0)


# What it sends ------------------------------------------------------------------------------------------------------


def test_an_object_comes_back_as_it_was_sent_whatever_is_in_it(api: ApiServer) -> None:
    odd = workflow(spec={"é": "\u2028 {{x}} \x7f 🚀", "n": None, "f": 1e300, "on": True, "deep": [[{"a_b": {}}]]})
    api.cluster().create("workflows", odd)
    found = api.cluster().get("workflows", "demo-x")
    assert (found["spec"], found["metadata"]["resourceVersion"]) == (odd["spec"], "1")
    found["spec"]["n"] = "new"
    assert api.cluster().replace("workflows", found)["metadata"]["resourceVersion"] == "2"
    assert api.asked("replace")[0].query == {"fieldValidation": "Strict"}


def test_whatever_the_api_has_can_be_read_by_its_path(api: ApiServer) -> None:
    api.pages = {"/version": {"gitVersion": "v1.34.4"}, "/api/v1/nodes": {"items": []}}
    cluster = api.cluster()
    assert cluster.read("/version") == {"gitVersion": "v1.34.4"}
    assert cluster.read("/api/v1/nodes", query={"resourceVersion": "0"}) == {"items": []}
    assert (api.requests[-1].query, api.requests[-1].headers["Accept"]) == (
        {"resourceVersion": "0"},
        "application/json",
    )

    api.next("list", refused(404, "NotFound", "the server could not find the requested resource"))
    with pytest.raises(NotThere):
        cluster.read("/apis/argoproj.io")
    api.next("list", refused(403, "Forbidden", 'User "ada" cannot list resource "nodes" in API group ""'))
    with pytest.raises(Forbidden):
        cluster.read("/api/v1/nodes")


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("SelfSubjectReview", "/apis/authentication.k8s.io/v1/selfsubjectreviews"),
        ("SelfSubjectAccessReview", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"),
        ("LocalSubjectAccessReview", "/apis/authorization.k8s.io/v1/namespaces/blue/localsubjectaccessreviews"),
    ],
)
def test_a_review_is_asked_for_at_its_address_and_only_its_status_counts(api: ApiServer, kind: str, path: str) -> None:
    api.pages = {path: {"kind": kind, "status": {"allowed": True}}}
    assert api.cluster().review(kind, {"user": "x"}) == {"allowed": True}
    (asked,) = api.requests
    assert (asked.path, asked.body["kind"], asked.body["spec"]) == (path, kind, {"user": "x"})
    assert asked.body["apiVersion"] == "/".join(path.split("/")[2:4])


def test_what_a_workflow_owns_is_deleted_with_it(api: ApiServer) -> None:
    api.put("workflows", workflow())
    api.put("pods", workflow("demo-x-1"))
    api.cluster().delete("workflows", "demo-x")
    api.cluster().delete("pods", "demo-x-1")
    first, second = api.asked("delete")
    assert (api.objects, first.query["propagationPolicy"], second.kind) == ({}, "Background", "pods")

    with pytest.raises(NotThere):
        api.cluster().delete("workflows", "demo-x")


def test_the_workflows_of_a_schedule_outlive_it(api: ApiServer) -> None:
    api.put("cronworkflows", workflow("nightly"))
    api.cluster().delete("cronworkflows", "nightly")
    (asked,) = api.asked("delete")
    assert (api.objects, asked.query["propagationPolicy"]) == ({}, "Orphan")


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a?b", "A"])
def test_a_name_that_would_be_the_address_of_more_than_one_object_is_not_asked_for(api: ApiServer, name: str) -> None:
    api.put("workflows", workflow())
    for deed in (api.cluster().get, api.cluster().delete):
        with pytest.raises(Refused, match="is not the name of an object"):
            deed("workflows", name)
    with pytest.raises(Refused):
        api.cluster().delete("pods", name)
    assert api.asked("delete") == []
    assert len(api.objects) == 1


def test_a_long_list_is_read_page_by_page(api: ApiServer) -> None:
    pages = [{"items": [workflow(f"w{number}")], "metadata": {"continue": f"c{number}"}} for number in range(3)]
    pages.append({"items": None, "metadata": {"resourceVersion": "9"}})
    api.next("list", *(Answer(body=page) for page in pages))
    found = api.cluster().listing("workflows", labels="app=a,b=c", fields="metadata.name=x")
    assert ([each["metadata"]["name"] for each in found.items], found.version) == (["w0", "w1", "w2"], "9")
    assert [request.query.get("continue", "") for request in api.asked("list")] == ["", "c0", "c1", "c2"]
    assert {request.query["labelSelector"] for request in api.asked("list")} == {"app=a,b=c"}
    assert {request.query["fieldSelector"] for request in api.asked("list")} == {"metadata.name=x"}


def test_a_list_whose_pages_have_expired_is_read_from_its_beginning(api: ApiServer) -> None:
    first = Answer(body={"items": [workflow("old")], "metadata": {"continue": "c"}})
    gone = refused(410, "Expired", "The provided continue parameter is too old")
    api.next("list", first, gone, Answer(body={"items": [workflow("new")], "metadata": {"resourceVersion": "9"}}))
    found = api.cluster().listing("workflows")
    assert [each["metadata"]["name"] for each in found.items] == ["new"]


def test_events_and_pods_are_those_of_the_core(api: ApiServer) -> None:
    api.put("events", workflow("e", message="FailedMount"))
    assert api.cluster().listing("events", fields="involvedObject.name=p").items[0]["message"] == "FailedMount"
    assert api.cluster().listing("pods", labels="a=b").items == ()
    assert [request.path for request in api.requests] == [
        "/api/v1/namespaces/blue/events",
        "/api/v1/namespaces/blue/pods",
    ]


# Streams ------------------------------------------------------------------------------------------------------------


def test_a_watch_yields_each_line_as_it_comes_and_ends_with_the_stream(api: ApiServer) -> None:
    lines = [{"type": "ADDED", "object": workflow()}, {"type": "BOOKMARK", "object": {"kind": "Workflow"}}]
    text = "".join(json.dumps(line) + "\n" for line in lines).encode()
    api.next("watch", Answer(body=lines), Answer(body=[text[:10], text[10:-30]], lost="silent"), Answer(body=[]))
    assert [change.type for change in changes(api)] == ["ADDED", "BOOKMARK"]
    query = api.asked("watch")[0].query
    assert (query["resourceVersion"], query["timeoutSeconds"]) == ("7", "0")
    assert query["fieldSelector"] == "metadata.name=demo-x"


@pytest.mark.parametrize("lost", ["within", "silent"])
def test_a_stream_that_breaks_or_falls_silent_has_no_answer(api: ApiServer, lost: Any) -> None:
    api.next("watch", Answer(body=[{"type": "MODIFIED", "object": workflow()}], lost=lost))
    found = changes(api, patience=0.5)
    assert next(found).type == "MODIFIED"
    with pytest.raises(Unanswered, match="gave no answer when asked to watch workflows"):
        next(found)


def test_an_expired_version_is_told_by_its_status_or_within_the_stream(api: ApiServer) -> None:
    status = {"type": "ERROR", "object": {"code": 410, "reason": "Expired", "message": "too old resource version"}}
    api.next("watch", refused(410, "Expired", "too old resource version"), Answer(body=[status]))
    for _ in range(2):
        with pytest.raises(Expired, match="too old resource version"):
            list(changes(api))


def test_another_error_within_the_stream_has_no_answer(api: ApiServer) -> None:
    api.next("watch", Answer(body=[{"type": "ERROR", "object": {"code": 500, "message": "etcd is away"}}]))
    with pytest.raises(Unanswered, match="broke the watch off: etcd is away"):
        list(changes(api))


@pytest.mark.parametrize("line", ["<html>", "{", "[]", "null", b"\xff"])
def test_a_line_that_is_none_of_kubernetes_has_no_answer(api: ApiServer, line: str | bytes) -> None:
    api.next("watch", Answer(body=[line if isinstance(line, bytes) else line.encode()]))
    with pytest.raises(Unanswered, match="not JSON of Kubernetes"):
        list(changes(api))


def test_a_log_comes_line_by_line_from_a_moment_on(api: ApiServer) -> None:
    api.next("log", Answer(body=[b"t1 one\nt2 tw", b"o\nt3 \xff"]), *[Answer(body="t1 no line feed")] * 2)
    since = (datetime.now(timezone.utc) - timedelta(hours=1)).isoformat()
    assert list(api.cluster().log("p", "main", follow=True, since=since)) == ["t1 one", "t2 two", "t3 \ufffd"]
    assert list(api.cluster().log("p", "main")) == ["t1 no line feed"]
    assert list(api.cluster().log("p", "main", tail=7)) == ["t1 no line feed"]
    query = api.asked("log")[0].query
    assert (query["container"], query["follow"].lower(), query["timestamps"].lower()) == ("main", "true", "true")
    assert 3600 <= int(query["sinceSeconds"]) < 3700
    assert not {"sinceSeconds", "tailLines"} & api.asked("log")[1].query.keys()
    assert api.asked("log")[2].query["tailLines"] == "7"


def test_a_log_that_breaks_off_has_no_answer_and_one_that_is_refused_says_why(api: ApiServer) -> None:
    why = 'container "main" in pod "p" is waiting to start: PodInitializing'
    api.next("log", Answer(body=[b"t1 one\n"], lost="within"), refused(400, "BadRequest", why))
    found = api.cluster().log("p", "main", follow=True)
    assert next(found) == "t1 one"
    with pytest.raises(Unanswered):
        next(found)
    with pytest.raises(Refused, match="is waiting to start: PodInitializing"):
        list(api.cluster().log("p", "main"))


# Credentials --------------------------------------------------------------------------------------------------------


def only(token: str) -> Any:
    """A server that knows one token."""

    def answer(request: Request) -> Answer:
        known = request.headers.get("Authorization") == f"Bearer {token}"
        return Answer() if known else refused(401, "Unauthorized", "Unauthorized")

    return answer


def test_a_token_that_has_run_out_is_read_anew(api: ApiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    token = api.folder / "token"
    token.write_text("old")
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig(api.folder / "file", api.url, user={"tokenFile": str(token)})))
    cluster = KubernetesCluster()
    api.always |= {"get": only("new"), "create": only("new"), "watch": only("new")}
    token.write_text("new")
    assert cluster.create("workflows", workflow())["metadata"]["name"] == "demo-x"
    assert (api.created, len(api.asked("create"))) == (["demo-x"], 2)
    assert list(cluster.watch("workflows", version="1", seconds=0)) == []


def test_a_plugin_that_makes_tokens_is_asked_again(api: ApiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    script = api.folder / "plugin.py"
    script.write_text(
        "import json, pathlib\n"
        f"calls = pathlib.Path({str(api.folder / 'calls')!r})\n"
        "calls.write_text(calls.read_text() + 'x' if calls.exists() else 'x')\n"
        "print(json.dumps({'apiVersion': 'client.authentication.k8s.io/v1', 'kind': 'ExecCredential',\n"
        "                  'status': {'token': f'token-{len(calls.read_text())}'}}))\n"
    )
    plugin = {"apiVersion": "client.authentication.k8s.io/v1", "command": sys.executable, "args": [str(script)]}
    plugin["interactiveMode"] = "Never"
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig(api.folder / "exec", api.url, user={"exec": plugin})))
    cluster = KubernetesCluster()
    api.put("workflows", workflow())
    api.always["get"] = only("token-2")
    assert cluster.get("workflows", "demo-x")["metadata"]["name"] == "demo-x"
    assert [request.headers["Authorization"] for request in api.asked("get")] == ["Bearer token-1", "Bearer token-2"]


def test_credentials_that_are_refused_twice_are_refused(api: ApiServer) -> None:
    api.always["get"] = only("another")
    with pytest.raises(Refused, match="would not read workflow demo-x: Unauthorized"):
        api.cluster().get("workflows", "demo-x")
    assert len(api.asked("get")) == 2
