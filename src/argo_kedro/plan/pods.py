"""Pod templates: one for each distinct pod shape, with Argo's own field names."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_CEILING
from typing import Any

from argo_kedro.config import ArgoConfig, MachineType
from argo_kedro.config.models import Container, Retries
from argo_kedro.config.models import Template as OwnTemplate
from argo_kedro.model import PARAMS, Json, Template
from argo_kedro.names import k8s_name, secret_variable, versions_text
from argo_kedro.plan.podfields import (
    attempts,
    beside,
    env_variable,
    ephemeral,
    from_secret,
    gib,
    mounted,
    parameter,
    placement,
    resources,
    variable,
)
from argo_kedro.quantities import amount

BUILT_IN = "kedro"  # the template of nodes that name none
MLFLOW = "argo-kedro-mlflow"  # the init template that opens the MLflow run
MLFLOW_RUN = "mlflow_run_id"  # its output
ON_EXIT = "argo-kedro-exit"  # the template that runs at the end
FINISH = "argo-kedro-finish"  # what its only task runs
_LABELS = {"app": "argo-kedro"}
SCRATCH, SHARED = "scratch", "argo-kedro-storage"  # volumes
_DATE = "{{workflow.creationTimestamp.Y}}-{{workflow.creationTimestamp.m}}-{{workflow.creationTimestamp.d}}"
_TIME = "{{workflow.creationTimestamp.H}}.{{workflow.creationTimestamp.M}}.{{workflow.creationTimestamp.S}}"
# One version for all that a run writes: Kedro's own format, where `.L` brings its dot. It counts whole seconds, so the
# uid keeps two runs apart.
SAVE_VERSION = f"{_DATE}T{_TIME}{{{{workflow.creationTimestamp.L}}}}Z-{{{{workflow.uid}}}}"
# Of a pod of ours that runs no nodes. What it does takes seconds; its memory is Python's and that of its imports.
_SMALL = {"requests": {"cpu": "100m", "memory": "512Mi"}, "limits": {"memory": "1Gi"}}


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What makes two pods differ, beside the nodes they run."""

    template: str
    machine_type: str
    retries: Retries | None = None
    timeout: int | None = None


@dataclass(frozen=True, kw_only=True)
class PodMaker:
    """Makes pod templates of shapes, for one workflow."""

    config: ArgoConfig
    image: str
    env: str
    pipeline: str
    conf_source: str = ""
    has_params: bool = False
    pins: bool = False  # whether any task reads a version that the run has written
    spills: bool = False  # whether any dataset travels by the run's storage
    load_versions: Mapping[str, str] = field(default_factory=dict)

    def template(self, name: str, shape: Shape) -> Template:
        """The pod template of a shape whose machine type and template are defined."""
        machine = self.config.machine_types[shape.machine_type]
        own = own_templates(self.config).get(shape.template)
        body = self._own(own, machine) if own else self._built_in(machine)
        if machine.emph_storage:
            body = mounted(body, ephemeral(SCRATCH, machine.emph_storage), self.config.template.emph_storage_mount_path)
        return Template(
            name=name, body={**self._with_shared(body), **placement(machine), **attempts(shape.retries, shape.timeout)}
        )

    def init_template(self, own: OwnTemplate) -> Template:
        """A template that runs before the pipeline and gives its outputs to all tasks."""
        env = [env_variable("WORKFLOW_ID", "{{workflow.name}}"), *map(variable, self.config.template.environment)]
        container = self._container(own.container, [*env, *map(variable, own.container.env)])
        outputs = [{"name": item.name, "valueFrom": {"path": item.path}} for item in own.outputs.parameters]
        body: dict[str, Any] = {"metadata": {"labels": _LABELS}, "container": container}
        return Template(name=own.name, body={**body, **({"outputs": {"parameters": outputs}} if outputs else {})})

    def mlflow_run(self) -> Template:
        """The init template that opens the MLflow run, and gives its id to all tasks."""
        path = "/tmp/mlflow-run-{{workflow.uid}}"  # of the pod; local runs at one time must not share it
        container = self._small("argo_kedro.task.mlflow_run", [f"--output={path}"])
        outputs = {"parameters": [{"name": MLFLOW_RUN, "valueFrom": {"path": path}}]}
        return Template(name=MLFLOW, body={**self._aside(container), "outputs": outputs})

    def on_exit(self) -> list[Template]:
        """What runs after all tasks, however they ended: clean up the storage, close the MLflow run."""
        mlflow, cleans = self.config.runner.mlflow, self.spills and self.config.storage.clean_up == "success"
        if not (mlflow or cleans):
            return []
        args = ["--status={{workflow.status}}"]
        args += [*self._storage(), "--clean-up=success"] if cleans else []
        args += ["--mlflow"] if mlflow else []
        task = {"name": FINISH, "template": FINISH}
        when = {} if mlflow else {"when": "{{workflow.status}} == Succeeded"}  # no pod where there is nothing to do
        container = self._small("argo_kedro.task.finish", args)
        return [
            Template(name=ON_EXIT, body={"dag": {"tasks": [{**task, **when}]}}),
            Template(name=FINISH, body=self._with_shared(self._aside(container))),
        ]

    def _small(self, module: str, args: list[str]) -> dict[str, Any]:
        """A container of ours that runs no nodes."""
        return {
            "image": self.image,
            "command": ["python", "-m", module],
            "args": [f"--env={self.env}", *self._configuration(), f"--save-version={SAVE_VERSION}", *args],
            "env": [env_variable("WORKFLOW_ID", "{{workflow.name}}"), *map(variable, self.config.template.environment)],
            "resources": _SMALL,
        }

    def _aside(self, container: Json) -> dict[str, Any]:
        """The body of a template that runs no nodes, where nodes run that name no machine type."""
        machine = self.config.machine_types.get(self.config.default_machine_type)
        where = placement(machine) if machine else {}
        return {"metadata": {"labels": _LABELS}, "container": dict(container), **where}

    def _configuration(self) -> list[str]:
        """Where the configuration is, and what stands in for `${runtime_params:...}` there."""
        source = [f"--conf-source={self.conf_source}"] if self.conf_source else []
        return [*source, *([f"--params={{{{workflow.parameters.{PARAMS}}}}}"] if self.has_params else [])]

    def _storage(self) -> list[str]:
        storage = self.config.storage
        credentials = [f"--storage-credentials={_literal(storage.credentials)}"] if storage.credentials else []
        return [f"--storage={_literal(storage.root)}", *credentials]

    def _with_shared(self, body: dict[str, Any]) -> dict[str, Any]:
        """With the volume that the storage is on, where it is on one."""
        storage = self.config.storage
        if not storage.claim:
            return body
        volume = {"name": SHARED, "persistentVolumeClaim": {"claimName": storage.claim}}
        return mounted(body, volume, storage.root)

    def _built_in(self, machine: MachineType) -> dict[str, Any]:
        given = ("nodes", "memory", *(["pinned"] if self.pins else []), *(["spilled"] if self.spills else []))
        args = [f"--env={self.env}", "--pipeline={{inputs.parameters.pipeline}}", "--task={{tasks.name}}"]
        args += [f"--{name}={{{{inputs.parameters.{name}}}}}" for name in given]
        args += [f"--save-version={SAVE_VERSION}"]
        args += self._storage() if self.spills else []
        args += [f"--load-versions={_literal(versions_text(self.load_versions))}"] if self.load_versions else []
        args += self._configuration()
        args += [
            f"--secret-param={_literal(name)}={secret_variable(name)}" for name in sorted(self.config.secret_params)
        ]
        inputs = [parameter("pipeline", self.pipeline), *(parameter(name, "") for name in given)]
        container = {
            "image": self.image,
            "command": ["python", "-m", "argo_kedro.task"],
            "args": args,
            "env": self._environment(machine),
            "resources": resources(machine),
        }
        return self._body([*inputs, *self._init_inputs()], container)

    def _own(self, own: OwnTemplate, machine: MachineType) -> dict[str, Any]:
        """A template of the user's, with the input parameters that argo-kedro 0.1 gave it."""
        inputs = [
            parameter("pipeline", self.pipeline),
            {"name": "kedro_nodes"},
            parameter("environment", self.env),
            parameter("mem", gib(machine.mem)),
            parameter("cpu", machine.cpu),
            parameter("num_gpu", str(machine.num_gpu)),
            parameter("emph_storage", gib(machine.emph_storage or "0")),
        ]
        env = [*self._environment(machine), *map(variable, own.container.env)]
        container = {**self._container(own.container, env), "resources": resources(machine)}
        body = self._body([*inputs, *self._init_inputs()], container)
        return {**body, **beside(own.sidecars, own.volumes)}

    def _body(self, inputs: list[Json], container: Json) -> dict[str, Any]:
        return {"metadata": {"labels": _LABELS}, "inputs": {"parameters": inputs}, "container": dict(container)}

    def _container(self, container: Container, env: list[Json]) -> dict[str, Any]:
        return {
            "image": container.image or self.image,
            "command": list(container.command),
            **({"args": list(container.args)} if container.args else {}),
            "env": env,
        }

    def _environment(self, machine: MachineType) -> list[Json]:
        limits = resources(machine)["limits"]
        return [
            env_variable("WORKFLOW_ID", "{{workflow.name}}"),
            # Whole cores: code makes so many threads of it.
            env_variable("NUM_CPU", str(amount(limits.get("cpu", machine.cpu)).to_integral_value(ROUND_CEILING))),
            env_variable("MEM_LIMIT_GB", gib(limits.get("memory", machine.mem))),
            *map(variable, self.config.template.environment),
            *(env_variable(name.upper(), f"{{{{inputs.parameters.{name}}}}}") for name in init_outputs(self.config)),
            *(from_secret(secret_variable(name), ref) for name, ref in sorted(self.config.secret_params.items())),
        ]

    def _init_inputs(self) -> list[Json]:
        return [{"name": name} for name in init_outputs(self.config)]


def own_templates(config: ArgoConfig) -> dict[str, OwnTemplate]:
    """The user's templates by name."""
    return {template.name: template for template in config.template.templates}


def init_outputs(config: ArgoConfig) -> dict[str, str]:
    """The outputs of the init templates, each with the template that gives it."""
    own = own_templates(config)
    inits = [own[name] for name in config.template.init_templates if name in own]
    found = {output.name: template.name for template in inits for output in template.outputs.parameters}
    return {**found, **({MLFLOW_RUN: MLFLOW} if config.runner.mlflow else {})}


def shape_names(shapes: Iterable[Shape], taken: Iterable[str]) -> dict[Shape, str]:
    """A template name for each shape: its machine type's, with its template's in front where that is not ours."""
    names: dict[Shape, str] = {}
    used = set(taken)
    for shape in shapes:
        base = shape.machine_type if shape.template == BUILT_IN else f"{shape.template}-{shape.machine_type}"
        candidates = (k8s_name(base if number == 1 else f"{base}-{number}") for number in range(1, len(used) + 2))
        names[shape] = next(name for name in candidates if name not in used)
        used.add(names[shape])
    return names


def encoded(params: Mapping[str, Any]) -> str:
    """Parameters as JSON in which Argo finds nothing to expand: a lone `{{` would hang the workflow for ever."""
    text = json.dumps(params).replace("{{", "\\u007b\\u007b")
    # DEL is the one control character that JSON leaves as it is, and that Argo's own quoting breaks. Kubernetes reads
    # $(NAME) and $$ in arguments.
    return text.replace("\x7f", "\\u007f").replace("$", "\\u0024")


def _literal(text: str) -> str:
    """A text in an argument as it is: Kubernetes reads $(NAME) there, and `$$` as a dollar."""
    return text.replace("$", "$$")
