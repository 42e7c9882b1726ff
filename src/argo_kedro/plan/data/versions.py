"""Which versions a run reads: those that it writes itself, and those that --load-versions names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from argo_kedro.model import Dataset, Problem, Severity
from argo_kedro.names import nearest, unlistable
from argo_kedro.plan.grouping.arrangement import Arrangement
from argo_kedro.plan.grouping.groups import dataset_name


def pinned(arrangement: Arrangement, dataset: Callable[[str], Dataset]) -> list[tuple[str, ...]]:
    """For each group the versioned datasets that it reads and the run writes in its own version.

    Also what the group writes itself: unpinned, Kedro reads the latest version, which may be another run's.
    """
    ours = [agreed.built_in for agreed in arrangement.agreements]
    written = {dataset_name(name) for place, name in arrangement.written if ours[place] and dataset(name).versioned}
    if not written:
        return [()] * len(arrangement.groups)
    found: list[set[str]] = [set() for _ in arrangement.groups]
    for place, name in arrangement.read:
        if ours[place] and dataset_name(name) in written and dataset(name).versioned:
            found[place].add(name)
    return [tuple(sorted(names)) for names in found]


def foreign_versions(arrangement: Arrangement, dataset: Callable[[str], Dataset]) -> Iterator[Problem]:
    """Versioned datasets that a template of the user's writes, or reads from another task: its versions are its own."""
    foreign = {place for place, agreed in enumerate(arrangement.agreements) if not agreed.built_in}
    readers: dict[str, int] = {}
    for place, name in arrangement.read if foreign else ():
        if place in foreign:
            readers.setdefault(dataset_name(name), place)
    for place, name in arrangement.written if foreign else ():
        culprit = place if place in foreign else readers.get(dataset_name(name))
        if culprit is None or not dataset(name).versioned:
            continue
        template = arrangement.agreements[culprit].template.value
        does = (
            "writes it in a version of its own, so tasks that read it take the latest"
            if place in foreign
            else "reads the latest version of it, which may be another run's"
        )
        yield Problem(
            message=f"task {arrangement.groups[culprit].task!r} {does}: template {template!r} runs `kedro run`.",
            where=f"dataset {name}",
            hint="let the task run template 'kedro', or run one workflow at a time.",
            severity="warning",
        )


def paths_written_twice(arrangement: Arrangement, dataset: Callable[[str], Dataset]) -> Iterator[Problem]:
    """Versioned datasets that share a path: in one version of all that a run writes, the last of them would be left."""
    writers: dict[str, str] = {}
    for _, name in arrangement.written:
        found = dataset(name)
        if not (found.versioned and found.path):
            continue
        other = writers.setdefault(found.path, dataset_name(name))
        if other != dataset_name(name):
            yield Problem(
                message=f"{other!r} is written to {found.path} in the same version: one would replace the other.",
                where=f"dataset {name}",
                hint="give each a path of its own in the catalog.",
            )


def left_by_older_runs(
    load_versions: Iterable[str], arrangement: Arrangement, dataset: Callable[[str], Dataset]
) -> set[str]:
    """The datasets in memory that --load-versions names and nothing here writes: they lie in a run's storage."""
    wanted = set(load_versions)
    if not wanted:
        return wanted
    written = {dataset_name(name) for _, name in arrangement.written}
    read = wanted.intersection(name for _, name in arrangement.read)
    return {name for name in read if dataset_name(name) not in written and _in_memory(dataset(name))}


def load_version_problems(
    load_versions: Mapping[str, str], arrangement: Arrangement, dataset: Callable[[str], Dataset], storage: str
) -> Iterator[Problem]:
    """Names and versions that no task can be given."""
    if not load_versions:
        return
    read: dict[str, int] = {}  # each with a group that reads it: one that cannot be told of versions, if there is one
    for place, name in arrangement.read:
        if name not in read or not arrangement.agreements[place].built_in:
            read[name] = place
    written = {dataset_name(name) for _, name in arrangement.written}
    for name, version in sorted(load_versions.items()):
        if name not in read or dataset(name).kind == "parameter":
            close = nearest(name, sorted(each for each in read if dataset(each).kind != "parameter"))
            hint = f"did you mean {close!r}?" if close else "name a dataset as the pipeline and the catalog do."
            yield _wrong(f"no selected node reads a dataset {name!r}.", hint)
        elif dataset_name(name) in written:
            hint = "leave it out, or do not select the node that writes it."
            yield _wrong(f"this run writes {name!r} itself, and reads what it has written.", hint)
        elif _is_unsafe(version):
            hint = "a version is the name of one folder, without a comma; the dataset's own folder holds them all."
            yield _wrong(f"{version!r} cannot be a version of {name!r}.", hint)
        elif unlistable(name) or ":" in name:
            yield _wrong(f"the name {name!r} cannot be part of a list of versions.", "rename the dataset.")
        elif _in_memory(dataset(name)) and not storage:
            hint = "name the `storage.root` of the older run in argo.yml, or select the node that writes it."
            yield _wrong(f"{name!r} lives in memory, and argo.yml names no storage in which a run has left it.", hint)
        elif not arrangement.agreements[read[name]].built_in:
            task = arrangement.groups[read[name]].task
            hint = "let the task run template 'kedro', or leave the version out."
            yield _wrong(f"the template of task {task!r} runs `kedro run`, and is told no version of {name!r}.", hint)
        elif not dataset(name).versioned and not _in_memory(dataset(name)):
            hint = "leave it out, or say `versioned: true` in the catalog."
            yield _wrong(f"{name!r} is not versioned, so its version counts for nothing.", hint, "warning")


def unlistable_datasets(names: Iterable[str]) -> Iterator[Problem]:
    """Datasets that a task must be told of, and whose names cannot stand in a list."""
    for name in filter(unlistable, sorted(set(names))):
        yield Problem(
            message="a name with a comma, {{, $$ or $( cannot be passed to a task, which must know of this dataset.",
            where=f"dataset {name}",
            hint="rename the dataset.",
        )


def _wrong(message: str, hint: str, severity: Severity = "error") -> Problem:
    return Problem(message=message, where="--load-versions", hint=hint, severity=severity)


def _in_memory(dataset: Dataset) -> bool:
    return dataset.kind == "memory" and not dataset.given


def _is_unsafe(version: str) -> bool:
    """Whether it is no folder's name, as Kedro has it, or cannot stand in a list that Argo passes on."""
    return not version.strip() or version in (".", "..") or unlistable(version) or bool({"/", "\\"} & set(version))
