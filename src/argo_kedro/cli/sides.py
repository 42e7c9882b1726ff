"""The two manifests that `diff` compares: what each was asked for as, and where it comes from. Imported as `steps` is.

What begins with `file:`, `git:`, `deployed:` or `run:` is that. Anything else is the file of this path, if there is
one, and else a revision of git.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import click
from kedro.framework.startup import ProjectMetadata

from argo_kedro.cli import console, steps, work
from argo_kedro.cli.files import shown
from argo_kedro.cli.options import LATEST, none_given
from argo_kedro.cli.reach import Reach, reached
from argo_kedro.cli.revisions import commit_of, compiled_at
from argo_kedro.cli.runs import meant
from argo_kedro.cluster import patiently
from argo_kedro.cluster.protocol import NotThere
from argo_kedro.differences import Side, side_of
from argo_kedro.errors import ArgoKedroError, CompileError
from argo_kedro.manifest import KINDS, object_name
from argo_kedro.model import Json, Kind, text
from argo_kedro.names import is_object_name
from argo_kedro.workflows import labels_of

Sort = Literal["now", "file", "revision", "deployed", "run"]

DEPLOYED = "@deployed"
_PREFIXES: Mapping[str, Sort] = {"file": "file", "git": "revision", "deployed": "deployed", "run": "run"}
_COMPILED = ("now", "revision")
OF_CLUSTER = ("context", "namespace")
_LABELS = ("metadata", "labels")
_CLUSTER_KINDS: Mapping[Kind, Literal["workflowtemplates", "cronworkflows"]] = {
    "template": "workflowtemplates",
    "cron": "cronworkflows",
}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A manifest, as it was asked for."""

    sort: Sort
    name: str = ""
    commit: str = ""  # of a revision

    @property
    def is_compiled(self) -> bool:
        """Whether it is made of the project, by the options."""
        return self.sort in _COMPILED

    @property
    def words(self) -> str:
        """What people call it."""
        said = {"now": "the project as it is now", "deployed": f"{self.name} on the cluster", "run": f"run {self.name}"}
        return said.get(self.sort) or (f"{self.name} ({self.commit[:8]})" if self.commit else self.name)

    @property
    def json(self) -> dict[str, str]:
        """The same for programs."""
        return {"sort": self.sort, "name": self.name, **({"commit": self.commit} if self.commit else {})}


def wanted(project: Path, given: str) -> Wanted:
    """What one argument means.

    Raises:
        click.UsageError: if there is neither a file nor a revision of this name.
        ArgoKedroError: if it could be a revision only, and there is no git.
    """
    prefix, colon, rest = given.partition(":")
    sort = _PREFIXES.get(prefix) if colon else None
    if given in (DEPLOYED, LATEST):
        return Wanted(sort="deployed" if given == DEPLOYED else "run", name=given)
    if sort in ("deployed", "run"):
        if not is_object_name(rest) and rest != LATEST:
            raise click.UsageError(f"{given!r}: {rest!r} is no name of Kubernetes.")
        return Wanted(sort=sort, name=rest)
    if sort == "file" or (sort is None and _is_file(given)):
        name = rest if sort else given
        if not _is_file(name):
            raise click.UsageError(f"{given!r}: there is no such file.")
        return Wanted(sort="file", name=name)
    revision = rest if sort else given
    commit = commit_of(project, revision)
    if not commit:
        message = f"{given!r} is {'' if sort else 'no file and '}no revision of git here."
        ways = "FILE, a branch, tag or commit (a shallow clone has few: git fetch --unshallow), deployed:NAME, run:NAME"
        raise click.UsageError(f"{message} There are: {ways}, {DEPLOYED}.")
    return Wanted(sort="revision", name=revision, commit=commit)


def _is_file(name: str) -> bool:
    """Whether there is something to read: a file, or a pipe."""
    # Those of Path raise for a name that is too long, or below a folder that may not be read.
    return os.path.exists(name) and not os.path.isdir(name)


@dataclass(frozen=True, kw_only=True)
class Sides:
    """Reads what was asked for, with the options that count for all of it."""

    metadata: ProjectMetadata
    chosen: Mapping[str, Any]  # what selects, and says where
    workflow_name: str
    kind: Kind | None
    pair: tuple[Wanted, Wanted]
    known: dict[Wanted, tuple[Json, Mapping[str, str]]] = field(default_factory=dict)
    counted: dict[str, Any] = field(default_factory=dict)  # the options that the project as it is now was compiled by

    def read(self) -> tuple[Side, Side]:
        """Both manifests: first those that are there, since what is compiled has their kind and their env.

        Raises:
            ArgoKedroError: if one of them cannot be read or made.
            click.UsageError: if options select what nobody compiles.
        """
        self._stop_on_idle_options()
        for each in sorted(dict.fromkeys(self.pair), key=lambda each: each.is_compiled):
            self.known[each] = self._of(each)
        self._tell_of_pipelines()
        one, other = (side_of(*self.known[each], where=each.words) for each in self.pair)
        return one, other

    @cached_property
    def _project(self) -> Path:
        return Path(self.metadata.project_path).resolve()

    @cached_property
    def _env(self) -> str | None:
        """That of the command line, else that of the cluster that is asked, else of what is there already."""
        if self.chosen.get("env"):
            return str(self.chosen["env"])
        if any(each.sort == "deployed" for each in self.pair):
            return self._reach.env
        for each, (document, _) in self.known.items():
            if not each.is_compiled and (env := text(document, *_LABELS, "argo-kedro/env")):
                console.say(f"Env {env}, as {each.words} says; --env names another.")
                return env
        return None

    @cached_property
    def _selecting(self) -> dict[str, Any]:
        return {key: item for key, item in self.chosen.items() if key not in OF_CLUSTER}

    @cached_property
    def _reach(self) -> Reach:
        return reached(self._project, self.metadata.package_name, self.chosen)

    def _of(self, each: Wanted) -> tuple[Json, Mapping[str, str]]:
        if each.sort == "file":
            return self._file(each), {}
        if each.sort == "run":
            found = meant(self._project, self.metadata.package_name, each.name, self.chosen).document()
            return found, labels_of(found)
        if each.sort == "deployed":
            return self._deployed(each), {}
        return self._compiled(each, self.kind_there)

    @staticmethod
    def _file(each: Wanted) -> Json:
        try:
            return work.read_file(Path(each.name))
        except OSError as error:
            raise CompileError(f"{shown(Path(each.name))} cannot be read: {error.strerror}.") from error

    @cached_property
    def kind_there(self) -> Kind:
        """What is compiled: what the command line says, else what the other one is that is there already."""
        if self.kind:
            return self.kind
        others = [document for other, (document, _) in self.known.items() if not other.is_compiled]
        kinds = {said: kind for kind, said in KINDS.items()}
        return next((kinds[found] for document in others if (found := text(document, "kind")) in kinds), "workflow")

    def _compiled(self, each: Wanted, kind: Kind) -> tuple[Json, Mapping[str, str]]:
        chosen = {**self._selecting, "env": self._env}
        if each.sort == "revision":
            return compiled_at(self._project, each.commit, chosen, self.workflow_name, kind=kind, where=each.words)
        made = steps.compiled(self._project, chosen, self.workflow_name, kind=kind)
        steps.stop_on_errors(made)
        self.counted.update(made.chosen, workflow_name=self.workflow_name)
        return made.document, work.labels_of(made.workflow)

    def _deployed(self, each: Wanted) -> Json:
        """A WorkflowTemplate or CronWorkflow; the project's own has the name that `compile` gives it.

        Raises:
            ClusterError: if there is none, or the cluster is out of reach.
            ArgoKedroError: if there are both, and nobody said which.
            click.UsageError: if it was said to be a workflow.
        """
        if self.kind == "workflow":
            raise click.UsageError("A workflow is no deployment: --kind template or --kind cron, or run:NAME.")
        names = self._own_names() if each.name == DEPLOYED else dict.fromkeys(_CLUSTER_KINDS, each.name)
        asked = [kind for kind in _CLUSTER_KINDS if self.kind in (None, kind)]
        found = {kind: there for kind in asked if (there := self._there(kind, names[kind])) is not None}
        where = self._reach.cluster.where
        if len(found) > 1:
            both = " and ".join(f"{KINDS[kind]} {names[kind]}" for kind in found)
            raise ArgoKedroError(f"There are {both} ({where}).", hint="say which: --kind template or --kind cron.")
        if not found:
            absent = " and no ".join(f"{KINDS[kind]} {names[kind]}" for kind in asked)
            hint = "deployed:NAME names another one, run:NAME a workflow; `kedro argo schedule` puts one there."
            raise NotThere(f"There is no {absent} ({where}).", hint=hint)
        return next(iter(found.values()))

    def _there(self, kind: Kind, name: str) -> Json | None:
        try:
            return patiently(lambda: self._reach.cluster.get(_CLUSTER_KINDS[kind], name))
        except NotThere:
            return None

    def _own_names(self) -> dict[Kind, str]:
        made = steps.compiled(self._project, {**self._selecting, "env": self._reach.env}, self.workflow_name)
        return {kind: object_name(made.workflow, kind) for kind in _CLUSTER_KINDS}

    def _tell_of_pipelines(self) -> None:
        """What is there already may be of another pipeline than what was compiled, since nobody said which."""
        idle = {key: item for key, item in self._selecting.items() if key != "env"}
        if not none_given(idle) or not any(each.is_compiled for each in self.pair):
            return
        names = {each: text(self.known[each][0], *_LABELS, "argo-kedro/pipeline") for each in self.pair}
        for each, name in names.items():
            if not each.is_compiled and name and len(set(names.values())) > 1:
                console.say(f"Note: {each.words} is of pipeline {name}: --pipeline {name} compares that one.")

    def _stop_on_idle_options(self) -> None:
        idle = {key: item for key, item in self._selecting.items() if key not in ("env", "profile")}
        own = any(each.name == DEPLOYED for each in self.pair)
        if not own and not any(each.is_compiled for each in self.pair) and not none_given(idle):
            raise click.UsageError(
                "Options that select nodes go with the project or a revision, and neither is compared."
            )
