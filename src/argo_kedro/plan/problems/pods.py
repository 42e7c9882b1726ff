"""What is wrong with what argo.yml says of pods: names that are not there, and things in each other's way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields

from argo_kedro.config import ArgoConfig
from argo_kedro.config.sources import EnvironmentVariable, MountedFile, Volume
from argo_kedro.config.templates import Template
from argo_kedro.model import ENTRYPOINT, Problem
from argo_kedro.names import secret_variable
from argo_kedro.plan.pods.ending import FINISH, HANDLER, ON_EXIT
from argo_kedro.plan.pods.fields import CONFIG_MAP, SECRET
from argo_kedro.plan.pods.machines import SCRATCH, SHM
from argo_kedro.plan.pods.maker import LISTS, MLFLOW, SHARED, given_by_inits
from argo_kedro.plan.pods.own_templates import GIVEN, NODES, own_templates, template_names
from argo_kedro.plan.pods.security import TMP
from argo_kedro.plan.pods.shapes import BUILT_IN, Shape
from argo_kedro.plan.problems.references import undefined
from argo_kedro.plan.rules import FILE

RESERVED = (BUILT_IN, ENTRYPOINT, MLFLOW, ON_EXIT, FINISH, HANDLER)  # names of templates
OUR_VARIABLES = ("WORKFLOW_ID", "NUM_CPU", "MEM_LIMIT_GB")
_VOLUMES = {
    SCRATCH: "the scratch volume",
    SHARED: "the volume of the storage",
    SHM: "the volume of /dev/shm",
    TMP: "the volume of /tmp",
    # What Argo's controller adds to each pod.
    **dict.fromkeys(("var-run-argo", "tmp-dir-argo", "input-artifacts", "exec-sa-token"), "one of Argo's own"),
}
_CONTAINERS = ("main", "init", "wait")  # Argo's names
_INPUTS = {*LISTS, NODES, *GIVEN}  # parameters of our templates, and of the user's
_ARGUMENTS = ("template", "machine_type")  # what of a shape the platform's templates are told


def pod_problems(config: ArgoConfig, shapes: Mapping[str, Shape]) -> Iterator[Problem]:
    """All of them.

    Args:
        config: What argo.yml says.
        shapes: What is said of each task, by its name.
    """
    yield from environment_problems(config)
    yield from volume_problems(config)
    yield from output_problems(config)
    yield from platform_problems(config, shapes)


def reference_problems(config: ArgoConfig) -> Iterator[Problem]:
    """Names in argo.yml that nothing there defines, or that are defined twice."""
    machine_type = config.default_machine_type
    if machine_type not in config.machine_types:
        yield undefined("machine type", machine_type, config.machine_types, f"{FILE} default_machine_type")
    templates, names = own_templates(config), template_names(config)
    if config.template.default_template not in names:
        name = config.template.default_template
        yield undefined("template", name, names, f"{FILE} template.default_template")
    for name in config.template.init_templates:
        if name not in templates:
            yield undefined("template", name, templates, f"{FILE} template.init_templates")
    for place, rule in enumerate(config.tasks):
        if rule.machine_type is not None and rule.machine_type not in config.machine_types:
            yield undefined("machine type", rule.machine_type, config.machine_types, f"{FILE} tasks[{place}]")
        if rule.template is not None and rule.template not in names:
            yield undefined("template", rule.template, names, f"{FILE} tasks[{place}]")
    yield from _twice("template", [item.name for item in config.template.templates], "template.templates")
    for name in sorted(set(templates).intersection(RESERVED)):
        yield Problem(
            message=f"template {name!r} has a name that argo-kedro uses itself.",
            where=f"{FILE} template.templates",
            hint="give it another name.",
        )


def environment_problems(config: ArgoConfig) -> Iterator[Problem]:
    """Environment variables that are set twice: which one counts would be a guess."""
    common, outputs = config.template.environment, [variable for _, _, variable in given_by_inits(config)]
    yield from _twice("init output", outputs, "template.init_templates")
    yield from _taken(outputs, OUR_VARIABLES, "template.init_templates")
    yield from _variables(common, (*OUR_VARIABLES, *outputs), "template.environment")
    taken = (*OUR_VARIABLES, *outputs, *map(secret_variable, config.secret_params))
    for place, template in enumerate(config.template.templates):
        where = f"template.templates[{place}]"
        own = template.container.env if template.container else ()
        yield from _variables(own, (*taken, *(item.name for item in common)), f"{where}.container.env")
        for number, sidecar in enumerate(template.sidecars):
            yield from _variables(sidecar.env, (), f"{where}.sidecars[{number}].env")
    for place, rule in enumerate(config.tasks):
        # What is for every task it may set again: that is what it is there for.
        yield from _variables(rule.environment, taken, f"tasks[{place}].environment")


def volume_problems(config: ArgoConfig) -> Iterator[Problem]:
    """Volumes, paths and sidecars of one pod that are in each other's way, or that are not there."""
    section = config.template
    common = [item.name for item in section.volumes]
    paths = [*_our_paths(config), *_paths(section.volumes, section.files)]
    yield from _twice("volume", common, "template.volumes")
    yield from _names_of_ours(common, "template.volumes")
    yield from _twice("path", paths, "template")
    for place, own in enumerate(section.templates):
        where, names = f"template.templates[{place}]", [item.name for item in own.volumes]
        yield from _twice("volume", [*names, *set(common)], f"{where}.volumes")
        yield from _names_of_ours(names, f"{where}.volumes")
        yield from _twice("path", [*set(paths), *_paths(own.volumes, own.files)], where)
        yield from _sidecars(own, {*names, *common, SCRATCH, SHM, *([SHARED] if config.storage.claim else [])}, where)
    elsewhere = {*_our_paths(config), *_paths(section.volumes, ())}
    for place, rule in enumerate(config.tasks):
        yield from _twice("path", [*elsewhere, *_paths((), rule.files)], f"tasks[{place}].files")


def output_problems(config: ArgoConfig) -> Iterator[Problem]:
    """Outputs of init templates that no task could be given, since it is given something else by that name."""
    # Two of one variable are named as that.
    names = [name for name, _ in {(name, variable) for name, _, variable in given_by_inits(config)}]
    yield from _twice("init template", config.template.init_templates, "template.init_templates")
    yield from _twice("init output", names, "template.init_templates")
    for name in sorted(_INPUTS.intersection(names)):
        yield Problem(
            message=f"an init template gives {name!r}, and tasks have a parameter of that name already.",
            where=f"{FILE} template.init_templates",
            hint="give the output another name; `env` of it can keep the name of the variable.",
        )


def platform_problems(config: ArgoConfig, shapes: Mapping[str, Shape]) -> Iterator[Problem]:
    """What rules say of tasks that run in a template of the platform's, which takes nothing but arguments."""
    theirs = {name for name, own in own_templates(config).items() if own.template_ref is not None}
    for task, shape in shapes.items():
        said = [field.name for field in fields(shape) if field.name not in _ARGUMENTS and getattr(shape, field.name)]
        if shape.template in theirs and said:
            yield Problem(
                message=f"{', '.join(said)} of its rules do not count: template {shape.template!r} is the platform's.",
                where=f"task {task}",
                hint="say it in the WorkflowTemplate, or leave these nodes out of the rule.",
                severity="warning",
            )


def _variables(variables: Sequence[EnvironmentVariable], taken: Collection[str], where: str) -> Iterator[Problem]:
    names = [item.name for item in variables]
    yield from _twice("environment variable", names, where)
    yield from _taken(names, taken, where)


def _taken(names: Collection[str], taken: Collection[str], where: str) -> Iterator[Problem]:
    for name in sorted(set(names).intersection(taken)):
        yield Problem(
            message=f"environment variable {name!r} is already set for every task.",
            where=f"{FILE} {where}",
            hint="use another name.",
        )


def _names_of_ours(names: Iterable[str], where: str) -> Iterator[Problem]:
    for name in names:
        if what := _VOLUMES.get(name) or ("a volume of files" if name.startswith((SECRET, CONFIG_MAP)) else ""):
            yield Problem(
                message=f"a volume is called {name!r}, as {what} of each pod.",
                where=f"{FILE} {where}",
                hint="give it another name.",
            )


def _sidecars(own: Template, volumes: Collection[str], where: str) -> Iterator[Problem]:
    yield from _twice("container", [*_CONTAINERS, *(item.name for item in own.sidecars)], f"{where}.sidecars")
    for place, sidecar in enumerate(own.sidecars):
        here = f"{where}.sidecars[{place}]"
        for mount in sidecar.volume_mounts:
            if mount.name not in volumes:
                yield undefined("volume", mount.name, volumes, f"{FILE} {here}.volume_mounts")
        yield from _twice("path", [mount.mount_path.rstrip("/") for mount in sidecar.volume_mounts], here)


def _our_paths(config: ArgoConfig) -> list[str]:
    """Where pods see the volumes that we add."""
    scratch = any(machine.emph_storage for machine in config.machine_types.values())
    shared = any(machine.shared_memory for machine in config.machine_types.values())
    return [
        *([config.template.emph_storage_mount_path.rstrip("/")] if scratch else []),
        *(["/dev/shm"] if shared else []),
        *([config.storage.root] if config.storage.claim else []),
    ]


def _paths(volumes: Iterable[Volume], files: Iterable[MountedFile]) -> list[str]:
    return [*(item.mount_path for item in volumes if item.mount_path), *(item.path for item in files)]


def _twice(kind: str, names: Iterable[str], where: str) -> Iterator[Problem]:
    for name in sorted(name for name, count in Counter(names).items() if count > 1):
        yield Problem(
            message=f"{kind} {name!r} is defined twice.", where=f"{FILE} {where}", hint="keep one, or rename one."
        )
