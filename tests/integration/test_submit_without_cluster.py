"""`kedro argo submit` and its kin as real processes where there is no cluster: what is said, and the exit code."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.integration

REGISTRY = """
from kedro.pipeline import Pipeline, node


def say(a):
    print(a)


def register_pipelines():
    return {"__default__": Pipeline([node(say, "params:a", None, name="say_a")])}
"""
FILES = {"conf/base/parameters.yml": "a: 1\n"}
ARGO = "deployment: {image: registry.example.com/x, build: false}\n"


def argo(project, path, *words, **env):
    return project.python(path, "-m", "kedro", "argo", *words, KUBECONFIG=str(path / "nosuch"), **env)


def test_a_dry_run_writes_the_manifest_and_says_that_nobody_else_looked_at_it(project):
    path = project(REGISTRY, argo=ARGO, files=FILES)

    done = argo(project, path, "submit", "--dry-run")

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "argo/__default__.yaml"
    assert "Only looked at here. There is no kubeconfig at" in done.stderr
    assert (path / "argo/__default__.yaml").is_file()


@pytest.mark.parametrize("words", [["submit"], ["list"], ["status", "x"], ["logs", "x"], ["retry", "x"], ["stop", "x"]])
def test_without_a_kubeconfig_nothing_is_done(project, words):
    path = project(REGISTRY, argo=ARGO, files=FILES)

    done = argo(project, path, *words)

    assert done.returncode == 5, done.stderr
    assert "There is no kubeconfig at" in done.stderr
    assert ("No run on this machine is called 'x'." in done.stderr) == ("x" in words)
    assert "Traceback" not in done.stderr


def test_what_would_fail_on_a_cluster_is_not_submitted(project):
    path = project(REGISTRY, argo="namespace: x\n", files=FILES)

    done = argo(project, path, "submit", "--dry-run")

    assert done.returncode == 4
    assert "no image is named" in done.stderr
    assert not (path / "argo").exists()


def test_an_image_on_the_command_line_needs_none_in_argo_yml(project):
    path = project(REGISTRY, argo="namespace: x\n", files=FILES)

    done = argo(project, path, "submit", "--dry-run", "--image", "registry.example.com/y:3")

    assert done.returncode == 0, done.stderr
    assert '"registry.example.com/y:3"' in (path / "argo/__default__.yaml").read_text(encoding="utf-8")


def test_no_verb_brings_the_kubernetes_client_before_it_reaches_a_cluster(project):
    """Telemetry and `--help` import all verbs: the client alone would cost each of them half a second."""
    path = project(REGISTRY, argo=ARGO, files=FILES)
    code = """
import sys
from importlib import import_module

from argo_kedro.cli.group import argo

for verb in argo.lazy_subcommands.values():
    import_module(verb.rpartition(".")[0])
import argo_kedro.cluster
print([name for name in ("kubernetes", "urllib3") if name in sys.modules])
"""

    done = project.python(path, "-c", code)

    assert done.stdout.splitlines()[-1] == "[]", done.stderr
