"""The project's configuration through its own config loader; what is wrong with a file names the file and the line."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from kedro.config import AbstractConfigLoader, MissingConfigException
from kedro.framework.project import settings
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from omegaconf.resolvers import oc

from argo_kedro.config import ArgoConfig, file_of, parse, random_suffix
from argo_kedro.errors import ConfigError
from argo_kedro.merging import merged
from argo_kedro.project.pod_variables import as_in_a_pod, standing_in

# Not `argo*`: that takes argocd.yml and everything else that begins so.
_PATTERNS = ["argo.yml", "argo.yaml", "argo/*.yml", "argo/*.yaml", "**/argo.yml", "**/argo.yaml"]

_SUFFIXES = (".yml", ".yaml", ".json")  # what Kedro reads


class Configuration:
    """Everything under `conf/` for one env."""

    def __init__(self, path: Path, env: str | None, conf_source: str | None, params: Mapping[str, Any]) -> None:
        self._project = path
        self._loader = _loader(path, env, conf_source, params)
        self._source = Path(self._loader.conf_source)
        self._base = str(getattr(self._loader, "base_env", "") or "")
        self.env = str(env or getattr(self._loader, "default_run_env", "") or self._base or "local")
        self._require_folders()

    def read(self, key: str) -> dict[str, Any]:
        """One kind of configuration, empty where there is none.

        Raises:
            ConfigError: if it cannot be read.
        """
        try:
            with _quiet():
                if key == "argo":  # all of it goes into the manifest
                    return dict(self._loader[key])
                return as_in_a_pod(lambda: dict(self._loader[key]), str(self._loader.conf_source))
        except MissingConfigException:
            return {}
        except Exception as error:  # loaders and resolvers can be the project's own code
            hint = "give the value with --params, or correct the file." if "untime param" in str(error) else ""
            raise ConfigError(self._words(key, error), hint=hint or _way_out(error) or "correct the file.") from error

    def argo(self, profile: str = "") -> ArgoConfig:
        """argo.yml, merged from the base env and this one, with what this profile says over it.

        Raises:
            ConfigError: if it cannot be read, or says what it must not, or has no such profile.
        """
        for attribute, value in (("config_patterns", _PATTERNS), ("merge_strategy", "soft")):
            known = getattr(self._loader, attribute, None)
            if isinstance(known, dict):  # a loader of the project's own may have neither
                known.setdefault("argo", value)
        with _resolvers():
            data = self.read("argo")
        if variable := standing_in(data):
            message = f"argo.yml asks for {variable} by way of globals.yml, and only pods have it."
            raise ConfigError(message, hint="keep it out of what argo.yml takes from there.")
        return parse(data, self._contents("argo"), profile=profile)

    def argo_files(self) -> dict[str, Path]:
        """The files that argo.yml was merged from, those of the base env first, as they are shown; after `argo`."""
        return {self._shown(file): file for file in self._files("argo")}

    def argo_contents(self) -> dict[str, Any]:
        """What each of them says, with its scalars as they are written."""
        return self._contents("argo")

    def _require_folders(self) -> None:
        if "://" in str(self._loader.conf_source) or self._source.is_file():  # a bucket or an archive
            return
        if not self._source.is_dir():
            raise ConfigError(
                f"{self._shown(self._source)}: there is no such folder, and the configuration must be in it.",
                hint=f"mkdir {self._shown(self._source)}, or name another one with --conf-source.",
            )
        for env in filter(None, (self._base, self.env)):
            folder = self._source / env
            if not folder.is_dir():
                found = sorted(each.name for each in self._source.iterdir() if each.is_dir())
                message = f"Env {env!r} has no folder {self._shown(folder)}. Envs here: {', '.join(found) or 'none'}."
                raise ConfigError(message, hint=f"mkdir {self._shown(folder)}")

    def _words(self, key: str, error: Exception) -> str:
        """Which file is wrong, where, and what."""
        for file in self._files(key):
            problem = _problem(file)
            if problem:
                return f"{self._shown(file)}{problem}"
        what = _first_line(error)
        at = str(getattr(error, "full_key", None) or "")
        if not at:
            return f"{self._shown(self._source)}, {key}: {what}"
        path = [int(part) if part.isdigit() else part for part in re.findall(r"[^.\[\]]+", at)]
        return f"{file_of(self._contents(key), path)}: {at}: {what}"

    def _contents(self, key: str) -> dict[str, Any]:
        """The files of this kind, with their scalars as they are written."""
        loaded = {self._shown(file): yaml.load(file.read_bytes(), yaml.BaseLoader) for file in self._files(key)}
        return {name: content for name, content in loaded.items() if content}

    def _files(self, key: str) -> list[Path]:
        """The files of this kind that are on this machine, those of the base env first."""
        patterns: Sequence[str] = getattr(self._loader, "config_patterns", {}).get(key, ())
        envs = dict.fromkeys((self._base, self.env))  # without a base env Kedro reads the whole folder
        found = (file for env in envs for pattern in patterns for file in sorted((self._source / env).glob(pattern)))
        return list(dict.fromkeys(file for file in found if file.is_file() and file.suffix in _SUFFIXES))

    def _shown(self, file: Path) -> str:
        return str(file.relative_to(self._project) if file.is_relative_to(self._project) else file)


@dataclass(frozen=True, kw_only=True)
class Configured:
    """The configuration, what argo.yml says in it, and the parameters that it was read with."""

    configuration: Configuration
    argo: ArgoConfig
    params: Mapping[str, Any]  # those of the profile too


def configured(
    path: Path, env: str | None, conf_source: str | None, params: Mapping[str, Any] | None, profile: str | None
) -> Configured:
    """The configuration of one env, with a profile of its argo.yml where one is named.

    Raises:
        ConfigError: if it cannot be read, or argo.yml says what it must not, or has no such profile.
    """
    typed = params or {}
    found = Configuration(path, env, conf_source, typed)
    argo = found.argo(profile or "")
    given = merged(argo.profiles[profile].run.params, typed) if profile else typed
    if given == typed:
        return Configured(configuration=found, argo=argo, params=typed)
    # `${runtime_params:}` may ask for the profile's.
    again = Configuration(path, env, conf_source, given)
    return Configured(configuration=again, argo=again.argo(profile or ""), params=given)


def _loader(path: Path, env: str | None, conf_source: str | None, params: Mapping[str, Any]) -> AbstractConfigLoader:
    try:
        with _quiet():
            source = conf_source or str(path / settings.CONF_SOURCE)
            made = partial(
                settings.CONFIG_LOADER_CLASS,
                conf_source=source,
                env=env,
                runtime_params=dict(params),
                **settings.CONFIG_LOADER_ARGS,
            )
            loader: AbstractConfigLoader = as_in_a_pod(made, source)
    except Exception as error:  # the loader can be the project's own class; Kedro's reads globals.yml
        hint = "correct globals.yml, or CONFIG_LOADER_CLASS and CONFIG_LOADER_ARGS in settings.py."
        message = f"The config loader cannot start: {type(error).__name__}: {_first_line(error)}"
        raise ConfigError(message, hint=_way_out(error) or hint) from error
    return loader


def _problem(file: Path) -> str:
    """What is wrong with a file by itself, beginning with its line where there is one; empty if nothing is."""
    try:
        content = OmegaConf.load(file)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return f"{f', line {mark.line + 1}' if mark else ''}: {error.problem}."
    except OmegaConfBaseException as error:
        return f": {error.full_key}: {_first_line(error)}"
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        return f": {_first_line(error)}."
    if not isinstance(content, DictConfig):
        return ": it is a list, and must be a mapping of keys to values."
    odd = next((key for key in content if not isinstance(key, str)), None)
    return "" if odd is None else f": key {odd!r} must be a text; put it in quotes."


def _way_out(error: Exception) -> str:
    """The words for what Kedro does not have unless settings.py gives it; empty for any other error."""
    if not _first_line(error).endswith("interpolation type oc.env"):
        return ""
    return (
        "Kedro knows ${oc.env:} in credentials only. For other files settings.py registers it: "
        "from omegaconf.resolvers import oc, and in CONFIG_LOADER_ARGS 'custom_resolvers': {'oc.env': oc.env}."
    )


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0] or type(error).__name__


@contextmanager
def _resolvers() -> Iterator[None]:
    """`${oc.env:}` and `${ka.random:}` while argo.yml is read, and no longer."""
    register = getattr(OmegaConf, "register_resolver", None) or OmegaConf.register_new_resolver
    ours = {name: function for name, function in _RESOLVERS.items() if not OmegaConf.has_resolver(name)}
    with _quiet():
        for name, function in ours.items():
            register(name, function)
    try:
        yield
    finally:
        for name in ours:
            OmegaConf.clear_resolver(name)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without OmegaConf 2.4's complaint, which Kedro earns on every read, that registering resolvers is deprecated."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="register_.*resolver")
        yield


_RESOLVERS: dict[str, Callable[..., Any]] = {"oc.env": oc.env, "ka.random": random_suffix}
