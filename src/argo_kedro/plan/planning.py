"""The plan: which nodes run in which task, where, and with what."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from argo_kedro.model import PARAMS, PROFILE, Dataset, Problem, Workflow
from argo_kedro.names import few, k8s_name, label_value
from argo_kedro.plan.agreement import disagreements
from argo_kedro.plan.data.reading import confirmed_elsewhere, never_written
from argo_kedro.plan.data.travel import Travel, travel
from argo_kedro.plan.data.uses import dataset_uses, is_below
from argo_kedro.plan.data.versions import (
    foreign_versions,
    load_version_problems,
    paths_written_twice,
    unlistable_datasets,
)
from argo_kedro.plan.exit_handler import exit_handler
from argo_kedro.plan.grouping.arrangement import Arrangement, arranged
from argo_kedro.plan.grouping.groups import mixed_groups
from argo_kedro.plan.overrides import overridden, override_problems
from argo_kedro.plan.placing import kept_in_memory, placed
from argo_kedro.plan.pods.maker import encoded, init_outputs
from argo_kedro.plan.pods.own_templates import template_names
from argo_kedro.plan.pods.shapes import BUILT_IN
from argo_kedro.plan.policies import policy_problems, spec
from argo_kedro.plan.problems.exit_handler import exit_problems
from argo_kedro.plan.problems.machines import machine_problems
from argo_kedro.plan.problems.pods import pod_problems, reference_problems
from argo_kedro.plan.problems.references import (
    conflicting_notes,
    name_problems,
    undefined,
)
from argo_kedro.plan.problems.secret_params import secret_problems
from argo_kedro.plan.rules import CODE, FILE, NodeSettings, Rules
from argo_kedro.plan.tasks import Placed, Pods, pods_of
from argo_kedro.project import Project, Selection, select
from argo_kedro.project.selection import DEFAULT

_NAME_LIMIT = 57  # 63 for a workflow, less the hyphen and five characters that generateName adds
_SHOWN = 5  # names in a sentence


def plan(
    project: Project,
    selection: Selection | None = None,
    *,
    workflow_name: str = "",
    image: str = "",
    takes_params: bool = False,
    load_versions: Mapping[str, str] | None = None,
) -> Workflow:
    """Plan the workflow that runs the selected nodes.

    What is wrong with the plan is not raised but kept in `Workflow.problems`, for `check` to show all of it at once.

    Args:
        project: The project, opened in the env that counts.
        selection: Which nodes; all of the default pipeline if it is not given.
        workflow_name: First part of the workflow's name, in place of the project's and the pipelines' names.
        image: The project's image with its tag, in place of the one that argo.yml names.
        takes_params: Whether a later submission may give parameters, even if there are none now.
        load_versions: Versions of datasets that nothing here writes: versioned ones, and those that live in memory and
            that an older run has left in its storage.

    Raises:
        CompileError: if the selection itself is wrong: an unknown pipeline, node or tag.
        ConfigError: if argo.yml asks for the datasets that hooks add, and they cannot be had.
    """
    decided = _decided(project, selection or Selection(), load_versions or {})
    image = image or _image(project)
    in_order = [decided.places[place] for place in decided.arrangement.order]
    handler = exit_handler(project, decided.rules, decided.arrangement, decided.dataset)
    pods = pods_of(
        project, in_order, image, takes_params=takes_params, load_versions=decided.load_versions, handler=handler
    )
    problems = (*_problems(project, decided, workflow_name), *_no_image(image))
    name = k8s_name(workflow_name or _default_name(project, decided.selection), limit=_NAME_LIMIT)
    parameters = {PARAMS: encoded(project.params)} if project.params or takes_params else {}
    made = _workflow(project, decided, pods, name=name, parameters=parameters, problems=problems)
    made = replace(made, notes=(*made.notes, handler.note)) if handler else made
    wrong = tuple(override_problems(made, project.config.workflow))
    return replace(made, problems=(*problems, *wrong)) if wrong else overridden(made, project.config.workflow)


@dataclass(frozen=True, kw_only=True)
class _Decided:
    """What runs where, and which way its data takes."""

    selection: Selection
    rules: Rules
    settings: Mapping[str, NodeSettings]
    arrangement: Arrangement
    travel: Travel
    places: Sequence[Placed]  # of the groups, by their places
    load_versions: Mapping[str, str]
    dataset: Callable[[str], Dataset]


def _decided(project: Project, selection: Selection, load_versions: Mapping[str, str]) -> _Decided:
    loaded, dataset = dict(sorted(load_versions.items())), _datasets(project)
    nodes = select(project.pipelines, selection).nodes
    rules = Rules(project.config.tasks, project.pipelines)
    settings = {node.name: rules.settings(node) for node in nodes}
    arrangement = arranged(project, selection, nodes, settings, dataset)
    data = travel(project, arrangement, dataset, loaded)
    return _Decided(
        selection=selection,
        rules=rules,
        settings=settings,
        arrangement=arrangement,
        travel=data,
        places=placed(project, selection, arrangement, settings, data, dataset),
        load_versions=loaded,
        dataset=dataset,
    )


def _workflow(
    project: Project,
    decided: _Decided,
    pods: Pods,
    *,
    name: str,
    parameters: Mapping[str, str],
    problems: tuple[Problem, ...],
) -> Workflow:
    config = project.config
    root = config.storage.root
    return Workflow(
        name=name,
        namespace=config.namespace,
        pipelines=decided.selection.pipelines,
        env=project.env,
        tasks=pods.tasks,
        templates=pods.templates,
        init_tasks=pods.init_tasks,
        on_exit=pods.on_exit,
        init_outputs=init_outputs(config),
        datasets=dataset_uses(decided.arrangement.groups, decided.dataset, decided.travel.spilled, root),
        labels={**config.policies.labels, **_labels(project, decided.selection)},
        annotations=config.policies.annotations,
        fail_fast=config.policies.fail_fast,
        spec=spec(config),
        parameters=parameters,
        problems=problems,
        load_versions=decided.load_versions,
        service_account=config.service_account,
        schedule=config.schedule.as_argo_spells_it(),
        conf_source=project.conf_source,
        notes=tuple(decided.arrangement.notes),
        manifest_template=str(project.path / config.template.manifest) if config.template.manifest else "",
    )


def _datasets(project: Project) -> Callable[[str], Dataset]:
    """What the catalog says of a name: asked once for each, however many nodes use it."""
    catalog, storage = project.full_catalog, project.config.storage

    @cache
    def dataset(name: str) -> Dataset:
        found = catalog.dataset(name)
        # What lies on the volume that each pod mounts is there for all of them.
        served = storage.claim and found.kind == "local" and is_below(found.path, storage.root)
        return replace(found, kind="remote") if served else found

    return dataset


def _problems(project: Project, decided: _Decided, workflow_name: str) -> Iterator[Problem]:
    yield from decided.arrangement.cycles
    yield from decided.arrangement.problems
    yield from _node_problems(project, decided)
    yield from _name_problems(workflow_name)
    yield from exit_problems(project, decided.rules, decided.arrangement, decided.dataset)
    yield from policy_problems(project.config)
    yield from decided.travel.problems
    yield from _data_problems(project, decided)


def _node_problems(project: Project, decided: _Decided) -> Iterator[Problem]:
    rules, settings = decided.rules, decided.settings
    groups = decided.arrangement.groups
    if not groups:
        hint = "`kedro registry list` shows what is registered."
        yield Problem(message="no nodes are selected.", where="pipeline", hint=hint)
    listed = (name for item in decided.places if _lists_nodes(item) for name in item.group.node_names)
    yield from name_problems(listed, decided.selection.pipelines, project.env, project.conf_source)
    yield from mixed_groups(groups)
    yield from disagreements(groups, settings)
    yield from reference_problems(project.config)
    yield from _undefined_settings(project, settings)
    yield from pod_problems(project.config, {item.group.task: item.shape for item in decided.places})
    yield from machine_problems(project.config, decided.places)
    yield from secret_problems(project.config, project.params)
    everything = {node for pipeline in project.pipelines.values() for node in pipeline.nodes} if rules.rules else set()
    yield from rules.unmatched(everything)
    yield from conflicting_notes(project.pipelines)


def _name_problems(workflow_name: str) -> Iterator[Problem]:
    if workflow_name and k8s_name(workflow_name, limit=_NAME_LIMIT) != workflow_name:
        yield Problem(
            message=f"{workflow_name!r} cannot be part of a workflow's name.",
            where="--workflow-name",
            hint=f"use up to {_NAME_LIMIT} lowercase letters, digits and hyphens, a letter first.",
        )


def _data_problems(project: Project, decided: _Decided) -> Iterator[Problem]:
    arrangement, dataset, loaded = decided.arrangement, decided.dataset, decided.load_versions
    listed = (name for item in decided.places for name in (*item.memory, *item.spilled, *item.pinned))
    yield from unlistable_datasets(listed)
    yield from load_version_problems(loaded, arrangement, dataset, project.config.storage.root)
    yield from foreign_versions(arrangement, dataset)
    yield from paths_written_twice(arrangement, dataset)
    yield from confirmed_elsewhere(arrangement.groups, dataset)
    yield from never_written(
        arrangement.groups, kept_in_memory(project, decided.rules, decided.selection, dataset), loaded
    )


def _no_image(image: str) -> Iterator[Problem]:
    if not image:
        yield Problem(
            message="no image is named; a cluster cannot know this one.",
            where=f"{FILE} deployment.image",
            hint="name the image that `docker build` of this project pushes.",
            severity="cluster",
        )


def _lists_nodes(item: Placed) -> bool:
    """Whether a task is told its nodes in a list; else its name is enough."""
    return item.group.fused or item.shape.template != BUILT_IN


def _undefined_settings(project: Project, settings: Mapping[str, NodeSettings]) -> Iterator[Problem]:
    """Machine types and templates that the code names and argo.yml does not define: each once, with its nodes."""
    machines, templates = project.config.machine_types, template_names(project.config)
    for kind, key, known in (("machine type", "machine_type", machines), ("template", "template", templates)):
        named: dict[str, list[str]] = {}
        for node, found in settings.items():
            setting = getattr(found, key)
            if setting is not None and setting.source == CODE and setting.value not in known:
                named.setdefault(setting.value, []).append(node)
        for value, nodes in named.items():
            yield undefined(kind, value, known, f"node{'s' * (len(nodes) > 1)} {few(nodes, _SHOWN)}")


def _image(project: Project) -> str:
    """The image that argo.yml names; empty if it names none."""
    deployment = project.config.deployment
    return (
        deployment.image if "@" in deployment.image or not deployment.image else f"{deployment.image}:{deployment.tag}"
    )


def _default_name(project: Project, selection: Selection) -> str:
    parts = [project.package, *(name for name in selection.pipelines if name != DEFAULT)]
    if project.profile:  # a pipeline of the same name has runs of its own
        parts += ["profile", project.profile] if project.profile in project.pipelines else [project.profile]
    return "-".join(parts).replace("_", "-")


def _labels(project: Project, selection: Selection) -> dict[str, str]:
    return {
        "app.kubernetes.io/managed-by": "argo-kedro",
        "argo-kedro/project": label_value(project.package),
        "argo-kedro/pipeline": label_value("-".join(selection.pipelines)),
        "argo-kedro/env": label_value(project.env),
        **({PROFILE: project.profile} if project.profile else {}),
    }
