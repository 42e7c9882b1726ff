"""A task's command line without what ties it to its run, to be typed by hand.

What the run pinned is named with its version, so that the same data is read. What the task saves stays in memory: by
hand and with other code, it must not become data of the run. A dataset that could not be saved is saved even so, where
it has versions in one of its own, since only that shows whether it can be.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from argo_kedro.names import k8s_name, storage_folder, unlistable, versions_text

_OURS = ("python", "-m", "argo_kedro.task")
_MLFLOW_RUN = "MLFLOW_RUN_ID"  # as `plan.pods.ending` gives it to all tasks
_STORAGE = ("storage", "storage-credentials")
_LAST = ("conf-source", "params", "secret-param")


class Options:
    """What a task of ours is told, as far as it says something; it is false for any other command."""

    def __init__(self, argv: Sequence[str]) -> None:
        self._given: dict[str, list[str]] = {}
        if tuple(argv[:3]) == _OURS:
            for argument in argv[3:]:
                name, _, value = argument.removeprefix("--").partition("=")
                if value and (name, value) != ("params", "{}"):
                    self._given.setdefault(name, []).append(value)

    def __bool__(self) -> bool:
        return bool(self._given)

    def value(self, option: str) -> str:
        """What it says first; empty if it is not there."""
        return next(iter(self._given.get(option, ())), "")

    def names(self, option: str) -> list[str]:
        """The names in a list."""
        return [name for value in self._given.get(option, ()) for name in value.split(",") if name]

    def written(self, *options: str) -> list[str]:
        """These options, as one types them."""
        return [word for name in options for value in self._given.get(name, ()) for word in (f"--{name}", value)]

    @property
    def asked(self) -> Mapping[str, str]:
        """The versions that the run was asked to read."""
        return dict(each.split(":", 1) for each in self.names("load-versions") if ":" in each)

    @property
    def versions(self) -> Mapping[str, str]:
        """The version in which each dataset is read, where it is pinned: as `task.running` has it."""
        version = self.value("save-version")
        ours = [*self.names("pinned"), *self.names("spilled")] if version else []
        return {**dict.fromkeys(ours, version), **self.asked}

    def place(self, spilled: str) -> str:
        """The folder of a dataset in the storage of runs."""
        return f"{self.value('storage').rstrip('/')}/{self.versions.get(spilled, '')}/{storage_folder(spilled)}"


def alone(argv: Sequence[str], *, label: str = "", saving: str = "", unread: Collection[str] = ()) -> tuple[str, ...]:
    """The command that repeats a task; one that is none of ours stays as it is.

    Args:
        argv: The command as the manifest has it.
        label: What people call the task: the name of its node, if it has one.
        saving: The dataset that it could not save.
        unread: Datasets in the storage that it does not read, but writes.
    """
    options = Options(argv)
    if not options:
        return tuple(argv)
    spilled = [name for name in options.names("spilled") if name == saving or name not in unread]
    versions = {name: version for name, version in options.versions.items() if name in spilled or name not in unread}
    words = [*_OURS, *_nodes(options, label)]
    words += ["--load-versions", versions_text(versions)] if versions else []
    words += ["--spilled", ",".join(spilled), *options.written(*_STORAGE)] if spilled else []
    words += options.written(*_LAST)
    is_saved = saves(options, saving) and not unlistable(saving)
    return (*words, *(("--save-only", saving) if is_saved else ("--save-nothing",)))


def left(env: Mapping[str, str], argv: Sequence[str]) -> dict[str, str]:
    """Its environment without the MLflow run: what is logged by hand must not become part of that."""
    return {name: value for name, value in env.items() if not Options(argv) or name != _MLFLOW_RUN}


def saves(options: Options, saving: str) -> bool:
    """Whether a dataset that could not be saved is one that leaves the memory of the task."""
    return bool(saving) and saving not in options.names("memory")


def _nodes(options: Options, label: str) -> list[str]:
    if options.value("nodes"):
        return options.written("env", "pipeline", "nodes")
    if k8s_name(label) == options.value("task") and not unlistable(label):
        return [*options.written("env", "pipeline"), "--nodes", label]
    return options.written("env", "pipeline", "task")
