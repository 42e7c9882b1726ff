"""What `kedro argo init` writes into a project."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from argo_kedro import __version__
from argo_kedro.config import schema
from argo_kedro.errors import ArgoKedroError, ConfigError
from argo_kedro.resources import SYNTAX, resource

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

DOCKERIGNORE = ".dockerignore"
RBAC = "argo-rbac.yaml"
_LOCKED = "uv.lock"
_REQUIREMENTS = "requirements.txt"
_PYPROJECT = "pyproject.toml"
_OURS = re.compile(r"^[^#\n]*(?<![-.\w])argo[-_.]kedro(?![-\w])", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Layout:
    """A project's folders, by its settings."""

    project: Path
    package: str
    conf: str  # CONF_SOURCE
    default_env: str


def files(layout: Layout, env: str) -> dict[str, str]:
    """argo.yml of this env with its schema, Dockerfile and .dockerignore, made for this project: names and texts.

    Raises:
        ConfigError: if there is no such env.
    """
    dependencies = _dependencies(layout.project)
    values = {
        "name": layout.package.replace("_", "-"),
        "conf": layout.conf,
        "env": layout.default_env,
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "toml": tomllib.__name__,
        "dependencies": dependencies,
        "extra": "" if _names_us(layout.project, dependencies) else f"argo-kedro=={__version__}",
    }
    return {
        _argo_yml(layout, env): _render("templates", "project", "argo.yml", **values),
        "Dockerfile": _render("Dockerfile.template", **values),
        DOCKERIGNORE: _render("templates", "project", "dockerignore", **values),
        f"{layout.conf}/{schema.NAME}": f"{json.dumps(schema.schema(), indent=1)}\n",
    }


def rights(
    namespace: str, service_account: str, others: Iterable[str] = (), *, restricted: bool = False
) -> dict[str, str]:
    """The file with the rights that a run and its submitter need on the cluster: its name and text.

    Without a namespace it is `default`, which kubectl takes as well; without a service account it is `default`, too:
    pods run as that one unless their manifest says otherwise. Restricted pods get no token by themselves, so that the
    one by which Argo reports how they ended is a Secret, of that service account for all pods.

    Args:
        namespace: Where runs are.
        service_account: That of all pods that name no other.
        others: Those of single rules and templates.
        restricted: Whether argo.yml says so.
    """
    account = service_account or "default"
    accounts = list(dict.fromkeys([account, *others]))
    text = _render(
        *("templates", "project", RBAC),
        namespace=namespace or "default",
        service_account=account,
        accounts=accounts,
        reporting=[account] if restricted else accounts,
        restricted=restricted,
    )
    return {RBAC: text}


def write(layout: Layout, wanted: Mapping[str, str], *, force: bool = False) -> tuple[list[str], list[str]]:
    """Write these files, all or none. Those that exist are kept, unless with `force`, but for the schema: it is ours.

    Returns:
        The names of the files that were written, and of those that were kept.
    """
    there = [name for name in wanted if os.path.lexists(layout.project / name) and not force]
    ours = f"{layout.conf}/{schema.NAME}"
    kept = [name for name in there if name != ours or _is(layout.project / name, wanted[name])]
    written = [name for name in wanted if name not in kept]
    paths = {name: layout.project / name for name in written}
    drafts = {name: path.with_name(f".{path.name}.partial") for name, path in paths.items()}
    try:
        for name in written:
            drafts[name].write_text(wanted[name], encoding="utf-8", newline="\n")
        for name in written:
            drafts[name].replace(paths[name])
    except OSError as error:
        raise ArgoKedroError(f"{error.filename2 or error.filename} cannot be written: {error.strerror}.") from error
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)
    return written, kept


def _is(path: Path, text: str) -> bool:
    return path.is_file() and path.read_bytes() == text.encode()


def let_through(layout: Layout) -> list[str]:
    """What a .dockerignore that somebody else wrote may let into the image, and should not."""
    text = (layout.project / DOCKERIGNORE).read_text(encoding="utf-8")
    rules = [rule for line in text.splitlines() if (rule := line.strip()) and not rule.startswith(("#", "!"))]
    if {"*", "**"} & set(rules):  # nothing goes in but what it names
        return []
    private = ("credentials", f"{layout.conf}/local", "data", ".git")
    return [name for name in private if not any(_covers(rule, name) for rule in rules)]


def _covers(rule: str, name: str) -> bool:
    """Whether a rule seems to be about this file or folder, or the one above it; `docker build` has the last word."""
    path = rule.strip("/").removeprefix("**/").removesuffix("/**").removesuffix("/*")
    return path in (name, name.split("/")[0]) or (name == "credentials" and name in path)


def _argo_yml(layout: Layout, env: str) -> str:
    conf = layout.project / layout.conf
    envs = sorted(folder.name for folder in conf.iterdir() if folder.is_dir()) if conf.is_dir() else []
    if env not in envs:
        raise ConfigError(
            f"Env {env!r} has no folder {layout.conf}/{env}. Envs here: {', '.join(envs) or 'none'}.",
            hint=f"mkdir -p {layout.conf}/{env}, or choose another one with --env.",
        )
    # Kedro reads argo.yaml as well, and refuses keys that are in both.
    name = "argo.yaml" if (conf / env / "argo.yaml").exists() else "argo.yml"
    return f"{layout.conf}/{env}/{name}"


def _dependencies(project: Path) -> str:
    """The file that says what the project needs, the most exact first."""
    if (project / _LOCKED).is_file():
        return _LOCKED
    if (project / _REQUIREMENTS).is_file():
        return _REQUIREMENTS
    return _PYPROJECT if list(_listed(project)) else ""


def _names_us(project: Path, dependencies: str) -> bool:
    if not dependencies:
        return False
    lines = _listed(project) if dependencies == _PYPROJECT else [(project / dependencies).read_text(encoding="utf-8")]
    return any(_OURS.search(line) for line in lines)


def _listed(project: Path) -> Iterator[str]:
    """The dependencies in pyproject.toml."""
    table = tomllib.loads((project / _PYPROJECT).read_text(encoding="utf-8")).get("project", {})
    yield from table.get("dependencies", [])


def _render(*parts: str, **values: str | bool | Sequence[str]) -> str:
    environment = Environment(undefined=StrictUndefined, **SYNTAX)  # no HTML here
    return environment.from_string(resource(*parts).read_text(encoding="utf-8")).render(values)
