"""The nodes of a Workflow object: packed, unpacked, found by name."""

from __future__ import annotations

import base64
import copy
import gzip
import json

import pytest

from argo_kedro.errors import ClusterError
from argo_kedro.workflows.nodes import LIMIT, Tree, nodes, with_nodes


def workflow(**status):
    return {"metadata": {"name": "wf"}, "spec": {}, "status": {"phase": "Failed", **status}}


def many(count: int) -> dict:
    """Nodes, about 400 bytes each."""
    return {f"wf-{n}": {"id": f"wf-{n}", "name": f"wf.task-{n}", "message": "<é>" * 100} for n in range(count)}


def as_json(document: dict) -> bytes:
    """As Go writes JSON."""
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").encode()


def test_plain_nodes_are_read_as_they_are():
    assert nodes(workflow(nodes=many(2))) == many(2)


def test_a_workflow_that_never_began_has_no_nodes():
    assert nodes({"metadata": {"name": "wf"}}) == {}


def test_nodes_that_the_controller_packed_are_unpacked():
    content = gzip.compress(json.dumps(many(3)).encode())
    assert nodes(workflow(compressedNodes=base64.b64encode(content).decode())) == many(3)


def test_few_nodes_are_written_plain():
    written = with_nodes(workflow(compressedNodes="old"), many(2))
    assert written["status"] == {"phase": "Failed", "nodes": many(2)}


def test_many_nodes_are_packed_and_read_back():
    given = workflow(nodes=many(1))
    before = copy.deepcopy(given)
    written = with_nodes(given, many(3000))
    assert "nodes" not in written["status"]
    assert nodes(written) == many(3000)
    assert len(as_json(written)) < LIMIT
    assert written == with_nodes(given, many(3000))
    assert given == before


def test_the_limit_is_on_the_whole_object_in_the_bytes_that_go_writes():
    def filled(signs: int) -> dict:
        return {**workflow(), "spec": {"fill": "<" * signs}}

    room = (LIMIT - len(as_json(with_nodes(filled(0), many(2))))) // len("\\u003c")
    assert "nodes" in with_nodes(filled(room), many(2))["status"]
    assert "compressedNodes" in with_nodes(filled(room + 1), many(2))["status"]


def test_a_workflow_that_is_too_long_even_packed_is_refused():
    with pytest.raises(ClusterError, match=f"Argo takes {LIMIT}") as caught:
        with_nodes({**workflow(), "spec": {"fill": "x" * LIMIT}}, many(2))
    assert "group_by" in caught.value.hint


@pytest.mark.parametrize(
    ("status", "message", "hint"),
    [
        ({"offloadNodeStatusVersion": "fnv:1"}, "database", "--argo-server"),
        ({"compressedNodes": "KLUv/QRYAQAA"}, "zstd", "ALGORITHM=gzip"),
        ({"compressedNodes": "iwWAe30D"}, "brotli", "ALGORITHM=gzip"),
        ({"compressedNodes": "no base64"}, "cannot be read", "submit it again"),
        ({"compressedNodes": "H4sI"}, "cannot be read", "submit it again"),
        ({"compressedNodes": base64.b64encode(gzip.compress(b"{"))}, "cannot be read", "submit it again"),
    ],
)
def test_nodes_that_cannot_be_read_are_refused_with_a_way_out(status, message, hint):
    with pytest.raises(ClusterError, match=message) as caught:
        nodes(workflow(**status))
    assert hint in caught.value.hint
    assert "wf" in caught.value.message


def test_what_belongs_to_a_task_is_told_from_tasks_with_names_that_look_alike():
    names = ["wf", "wf.a", "wf.a(0)", "wf.a(0:x.y)", "wf.a(0:x.y)(1)", "wf.a.onExit", "wf.a.in", "wf.a[0]", "wf.a[0].s"]
    alike = ["wf.ab", "wf.a-b", "wf.a-b(0)", "wf.a1.in", "wf.b.a"]
    tree = Tree("wf", {name: {"id": name, "name": name} for name in names + alike})
    assert set(tree.below("wf.a")) == set(names) - {"wf", "wf.a"}
    assert tree.all_of(["wf.a", "wf.gone", "wf.a-b"]) == {*names, "wf.a-b", "wf.a-b(0)"} - {"wf"}
    assert set(tree.below("wf")) == {*names, *alike} - {"wf"}
    assert tree.path("wf.a.in") == "a.in"
    assert tree.path("wf") == "wf"


def test_hooks_are_no_attempts_and_no_items():
    flag = {"nodeFlag": {"hooked": True}}
    own = {"id": "a", "name": "wf.a", "children": ["0", "1", "x", "after", "gone"]}
    others = {"0": "wf.a(0)", "1": "wf.a(1)", "after": "wf.b"}
    found = {key: {"id": key, "name": name} for key, name in others.items()}
    tree = Tree("wf", {"a": own, "x": {"id": "x", "name": "wf.a.onExit", **flag}, **found})
    assert [node["id"] for node in tree.parts(own)] == ["0", "1"]
    assert [node["id"] for node in tree.hooks(own)] == ["x"]
