"""Which image of a manifest is the project's, and another in its place."""

from __future__ import annotations

import copy

import pytest

from argo_kedro.errors import CompileError
from argo_kedro.manifest.images import project_image, with_image

TASK = ("python", "-m", "argo_kedro.task")


def template(name: str, image: str = "", *command: str, **fields):
    return {"name": name, "container": {**({"image": image} if image else {}), "command": [*command]}, **fields}


def images(spec: dict) -> list[str]:
    """The images of the main containers, in their order."""
    mains = [each.get("container") or each.get("script") for each in spec["templates"] if "dag" not in each]
    return [main.get("image", "") for main in mains]


def test_the_image_is_that_of_the_tasks_and_no_other_is_changed():
    spec = {
        "entrypoint": "main",
        "templates": [
            {"name": "main", "dag": {"tasks": []}},
            template("cpu", "app:1", *TASK, sidecars=[{"name": "proxy", "image": "app:1"}]),
            template("gpu", "app:1", *TASK),
            template("notify", "curl:8", "curl"),
            template("own", "app:1", "kedro", "run"),
        ],
    }
    before = copy.deepcopy(spec)
    changed = with_image(spec, "app:2")
    assert project_image(spec) == "app:1"
    assert images(changed) == ["app:2", "app:2", "curl:8", "app:2"]
    assert changed["templates"][1]["sidecars"] == [{"name": "proxy", "image": "app:1"}]
    assert changed["templates"][0] == spec["templates"][0]
    assert list(changed) == list(spec)
    assert spec == before


@pytest.mark.parametrize(
    "container",
    [
        {"command": ["python3", "-m", "argo_kedro.task"]},
        {"command": ["python", "-m"], "args": ["argo_kedro.task", "--env=base"]},
        {"command": ["sh", "-c"], "args": ["cd /app && exec python -m argo_kedro.task --env=base"]},
    ],
)
def test_a_task_is_known_by_what_it_runs(container):
    spec = {"templates": [template("other", "curl:8"), {"name": "task", "container": {"image": "app:1", **container}}]}
    assert project_image(spec) == "app:1"


def test_without_a_task_of_ours_the_image_that_all_share_is_meant():
    script = {"name": "script", "script": {"image": "app:1", "source": "pass"}}
    spec = {"templates": [template("a", "app:1", "kedro", "run"), script]}
    assert images(with_image(spec, "app:2")) == ["app:2", "app:2"]


def test_an_image_that_stands_in_the_defaults_is_changed_there():
    spec = {"templateDefaults": {"container": {"image": "app:1"}}, "templates": [template("cpu", "", *TASK)]}
    changed = with_image(spec, "app:2")
    assert changed["templateDefaults"] == {"container": {"image": "app:2"}}
    assert images(changed) == [""]


@pytest.mark.parametrize("command", [TASK, ("kedro", "run")])
def test_images_that_differ_are_listed_and_none_is_chosen(command):
    spec = {
        "templates": [
            template("a", "app:1", *command),
            template("b", "app:1", *command),
            template("c", "x:1", *command),
        ]
    }
    with pytest.raises(CompileError, match=r"app:1 \(template a, b\); x:1 \(template c\)") as caught:
        with_image(spec, "app:2")
    assert "yourself" in caught.value.hint


@pytest.mark.parametrize("spec", [{}, {"templates": [{"name": "main", "dag": {"tasks": []}}]}])
def test_a_manifest_without_containers_has_no_image_to_change(spec):
    with pytest.raises(CompileError, match="no container"):
        with_image(spec, "app:2")
