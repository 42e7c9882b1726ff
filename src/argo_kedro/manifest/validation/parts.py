"""Reading a manifest that may be anything: its mappings, each with the words for where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from argo_kedro.model import Json, Problem, Severity

REFERENCE = "see https://argo-workflows.readthedocs.io/en/latest/fields/"


@dataclass(frozen=True)
class Part:
    """A mapping of the manifest, and where it stands."""

    where: str
    value: Mapping[str, Any]

    def __contains__(self, key: str) -> bool:
        """Whether it is given; null is not."""
        return self.value.get(key) is not None

    def problem(self, message: str, hint: str, *, at: str = "", severity: Severity = "error") -> Problem:
        """A problem of this part, or of what stands `at` a place in it."""
        where = _place(self.where, at) if at else self.where.rstrip()
        return Problem(message=message, where=where, hint=hint, severity=severity)

    def text(self, key: str) -> str:
        """A text; empty where there is none."""
        value = self.value.get(key)
        return value if isinstance(value, str) else ""

    def part(self, key: str) -> Part:
        """The mapping that stands here; an empty one where there is none."""
        value = self.value.get(key)
        return Part(_place(self.where, key), value if isinstance(value, (dict, Mapping)) else {})

    def items(self, key: str) -> list[Any]:
        """The list that stands here; an empty one where there is none."""
        value = self.value.get(key)
        return value if isinstance(value, list) else []

    def parts(self, key: str) -> Iterator[Part]:
        """The mappings of a list, each with its place."""
        for place, value in enumerate(self.items(key)):
            if isinstance(value, (dict, Mapping)):
                yield Part(_place(self.where, f"{key}[{place}]"), value)

    def named(self, key: str) -> Iterator[Part]:
        """The mappings of a list, each with its name where it has one: `templates.default`."""
        for place, value in enumerate(self.items(key)):
            if isinstance(value, (dict, Mapping)):
                name = value.get("name")
                yield Part(_place(self.where, f"{key}.{name}" if name else f"{key}[{place}]"), value)


@dataclass(frozen=True)
class Manifest:
    """A manifest whose text could be read, and what many rules ask of it."""

    where: str
    data: Json

    @cached_property
    def document(self) -> Part:
        """The whole."""
        return Part(f"{self.where} ", self.data)

    @cached_property
    def kind(self) -> str:
        """Workflow, WorkflowTemplate, CronWorkflow, or what stands there instead."""
        return self.document.text("kind")

    @cached_property
    def spec(self) -> Part:
        """What the workflow is; of a CronWorkflow, the one that it starts."""
        spec = self.document.part("spec")
        return spec.part("workflowSpec") if self.kind == "CronWorkflow" else spec

    @cached_property
    def templates(self) -> list[Part]:
        """The templates, as Argo words their place: without the spec in front."""
        return list(Part(self.where + " ", self.spec.value).named("templates"))

    @cached_property
    def by_name(self) -> Mapping[str, Part]:
        """The templates by name."""
        return {part.text("name"): part for part in self.templates}

    @cached_property
    def dags(self) -> list[tuple[Part, list[Part]]]:
        """Each DAG template with its tasks."""
        return [(part, list(part.part("dag").named("tasks"))) for part in self.templates if "dag" in part]

    @cached_property
    def tasks(self) -> Mapping[str, list[Part]]:
        """The tasks of the DAG templates, by the templates' names."""
        return {part.text("name"): tasks for part, tasks in self.dags}


def names(items: list[Any]) -> frozenset[str]:
    """The names of the mappings of a list, such as parameters."""
    return frozenset(
        item["name"] for item in items if isinstance(item, (dict, Mapping)) and isinstance(item.get("name"), str)
    )


def short(value: object) -> str:
    """A value as it can stand in a sentence."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _place(where: str, within: str) -> str:
    return where + within if where.endswith(" ") else f"{where}.{within}"
