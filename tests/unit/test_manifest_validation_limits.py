"""Validation of what is too large, too many, or no manifest at all."""

from __future__ import annotations

import cProfile
from typing import Any

import pytest
from test_manifest_validation import GOOD, good, put

from argo_kedro.errors import CompileError
from argo_kedro.manifest import read, validate
from argo_kedro.model import Problem


@pytest.mark.parametrize("count", [200, 201])
def test_two_hundred_is_the_most(count: int) -> None:
    manifest = good()
    suspended = [{"name": f"t{place}", "suspend": {}} for place in range(count - 4)]
    manifest["spec"]["templates"] += suspended
    manifest["spec"]["templates"][1]["dag"]["tasks"] = [
        {"name": f"n{place}", "template": "init"} for place in range(count)
    ]
    found = [problem.where for problem in validate(manifest)]
    assert found == (["manifest spec.templates", "manifest templates.inner.dag.tasks"] if count > 200 else [])


def _many(count: int, *, fat: int = 0) -> dict[str, Any]:
    """A valid manifest of many tasks, each in a chain of its DAG, with an argument of this many bytes."""
    manifest = good()
    per_dag = 190
    main, pod = manifest["spec"]["templates"][0], manifest["spec"]["templates"][3]
    pod["inputs"]["parameters"][0]["value"] = ""
    dags = []
    for number, start in enumerate(range(0, count, per_dag)):
        tasks = [
            {
                "name": f"n{place}",
                "template": "pod",
                **({"depends": f"n{place - 1}"} if place > start else {}),
                "arguments": {"parameters": [{"name": "nodes", "value": "x" * fat}]},
            }
            for place in range(start, min(count, start + per_dag))
        ]
        dags.append({"name": f"dag{number}", "dag": {"tasks": tasks}})
    main["dag"]["tasks"] = [{"name": dag["name"], "template": dag["name"]} for dag in dags]
    manifest["spec"]["templates"] = [main, pod, *dags]
    return manifest


def test_a_workflow_that_outgrows_the_controller_is_refused() -> None:
    assert validate(_many(4000)) == []
    (problem,) = validate(_many(4000, fat=100))
    assert "4,022 tasks" in problem.message
    assert "fused group" in problem.hint


def _calls(manifest: dict[str, Any]) -> int:
    """How many functions are called to validate a manifest: the same on any machine, whatever else it does."""
    profile = cProfile.Profile()
    profile.runcall(validate, manifest)
    return sum(entry.callcount for entry in profile.getstats())


def test_the_work_grows_as_the_number_of_tasks_does() -> None:
    assert _calls(_many(4000)) < 5 * _calls(_many(1000))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no mapping"),
        ("[]", "no mapping"),
        ("a: b: c", "mapping values are not allowed"),
        ("a: {", "cannot be read"),
        ("a: 1\na: 2", "'a' stands twice"),
        ("a: 1\n---\nb: 2", "cannot be read"),
        ("a: !!python/object/apply:os.system [ls]", "could not determine a constructor"),
        ("a: &x [*x]", "cannot be read"),
        ("{" * 5000, "cannot be read"),
        ("a: \x00", "cannot be read"),
        ("? [a]\n: b", "cannot be read"),
    ],
)
def test_what_is_no_manifest_gives_one_problem(text: str, says: str) -> None:
    (problem,) = validate(text)
    assert says in problem.message
    assert problem.where.startswith("manifest")


def test_a_manifest_is_read_as_kubernetes_reads_it() -> None:
    assert read(GOOD) == good()
    assert read("day: 2024-01-02\ntime: 2024-01-02T03:04:05Z") == {"day": "2024-01-02", "time": "2024-01-02T03:04:05Z"}


@pytest.mark.parametrize("text", ["", "[]", "a: {", "a: 1\na: 2"])
def test_what_cannot_be_read_is_an_error_with_a_way_out(text: str) -> None:
    with pytest.raises(CompileError, match=r"^own\.yaml") as caught:
        read(text, where="own.yaml")
    assert caught.value.hint


def test_other_rules_go_with_those_of_a_cluster() -> None:
    problem = Problem(message="no", where="here", hint="yes")
    assert validate({**good(), "kind": "Job"}, more=(lambda manifest: iter([problem]),))[-1] == problem


def test_a_yaml_error_names_its_line() -> None:
    (problem,) = validate("a: 1\nb: [\n", where="own.yaml")
    assert problem.where.startswith("own.yaml, line ")


_ODD: tuple[Any, ...] = (
    None,
    5,
    "x",
    [],
    {},
    [None, 5, "x", []],
    {"a": None},
    {5: 6},
    True,
    [{}],
    [[{}]],
    {"parameters": [{"name": 5}]},
)


def _places(value: Any, path: str = "") -> list[str]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, item in items for place in (f"{path}{key}", *_places(item, f"{path}{key}/"))]


@pytest.mark.parametrize("path", _places(good()))
def test_nothing_odd_makes_it_fail(path: str) -> None:
    for odd in _ODD:
        manifest = good()
        put(manifest, path, odd)
        assert isinstance(validate(manifest), list)
