"""Which cluster is asked: chosen as kubectl chooses it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from argo_kedro.cluster.kubeconfig import connection
from argo_kedro.cluster.protocol import NoCluster

SERVICE = ("KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT")


@pytest.fixture(autouse=True)
def nothing_around(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No kubeconfig at home, and no pod around."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("KUBECONFIG", *SERVICE):
        monkeypatch.delenv(name, raising=False)


def config(current: str = "", token: str = "t", **contexts: Mapping[str, str]) -> dict[str, Any]:
    """A kubeconfig: of each context, the cluster has its name and the token is that of all."""
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": {"server": f"https://{name}:6443"}} for name in contexts],
        "users": [{"name": name, "user": {"token": f"{token}-{name}"}} for name in contexts],
        "contexts": [
            {"name": name, "context": {"cluster": name, "user": name, **more}} for name, more in contexts.items()
        ],
        **({"current-context": current} if current else {}),
    }


def written(path: Path, document: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(document if isinstance(document, str) else yaml.safe_dump(document), encoding="utf-8")
    return path


def use(monkeypatch: pytest.MonkeyPatch, *paths: Path) -> None:
    """Name these files in KUBECONFIG."""
    monkeypatch.setenv("KUBECONFIG", os.pathsep.join(str(path) for path in paths))


def test_the_current_context_is_used_with_its_namespace(tmp_path: Path) -> None:
    written(tmp_path / ".kube" / "config", config("two", one={}, two={"namespace": "blue"}))
    found = connection()
    assert (found.settings.host, found.shown, found.namespace) == ("https://two:6443", "context two", "blue")
    assert found.settings.api_key["BearerToken" if "BearerToken" in found.settings.api_key else "authorization"] == (
        "Bearer t-two"
    )
    assert found.settings.retries is False


@pytest.mark.parametrize("current", ["two", "", "gone"])
def test_a_context_that_is_named_is_used_whatever_the_current_one_is(tmp_path: Path, current: str) -> None:
    written(tmp_path / ".kube" / "config", config(current, one={}, two={"namespace": "blue"}))
    found = connection("one")
    assert (found.settings.host, found.shown, found.namespace) == ("https://one:6443", "context one", "default")


def test_an_empty_kubeconfig_variable_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path / ".kube" / "config", config("one", one={}))
    monkeypatch.setenv("KUBECONFIG", "")
    assert connection().settings.host == "https://one:6443"


def test_of_several_files_the_first_word_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = written(tmp_path / "a", config("one", one={}, both={"namespace": "first"}))
    second = written(tmp_path / "b", config("two", token="u", two={}, both={"namespace": "second"}))
    use(monkeypatch, tmp_path / "missing", written(tmp_path / "empty", ""), first, second)
    assert connection().shown == "context one"
    assert connection("two").settings.host == "https://two:6443"
    assert connection("both").namespace == "first"


def test_a_current_context_may_come_from_another_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, written(tmp_path / "a", config(one={})), written(tmp_path / "b", config("one", two={})))
    assert connection().settings.host == "https://one:6443"


def test_a_context_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    written(tmp_path / ".kube" / "config", config("one", one={}, two={}))
    with pytest.raises(NoCluster, match="has no context 'three'") as caught:
        connection("three")
    assert "its contexts: one, two." in caught.value.hint


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (config(one={}), "has no current context"),
        (config("gone", one={}), "has no context 'gone'"),
        ({**config("one", one={}), "clusters": []}, "name one in"),
        ("a: [1", "line 1: expected ',' or ']'"),
        ("\ttoken: secret", "line 1: found character"),
        ("- one\n", "is no kubeconfig"),
        ("just text", "is no kubeconfig"),
        ("contexts: text", "is no kubeconfig"),
        ("contexts: [name]", "is no kubeconfig"),
        ("contexts: 5", "is no kubeconfig"),
        ("contexts: [{context: {}}]", "is no kubeconfig"),
        ("", "has no current context"),
    ],
)
def test_a_kubeconfig_that_cannot_be_used_is_told_with_the_reason(tmp_path: Path, document: Any, told: str) -> None:
    written(tmp_path / ".kube" / "config", document)
    with pytest.raises(NoCluster) as caught:
        connection()
    assert told in caught.value.message
    assert caught.value.hint


def test_no_message_quotes_a_kubeconfig(tmp_path: Path) -> None:
    written(tmp_path / ".kube" / "config", "users: [{name: one, user: {token: t0psecret]}")
    with pytest.raises(NoCluster) as caught:
        connection()
    assert "t0psecret" not in caught.value.format_message()


def test_a_file_that_is_not_text_is_told(tmp_path: Path) -> None:
    written(tmp_path / ".kube" / "config", "").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(NoCluster, match="cannot be used"):
        connection()


@pytest.mark.parametrize("context", ["", "one"])
def test_without_a_kubeconfig_and_a_pod_there_is_nothing_to_ask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, context: str
) -> None:
    use(monkeypatch, tmp_path / "nothing")
    with pytest.raises(NoCluster, match=r"There is no kubeconfig at .*nothing, and this is no pod") as caught:
        connection(context)
    assert "KUBECONFIG" in caught.value.hint
