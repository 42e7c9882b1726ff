"""The project as git has it: written out into a folder of its own, and compiled there. Imported as `steps` is.

Nothing of the user's checkout is touched: neither its files, nor its index, nor its list of worktrees. What git ignores
in `conf` and `src`, such as `conf/local`, counts for every revision, as it does after `git checkout`.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from argo_kedro.errors import ArgoKedroError, ClusterError, CompileError, ConfigError
from argo_kedro.images.children import ask
from argo_kedro.model import Json, Kind

_IGNORED = ("conf", "src")
_LOCAL = Path("conf", "local")  # Kedro wants it to be there, and git keeps no empty folder
_MADE = ("__pycache__", ".egg-info")  # parts of the paths of what Python makes of the code, by itself
_ERRORS = {error.exit_code: error for error in (ConfigError, CompileError, ClusterError)}
_LONGEST = 600.0  # seconds
# Large files would be fetched from afar; a sparse checkout would leave out files.
_ENVIRONMENT = {"GIT_OPTIONAL_LOCKS": "0", "GIT_LFS_SKIP_SMUDGE": "1", "GIT_TERMINAL_PROMPT": "0"}
_SETTINGS = ("-c", "core.sparseCheckout=false", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")


def commit_of(project: Path, revision: str) -> str:
    """The commit that a branch, a tag or an expression such as `HEAD~1` names; empty if it names none here.

    Raises:
        ArgoKedroError: if there is no git, or it takes nothing of this folder.
    """
    if revision.startswith("-") or not revision.isprintable():
        return ""
    done = _run_git(project, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if b"safe.directory" in done.stderr:  # in any language; what it does not know, it is quiet about
        raise ArgoKedroError(
            "git takes nothing of this folder, since it is another user's.",
            hint=f"git config --global --add safe.directory {shlex.quote(str(_top(project)))}",
        )
    return done.stdout.decode().strip() if done.returncode == 0 else ""


def _top(project: Path) -> Path:
    """The folder of the repository that a project is in: the one that git speaks of."""
    return next((folder for folder in (project, *project.parents) if (folder / ".git").exists()), project)


def compiled_at(
    project: Path, commit: str, chosen: Mapping[str, Any], workflow_name: str, *, kind: Kind, where: str
) -> tuple[Json, Mapping[str, str]]:
    """The manifest of the project at a commit, and what people call its tasks.

    Args:
        project: The project's folder, as it is now.
        commit: The commit's hash.
        chosen: The options.
        workflow_name: First part of the workflow's name.
        kind: Of the manifest.
        where: What errors call the commit.

    Raises:
        ArgoKedroError: if the project of then is not there, or cannot be compiled.
        click.UsageError: if options contradict each other.
    """
    with tempfile.TemporaryDirectory(prefix="argo-kedro-diff-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        then = _written_out(project, commit, folder, where)
        options = {key: item for key, item in chosen.items() if key != "config"}  # which is in the others by now
        options["conf_source"] = _of_then(chosen.get("conf_source"), project, then)
        asked = {"project": str(then), "chosen": options, "workflow_name": workflow_name, "kind": kind}
        file = folder / "asked.json"
        file.write_text(json.dumps(asked, default=str), encoding="utf-8")
        command = [sys.executable, "-m", "argo_kedro.cli.elsewhere", str(file)]
        # Kedro reads that file when it is imported, and nobody sees what would be logged by it.
        env = {"PYTHONPATH": _path_without(project), "KEDRO_LOGGING_CONFIG": ""}
        ended = ask(command, then, env=env, seconds=_LONGEST)
        answer = json.loads(file.read_text(encoding="utf-8"))
    if answer.get("code") == click.UsageError.exit_code:
        raise click.UsageError(answer["error"])
    if "error" in answer:
        error = _ERRORS.get(answer["code"], ArgoKedroError)
        raise error(f"{where}: {answer['error']}", hint=answer["hint"])
    if "document" not in answer:
        hint = f"compile it there: git worktree add ../then {commit[:12]}"
        raise CompileError(f"{where}: the project of then cannot be compiled: {ended.last_words}.", hint=hint)
    return answer["document"], answer["names"]


def _written_out(project: Path, commit: str, folder: Path, where: str) -> Path:
    """The project's files of that commit, below this folder."""
    tree, index = folder / "tree", {"GIT_INDEX_FILE": str(folder / "index")}
    below = _git(project, "rev-parse", "--show-prefix").removesuffix("\n")
    _git(project, "read-tree", commit, env=index)
    _git(project, "checkout-index", "--all", "--quiet", f"--prefix={tree}/", env=index)
    then = tree / below
    if not (then / "pyproject.toml").is_file():
        hint = "name a later revision, or a manifest that was compiled then."
        raise ConfigError(f"{where}: the project was not there yet: no {below}pyproject.toml.", hint=hint)
    if (project / _LOCAL).is_dir():
        _put(then, _LOCAL)
    for path in _ignored(project):
        _put(then, path.parent, link=path, to=project / path)
    return then


def _put(then: Path, folder: Path, *, link: Path | None = None, to: Path | None = None) -> None:
    """A folder, and in it a link to a file of now; where the commit has something else in that place, that counts."""
    if not (then / folder).resolve().is_relative_to(then):  # by a link of the commit's, which may lead anywhere
        return
    with suppress(FileExistsError, NotADirectoryError):
        (then / folder).mkdir(parents=True, exist_ok=True)
        if link and to:
            (then / link).symlink_to(to)


def _ignored(project: Path) -> list[Path]:
    """What git ignores of the configuration and the code, without what Python makes of it."""
    listed = _git(project, "ls-files", "--others", "--ignored", "--exclude-standard", "-z", "--", *_IGNORED)
    found = (Path(name) for name in listed.split("\0") if name)
    return [path for path in found if not any(part.endswith(_MADE) for part in path.parts)]


def _of_then(conf_source: str | None, project: Path, then: Path) -> str | None:
    """A configuration in the project is that of then; one elsewhere is the same for all."""
    if not conf_source:
        return None
    whole = (project / conf_source).resolve()
    inside = whole.is_relative_to(project) and (then / whole.relative_to(project)).exists()
    return str(then / whole.relative_to(project)) if inside else str(whole)


def _path_without(project: Path) -> str:
    """Where Python looks for modules, without the project as it is now: Kedro adds that."""
    kept = (item for item in os.environ.get("PYTHONPATH", "").split(os.pathsep) if item)
    return os.pathsep.join(item for item in kept if not Path(item).resolve().is_relative_to(project))


def _git(folder: Path, *words: str, env: Mapping[str, str] | None = None) -> str:
    done = _run_git(folder, *words, env=env)
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        message = f"git {words[0]} failed: {said[-1] if said else f'exit code {done.returncode}'}."
        raise ArgoKedroError(message, hint="compare manifests that `kedro argo compile` wrote.")
    return os.fsdecode(done.stdout)


def _run_git(folder: Path, *words: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, **_ENVIRONMENT, **(env or {})}
    try:
        return subprocess.run(
            ["git", *_SETTINGS, *words],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    except OSError as error:
        hint = "install git, or compare files: kedro argo diff OLD.yaml NEW.yaml"
        raise ArgoKedroError(f"git cannot be started: {error.strerror}.", hint=hint) from error
