"""A manifest as one side of a comparison: what each task gets, and what counts for all of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from argo_kedro.differences.dags import Dags, Place, dags_of
from argo_kedro.differences.pods import pod_fields
from argo_kedro.differences.values import HIDDEN, Fields, Value, fields, given, value
from argo_kedro.differences.whole import whole_fields
from argo_kedro.errors import CompileError
from argo_kedro.manifest import KINDS
from argo_kedro.manifest.validation.parts import Manifest, Part
from argo_kedro.merging import merged
from argo_kedro.model import Json
from argo_kedro.names import k8s_name

_LISTS = ("nodes", "kedro_nodes")  # parameters of our pod templates that hold Kedro's names
_PIPELINE = "pipeline"  # a parameter of all templates that run nodes
_INPUT = re.compile(r"\{\{ *inputs\.parameters\.([^{} ]+) *\}\}")
_ELSEWHERE = ("name", "template", "templateRef", "inline", "depends", "dependencies", "arguments")


@dataclass(frozen=True, kw_only=True)
class TaskOfSide:
    """A task, and what it gets."""

    nodes: tuple[str, ...]  # by the names that tasks of their own would have
    place: Place
    template: str
    fields: Mapping[str, Value]


@dataclass(frozen=True, kw_only=True)
class Side:
    """A manifest, read for a comparison."""

    kind: str
    tasks: Mapping[str, TaskOfSide]
    fields: Mapping[str, Value]  # of the whole workflow
    names: Mapping[str, str]  # task or node -> Kedro's name, where that is known

    @cached_property
    def homes(self) -> Mapping[str, frozenset[str]]:
        """The tasks that run a node; one, unless somebody wrote it otherwise."""
        found: dict[str, set[str]] = {}
        for name, task in self.tasks.items():
            for node in task.nodes:
                found.setdefault(node, set()).add(name)
        return {node: frozenset(tasks) for node, tasks in found.items()}


def side_of(document: Json, names: Mapping[str, str] | None = None, *, where: str = "manifest") -> Side:
    """Read a Workflow, a WorkflowTemplate or a CronWorkflow: compiled, from a file, or as a cluster has it.

    Args:
        document: The object.
        names: What people call its tasks, where that is known.
        where: What errors call it.

    Raises:
        CompileError: if it is of another kind.
    """
    manifest = Manifest(where, _with_stored_spec(document))
    if manifest.kind not in KINDS.values():
        hint = f"a manifest of ours is one of {', '.join(KINDS.values())}."
        raise CompileError(f"{where}: its kind is {document.get('kind')!r}.", hint=hint)
    reader = _Reader(manifest)
    tasks = {name: reader.task(place) for name, place in reader.dags.places.items()}
    return Side(
        kind=manifest.kind,
        tasks=tasks,
        fields={**whole_fields(manifest), **reader.of_dags(), **reader.unused()},
        names={**(names or {}), **reader.names},
    )


def _with_stored_spec(document: Json) -> Json:
    """A run of a WorkflowTemplate has its spec in its status."""
    stored = Part("", document).part("status").part("storedWorkflowTemplateSpec")
    if not stored.value:
        return document
    own = Part("", document).part("spec")
    return {**document, "spec": {**stored.value, "arguments": _joined(stored.part("arguments"), own.part("arguments"))}}


def _joined(stored: Part, own: Part) -> Json:
    """The arguments of such a run: each that it was started with, and those of the template that it did not say."""
    found = {**stored.value, **own.value}
    for key in ("parameters", "artifacts"):
        members: dict[str, Json] = {}
        for each in (*stored.parts(key), *own.parts(key)):
            name = each.text("name")
            members[name] = {**members.get(name, {}), **each.value}
        found |= {key: list(members.values())} if members else {}
    return found


class _Reader:
    """Reads the tasks of one manifest; each template is put into words once, however many tasks it has."""

    def __init__(self, manifest: Manifest) -> None:
        self.names: dict[str, str] = {}
        self.dags: Dags = dags_of(manifest)
        self._manifest = manifest
        self._defaults = manifest.spec.part("templateDefaults").value
        self._templates: dict[str, _Template] = {}
        self._used: set[str] = set()

    def task(self, place: Place) -> TaskOfSide:
        """A task with its template, filled in with what it is told."""
        entry = place.entry
        template = self._template(entry, place.name)
        told = {**template.parameters, **_parameters(entry.part("arguments"))}
        told = {name: _filled(text, place.handed_down) for name, text in told.items()}
        found = template.filled(told)
        found |= dict(fields({key: item for key, item in entry.value.items() if key not in _ELSEWHERE}))
        found |= dict(fields(entry.part("arguments").value.get("artifacts"), "artifacts"))
        if place.condition:
            found["condition"] = value(place.condition)
        if place.at_end:
            found["when it runs"] = given("at the end, however the others ended")
        return TaskOfSide(nodes=self._nodes(place.name, told), place=place, template=template.name, fields=found)

    def of_dags(self) -> Fields:
        """What is said of DAGs themselves, such as that no failure stops the others."""
        return {
            what if root else f"{name}, {what}": said
            for name, (dag, root) in self.dags.settings.items()
            for what, said in fields(dag)
        }

    def unused(self) -> Fields:
        """The templates that no task names, such as those of a hook."""
        left = (part for part in self._manifest.templates if part.text("name") not in self._used | self.dags.seen)
        return {
            f"template {part.text('name')}, {what}": said
            for part in left
            for what, said in pod_fields(part.value).items()
        }

    def _template(self, entry: Part, task: str) -> _Template:
        inline, ref = entry.part("inline").value, entry.part("templateRef").value
        name = f"{ref.get('name')}/{ref.get('template')}" if ref else entry.text("template")
        key = f"inline {task}" if inline else name
        if key not in self._templates:
            part = None if ref else self._manifest.by_name.get(name)
            body = inline or (part.value if part else {})
            self._templates[key] = _template(name, self._merged(body), self.dags.is_dag(name))
        self._used.add(name)
        return self._templates[key]

    def _merged(self, body: Json) -> Json:
        """With the fields that the spec gives to all templates."""
        missing = [key for key in ("container", "script") if key not in body]
        return merged({key: item for key, item in self._defaults.items() if key not in missing}, body) if body else {}

    def _nodes(self, task: str, told: Mapping[str, str]) -> tuple[str, ...]:
        """Those that it is told to run; one that is told none is named by its node."""
        listed = [name for key in _LISTS for name in told.get(key, "").split(",") if name]
        found = {k8s_name(name): name for name in listed}
        self.names |= found
        return tuple(found) or ((task,) if _PIPELINE in told else ())


@dataclass(frozen=True, kw_only=True)
class _Template:
    name: str
    parameters: Mapping[str, str]  # with their defaults
    fields: Mapping[str, Value]
    asking: Mapping[str, Value]  # those fields that name a parameter
    asked: frozenset[str]  # the parameters that are looked at there, or otherwise

    def filled(self, told: Mapping[str, str]) -> Fields:
        """Its fields for a task that tells it this; what comes out empty is none."""
        found = dict(self.fields)
        for what, said in self.asking.items():
            if text := _filled(str(said.meaning), told, but=_LISTS):
                found[what] = Value(HIDDEN, text) if said.text == HIDDEN else value(text)
        left = {name: text for name, text in told.items() if text and name not in self.asked}
        return found | {f"parameter {name}": value(text, called=name) for name, text in left.items()}


def _template(name: str, body: Json, is_dag: bool) -> _Template:
    if is_dag:  # its tasks are looked at by themselves
        body = {key: item for key, item in body.items() if key not in ("dag", "steps")}
    found = pod_fields(body)
    asking = {what: said for what, said in found.items() if _INPUT.search(str(said.meaning))}
    found = {what: said for what, said in found.items() if what not in asking}
    if not body:
        found["template"] = value(name)
    asked = {name for said in asking.values() for name in _INPUT.findall(str(said.meaning))}
    parameters = _parameters(Part("", body).part("inputs"))
    return _Template(
        name=name, parameters=parameters, fields=found, asking=asking, asked=frozenset(asked.union(_LISTS))
    )


def _parameters(part: Part) -> dict[str, str]:
    return dict(_valued(part))


def _valued(part: Part) -> Iterator[tuple[str, str]]:
    for each in part.parts("parameters"):
        found = next((each.value[key] for key in ("value", "default") if each.value.get(key) is not None), None)
        if found is not None:
            yield each.text("name"), found if isinstance(found, str) else json.dumps(found)


def _filled(text: str, told: Mapping[str, Any], *, but: tuple[str, ...] = ()) -> str:
    """A text with the parameters put in."""
    return _INPUT.sub(lambda match: match[0] if match[1] in but else told.get(match[1], match[0]), text)
