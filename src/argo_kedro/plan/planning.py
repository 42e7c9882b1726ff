"""The plan: which nodes run in which task, where, and with what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from argo_kedro.model import Problem, Setting, Task, Template, Workflow
from argo_kedro.names import k8s_name, label_value
from argo_kedro.plan.findings import (
    RESERVED,
    conflicting_notes,
    environment_problems,
    name_problems,
    reference_problems,
    undefined,
)
from argo_kedro.plan.groups import NodeGroup, grouped, mixed_groups, predecessors, running_order
from argo_kedro.plan.home import homes
from argo_kedro.plan.memory import in_memory, readers
from argo_kedro.plan.pods import BUILT_IN, PARAMS, PodMaker, Shape, encoded, init_outputs, own_templates, shape_names
from argo_kedro.plan.rules import FILE, NodeSettings, Rules
from argo_kedro.plan.uses import dataset_uses
from argo_kedro.project import Project, Selection, select
from argo_kedro.project.selection import DEFAULT

_NAME_LIMIT = 57  # 63 for a workflow, less the hyphen and five characters that generateName adds


@dataclass(frozen=True, kw_only=True)
class _Placed:
    """A group, and where it runs."""

    group: NodeGroup
    home: str
    shape: Shape
    machine_type: Setting
    needs: tuple[str, ...]
    memory: tuple[str, ...]


def plan(
    project: Project,
    selection: Selection | None = None,
    *,
    workflow_name: str = "",
    image: str = "",
    takes_params: bool = False,
) -> Workflow:
    """Plan the workflow that runs the selected nodes.

    What is wrong with the plan is not raised but kept in `Workflow.problems`, for `check` to show all of it at once.

    Args:
        project: The project, opened in the env that counts.
        selection: Which nodes; all of the default pipeline if it is not given.
        workflow_name: First part of the workflow's name, in place of the project's and the pipelines' names.
        image: The project's image with its tag, in place of the one that argo.yml names.
        takes_params: Whether a later submission may give parameters, even if there are none now.

    Raises:
        CompileError: if the selection itself is wrong: an unknown pipeline, node or tag.
    """
    selection = selection or Selection()
    nodes = select(project.pipelines, selection).nodes
    rules = Rules(project.config.tasks)
    settings = {node.name: rules.settings(node) for node in nodes}
    groups = grouped(nodes, settings)
    needs = predecessors(groups)
    order, cycles = running_order(groups, needs)
    placed = _placed(project, selection, groups, needs, rules, settings)
    image = image or _image(project)
    tasks, templates = _tasks_and_templates(project, [placed[place] for place in order], image, takes_params)
    return Workflow(
        name=k8s_name(workflow_name or _default_name(project, selection), limit=_NAME_LIMIT),
        namespace=project.config.namespace,
        pipelines=selection.pipelines,
        env=project.env,
        tasks=tasks,
        templates=templates,
        init_tasks=project.config.template.init_templates,
        init_outputs=init_outputs(project.config),
        datasets=dataset_uses(groups, project.catalog),
        labels=_labels(project, selection),
        parameters={PARAMS: encoded(project.params)} if project.params or takes_params else {},
        problems=(*cycles, *_problems(project, selection, placed, rules, settings, workflow_name), *_no_image(image)),
        service_account=project.config.service_account,
        schedule=project.config.schedule.as_argo_spells_it(),
        conf_source=project.conf_source,
        manifest_template=str(project.path / manifest) if (manifest := project.config.template.manifest) else "",
    )


def _placed(
    project: Project,
    selection: Selection,
    groups: Sequence[NodeGroup],
    needs: Sequence[Sequence[int]],
    rules: Rules,
    settings: Mapping[str, NodeSettings],
) -> list[_Placed]:
    config = project.config
    fused = any(group.fused for group in groups) and config.runner.use_memory_datasets
    reading = readers(project.pipelines.values()) if fused else {}
    keep = (*config.runner.keep, *selection.to_outputs)
    placed = []
    for group, home, before in zip(groups, homes(groups, project.pipelines, selection), needs, strict=True):
        machine_type = _agreed(group, settings, "machine_type") or _default(config.default_machine_type, "machine_type")
        template = _agreed(group, settings, "template") or _default(config.template.default_template, "template")
        matching = [index for node in group.nodes for index in settings[node.name].rules]
        shape = Shape(
            template=template.value,
            machine_type=machine_type.value,
            retries=rules.last(matching, "retries"),
            timeout=rules.last(matching, "timeout"),
        )
        # A template of the user's runs `kedro run`, which knows nothing of this.
        possible = fused and group.fused and template.value == BUILT_IN
        memory = in_memory(group, reading, project.catalog.dataset, keep) if possible else ()
        needed = tuple(sorted(groups[other].task for other in before))
        placed.append(
            _Placed(group=group, home=home, shape=shape, machine_type=machine_type, needs=needed, memory=memory)
        )
    return placed


def _tasks_and_templates(
    project: Project, placed: Sequence[_Placed], image: str, takes_params: bool
) -> tuple[tuple[Task, ...], tuple[Template, ...]]:
    own = own_templates(project.config)
    # The most common pipeline is the templates' default, so that few tasks have to name theirs.
    homes_by_count = Counter(item.home for item in placed).most_common(1)
    home = homes_by_count[0][0] if homes_by_count else DEFAULT
    shapes = dict.fromkeys(item.shape for item in placed)
    names = shape_names(shapes, {*RESERVED, *project.config.template.init_templates})
    tasks = tuple(_task(item, names[item.shape], home) for item in placed)
    maker = PodMaker(
        config=project.config,
        image=image or _local_image(project),
        env=project.env,
        pipeline=home,
        conf_source=project.conf_source,
        has_params=bool(project.params) or takes_params,
    )
    inits = [maker.init_template(own[name]) for name in project.config.template.init_templates if name in own]
    pods = [maker.template(name, shape) for shape, name in names.items() if _is_defined(shape, project)]
    return tasks, (*pods, *inits)


def _task(item: _Placed, template: str, home: str) -> Task:
    group = item.group
    arguments = {} if item.home == home else {"pipeline": item.home}
    if item.shape.template != BUILT_IN:
        arguments["kedro_nodes"] = ",".join(group.node_names)
    elif group.fused:
        arguments["nodes"] = ",".join(group.node_names)
        if item.memory:
            arguments["memory"] = ",".join(item.memory)
    return Task(
        name=group.task,
        nodes=group.node_names,
        needs=item.needs,
        template=template,
        group=group.name if group.fused else "",
        pipeline=item.home,
        machine_type=item.machine_type,
        memory=item.memory,
        arguments=arguments,
    )


def _agreed(group: NodeGroup, settings: Mapping[str, NodeSettings], key: str) -> Setting | None:
    """The value that the group's nodes name; what the code names counts before what rules name."""
    found = [value for node in group.nodes if (value := getattr(settings[node.name], key)) is not None]
    return next((value for value in found if value.source == "code"), found[0] if found else None)


def _disagreements(groups: Sequence[NodeGroup], settings: Mapping[str, NodeSettings]) -> Iterator[Problem]:
    for group in groups:
        for key in ("machine_type", "template") if group.fused else ():
            found = {node.name: getattr(settings[node.name], key) for node in group.nodes}
            in_code = {name: value for name, value in found.items() if value and value.source == "code"}
            named = in_code or {name: value for name, value in found.items() if value}
            if len({value.value for value in named.values()}) > 1:
                says = ", ".join(f"{name}: {value.value} ({value.source})" for name, value in named.items())
                yield Problem(
                    message=f"its nodes name different values of {key}: {says}.",
                    where=f"fused group {group.name}",
                    hint=f"pass {key}= to the FusedPipeline, or let one rule name it for all of them.",
                )


def _problems(
    project: Project,
    selection: Selection,
    placed: Sequence[_Placed],
    rules: Rules,
    settings: Mapping[str, NodeSettings],
    workflow_name: str,
) -> Iterator[Problem]:
    groups = [item.group for item in placed]
    if not groups:
        hint = "`kedro registry list` shows what is registered."
        yield Problem(message="no nodes are selected.", where="pipeline", hint=hint)
    listed = (name for item in placed if _lists_nodes(item) for name in item.group.node_names)
    yield from name_problems(listed, selection.pipelines, project.env, project.conf_source)
    yield from mixed_groups(groups)
    yield from _disagreements(groups, settings)
    yield from reference_problems(project.config)
    yield from _undefined_settings(project, settings)
    yield from environment_problems(project.config)
    everything = {node for pipeline in project.pipelines.values() for node in pipeline.nodes} if rules.rules else set()
    yield from rules.unmatched(everything)
    yield from conflicting_notes(project.pipelines)
    if workflow_name and k8s_name(workflow_name, limit=_NAME_LIMIT) != workflow_name:
        yield Problem(
            message=f"{workflow_name!r} cannot be part of a workflow's name.",
            where="--workflow-name",
            hint=f"use up to {_NAME_LIMIT} lowercase letters, digits and hyphens, a letter first.",
        )


def _no_image(image: str) -> Iterator[Problem]:
    if not image:
        yield Problem(
            message="no image is named; a cluster cannot know this one.",
            where=f"{FILE} deployment.image",
            hint="name the image that `docker build` of this project pushes.",
            severity="cluster",
        )


def _lists_nodes(item: _Placed) -> bool:
    """Whether a task is told its nodes in a list; else its name is enough."""
    return item.group.fused or item.shape.template != BUILT_IN


def _undefined_settings(project: Project, settings: Mapping[str, NodeSettings]) -> Iterator[Problem]:
    """Machine types and templates that nodes name and argo.yml does not define."""
    machines, templates = project.config.machine_types, (BUILT_IN, *own_templates(project.config))
    for node, found in settings.items():
        for kind, setting, known in (
            ("machine type", found.machine_type, machines),
            ("template", found.template, templates),
        ):
            if setting is not None and setting.value not in known:
                where = f"node {node}" if setting.source == "code" else f"{setting.source}, for node {node}"
                yield undefined(kind, setting.value, known, where)


def _is_defined(shape: Shape, project: Project) -> bool:
    known = (BUILT_IN, *own_templates(project.config))
    return shape.machine_type in project.config.machine_types and shape.template in known


def _default(value: str, key: str) -> Setting:
    return Setting(value=value, source=f"{FILE} default_{key}")


def _image(project: Project) -> str:
    """The image that argo.yml names; empty if it names none."""
    deployment = project.config.deployment
    return (
        deployment.image if "@" in deployment.image or not deployment.image else f"{deployment.image}:{deployment.tag}"
    )


def _local_image(project: Project) -> str:
    """What stands in the manifest where no image is named: a run on this machine needs none."""
    return f"{project.package.replace('_', '-')}:{project.config.deployment.tag}"


def _default_name(project: Project, selection: Selection) -> str:
    parts = [project.package, *(name for name in selection.pipelines if name != DEFAULT)]
    return "-".join(parts).replace("_", "-")


def _labels(project: Project, selection: Selection) -> dict[str, str]:
    return {
        "app.kubernetes.io/managed-by": "argo-kedro",
        "argo-kedro/project": label_value(project.package),
        "argo-kedro/pipeline": label_value("-".join(selection.pipelines)),
        "argo-kedro/env": label_value(project.env),
    }
