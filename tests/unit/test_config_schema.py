"""The JSON Schema of argo.yml takes what the models take, and the page of its keys is in step with both."""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator
from pydantic import BaseModel

from argo_kedro.config import parse
from argo_kedro.config.models import ArgoConfig
from argo_kedro.config.schema import schema
from argo_kedro.errors import ConfigError

ROOT = Path(__file__).parents[2]
FILES = sorted([*ROOT.glob("tests/golden/**/argo.yml"), *ROOT.glob("examples/*/conf/*/argo.yml")])


@pytest.fixture(scope="module")
def editor() -> Draft7Validator:
    made = schema()
    Draft7Validator.check_schema(made)
    return Draft7Validator(made)


def mistakes(editor: Draft7Validator, text: str) -> list[str]:
    return [error.json_path for error in editor.iter_errors(yaml.safe_load(text))]


def test_the_page_of_all_keys_is_in_step_with_the_models() -> None:
    page = runpy.run_path(str(ROOT / "docs" / "generators" / "argo_yml.py"))["page"]()

    assert (ROOT / "docs/reference/argo-yml.md").read_text(encoding="utf-8") == page, "make docs writes it"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parent.parent.name)
def test_files_that_the_models_take_are_no_mistakes_in_an_editor(editor: Draft7Validator, file: Path) -> None:
    assert mistakes(editor, file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "text",
    [
        "machine_types: {a: {cpu: 0.5, mem: 16}}",
        "machine_types: {a: {cpu: 500m, mem: '${globals:memory}', num_gpu: '${globals:gpus}', emph_storage: null}}",
        "tasks: [{nodes: a, retries: 2, timeout: 30}]",
        "tasks: [{nodes: [a], retries: {limit: 1, on_oom: true}, timeout: 2h}]",
        "runner: {group_by: chain}",
        "runner: {group_by: {__default__: 'tag:stage-'}}",
        "policies: {ttl: 7d, pod_gc: OnPodSuccess, mutexes: warehouse}",
        "policies: {ttl: {after_success: 60}, pod_gc: {strategy: OnPodSuccess}}",
        "template: {pod_spec_patch: '{hostNetwork: true}'}",
        "template: {pod_spec_patch: {hostNetwork: true}}",
        "template:",
        "deployment: {tag: 1.10, build: podman}",
        "schedule: {schedules: '@daily', concurrencyPolicy: Allow}",
        "profiles: {nightly: {run: {pipelines: a, params: {x: 1}}, runner: {group_by: node}, namespace: other}}",
        "workflow: {anything: [1]}",
        "machine_types: {a: {cpu: 1, mem: 1, num_gpu: '1'}}",
        "runner: {mlflow: 'yes'}",  # as an editor reads `mlflow: yes`, without quotes
        "deployment: {build: 'off'}",
        "template: {environment: [{name: A, secret_ref: {name: 1, key: 2}}]}",
        "template: {volumes: [{name: 1, claim: 2, mount_path: /a}]}",
        "{machine_types: {default: {cpu: 1, mem: 1}}, profiles: {big: {machine_types: {default: {cpu: 8}}}}}",
    ],
)
def test_short_forms_and_interpolations_are_no_mistakes_in_an_editor(editor: Draft7Validator, text: str) -> None:
    assert mistakes(editor, text) == []
    if "${" not in text:  # the config loader fills that in first
        parse(yaml.safe_load(text))


def test_keys_that_kedro_leaves_out_are_no_mistakes_in_an_editor(editor: Draft7Validator) -> None:
    assert mistakes(editor, "_sizes: {small: 1}") == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("namespase: a", "$"),
        ("machine_types: {a: {cpu: 1}}", "$.machine_types"),
        ("tasks: [{node: a}]", "$.tasks"),
        ("security: strict", "$.security"),
        ("profiles: {nightly: {runer: {}}}", "$.profiles"),
        ("deployment: {build: kaniko}", "$.deployment"),
    ],
)
def test_what_the_models_refuse_is_a_mistake_in_an_editor(editor: Draft7Validator, text: str, place: str) -> None:
    assert mistakes(editor, text) == [place]
    with pytest.raises(ConfigError):
        parse(yaml.safe_load(text))


def test_every_key_has_a_description() -> None:
    assert [f"{model.__name__}.{name}" for model, name in keys(ArgoConfig, set())] == []


def keys(model: type[BaseModel], seen: set[Any]) -> Iterator[tuple[type[BaseModel], str]]:
    """The keys that no description explains, of a section and of all in it."""
    if model in seen:
        return
    seen.add(model)
    for name, field in model.model_fields.items():
        if not field.description:
            yield model, name
        for inner in sections(field.annotation):
            yield from keys(inner, seen)


def sections(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from sections(part)
