"""What differs between two manifests: tasks, nodes that changed their task, and what tasks get."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from argo_kedro.differences.pods import RESOURCES
from argo_kedro.differences.reading import Side, TaskOfSide
from argo_kedro.differences.values import Value
from argo_kedro.differences.waiting import Waiting
from argo_kedro.names import stems

_Change = tuple[str, str | None, str | None]  # field, before, after

RUNS, WAITS_FOR, TEMPLATE = "runs", "waits for", "template"  # fields of tasks that no template has
_IF_BOTH_SAY = ("namespace", "name")  # where one says nothing, whoever submits it says it


@dataclass(frozen=True, kw_only=True)
class TaskAlone:
    """A task that only one of them has."""

    name: str
    nodes: tuple[str, ...]
    waits_for: tuple[str, ...]
    resources: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Renamed:
    """A task that runs the same nodes under another name."""

    before: str
    after: str
    nodes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Moved:
    """A node that runs in another task."""

    node: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Change:
    """A field that says something else: the same for all these tasks or nodes; without any, for the whole workflow."""

    field: str
    before: str | None  # None where it is not there
    after: str | None
    names: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Differences:
    """All that differs, in the words of people: tasks and nodes by Kedro's names, where those are known."""

    tasks_before: int
    tasks_after: int
    added: tuple[TaskAlone, ...] = ()
    removed: tuple[TaskAlone, ...] = ()
    renamed: tuple[Renamed, ...] = ()
    moved: tuple[Moved, ...] = ()
    nodes_added: tuple[str, ...] = ()
    nodes_removed: tuple[str, ...] = ()
    changed: tuple[Change, ...] = ()  # of tasks that both have
    nodes_changed: tuple[Change, ...] = ()  # of nodes that moved: their task now against their task before
    workflow: tuple[Change, ...] = ()

    @property
    def same(self) -> bool:
        """Whether nothing differs that matters."""
        parts = (self.added, self.removed, self.renamed, self.moved, self.nodes_added, self.nodes_removed)
        return not any((*parts, self.changed, self.nodes_changed, self.workflow))


def compared(before: Side, after: Side) -> Differences:
    """What differs between two manifests. The other way round, it is the same with before and after exchanged."""
    pairs = _Pairs(before, after)
    called = _names(before, after)
    news, olds = after.homes.keys() - before.homes.keys(), before.homes.keys() - after.homes.keys()
    return Differences(
        tasks_before=len(before.tasks),
        tasks_after=len(after.tasks),
        added=tuple(_alone(name, after, called) for name in after.tasks if name not in pairs.by_after),
        removed=tuple(_alone(name, before, called) for name in before.tasks if name not in pairs.by_before),
        renamed=tuple(
            Renamed(before=called[old], after=called[new], nodes=_all(after.tasks[new].nodes, called))
            for old, new in pairs.by_before.items()
            if old != new
        ),
        moved=tuple(
            Moved(node=called[node], before=_several(olds, called), after=_several(news, called))
            for node, olds, news in pairs.moved()
        ),
        nodes_added=_all([node for node in after.homes if node in news], called),
        nodes_removed=_all([node for node in before.homes if node in olds], called),
        changed=tuple(_of_tasks(pairs, called)),
        nodes_changed=tuple(_of_moved(pairs, called)),
        workflow=tuple(_of_whole(before.fields, after.fields)),
    )


class _Pairs:
    """Which task of the one is which of the other: that of the same name, else that of the same nodes."""

    def __init__(self, before: Side, after: Side) -> None:
        self.before, self.after = before, after
        self.by_before = {name: name for name in before.tasks if name in after.tasks}
        left = _by_nodes(before, self.by_before)
        self.by_before |= {
            old: new for nodes, new in _by_nodes(after, self.by_before).items() if (old := left.get(nodes))
        }
        self.by_after = {new: old for old, new in self.by_before.items()}

    @cached_property
    def waiting(self) -> Waiting:
        """What each task waits for, across both."""
        return Waiting(before=self.before, after=self.after, pairs=self.by_before)

    def moved(self) -> Iterator[tuple[str, frozenset[str], frozenset[str]]]:
        """The nodes that are on both sides, in other tasks: each with its tasks before and after."""
        for node, olds in self.before.homes.items():
            news = self.after.homes.get(node)
            if news is not None and {self.by_before.get(old, old) for old in olds} != news:
                yield node, olds, news


def _by_nodes(side: Side, taken: Collection[str]) -> dict[frozenset[str], str]:
    """The tasks that are left, by the nodes they run, where these tell one from the others."""
    left = {name: frozenset(task.nodes) for name, task in side.tasks.items() if name not in taken and task.nodes}
    times = Counter(left.values())
    return {nodes: name for name, nodes in left.items() if times[nodes] == 1}


def _names(before: Side, after: Side) -> dict[str, str]:
    """What to call each task and node: Kedro's name, else the readable part; never two by one name."""
    known = {**before.names, **after.names}
    names = [*dict.fromkeys(name for side in (before, after) for name in (*side.tasks, *side.homes))]
    readable = stems([name for name in names if name not in known])
    called = {name: known.get(name) or readable.get(name) or name for name in names}
    times = Counter(called.values())
    return {name: said if times[said] == 1 else name for name, said in called.items()}


def _alone(name: str, side: Side, called: Mapping[str, str]) -> TaskAlone:
    task = side.tasks[name]
    resources = {what: said.text for what, said in task.fields.items() if RESOURCES.fullmatch(what)}
    waits_for = [*(called.get(need, need) for need in sorted(task.place.needs)), *map(_whole, task.place.whole)]
    return TaskAlone(name=called[name], nodes=_all(task.nodes, called), waits_for=tuple(waits_for), resources=resources)


def _of_tasks(pairs: _Pairs, called: Mapping[str, str]) -> Iterator[Change]:
    """The changes of all tasks that both have, each once."""
    found: dict[_Change, list[str]] = {}
    for new, task in pairs.after.tasks.items():
        if (old := pairs.by_after.get(new)) is not None:
            for change in _of_task(old, new, task, pairs, called):
                found.setdefault(change, []).append(called[new])
    return _each_once(found)


def _of_moved(pairs: _Pairs, called: Mapping[str, str]) -> Iterator[Change]:
    """What nodes that moved get, each change once: a regrouping must not hide another image."""
    found: dict[_Change, list[str]] = {}
    for node, olds, news in pairs.moved():
        if len(olds) == len(news) == 1:
            was, now = pairs.before.tasks[min(olds)], pairs.after.tasks[min(news)]
            for change in _changes(was.fields, now.fields):
                found.setdefault(change, []).append(called[node])
    return _each_once(found)


def _each_once(found: Mapping[_Change, list[str]]) -> Iterator[Change]:
    for (what, before, after), names in found.items():
        yield Change(field=what, before=before, after=after, names=tuple(names))


def _of_task(old: str, new: str, task: TaskOfSide, pairs: _Pairs, called: Mapping[str, str]) -> Iterator[_Change]:
    was = pairs.before.tasks[old]
    yield from ((RUNS, None, called[node]) for node in task.nodes if node not in pairs.before.homes)
    yield from ((RUNS, called[node], None) for node in was.nodes if node not in pairs.after.homes)
    changes = list(_changes(was.fields, task.fields))
    if changes and was.template != task.template and TEMPLATE not in task.fields:
        yield TEMPLATE, was.template, task.template
    yield from changes
    lost, gained = pairs.waiting.changed(old, new)
    yield from ((WAITS_FOR, called.get(name, _whole(name)), None) for name in lost)
    yield from ((WAITS_FOR, None, called.get(name, _whole(name))) for name in gained)


def _of_whole(before: Mapping[str, Value], after: Mapping[str, Value]) -> Iterator[Change]:
    for what, old, new in _changes(before, after):
        if what not in _IF_BOTH_SAY or (old is not None and new is not None):
            yield Change(field=what, before=old, after=new)


def _changes(before: Mapping[str, Value], after: Mapping[str, Value]) -> Iterator[_Change]:
    for what in dict.fromkeys((*before, *after)):
        old, new = before.get(what), after.get(what)
        if old != new:
            yield what, old.text if old else None, new.text if new else None


def _all(names: Iterable[str], called: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(called[name] for name in names)


def _several(names: Iterable[str], called: Mapping[str, str]) -> str:
    return ", ".join(called[name] for name in sorted(names))


def _whole(dag: str) -> str:
    return f"all of {dag}"
