"""What is wrong with argo.yml's references and the code's notes: things that only planning sees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from kedro.pipeline import Pipeline

from argo_kedro.config import ArgoConfig
from argo_kedro.config.models import EnvironmentVariable
from argo_kedro.model import Problem
from argo_kedro.names import nearest
from argo_kedro.pipeline import Note, note
from argo_kedro.plan.memory import unlistable
from argo_kedro.plan.pods import (
    BUILT_IN,
    FINISH,
    MLFLOW,
    MLFLOW_RUN,
    ON_EXIT,
    SCRATCH,
    SHARED,
    init_outputs,
    own_templates,
)
from argo_kedro.plan.rules import FILE

_OURS = ("WORKFLOW_ID", "NUM_CPU", "MEM_LIMIT_GB")
RESERVED = (BUILT_IN, "pipeline", MLFLOW, ON_EXIT, FINISH)


def reference_problems(config: ArgoConfig) -> Iterator[Problem]:
    """Names in argo.yml that nothing there defines, or that are defined twice."""
    machine_type = config.default_machine_type
    if machine_type not in config.machine_types:
        yield undefined("machine type", machine_type, config.machine_types, f"{FILE} default_machine_type")
    templates = own_templates(config)
    if config.template.default_template not in (BUILT_IN, *templates):
        name = config.template.default_template
        yield undefined("template", name, (BUILT_IN, *templates), f"{FILE} template.default_template")
    for name in config.template.init_templates:
        if name not in templates:
            yield undefined("template", name, templates, f"{FILE} template.init_templates")
    for name in _repeated(item.name for item in config.template.templates):
        yield _twice("template", name, "template.templates")
    for volume, what in ((SCRATCH, "the scratch volume"), (SHARED, "the volume of the storage")):
        for name in sorted(name for name, own in templates.items() if volume in {item.name for item in own.volumes}):
            yield Problem(
                message=f"a volume of template {name!r} is called {volume!r}, as {what} of each pod.",
                where=f"{FILE} template.templates",
                hint="give it another name.",
            )
    for name in sorted(set(templates).intersection(RESERVED)):
        yield Problem(
            message=f"template {name!r} has a name that argo-kedro uses itself.",
            where=f"{FILE} template.templates",
            hint="give it another name.",
        )


def environment_problems(config: ArgoConfig) -> Iterator[Problem]:
    """Environment variables that are set twice: which one counts would be a guess."""
    common = config.template.environment
    inits = [own_templates(config).get(name) for name in config.template.init_templates]
    given = [output.name.upper() for init in inits if init is not None for output in init.outputs.parameters]
    given += [MLFLOW_RUN.upper()] if config.runner.mlflow else []
    for name in _repeated(given):
        yield _twice("init output", name, "template.init_templates")
    outputs = [name.upper() for name in init_outputs(config)]
    yield from _variables(common, (*_OURS, *outputs), "template.environment")
    for place, template in enumerate(config.template.templates):
        taken = (*_OURS, *outputs, *(item.name for item in common))
        yield from _variables(template.container.env, taken, f"template.templates[{place}].container.env")


def undefined(kind: str, name: str, known: Collection[str], where: str) -> Problem:
    """A problem for a name that nothing defines, with the nearest one that is."""
    close = nearest(name, known)
    guess = f"did you mean {close!r}? " if close else ""
    defined = ", ".join(sorted(known)) or "none"
    return Problem(message=f"{kind} {name!r} is not defined.", where=where, hint=f"{guess}Defined: {defined}.")


def conflicting_notes(pipelines: Mapping[str, Pipeline]) -> list[Problem]:
    """Nodes that registered pipelines annotate differently: which note survives their sum is chance."""
    notes: dict[str, dict[Note, str]] = {}
    for name, pipeline in pipelines.items():
        for node in pipeline.nodes:
            notes.setdefault(node.name, {}).setdefault(note(node), name)
    return [
        Problem(
            message=f"pipelines {' and '.join(map(repr, sorted(found.values())))} give it different machine types, "
            "templates or groups.",
            where=f"node {node}",
            hint="build both from one create_pipeline(), or give it its settings in argo.yml.",
            severity="warning",
        )
        for node, found in sorted(notes.items())
        if len(found) > 1
    ]


def name_problems(nodes: Iterable[str], pipelines: Iterable[str], env: str, conf_source: str) -> Iterator[Problem]:
    """Names that a task's arguments cannot carry: nodes and pipelines stand in lists, env and folder by themselves."""
    for node in filter(unlistable, nodes):
        yield Problem(
            message="a name with a comma, {{, $$ or $( cannot be passed to a task, nor to `kedro run --nodes`.",
            where=f"node {node}",
            hint="rename the node or its namespace.",
        )
    for pipeline in filter(unlistable, pipelines):
        yield Problem(
            message="a name with a comma, {{, $$ or $( cannot be passed to a task.",
            where=f"pipeline {pipeline}",
            hint="register it under another name.",
        )
    for option, value in (("--env", env), ("--conf-source", conf_source)):
        if "{{" in value:
            message = f"{value!r} cannot be passed to a task: Argo would expand it."
            yield Problem(message=message, where=option, hint="rename the folder.")


def _variables(variables: Sequence[EnvironmentVariable], taken: Collection[str], where: str) -> Iterator[Problem]:
    for name in _repeated(item.name for item in variables):
        yield _twice("environment variable", name, where)
    for name in sorted({item.name for item in variables}.intersection(taken)):
        yield Problem(
            message=f"environment variable {name!r} is already set for every task.",
            where=f"{FILE} {where}",
            hint="use another name.",
        )


def _repeated(names: Iterable[str]) -> list[str]:
    return sorted(name for name, count in Counter(names).items() if count > 1)


def _twice(kind: str, name: str, where: str) -> Problem:
    return Problem(
        message=f"{kind} {name!r} is defined twice.", where=f"{FILE} {where}", hint="keep one, or rename one."
    )
