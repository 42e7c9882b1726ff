"""What pipeline code imports: `Node`, `FusedPipeline`, `sum_pipelines`.

They are true Kedro objects that carry a note for the planner. Every Kedro operation returns a plain `Pipeline`, so only
notes on nodes survive; nothing here changes what `kedro run` does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node as KedroNode

__all__ = ["FusedPipeline", "Group", "Node", "Note", "note", "sum_pipelines"]


@dataclass(frozen=True)
class Group:
    """The fused group a node belongs to."""

    label: str
    members: frozenset[str]  # names when they were fused: tells two groups of one name apart
    namespace: str = ""  # what was put around the group after it was fused

    @property
    def name(self) -> str:
        """The group's name, with its namespace in front as Kedro does for nodes."""
        return f"{self.namespace}.{self.label}" if self.namespace else self.label


@dataclass(frozen=True)
class Note:
    """What pipeline code says of a node, for the planner."""

    machine_type: str | None = None
    template: str | None = None
    group: Group | None = None


def note(node: KedroNode) -> Note:
    """The note a node carries; an empty one for Kedro's own nodes."""
    found = getattr(node, "_argo_note", None)
    return found if isinstance(found, Note) else Note()


class _Annotated(KedroNode):
    """Keeps its note through Kedro's copies."""

    _argo_note: Note

    def _copy(self, **overwrite_params: Any) -> KedroNode:
        # Kedro builds the copy with the base class, without what a subclass had set: so it stays out of the subclass.
        plain = super()._copy(**overwrite_params)
        own = note(self)
        if own.group is not None and plain.namespace != self.namespace:
            own = replace(own, group=_enclosed(own.group, self.namespace, plain.namespace))
        return _annotated(plain, own)

    @property
    def machine_type(self) -> str | None:
        """The machine type that pipeline code asks for."""
        return self._argo_note.machine_type

    @property
    def template(self) -> str | None:
        """The template of `argo.yml` that pipeline code asks for."""
        return self._argo_note.template


class Node(_Annotated):
    """Kedro's `Node`, with a machine type and a template of `argo.yml`.

    Everything else is passed on to Kedro, so arguments that newer Kedro versions add work as well.
    """

    def __init__(
        self,
        func: Callable[..., Any],
        inputs: str | list[str] | dict[str, str] | None,
        outputs: str | list[str] | dict[str, str] | None,
        *,
        name: str | None = None,
        machine_type: str | None = None,
        template: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(func, inputs, outputs, name=name, **kwargs)
        _require_text(machine_type=machine_type, template=template)
        self._argo_note = Note(machine_type=machine_type, template=template)


class FusedPipeline(Pipeline):
    """A pipeline whose nodes run in one task.

    It keeps its own nodes, so filters, namespaces, runners and Kedro-Viz treat it as any other pipeline. In a fused
    pipeline inside another one, the outer one decides.

    Args:
        nodes: Nodes and pipelines, as for `Pipeline`.
        name: Name of the group, and of its task.
        machine_type: Machine type of the group; without it, the one that its nodes name.
        template: Template of `argo.yml` for the group.
        **kwargs: What `Pipeline` takes: `tags`, `inputs`, `outputs`, `parameters`, `namespace` and so on.
    """

    def __init__(
        self,
        nodes: Iterable[KedroNode | Pipeline] | Pipeline,
        name: str,
        *,
        machine_type: str | None = None,
        template: str | None = None,
        **kwargs: Any,
    ) -> None:
        if not _is_text(name):
            raise ValueError(f"FusedPipeline needs a name, got {name!r}. Pass name='...': it names the group's task.")
        _require_text(machine_type=machine_type, template=template)
        plain = Pipeline(nodes).nodes
        group = Group(name, frozenset(node.name for node in plain))
        super().__init__([_fused(node, group, machine_type, template) for node in plain], **kwargs)


def sum_pipelines(pipelines: Iterable[Pipeline]) -> Pipeline:
    """The sum of pipelines: `sum(pipelines)`, kept for projects written for argo-kedro 0.1."""
    return sum(pipelines, Pipeline([]))


def _fused(node: KedroNode, group: Group, machine_type: str | None, template: str | None) -> KedroNode:
    own = note(node)
    return _annotated(node, Note(machine_type or own.machine_type, template or own.template, group))


def _annotated(node: KedroNode, new: Note) -> KedroNode:
    """The same node with a note, without its constructor: subclasses need not take Kedro's arguments."""
    cls = type(node)
    if not issubclass(cls, _Annotated):
        cls = Node if cls is KedroNode else _annotated_class(cls)
    twin = object.__new__(cls)
    twin.__dict__.update(node.__dict__, _argo_note=new)
    return twin


def _enclosed(group: Group, old: str | None, new: str | None) -> Group:
    """The group after its node's namespace became `new`: what was put around the old one goes in front."""
    added = (new or "").removesuffix(f".{old}") if old else new
    return replace(group, namespace=".".join(part for part in (added, group.namespace) if part))


_CLASSES: dict[type[KedroNode], type[KedroNode]] = {}


def _annotated_class(cls: type[KedroNode]) -> type[KedroNode]:
    """An annotated version of somebody else's subclass of `Node`, such as Kedro's `LLMContextNode`."""
    if cls not in _CLASSES:
        methods = {"__reduce__": lambda node: (_revive, (cls, node.__dict__)), "__module__": cls.__module__}
        _CLASSES[cls] = type(cls.__name__, (_Annotated, cls), methods)
    return _CLASSES[cls]


def _revive(cls: type[KedroNode], state: dict[str, Any]) -> KedroNode:
    """Unpickle a node whose class was made here."""
    node = object.__new__(_annotated_class(cls))
    node.__dict__.update(state)
    return node


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _require_text(**values: object) -> None:
    for key, value in values.items():
        if value is not None and not _is_text(value):
            raise ValueError(f"{key} must be a name defined in argo.yml, got {value!r}.")
