"""Why the exit handler of argo.yml could not run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from argo_kedro.model import Dataset, Problem
from argo_kedro.names import few
from argo_kedro.plan.agreement import agreed, disagreements
from argo_kedro.plan.exit_handler import exit_group
from argo_kedro.plan.grouping.arrangement import Arrangement
from argo_kedro.plan.grouping.groups import dataset_name
from argo_kedro.plan.pods.own_templates import own_templates
from argo_kedro.plan.pods.shapes import BUILT_IN
from argo_kedro.plan.problems.references import name_problems, undefined
from argo_kedro.plan.rules import CODE, FILE, Rules
from argo_kedro.project import Project

_WHERE = f"{FILE} policies.on_exit"
_SHOWN = 5  # names in a sentence


def exit_problems(
    project: Project, rules: Rules, arrangement: Arrangement, dataset: Callable[[str], Dataset]
) -> Iterator[Problem]:
    """Why the exit handler could not run."""
    asked = project.config.policies.on_exit
    if asked is None:
        return
    templates = own_templates(project.config)
    if asked.template and asked.template not in templates:
        yield undefined("template", asked.template, templates, f"{_WHERE}.template")
    if not asked.pipeline:
        return
    pipeline = project.pipelines.get(asked.pipeline)
    if pipeline is None:
        yield undefined("pipeline", asked.pipeline, project.pipelines, f"{_WHERE}.pipeline")
        return
    if not pipeline.nodes:
        hint = "name another; `kedro registry list` shows what is registered."
        yield Problem(message=f"pipeline {asked.pipeline!r} has no nodes.", where=f"{_WHERE}.pipeline", hint=hint)
    yield from name_problems((node.name for node in pipeline.nodes), [asked.pipeline], "", "")
    yield from _missing_inputs(project, asked.pipeline, arrangement, dataset)
    if pipeline.nodes:
        yield from _pod_problems(project, rules, asked.pipeline)


def _pod_problems(project: Project, rules: Rules, name: str) -> Iterator[Problem]:
    """What is said of its nodes that their one pod cannot have."""
    group, settings = exit_group(name, project, rules)
    for problem in disagreements([group], settings):
        yield replace(problem, where=f"{_WHERE}.pipeline {name}")
    machine, known = agreed(group, settings, project.config).machine_type, project.config.machine_types
    if machine.source == CODE and machine.value not in known:  # what argo.yml says is looked at there
        yield undefined("machine type", machine.value, known, f"{_WHERE}.pipeline {name}")
    foreign = [node for node, said in settings.items() if said.template and said.template.value != BUILT_IN]
    if foreign:
        yield Problem(
            message=f"it runs in template {BUILT_IN!r}, whatever template is named for {few(foreign, _SHOWN)}.",
            where=f"{_WHERE}.pipeline {name}",
            hint="leave these nodes out of the rule, or name a template in on_exit in place of a pipeline.",
            severity="warning",
        )


def _missing_inputs(
    project: Project, name: str, arrangement: Arrangement, dataset: Callable[[str], Dataset]
) -> Iterator[Problem]:
    written = {dataset_name(item) for _, item in arrangement.written}
    for item in sorted(project.pipelines[name].inputs()):
        found, in_the_run = dataset(item), dataset_name(item) in written
        if found.kind == "parameter" and not found.registered:
            yield Problem(
                message=f"exit handler {name!r} reads it, and the parameters of env {project.env!r} do not have it.",
                where=item,
                hint="add it to parameters.yml.",
            )
        elif found.kind == "memory" and not found.given:
            why = "it lives in the memory of the tasks" if in_the_run else "the catalog does not know it"
            yield Problem(
                message=f"exit handler {name!r} reads it, in a pod of its own, and {why}.",
                where=f"dataset {item}",
                hint=f"store it in the catalog of env {project.env!r}; how the run ended is in WORKFLOW_STATUS and "
                "WORKFLOW_FAILURES, environment variables.",
            )
        elif found.kind == "local" and in_the_run:
            yield Problem(
                message=f"exit handler {name!r} reads {found.path}, which its pod does not share with the task's.",
                where=f"dataset {item}",
                hint="fine for `kedro argo run`; for a cluster use an env whose catalog has a bucket (--env).",
                severity="cluster",
            )
