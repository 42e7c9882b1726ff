"""DAG templates of at most 200 tasks each: the API server refuses larger ones since Argo 4.0."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from argo_kedro.model import ENTRYPOINT, Json, Workflow

LIMIT = 200  # maxItems of dag.tasks and of spec.templates in Argo's full CRDs


@dataclass(frozen=True, kw_only=True)
class Dag:
    """A DAG template: its tasks in Argo's own words, and the parameters that it hands down to them."""

    name: str
    tasks: tuple[Json, ...]
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Unit:
    """What stands in a DAG: a task, or a DAG of its own with all that it waits for."""

    name: str
    needs: tuple[str, ...]
    call: Json  # `template`, or `templateRef` for one of the platform's
    arguments: Json


def dags(workflow: Workflow) -> tuple[Dag, ...]:
    """The DAG templates of a workflow, the entrypoint first. Init tasks stand in the entrypoint."""
    room = max(LIMIT - len(workflow.init_tasks), 1)
    taken = {template.name for template in workflow.templates}
    names = (name for number in count(1) if (name := f"{ENTRYPOINT}-{number}") not in taken)
    platform = {template.name: template.ref for template in workflow.templates if template.ref}
    units = [_Unit(task.name, task.needs, _call(task.template, platform), task.arguments) for task in workflow.tasks]
    inits = [{"name": name, **_call(name, platform)} for name in workflow.init_tasks]
    nested: list[Dag] = []
    while len(units) > room:
        units, inner = _folded(units, names, handed_down=tuple(workflow.init_outputs))
        nested.extend(inner)
    return (_entrypoint(workflow, inits, units), *nested)


def levels(workflow: Workflow) -> int:
    """The number of tasks that run one after the other at least, as the DAGs are nested."""
    inside = {dag.name: dag for dag in dags(workflow)}

    def depth(dag: Dag) -> int:
        found: dict[str, int] = {}
        for task in dag.tasks:
            before = max((found[name] for name in _needed(task)), default=0)
            template = inside.get(task.get("template", ""))
            found[task["name"]] = before + (depth(template) if template is not None else 1)
        return max(found.values(), default=0)

    return depth(inside[ENTRYPOINT])


def _call(template: str, platform: Mapping[str, Json]) -> Json:
    return {"templateRef": platform[template]} if template in platform else {"template": template}


def _entrypoint(workflow: Workflow, inits: Sequence[Json], units: Sequence[_Unit]) -> Dag:
    values = {name: f"{{{{tasks.{task}.outputs.parameters.{name}}}}}" for name, task in workflow.init_outputs.items()}
    # A task that waits for another task waits for the init tasks with it.
    rest = [_entry(unit, unit.needs or workflow.init_tasks, values) for unit in units]
    return Dag(name=ENTRYPOINT, tasks=(*inits, *rest))


def _folded(
    units: Sequence[_Unit], free_names: Iterator[str], *, handed_down: tuple[str, ...]
) -> tuple[list[_Unit], list[Dag]]:
    """The units in as few DAGs as hold them, each DAG a unit for the next round."""
    fewest = math.ceil(len(units) / LIMIT)
    chunks = _best_chunks(units, math.ceil(len(units) / fewest))
    home = {unit.name: place for place, chunk in enumerate(chunks) for unit in chunk}
    names = [next(free_names) for _ in chunks]
    values = {name: f"{{{{inputs.parameters.{name}}}}}" for name in handed_down}
    inner, outer = [], []
    for place, chunk in enumerate(chunks):
        here = {unit.name for unit in chunk}
        entries = tuple(_entry(unit, [need for need in unit.needs if need in here], values) for unit in chunk)
        inner.append(Dag(name=names[place], tasks=entries, inputs=handed_down))
        before = sorted({home[need] for unit in chunk for need in unit.needs} - {place})
        outer.append(_Unit(names[place], tuple(names[other] for other in before), {"template": names[place]}, {}))
    return outer, inner


def _best_chunks(units: Sequence[_Unit], size: int) -> list[list[_Unit]]:
    """Neighbours in one of two running orders; the one that keeps more of the parallelism.

    A DAG waits for whole DAGs, so chains that run side by side belong into one each (depth first), and the levels of
    one wide graph after each other (breadth first).
    """
    orders = (_depth_first(units), _breadth_first(units))
    candidates = [[list(order[start : start + size]) for start in range(0, len(order), size)] for order in orders]
    return min(candidates, key=_critical_path)


def _critical_path(chunks: Sequence[Sequence[_Unit]]) -> int:
    """Levels of the nested graph."""
    ends: list[int] = []
    home: dict[str, int] = {}
    for place, chunk in enumerate(chunks):
        inside: dict[str, int] = {}
        start = max((ends[home[need]] for unit in chunk for need in unit.needs if need in home), default=0)
        for unit in chunk:
            inside[unit.name] = 1 + max((inside[need] for need in unit.needs if need in inside), default=start)
        ends.append(max(inside.values()))
        home.update(dict.fromkeys(inside, place))
    return max(ends, default=0)


def _breadth_first(units: Sequence[_Unit]) -> list[_Unit]:
    level: dict[str, int] = {}
    for unit in units:
        level[unit.name] = 1 + max((level[need] for need in unit.needs), default=0)
    return sorted(units, key=lambda unit: level[unit.name])


def _depth_first(units: Sequence[_Unit]) -> list[_Unit]:
    """Each unit as soon as what it waits for is placed, the followers of the last one first."""
    waiting = {unit.name: len(unit.needs) for unit in units}
    followers: dict[str, list[_Unit]] = {}
    for unit in units:
        for need in unit.needs:
            followers.setdefault(need, []).append(unit)
    stack = [unit for unit in reversed(units) if not unit.needs]
    order = []
    while stack:
        unit = stack.pop()
        order.append(unit)
        for follower in reversed(followers.get(unit.name, [])):
            waiting[follower.name] -= 1
            if not waiting[follower.name]:
                stack.append(follower)
    return order


def _entry(unit: _Unit, needs: Iterable[str], values: Mapping[str, str]) -> Json:
    """A task in Argo's words, with no more in it than it needs."""
    depends = " && ".join(needs)
    arguments = [{"name": name, "value": value} for name, value in {**unit.arguments, **values}.items()]
    return {
        "name": unit.name,
        **unit.call,
        **({"depends": depends} if depends else {}),
        **({"arguments": {"parameters": arguments}} if arguments else {}),
    }


def _needed(task: Json) -> list[str]:
    return [name for name in str(task.get("depends", "")).split(" && ") if name]
