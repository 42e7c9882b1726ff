"""The manifest's text: values come back as they are, and a project's own template is a part or the whole of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from argo_kedro.errors import CompileError
from argo_kedro.manifest import render, validate
from argo_kedro.model import Setting, Task, Template, Workflow

NASTY = [
    "",
    " leading and trailing ",
    'it\'s "quoted" \\ back',
    "{{x}} {{=1+1}} {{",
    "[[ x ]] [% y %] [# z #]",
    "yes",
    "null",
    "~",
    "1e3",
    "0x10",
    "1_000",
    "2024-01-01",
    "- a: b #c",
    "&a *a !!python/object:x",
    "one\ntwo\r\nthree\n",
    "tab\t",
    "\x00\x01\x07\x0b\x1b\x1f",
    "\x7f\x80\x85\x9f",
    "\u2028\u2029\ufeff\ufffe\uffff",
    "é 日本 🙂 \U0001fffe \U000e0001",
    "lone \ud800 surrogate",
    "a" * 5000,
]


def _workflow(value: str = "plain", *, manifest_template: Path | None = None, **changes: Any) -> Workflow:
    """A workflow with this value wherever a user's value can stand."""
    container = {"image": value, "command": ["python"], "args": [value], "env": [{"name": "VALUE", "value": value}]}
    task = Task(
        name="train",
        nodes=("train",),
        template="default",
        machine_type=Setting(value="default", source="test"),
        arguments={"nodes": value},
    )
    fields: dict[str, Any] = {
        "name": "demo",
        "namespace": "argo",
        "pipelines": ("__default__",),
        "env": "local",
        "tasks": (task,),
        "templates": (
            Template(name="default", body={"inputs": {"parameters": [{"name": "nodes"}]}, "container": container}),
        ),
        "labels": {"value": value},
        "parameters": {"params": value},
        "manifest_template": str(manifest_template or ""),
    }
    return Workflow(**(fields | changes))


def _read(text: str) -> Any:
    return yaml.safe_load(text)


@pytest.mark.parametrize("value", NASTY)
def test_a_value_comes_back_as_it_is(value: str) -> None:
    _assert_comes_back(value)


@settings(deadline=None)  # no test depends on a fast machine
@given(value=st.text(st.characters(exclude_categories=())))
def test_any_value_comes_back_as_it_is(value: str) -> None:
    _assert_comes_back(value)


def _assert_comes_back(value: str) -> None:
    text = render(_workflow(value))
    text.encode("utf-8")
    manifest = _read(text)
    assert manifest["metadata"]["labels"] == {"value": value}
    assert manifest["spec"]["arguments"]["parameters"] == [{"name": "params", "value": value}]
    dag, pod = manifest["spec"]["templates"]
    assert dag["dag"]["tasks"][0]["arguments"]["parameters"] == [{"name": "nodes", "value": value}]
    assert pod["container"]["image"] == value
    assert pod["container"]["args"] == [value]
    assert pod["container"]["env"] == [{"name": "VALUE", "value": value}]


def test_a_plain_workflow_is_valid() -> None:
    assert validate(render(_workflow())) == []


def test_without_parameters_there_are_no_arguments() -> None:
    assert "arguments" not in _read(render(_workflow(parameters={})))["spec"]


_PRINTS = """
import sys
from argo_kedro.manifest import render
from argo_kedro.model import Setting, Task, Template, Workflow

names = sorted({f"n{number}" for number in range(300)})
tasks = [
    Task(name=name, nodes=(name,), template="pod", machine_type=Setting(value="m", source="s"),
         needs=tuple(sorted(set(names[max(0, place - 3) : place]))))
    for place, name in enumerate(names)
]
sys.stdout.write(render(Workflow(name="demo", namespace="argo", pipelines=("a",), env="local", tasks=tuple(tasks),
    templates=(Template(name="pod", body={"container": {"image": "x", "env": []}}),), labels={"b": "c", "a": "d"})))
"""


def test_the_same_workflow_gives_the_same_bytes_in_any_process() -> None:
    outputs = {
        subprocess.run(
            [sys.executable, "-c", _PRINTS],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            timeout=60,
        ).stdout
        for seed in ("0", "1", "4711")
    }
    assert len(outputs) == 1
    assert len(next(iter(outputs))) > 10_000


EXTENDS = '[% extends "workflow.yaml.j2" %]\n'


def _template(folder: Path, text: str, name: str = "own.yaml.j2") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (
            "[% block metadata %]\n  name: [[ workflow.name ]]\n[% endblock %]",
            {"metadata": {"name": "demo"}},
        ),
        (
            '[% block metadata %]\n[[ super() ]]  annotations: {"a": "b"}\n[% endblock %]',
            {
                "metadata": {
                    "generateName": "demo-",
                    "namespace": "argo",
                    "labels": {"value": "plain"},
                    "annotations": {"a": "b"},
                }
            },
        ),
        (
            "[% block spec %]\n  serviceAccountName: pipelines\n[% endblock %]",
            {"spec": {"serviceAccountName": "pipelines"}},
        ),
        (
            "[% block template %]\n      serviceAccountName: [[ template.name ]]\n[% endblock %]",
            {"spec": {"templates": [{}, {"serviceAccountName": "default"}]}},
        ),
        (
            "[% block templates %]\n    - {name: extra, suspend: {}}\n[% endblock %]",
            {"spec": {"templates": [{}, {}, {"name": "extra", "suspend": {}}]}},
        ),
    ],
    ids=["metadata", "metadata-super", "spec", "template", "templates"],
)
def test_a_block_of_ours_can_be_changed(tmp_path: Path, block: str, expected: Mapping[str, Any]) -> None:
    text = render(_workflow(manifest_template=_template(tmp_path, EXTENDS + block)))
    assert validate(text) == []
    _assert_contains(_read(text), expected)


def _assert_contains(found: Any, expected: Any) -> None:
    if isinstance(expected, Mapping):
        for key, value in expected.items():
            _assert_contains(found[key], value)
    elif isinstance(expected, list):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            _assert_contains(one, other)
    else:
        assert found == expected


def test_a_template_of_a_project_may_have_the_name_of_ours(tmp_path: Path) -> None:
    path = _template(tmp_path, EXTENDS + "[% block spec %]\n  parallelism: 3\n[% endblock %]", "workflow.yaml.j2")
    assert _read(render(_workflow(manifest_template=path)))["spec"]["parallelism"] == 3


def test_a_template_of_a_project_may_include_its_neighbours(tmp_path: Path) -> None:
    _template(tmp_path, "  parallelism: 3\n", "part.j2")
    path = _template(tmp_path, EXTENDS + '[% block spec %]\n[% include "part.j2" %]\n[% endblock %]')
    assert _read(render(_workflow(manifest_template=path)))["spec"]["parallelism"] == 3


@pytest.mark.parametrize("text", ["a", "yes", "<b> & 'c'"])
def test_a_text_in_a_template_is_a_text_in_the_manifest(tmp_path: Path, text: str) -> None:
    path = _template(tmp_path, f"a: [[ {json.dumps(text)} ]]\nb: [[ [{json.dumps(text)}] ]]\nc: [[ 'x' ~ 1 ]]\n")
    assert _read(render(_workflow(manifest_template=path))) == {"a": text, "b": [text], "c": "x1"}


def test_ours_can_be_replaced_whole(tmp_path: Path) -> None:
    path = _template(tmp_path, "kind: Mine\nname: [[ workflow.name ]]\ntasks: [[ dags[0].tasks | length ]]\n")
    assert _read(render(_workflow(manifest_template=path))) == {"kind": "Mine", "name": "demo", "tasks": 1}


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a: 1\nb: [[ nosuch ]]\n", 2, "'nosuch' is undefined"),
        ("a: 1\nb: [[ workflow.nosuch ]]\n", 2, "has no attribute 'nosuch'"),
        (EXTENDS + "[% block spec %]\n  a: [[ nosuch.name ]]\n[% endblock %]", 3, "'nosuch' is undefined"),
        ("a: 1\n\n[% for %]\n", 3, "TemplateSyntaxError"),
        ("a: 1\nb: [[ 1 // 0 ]]\n", 2, "ZeroDivisionError"),
        ("a: 1\nb: [[ workflow.tasks[7] ]]\n", 2, "no element 7"),
        ("a: 1\nb: [[ workflow ]]\n", 2, "cannot be part of a manifest"),
        ("a: 1\n[% include 'nosuch.j2' %]\n", 2, "nosuch.j2"),
        ("[% extends 'nosuch.j2' %]\n", 1, "nosuch.j2"),
    ],
)
def test_a_wrong_template_is_named_with_its_line(tmp_path: Path, text: str, line: int, says: str) -> None:
    path = _template(tmp_path, text)
    with pytest.raises(CompileError) as caught:
        render(_workflow(manifest_template=path))
    assert caught.value.message.startswith(f"{path}, line {line}: ")
    assert says in caught.value.message
    assert "argo.yml" in caught.value.hint


def test_a_missing_template_is_named(tmp_path: Path) -> None:
    with pytest.raises(CompileError, match=r"gone\.j2: FileNotFoundError"):
        render(_workflow(manifest_template=tmp_path / "gone.j2"))


def test_a_template_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "own.j2").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CompileError, match=r"own\.j2: UnicodeDecodeError"):
        render(_workflow(manifest_template=tmp_path / "own.j2"))
