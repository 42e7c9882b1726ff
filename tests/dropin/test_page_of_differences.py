"""The page that says what differs from argo-kedro 0.1.41 leaves out no key and no option, and all of them load."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

import click
import pytest
from pydantic import BaseModel

from argo_kedro.cli.group import argo
from argo_kedro.config import ArgoConfig

PAGE = (Path(__file__).parents[2] / "docs/reference/from-argo-kedro-0.1.41.md").read_text(encoding="utf-8")
# The fields of its models, each from the top of the file; `[]` is a list's item, `*` a name of the user's.
KEYS = """
namespace
deployment.image deployment.tag deployment.target_platform deployment.context deployment.dockerfile
runner.use_memory_datasets
machine_types.*.mem machine_types.*.cpu machine_types.*.num_gpu machine_types.*.emph_storage
default_machine_type
template.environment[].name template.environment[].value
template.environment[].secret_ref.name template.environment[].secret_ref.key template.environment[].secret_ref.path
template.emph_storage_mount_path template.default_template template.init_templates
template.templates[].name
template.templates[].container.name template.templates[].container.command template.templates[].container.args
template.templates[].container.env[]
template.templates[].outputs.parameters[].name template.templates[].outputs.parameters[].path
template.templates[].sidecars[].name template.templates[].sidecars[].image template.templates[].sidecars[].env[]
template.templates[].sidecars[].volume_mounts[].name template.templates[].sidecars[].volume_mounts[].mount_path
template.templates[].sidecars[].volume_mounts[].read_only
template.templates[].volumes[].name
template.templates[].volumes[].secret_ref.name template.templates[].volumes[].secret_ref.key
template.templates[].volumes[].secret_ref.path
""".split()
OPTIONS = {
    "init": ["--env", "-e", "--force", "-f", "--silent", "-s"],
    "submit": ["--pipeline", "-p", "--environment", "-e", "--dry_run", "-d", "--workflow-name", "-w"],
    "resubmit": ["--workflow-name", "-w", "--environment", "-e", "--rebuild", "--no-rebuild"],
}


def rows() -> list[str]:
    section = PAGE.partition("## Keys of argo.yml")[2].partition("\n## ")[0]
    return re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)


def models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models(part)


def test_each_key_has_its_row() -> None:
    assert rows() == KEYS


@pytest.mark.parametrize("key", KEYS)
def test_each_key_is_a_key_here(key: str) -> None:
    model: type[BaseModel] | None = ArgoConfig
    for part in key.replace("[]", "").replace(".*", "").split("."):
        assert model is not None
        model = next(models(model.model_fields[part].annotation), None)


@pytest.mark.parametrize(("verb", "option"), [(verb, option) for verb, words in OPTIONS.items() for option in words])
def test_each_option_is_taken(verb: str, option: str) -> None:
    module, _, name = argo.lazy_subcommands[verb].rpartition(".")
    command = getattr(import_module(module), name)
    assert isinstance(command, click.Command)
    assert option in {each for parameter in command.params for each in (*parameter.opts, *parameter.secondary_opts)}


def test_no_old_form_is_shown_by_help() -> None:
    with click.Context(argo) as context:
        assert "resubmit" not in argo.get_help(context)
        submit = argo.get_command(context, "submit")
        assert submit is not None
        with click.Context(submit) as inner:
            text = submit.get_help(inner)
    assert "--dry-run" in text
    assert not re.search("--environment|--dry_run", text)
