"""`--profile NAME`: what a profile of argo.yml selects, beneath the command line. Imported as `steps` is."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from argo_kedro.cli.options import option_words
from argo_kedro.cli.parameters import flat, unfit, without
from argo_kedro.cli.secret_params import stop_on_secrets
from argo_kedro.config.profiles import RunOptions
from argo_kedro.errors import ConfigError
from argo_kedro.project import Project

_OPTIONS = {  # the argument of an option of `kedro run` -> what a profile calls it; parameters are merged elsewhere
    "pipelines": "pipelines",
    "tags": "tags",
    "node_names": "nodes",
    "namespaces": "namespaces",
    "from_nodes": "from_nodes",
    "to_nodes": "to_nodes",
    "from_inputs": "from_inputs",
    "to_outputs": "to_outputs",
    "load_versions": "load_versions",
}


def with_profile(chosen: Mapping[str, Any], run: RunOptions) -> dict[str, Any]:
    """The options as if those of the profile were typed too; what is typed counts before them."""
    return {**chosen, **_applied(chosen, run)}


def stop_on_parameters(project: Project) -> None:
    """Refuse parameters of the profile that a manifest must not or cannot carry.

    Raises:
        ConfigError: if JSON would change one.
        CompileError: if one is secret.
    """
    wrong = unfit(project.run.params)
    if wrong:
        where = f"argo.yml profiles.{project.profile}.run.params"
        raise ConfigError(f"{where}: {wrong}", hint="correct this parameter of the profile.")
    stop_on_secrets(project.run.params, project.config.secret_params)


def profile_notes(project: Project, chosen: Mapping[str, Any] | None) -> tuple[str, ...]:
    """What the profile says and chose, for the reader of a plan; nothing without a profile.

    Args:
        project: The project, opened with the profile.
        chosen: The options of the command line; None where an earlier run says what runs.
    """
    if not project.profile:
        return ()
    profile = project.config.profiles[project.profile]
    parts = [f"Profile {project.profile}{': ' if profile.description else ''}{profile.description.rstrip('.')}."]
    given = {} if chosen is None else {**_applied(chosen, profile.run), "params": _untyped(chosen, profile.run)}
    options = shlex.join(option_words(given))
    parts += [f"As if typed: {options}."] if options else []
    sections = ", ".join(sorted(profile.model_extra or {}))
    parts += [f"Changed in argo.yml: {sections}."] if sections else []
    return (" ".join(parts),)


def _applied(chosen: Mapping[str, Any], run: RunOptions) -> dict[str, Any]:
    """The options that the profile gives, since nobody typed others."""
    said = {option: getattr(run, key) for option, key in _OPTIONS.items()}
    if chosen.get("pipeline"):
        said.pop("pipelines")
    return {option: value for option, value in said.items() if value and not chosen.get(option)}


def _untyped(chosen: Mapping[str, Any], run: RunOptions) -> dict[str, Any]:
    """The parameters of the profile that the command line does not change."""
    typed = flat(chosen.get("params") or {})
    return without(run.params, {name: "" for name, value in typed if not isinstance(value, Mapping)})
