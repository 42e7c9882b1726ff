"""Which code a run runs, and whose it is: the commit, what tells its changes apart, and who submits it."""

from __future__ import annotations

import getpass
import hashlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

_FOLDERS = ("src", "conf")
_CREDENTIALS = Path("conf", "local")  # no code, and nobody else's business
_LEFT_OUT = frozenset({"__pycache__", ".ipynb_checkpoints"})
_LETTERS = 8
_LONGEST = 2**20  # bytes of a file that are looked at: a larger one is data


def code_of_project(folder: Path) -> str:
    """`a1b2c3d4`, `a1b2c3d4+changes-0f9e8d7c`, or `files-0f9e8d7c` where there is no git."""
    commit, changed = _commit(folder)
    if not commit:
        return f"files-{_digest(folder)}"
    return f"{commit[:_LETTERS]}+changes-{_digest(folder)}" if changed else commit[:_LETTERS]


def commit_of_project(folder: Path) -> str:
    """The whole hash of the commit, with `-dirty` where the code or its configuration differs; empty without git."""
    commit, changed = _commit(folder)
    return f"{commit}-dirty" if commit and changed else commit


def submitter(folder: Path) -> str:
    """The email by which git knows who works here, else the name on this machine; empty where neither is known."""
    try:
        return _git(folder, "config", "user.email").strip() or getpass.getuser()
    except (OSError, KeyError, ImportError):  # what getpass raises for a user without a name, by platform and version
        return ""


def _commit(folder: Path) -> tuple[str, bool]:
    """The commit, and whether the code differs from it; empty where no commit tells the code."""
    status = _git_status(folder) if _is_tracked(folder) else ""
    head, *changes = status.splitlines() or ["", ""]
    commit = head.rpartition(" ")[2]
    if not commit.isalnum():  # no git, or no commit yet: `(initial)`
        return "", False
    return commit, any(not line.startswith("#") for line in changes)


def _is_tracked(folder: Path) -> bool:
    """Whether a commit tells its code: a repository around it, such as that of a home folder, may ignore it."""
    inside = any((each / ".git").exists() for each in (folder, *folder.parents))
    return inside and bool(_git(folder, "ls-files", "--", _FOLDERS[0]))


def _git_status(folder: Path) -> str:
    what = ["--", *_FOLDERS, f":(exclude){_CREDENTIALS.as_posix()}"]
    return _git(folder, "status", "--porcelain=v2", "--branch", "--untracked-files=all", *what)


def _git(folder: Path, *words: str) -> str:
    """What it says; nothing where it fails, or is not there."""
    # Without a lock, so that a run never gets in the way of somebody's commit.
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}
    try:
        done = subprocess.run(
            ["git", *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return ""
    return done.stdout if done.returncode == 0 else ""


def _digest(folder: Path) -> str:
    """One text for the files of the project, whatever the order in which the disk lists them."""
    digest = hashlib.sha256()
    for path in sorted(file for name in _FOLDERS for file in _files(folder / name, folder / _CREDENTIALS)):
        try:
            with path.open("rb") as file:
                content, size = file.read(_LONGEST), path.stat().st_size
        except OSError:
            continue  # an editor has just put another in its place
        digest.update(f"{path.relative_to(folder).as_posix()}\0{size}\0".encode("utf-8", "replace"))
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()[:_LETTERS]


def _files(folder: Path, left_out: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in _LEFT_OUT and Path(parent, name) != left_out]
        yield from (Path(parent, name) for name in names if Path(parent, name).is_file())
