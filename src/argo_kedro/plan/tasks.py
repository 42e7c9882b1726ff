"""The tasks, and the pod templates that they run in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from argo_kedro.config import ArgoConfig
from argo_kedro.model import Setting, Task, Template
from argo_kedro.plan.exit_handler import ExitHandler
from argo_kedro.plan.grouping.groups import NodeGroup
from argo_kedro.plan.pods.ending import ON_EXIT, mlflow_run, on_exit
from argo_kedro.plan.pods.maker import MLFLOW, PodMaker
from argo_kedro.plan.pods.own_templates import own_templates, template_names
from argo_kedro.plan.pods.shapes import BUILT_IN, Shape, shape_names
from argo_kedro.plan.problems.pods import RESERVED
from argo_kedro.project import Project
from argo_kedro.project.selection import DEFAULT


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A group, and where it runs."""

    group: NodeGroup
    home: str
    shape: Shape
    machine_type: Setting
    needs: tuple[str, ...]
    memory: tuple[str, ...]
    spilled: tuple[str, ...] = ()
    pinned: tuple[str, ...] = ()
    settings: Mapping[str, Setting] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Pods:
    """All that a workflow runs."""

    tasks: tuple[Task, ...]
    templates: tuple[Template, ...]
    init_tasks: tuple[str, ...]
    on_exit: str


def pods_of(
    project: Project,
    placed: Sequence[Placed],
    image: str,
    *,
    takes_params: bool,
    load_versions: Mapping[str, str] | None = None,
    handler: ExitHandler | None = None,
) -> Pods:
    """The tasks of these groups, with a pod template for each distinct shape."""
    own, config = own_templates(project.config), project.config
    # The most common pipeline is the templates' default, so that few tasks have to name theirs.
    homes_by_count = Counter(item.home for item in placed).most_common(1)
    home = homes_by_count[0][0] if homes_by_count else DEFAULT
    names = _template_names(placed, config)
    maker = PodMaker(
        config=config,
        image=image or _local_image(project),
        env=project.env,
        pipeline=home,
        conf_source=project.conf_source,
        has_params=bool(project.params) or takes_params,
        pins=any(item.pinned for item in placed),
        spills=any(item.spilled for item in placed),
        load_versions=load_versions or {},
    )
    inits = [maker.init_template(own[name]) for name in config.template.init_templates if name in own]
    inits += [mlflow_run(maker)] if config.runner.mlflow else []
    pods = [maker.template(name, shape) for shape, name in names.items() if _is_defined(shape, project)]
    last = on_exit(maker, handler)
    return Pods(
        tasks=tuple(_task(item, names[item.shape], maker) for item in placed),
        # One of the platform's is the same for all shapes, and for tasks before the pipeline.
        templates=tuple({template.name: template for template in (*pods, *inits, *last)}.values()),
        init_tasks=(*config.template.init_templates, *((MLFLOW,) if config.runner.mlflow else ())),
        on_exit=ON_EXIT if last else "",
    )


def _template_names(placed: Sequence[Placed], config: ArgoConfig) -> dict[Shape, str]:
    """The name of each shape's template. One of the platform's has that of argo.yml, whatever else the shape says."""
    shapes = dict.fromkeys(item.shape for item in placed)
    theirs = {name for name, own in own_templates(config).items() if own.template_ref is not None}
    ours = [shape for shape in shapes if shape.template not in theirs]
    names = shape_names(ours, {*RESERVED, *config.template.init_templates, *theirs})
    return {shape: names.get(shape, shape.template) for shape in shapes}


def _task(item: Placed, template: str, maker: PodMaker) -> Task:
    group = item.group
    if item.shape.template != BUILT_IN:
        arguments = maker.arguments(group.node_names, item.home, item.shape)
    else:
        lists = {"memory": item.memory, "pinned": item.pinned, "spilled": item.spilled}
        arguments = {} if item.home == maker.pipeline else {"pipeline": item.home}
        arguments |= {"nodes": ",".join(group.node_names)} if group.fused else {}
        arguments |= {name: ",".join(names) for name, names in lists.items() if names}
    return Task(
        name=group.task,
        nodes=group.node_names,
        needs=item.needs,
        template=template,
        group=group.name if group.fused else "",
        pipeline=item.home,
        machine_type=item.machine_type,
        memory=item.memory,
        spilled=item.spilled,
        pinned=item.pinned,
        arguments=arguments,
        settings=item.settings,
    )


def _is_defined(shape: Shape, project: Project) -> bool:
    return shape.machine_type in project.config.machine_types and shape.template in template_names(project.config)


def _local_image(project: Project) -> str:
    """What stands in the manifest where no image is named: a run on this machine needs none."""
    return f"{project.package.replace('_', '-')}:{project.config.deployment.tag}"
