"""Where each task of a manifest stands: what it waits for itself, and by the DAG that it is in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from argo_kedro.manifest.validation.depends import Ended, Expression, Joined, ends, parsed
from argo_kedro.manifest.validation.parts import Manifest, Part
from argo_kedro.model import ENTRYPOINT, Json

_NESTED = re.compile(rf"{ENTRYPOINT}-[0-9]+\Z")  # DAGs that hold no more than what one DAG has no room for
_EMPTY: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a task stands."""

    name: str
    entry: Part  # the task as its DAG has it
    needs: frozenset[str]  # tasks of its DAG that it waits for
    condition: str = ""  # where it does not just wait for all of them
    whole: Mapping[str, frozenset[str]] = field(default_factory=dict)  # DAGs that its own waits for, with their tasks
    inherited: frozenset[str] = _EMPTY  # all tasks that its DAG waits for
    handed_down: Mapping[str, str] = field(default_factory=dict)  # parameters of its DAG
    at_end: bool = False  # whether it belongs to the exit handler


@dataclass(frozen=True, kw_only=True)
class Dags:
    """All DAGs of a manifest."""

    places: Mapping[str, Place]  # by the task's name, with its DAG in front where that alone does not tell
    settings: Mapping[str, tuple[Json, bool]]  # a DAG -> what is said of it, and whether it is the entrypoint
    seen: frozenset[str]  # the templates that these are

    def is_dag(self, name: str) -> bool:
        """Whether a template is one of them."""
        return name in self.seen


@dataclass(kw_only=True)
class _Dag:
    """A DAG, or steps, while they are read. One that is called several times counts where it is called first."""

    name: str
    parent: str = ""
    root: bool = False
    at_end: bool = False
    entries: dict[str, Part] = field(default_factory=dict)
    needs: dict[str, frozenset[str]] = field(default_factory=dict)
    conditions: dict[str, str] = field(default_factory=dict)
    inside: dict[str, str] = field(default_factory=dict)  # entry -> the DAG that it calls
    whole: dict[str, frozenset[str]] = field(default_factory=dict)
    inherited: frozenset[str] = _EMPTY
    handed_down: dict[str, str] = field(default_factory=dict)

    def is_nested(self, entry: str) -> bool:
        """Whether an entry is no task of anybody's, but a DAG that keeps this one small."""
        return self.inside.get(entry) == entry and bool(_NESTED.match(entry))


def dags_of(manifest: Manifest) -> Dags:
    """Read the DAGs, from the entrypoint and the exit handler inwards."""
    found: dict[str, _Dag] = {}
    places: list[tuple[str, Place]] = []
    for key in ("entrypoint", "onExit"):
        root, at_end = manifest.spec.text(key), key == "onExit"
        if root in found or not root:
            continue
        if not _is_dag(manifest.by_name.get(root)):
            entry = Part("", {"name": root, "template": root})
            places.append(("", Place(name=root, entry=entry, needs=_EMPTY, at_end=at_end)))
            continue
        _discover(manifest, _Dag(name=root, root=not at_end, at_end=at_end), found)
    contained = _contained(found)
    for dag in found.values():  # those outside come first
        _inherit(dag, found, contained)
        places += ((dag.name, place) for place in _places(dag))
    return Dags(
        places=dict(_named(places)),
        settings={name: (_settings(manifest, name), dag.root) for name, dag in found.items() if _is_said(name)},
        seen=frozenset(found),
    )


def _is_said(name: str) -> bool:
    return not _NESTED.match(name)  # the entrypoint says the same


def _is_dag(template: Part | None) -> bool:
    return template is not None and bool(template.part("dag").items("tasks") or template.items("steps"))


def _settings(manifest: Manifest, name: str) -> Json:
    dag = manifest.by_name[name].part("dag").value
    return {key: item for key, item in dag.items() if key != "tasks"}


def _discover(manifest: Manifest, first: _Dag, found: dict[str, _Dag]) -> None:
    todo = [first]
    found[first.name] = first
    while todo:
        dag = todo.pop(0)
        _read(manifest.by_name[dag.name], dag)
        for name, entry in dag.entries.items():
            inner = entry.text("template")
            if inner not in found and _is_dag(manifest.by_name.get(inner)):
                found[inner] = _Dag(name=inner, parent=dag.name, at_end=dag.at_end)
                todo.append(found[inner])
            if inner in found:
                dag.inside[name] = inner


def _read(template: Part, dag: _Dag) -> None:
    before: list[str] = []
    for group in [*_groups(template), list(template.part("dag").parts("tasks"))]:
        for entry in group:
            name = entry.text("name")
            condition = _condition(entry, before)
            dag.entries[name] = entry
            dag.needs[name] = frozenset(each.task for each in ends(condition)) if condition else _EMPTY
            if condition is None or not _is_plain(condition):
                dag.conditions[name] = entry.text("depends")
        before = [entry.text("name") for entry in group]


def _groups(template: Part) -> Iterator[list[Part]]:
    """Steps: each group waits for the one before it."""
    for group in template.items("steps"):
        yield list(Part("", {"group": group if isinstance(group, list) else [group]}).parts("group"))


def _condition(entry: Part, before: Sequence[str]) -> Expression | None:
    """What it waits for; None for what cannot be read."""
    if not entry.text("depends"):
        names = [name for name in entry.items("dependencies") if isinstance(name, str)]
        return Joined("&&", tuple(Ended(name) for name in (*before, *names)))
    try:
        return parsed(entry.text("depends"))
    except ValueError:
        return None


def _is_plain(condition: Expression) -> bool:
    if isinstance(condition, Ended):
        return not condition.result
    return isinstance(condition, Joined) and condition.sign == "&&" and all(map(_is_plain, condition.parts))


def _contained(found: Mapping[str, _Dag]) -> dict[str, frozenset[str]]:
    """All tasks within each DAG, those of DAGs in it as well; only for those that somebody waits for."""
    waited = {inner for dag in found.values() for entry, inner in dag.inside.items() if _is_waited_for(dag, entry)}
    contained: dict[str, set[str]] = {name: set() for name in waited}
    for name, dag in found.items():
        above, seen = name, set()
        while above and above not in seen:  # DAGs may call each other in a circle
            seen.add(above)
            if above in contained:
                contained[above].update(entry for entry in dag.entries if not dag.is_nested(entry))
            above = found[above].parent
    return {name: frozenset(tasks) for name, tasks in contained.items()}


def _is_waited_for(dag: _Dag, entry: str) -> bool:
    return any(entry in needs for needs in dag.needs.values())


def _inherit(dag: _Dag, found: Mapping[str, _Dag], contained: Mapping[str, frozenset[str]]) -> None:
    """Tell the DAGs in this one what they wait for."""
    for entry, inner in dag.inside.items():
        if found[inner].parent != dag.name or found[inner].inherited or found[inner].whole:
            continue
        direct = dag.needs[entry]
        before = _before(dag, entry)
        tasks = {need for need in before if not dag.is_nested(need)}
        tasks.update(*(contained.get(dag.inside[need], _EMPTY) for need in before if need in dag.inside))
        found[inner].inherited = dag.inherited | tasks
        nested = {need: contained.get(need, _EMPTY) for need in direct if dag.is_nested(need)}
        found[inner].whole = {**dag.whole, **nested}
        arguments = dag.entries[entry].part("arguments").parts("parameters")
        found[inner].handed_down = {each.text("name"): each.text("value") for each in arguments}


def _before(dag: _Dag, entry: str) -> set[str]:
    """All entries that must have ended before this one begins."""
    found: set[str] = set()
    todo = list(dag.needs[entry])
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += dag.needs.get(name, ())
    return found


def _places(dag: _Dag) -> Iterator[Place]:
    for name, entry in dag.entries.items():
        if not dag.is_nested(name):
            yield Place(
                name=name,
                entry=entry,
                needs=dag.needs[name],
                condition=dag.conditions.get(name, ""),
                whole=dag.whole,
                inherited=dag.inherited,
                handed_down=dag.handed_down,
                at_end=dag.at_end,
            )


def _named(places: Sequence[tuple[str, Place]]) -> Iterator[tuple[str, Place]]:
    """Each by its name; with its DAG in front where another has the same."""
    times = Counter(place.name for _, place in places)
    twice = {(dag, place.name): f"{dag}.{place.name}" for dag, place in places if times[place.name] > 1}
    for dag, place in places:
        needs = frozenset(twice.get((dag, need), need) for need in place.needs) if twice else place.needs
        yield twice.get((dag, place.name), place.name), replace(place, needs=needs) if twice else place
