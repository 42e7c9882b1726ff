"""Keys of argo.yml that mean what they meant in argo-kedro 0.1, and that have a better form by now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from argo_kedro.config.models import ArgoConfig
from argo_kedro.names import few

Place = tuple[str | int, ...]

_RANDOM = "${ka.random:}"
_MLFLOW_RUN = "mlflow_run_id"  # what templates that open an MLflow run give to tasks, in the docs of 0.1
_SHOWN = 3  # names in a sentence


@dataclass(frozen=True, kw_only=True)
class BetterForm:
    """What one file says, and would say better."""

    file: str
    words: str
    places: tuple[Place, ...] = ()  # of its keys
    deed: Literal["put", "remove", "none"] = "none"  # what `check --fix` does there; `none`: it takes a decision
    value: str = ""  # to put there

    def __str__(self) -> str:
        return f"{self.file}: {self.words}"


def better_forms(config: ArgoConfig, files: Mapping[str, Any]) -> list[BetterForm]:
    """The keys of these files that have a better form.

    Args:
        config: What the files say together.
        files: Their contents by name, scalars as they are written, those that count less first.
    """
    return [
        *_scratch_volumes(config, files),
        *_tags(config, files),
        *_container_names(files),
        *_mlflow(config, files),
    ]


def _scratch_volumes(config: ArgoConfig, files: Mapping[str, Any]) -> Iterator[BetterForm]:
    """10 GiB for each pod are costly, and nobody sees them."""
    silent = [name for name, machine in config.machine_types.items() if "emph_storage" not in machine.model_fields_set]
    by_file: dict[str, list[str]] = {}
    for name in silent:
        defined = (file for file, content in files.items() if isinstance(_at(content, "machine_types", name), Mapping))
        by_file.setdefault(next(defined, ""), []).append(name)
    for file, names in by_file.items():
        if not file:  # what an interpolation brings
            continue
        size = config.machine_types[names[0]].emph_storage
        words = (
            f"machine_types: {few(names, _SHOWN)}: without emph_storage each pod gets a scratch volume of {size}. "
            f"Say how much, or 0 where no node writes to {config.template.emph_storage_mount_path}."
        )
        places = tuple(("machine_types", name, "emph_storage") for name in names)
        yield BetterForm(file=file, words=words, places=places, deed="put", value=size)


def _tags(config: ArgoConfig, files: Mapping[str, Any]) -> Iterator[BetterForm]:
    place = ("deployment", "tag")
    stays = bool(config.deployment.build) and not config.deployment.pull_policy
    for file, content in files.items():
        tag = _at(content, *place)
        if isinstance(tag, str) and stays and tag != "latest" and not tag.startswith("${"):
            words = (
                f"deployment.tag: cluster nodes that have {tag} do not ask for a newer one, as they did with 0.1. With "
                "`latest`, `submit` tags the image that it builds by its content; or say `pull_policy: Always`."
            )
            yield BetterForm(file=file, words=words)
        if tag == _RANDOM:
            words = (
                f"deployment.tag: {_RANDOM} makes each manifest another one. With `latest`, `submit` tags the image "
                "that it builds by its content."
            )
            yield BetterForm(file=file, words=words, places=(place,), deed="put", value="latest")


def _container_names(files: Mapping[str, Any]) -> Iterator[BetterForm]:
    for file, content in files.items():
        named = {
            str(template.get("name")): ("template", "templates", index, "container", "name")
            for index, template in enumerate(_list(_at(content, "template", "templates")))
            if isinstance(template, Mapping) and _at(template, "container", "name") is not None
        }
        if named:
            words = f"template.templates: {few(list(named), _SHOWN)}: container.name says nothing, Argo calls it main."
            yield BetterForm(file=file, words=words, places=tuple(named.values()), deed="remove")


def _mlflow(config: ArgoConfig, files: Mapping[str, Any]) -> Iterator[BetterForm]:
    opens = {
        template.name
        for template in config.template.templates
        if any(output.variable.lower() == _MLFLOW_RUN for output in template.outputs.parameters)
    }
    for file, content in files.items():
        names = [name for name in _list(_at(content, "template", "init_templates")) if name in opens]
        if names and not config.runner.mlflow:
            words = (
                f"template.init_templates: {few(names, _SHOWN)}: with kedro-mlflow in the project, "
                "`runner.mlflow: true` opens the workflow's MLflow run, without a template of your own."
            )
            yield BetterForm(file=file, words=words)


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def _at(content: Any, *place: str) -> Any:
    for key in place:
        content = content.get(key) if isinstance(content, Mapping) else None
    return content
