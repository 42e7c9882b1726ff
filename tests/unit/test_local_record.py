"""The record of a local run has the shape of an Argo Workflow."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from local_runs import Played, dag, sh, task, values, workflow

from argo_kedro.local import log_path
from argo_kedro.names import node_id, pod_name

OK = sh("ok", "true")


def test_the_record_is_the_whole_object(tmp_path):
    manifest = workflow(dag("main", task("a", "ok")), OK)
    document = Played(manifest, tmp_path).workflow
    assert document["spec"] == manifest["spec"]
    assert document["kind"] == "Workflow"
    assert document["metadata"]["labels"] == {
        "team": "blue",
        "workflows.argoproj.io/completed": "true",
        "workflows.argoproj.io/phase": "Succeeded",
    }
    assert document["metadata"]["namespace"] == "default"
    assert document["status"]["startedAt"] <= document["status"]["finishedAt"]
    assert (tmp_path / "argo/runs/.gitignore").read_text() == "*\n"


def test_nodes_are_linked_as_argo_links_them(tmp_path):
    inner = dag("inner", task("x", "ok"), task("y", "ok", "x"), inputs=values(p="1"))
    main = dag(
        "main", task("a", "ok"), task("n", "inner", "a"), task("b", "ok", "n"), task("s", "ok", "b", when="1 == 2")
    )
    nodes = Played(workflow(main, inner, OK), tmp_path).nodes
    assert nodes["wf"]["children"] == [nodes["a"]["id"]]
    assert nodes["a"]["children"] == [nodes["n"]["id"]]
    assert nodes["n"]["children"] == [nodes["n.x"]["id"]]
    assert nodes["n"]["outboundNodes"] == [nodes["n.y"]["id"]]
    assert nodes["n.y"]["children"] == [nodes["b"]["id"]]
    assert nodes["n.y"]["boundaryID"] == nodes["n"]["id"]
    assert "boundaryID" not in nodes["wf"]
    assert nodes["n"]["inputs"] == {"parameters": [{"name": "p", "value": "1"}]}
    kinds = {name: node["type"] for name, node in nodes.items()}
    assert kinds == {"wf": "DAG", "a": "Pod", "n": "DAG", "n.x": "Pod", "n.y": "Pod", "b": "Pod", "s": "Skipped"}


def test_ids_are_those_of_argo():
    assert node_id("fa", "fa") == "fa"
    assert node_id("vars3", "vars3.g") == f"vars3-{_fnv('vars3.g')}"
    assert pod_name("wf", "tmpl", "wf.a") == f"wf-tmpl-{_fnv('wf.a')}"


def _fnv(text: str) -> int:
    value = 2166136261
    for byte in text.encode():
        value = ((value ^ byte) * 16777619) % 2**32
    return value


def test_each_task_has_a_log_even_if_dags_share_names():
    paths = [log_path(Path("r"), task) for task in ("a", "a.b", "a.b.c", "b.a", "b")]
    assert len(set(paths)) == len(paths)
    assert paths[2] == Path("r/logs/a/b/c.log")


def test_stdout_and_stderr_share_a_log(tmp_path):
    played = Played(workflow(sh("x", "echo one; echo two >&2; echo three")), tmp_path)
    assert played.log("wf") == "one\ntwo\nthree\n"


def test_a_runner_imports_no_kedro():
    """Only its tasks do: Kedro takes seconds, and logs to stdout."""
    script = "import sys, argo_kedro.local; print([name for name in sys.modules if name.split('.')[0] == 'kedro'])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
