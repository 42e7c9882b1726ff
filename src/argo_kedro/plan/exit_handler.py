"""The exit handler of argo.yml: which template or which Kedro nodes run when all tasks have ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from kedro.pipeline import Pipeline

from argo_kedro.config.templates import Template as OwnTemplate
from argo_kedro.model import Dataset
from argo_kedro.plan.agreement import agreed
from argo_kedro.plan.grouping.arrangement import Arrangement
from argo_kedro.plan.grouping.groups import NodeGroup, dataset_name
from argo_kedro.plan.pods.own_templates import own_templates
from argo_kedro.plan.pods.shapes import BUILT_IN, Shape
from argo_kedro.plan.rules import NodeSettings, Rules
from argo_kedro.plan.task_settings import settled
from argo_kedro.project import Project

_WHEN = {
    "always": "",
    "failure": "{{workflow.status}} != Succeeded",
    "success": "{{workflow.status}} == Succeeded",
}
_ENDS = {_WHEN["always"]: "however they ended", _WHEN["failure"]: "if one failed", _WHEN["success"]: "if all succeeded"}
_NO_NODES = Shape(template=BUILT_IN, machine_type="")


@dataclass(frozen=True, kw_only=True)
class ExitHandler:
    """What of the user's runs when all tasks have ended: a template, or the nodes of a registered pipeline."""

    template: OwnTemplate | None = None
    pipeline: str = ""
    nodes: tuple[str, ...] = ()
    shape: Shape = _NO_NODES  # of their pod
    pinned: tuple[str, ...] = ()  # versioned datasets that it reads in the version which this run has written
    when: str = ""  # in Argo's words; empty for always

    @property
    def note(self) -> str:
        """What runs, and when, for the reader of a plan."""
        if self.template:
            return f"When all tasks have ended, {_ENDS[self.when]}, template {self.template.name!r} runs."
        nodes = "1 node" if len(self.nodes) == 1 else f"{len(self.nodes)} nodes"
        where = f"in a pod of machine type {self.shape.machine_type!r}"
        return f"When all tasks have ended, {_ENDS[self.when]}, pipeline {self.pipeline!r} runs: {nodes} {where}."


def exit_handler(
    project: Project, rules: Rules, arrangement: Arrangement, dataset: Callable[[str], Dataset]
) -> ExitHandler | None:
    """The exit handler; None where there is none, or what it names is not defined."""
    asked = project.config.policies.on_exit
    if asked is None:
        return None
    when = _WHEN[asked.when]
    if asked.template:
        own = own_templates(project.config).get(asked.template)
        return ExitHandler(template=own, when=when) if own else None
    pipeline = project.pipelines.get(asked.pipeline or "")
    if pipeline is None:
        return None
    group, settings = exit_group(asked.pipeline or "", project, rules)
    shape, _ = settled(group, agreed(group, settings, project.config), settings, project.config, {})
    if shape.machine_type not in project.config.machine_types:
        return None
    # After a failure the run may have left no version of its own.
    pinned = _versions_of_the_run(pipeline, arrangement, dataset) if asked.when == "success" else ()
    return ExitHandler(
        pipeline=group.name,
        nodes=group.node_names,
        shape=replace(shape, template=BUILT_IN),  # one of the user's is for tasks
        pinned=pinned,
        when=when,
    )


def exit_group(name: str, project: Project, rules: Rules) -> tuple[NodeGroup, Mapping[str, NodeSettings]]:
    """The nodes of this registered pipeline in one pod, as if the user had fused them, and what is said of each."""
    nodes = tuple(project.pipelines[name].nodes)
    return NodeGroup(name, True, nodes, nodes), {node.name: rules.settings(node) for node in nodes}


def _versions_of_the_run(
    pipeline: Pipeline, arrangement: Arrangement, dataset: Callable[[str], Dataset]
) -> tuple[str, ...]:
    written = {dataset_name(name) for _, name in arrangement.written}
    ours = (name for name in pipeline.inputs() if dataset_name(name) in written and dataset(name).versioned)
    return tuple(sorted(ours))
