"""`kedro argo check --cluster` with the real client, on an API server in this process: exit codes, streams and JSON."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from api_server import NAMESPACE, ApiServer, refused, serving
from click.testing import CliRunner, Result
from kedro.framework.startup import bootstrap_project

from argo_kedro.cli.check import check_

REGISTRY = """
from kedro.pipeline import Pipeline, node


def f(*x):
    return x


def register_pipelines():
    return {"__default__": Pipeline([node(f, "raw", "made", name="make"), node(f, "made", "out", name="use")])}
"""
CATALOG = """
"{any}": {type: pkg.datasets.TextDataset, filepath: "s3://bucket/{any}"}
"""
ARGO = """
deployment: {image: registry.example.com/x}
machine_types: {default: {cpu: 1, mem: 2, emph_storage: 0}}
template: {env_from: [{secret: warehouse}]}
"""
Call = Callable[..., Result]


# Before click 8.2 the two streams are one unless that is said, since then it cannot be said.
APART: dict[str, Any] = {"mix_stderr": False} if "mix_stderr" in inspect.signature(CliRunner).parameters else {}


@pytest.fixture
def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ApiServer]:
    for server in serving(tmp_path, monkeypatch):
        review = "/apis/authorization.k8s.io/v1"
        allowed = {"status": {"allowed": True}}
        everything = {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}
        server.pages = {
            "/version": {"gitVersion": "v1.34.4"},
            "/apis/argoproj.io": {"versions": [{"version": "v1alpha1"}]},
            "/apis/argoproj.io/v1alpha1": {"resources": []},
            "/apis/authentication.k8s.io/v1/selfsubjectreviews": {"status": {"userInfo": {"username": "ada"}}},
            f"{review}/selfsubjectrulesreviews": {"status": {"resourceRules": [everything]}},
            f"{review}/namespaces/{NAMESPACE}/localsubjectaccessreviews": allowed,
            f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts/default": {"metadata": {"name": "default"}},
            f"/api/v1/namespaces/{NAMESPACE}/secrets/warehouse": {"metadata": {"name": "warehouse"}, "data": {}},
        }
        yield server


@pytest.fixture
def call(api: ApiServer, project: Any, in_process: None, monkeypatch: pytest.MonkeyPatch) -> Call:
    """`kedro argo check` of a project with two tasks, and its exit code."""
    path: Path = project(REGISTRY, CATALOG, ARGO)
    monkeypatch.chdir(path)
    metadata = bootstrap_project(path)

    def called(*words: str) -> Result:
        done = CliRunner(**APART).invoke(check_, words, obj=metadata)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
        return done

    return called


def test_a_cluster_that_is_ready_is_left_as_it_was(api: ApiServer, call: Call) -> None:
    done = call("--cluster", "--namespace", NAMESPACE)
    assert done.exit_code == 0, done.output
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert lines[0] == f"Env local, context wire, namespace {NAMESPACE}."
    assert lines[1].startswith("Kubernetes 1.34.4, Argo of an unknown version, 0 nodes (none takes pods); ")
    assert lines[-2] == (
        f"2 tasks, env local: ready for context wire, namespace {NAMESPACE}; 1 thing could not be asked."
    )
    assert lines[-1] == f"Next: kedro argo submit --env local --namespace={NAMESPACE}"
    assert api.created == []
    assert {request.verb for request in api.requests} <= {"get", "list", "create", "dry run"}
    assert all("reviews" in request.path for request in api.asked("create"))
    assert len(api.requests) == int(lines[1].split("; ")[1].split()[0]) <= 30


def test_what_would_fail_there_has_an_exit_code_and_a_place_in_the_json(api: ApiServer, call: Call) -> None:
    del api.pages[f"/api/v1/namespaces/{NAMESPACE}/secrets/warehouse"]
    done = call("--cluster", "--json")
    assert done.exit_code == 4
    found = json.loads(done.stdout)
    assert list(found) == ["version", "tasks", "env", "problems", "cluster", "not_asked"]
    assert (found["tasks"], found["env"], found["cluster"]["user"]) == (2, "local", "ada")
    assert list(found["cluster"]) == [
        *("where", "namespace", "user", "kubernetes", "argo", "pod_security", "nodes", "requests"),
    ]
    (problem,) = [each for each in found["problems"] if each["severity"] == "cluster"]
    assert problem == {
        "severity": "cluster",
        "message": "Secret 'warehouse' is not there.",
        "where": "machine type default (tasks make, use)",
        "hint": f"kubectl --namespace {NAMESPACE} create secret generic warehouse --from-env-file=... makes it.",
    }
    assert "On a cluster: machine type default (tasks make, use): Secret 'warehouse' is not there." in done.stderr
    assert "not ready for context wire" in done.stderr.splitlines()[-1]


def test_a_login_that_is_refused_is_the_clusters_error(api: ApiServer, call: Call) -> None:
    api.always["list"] = api.always["get"] = lambda _: refused(401, "Unauthorized", "Unauthorized")
    done = call("--cluster", "--json")
    assert done.exit_code == 5
    found = json.loads(done.stdout)
    (not_asked,) = found["not_asked"]
    assert (found["version"], found["cluster"], not_asked["right"]) == (1, None, "")
    assert not_asked["what"].startswith("the cluster: ")
    assert "log in again" in done.stderr


def test_without_a_cluster_the_json_has_the_same_shape(api: ApiServer, call: Call) -> None:
    done = call("--json")
    assert (done.exit_code, json.loads(done.stdout)["cluster"]) == (0, None)
    assert api.requests == []


@pytest.mark.parametrize(
    ("words", "said"),
    [(["--namespace", "x"], "--cluster goes with them"), (["--fix", "--json"], "give one of them")],
)
def test_options_that_do_not_go_together_are_wrong_usage(call: Call, words: list[str], said: str) -> None:
    done = call(*words)
    assert (done.exit_code, said in done.stderr) == (2, True)
