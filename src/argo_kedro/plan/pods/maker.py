"""Pod templates: one for each distinct pod shape, with Argo's own field names."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from argo_kedro.config import ArgoConfig, MachineType
from argo_kedro.config.sources import EnvironmentVariable
from argo_kedro.config.templates import Container
from argo_kedro.config.templates import Template as OwnTemplate
from argo_kedro.model import PARAMS, Json, Template
from argo_kedro.names import secret_variable, versions_text
from argo_kedro.plan.pods.additions import finished
from argo_kedro.plan.pods.fields import each_once, env_variable, from_secret, mounted, parameter, variable
from argo_kedro.plan.pods.machines import measures, on_machine, resources
from argo_kedro.plan.pods.own_templates import NODES, given, main_container, outputs, own_templates, reference, sidecars
from argo_kedro.plan.pods.shapes import Shape

MLFLOW = "argo-kedro-mlflow"  # the init template that opens the MLflow run
MLFLOW_RUN = "mlflow_run_id"  # its output
LISTS = ("nodes", "memory", "pinned", "spilled")  # parameters of our template
RUN_ID = {"name": "WORKFLOW_ID", "value": "{{workflow.name}}"}
LABELS = {"app": "argo-kedro"}
SHARED = "argo-kedro-storage"  # a volume
_DATE = "{{workflow.creationTimestamp.Y}}-{{workflow.creationTimestamp.m}}-{{workflow.creationTimestamp.d}}"
_TIME = "{{workflow.creationTimestamp.H}}.{{workflow.creationTimestamp.M}}.{{workflow.creationTimestamp.S}}"
# One version for all that a run writes: Kedro's own format, where `.L` brings its dot. It counts whole seconds, so the
# uid keeps two runs apart.
SAVE_VERSION = f"{_DATE}T{_TIME}{{{{workflow.creationTimestamp.L}}}}Z-{{{{workflow.uid}}}}"


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
    told_by_inits: bool = True  # whether what init templates give reaches its pods

    def template(self, name: str, shape: Shape) -> Template:
        """The pod template of a shape whose machine type and template are defined."""
        machine, section = self.config.machine_types[shape.machine_type], self.config.template
        own = own_templates(self.config).get(shape.template)
        if own is None:
            body = self._built_in(machine, shape)
        elif own.container is None:
            return Template(name=name, body={}, ref=reference(own))
        else:
            body = self._own(own, own.container, machine, shape)
        body = self.with_shared(on_machine(body, machine, section.emph_storage_mount_path))
        return Template(name=name, body=self.finished(body, own=own, shape=shape))

    def init_template(self, own: OwnTemplate) -> Template:
        """A template of the user's that runs no nodes: before the pipeline, or at its end."""
        if own.container is None:
            return Template(name=own.name, body={}, ref=reference(own))
        env = each_once([RUN_ID, *map(variable, (*self.config.template.environment, *own.container.env))])
        container = {**main_container(own.container, self.image), "env": env}
        body = {"metadata": {"labels": LABELS}, "container": container, **outputs(own), **sidecars(own)}
        return Template(name=own.name, body=self.finished(body, own=own))

    def arguments(self, nodes: Sequence[str], pipeline: str, shape: Shape) -> dict[str, str]:
        """What a task tells a template of the user's; one of the platform's, without our defaults, is told all."""
        own, machine = own_templates(self.config).get(shape.template), self.config.machine_types.get(shape.machine_type)
        told = {"pipeline": pipeline} if pipeline != self.pipeline else {}
        if own is not None and own.template_ref is not None and machine is not None:
            told = given(machine, pipeline=pipeline, env=self.env)
        return {**told, NODES: ",".join(nodes)}

    def configuration(self) -> list[str]:
        """Where the configuration is, and what stands in for `${runtime_params:...}` there."""
        source = [f"--conf-source={self.conf_source}"] if self.conf_source else []
        return [*source, *([f"--params={{{{workflow.parameters.{PARAMS}}}}}"] if self.has_params else [])]

    def storage(self) -> list[str]:
        """Where datasets in memory travel."""
        storage = self.config.storage
        credentials = [f"--storage-credentials={_literal(storage.credentials)}"] if storage.credentials else []
        return [f"--storage={_literal(storage.root)}", *credentials]

    def with_shared(self, body: dict[str, Any]) -> dict[str, Any]:
        """With the volume that the storage is on, where it is on one."""
        storage = self.config.storage
        if not storage.claim:
            return body
        volume = {"name": SHARED, "persistentVolumeClaim": {"claimName": storage.claim}}
        return mounted(body, volume, storage.root)

    def finished(
        self, body: Mapping[str, Any], *, own: OwnTemplate | None = None, shape: Shape | None = None
    ) -> dict[str, Any]:
        """A pod with what argo.yml adds to all of them, to this template of the user's, and by rules."""
        return finished(body, self.config, self.image, own=own, shape=shape)

    def _built_in(self, machine: MachineType, shape: Shape) -> dict[str, Any]:
        unused = {"pinned": not self.pins, "spilled": not self.spills}
        lists = [name for name in LISTS if not unused.get(name)]
        args = [f"--env={self.env}", "--pipeline={{inputs.parameters.pipeline}}", "--task={{tasks.name}}"]
        args += [f"--{name}={{{{inputs.parameters.{name}}}}}" for name in lists]
        args += [f"--save-version={SAVE_VERSION}"]
        args += self.storage() if self.spills else []
        args += [f"--load-versions={_literal(versions_text(self.load_versions))}"] if self.load_versions else []
        args += self.configuration()
        args += [
            f"--secret-param={_literal(name)}={secret_variable(name)}" for name in sorted(self.config.secret_params)
        ]
        inputs = [parameter("pipeline", self.pipeline), *(parameter(name, "") for name in lists)]
        container = {
            "image": self.image,
            "command": ["python", "-m", "argo_kedro.task"],
            "args": args,
            "env": self._environment(machine, shape),
            "resources": resources(machine),
        }
        return self._body(inputs, container)

    def _own(self, own: OwnTemplate, container: Container, machine: MachineType, shape: Shape) -> dict[str, Any]:
        """A template of the user's, with the input parameters that argo-kedro 0.1 gave it."""
        told = given(machine, pipeline=self.pipeline, env=self.env)
        inputs = [parameter(*item) for item in told.items()]
        env = self._environment(machine, shape, container.env)
        main = {**main_container(container, self.image), "env": env, "resources": resources(machine)}
        return {**self._body([inputs[0], {"name": NODES}, *inputs[1:]], main), **sidecars(own)}

    def _body(self, inputs: Sequence[Json], container: Json) -> dict[str, Any]:
        of_inits = ({"name": name} for name, _, _ in self._inits())
        parameters = {"parameters": [*inputs, *of_inits]}
        return {"metadata": {"labels": LABELS}, "inputs": parameters, "container": dict(container)}

    def _inits(self) -> list[tuple[str, str, str]]:
        return given_by_inits(self.config) if self.told_by_inits else []

    def _environment(self, machine: MachineType, shape: Shape, own: Sequence[EnvironmentVariable] = ()) -> list[Json]:
        """The variables of a pod that runs nodes; rules count more than what is said of all pods or of a template."""
        common = self.config.template.environment
        secrets, inits = sorted(self.config.secret_params.items()), self._inits()
        return each_once(
            [
                RUN_ID,
                *(env_variable(name, value) for name, value in measures(machine).items()),
                *map(variable, (*common, *own, *shape.environment)),
                *(env_variable(name, f"{{{{inputs.parameters.{output}}}}}") for output, _, name in inits),
                *(from_secret(secret_variable(name), ref) for name, ref in secrets),
            ]
        )


def init_outputs(config: ArgoConfig) -> dict[str, str]:
    """The outputs of the init templates, each with the template that gives it."""
    return {name: template for name, template, _ in given_by_inits(config)}


def given_by_inits(config: ArgoConfig) -> list[tuple[str, str, str]]:
    """Each output of an init template: its name, the template, and the variable of tasks that it becomes."""
    own = own_templates(config)
    inits = [own[name] for name in dict.fromkeys(config.template.init_templates) if name in own]
    found = [(each.name, init.name, each.variable) for init in inits for each in init.outputs.parameters]
    return [*found, *([(MLFLOW_RUN, MLFLOW, MLFLOW_RUN.upper())] if config.runner.mlflow else [])]


def encoded(params: Mapping[str, Any]) -> str:
    """Parameters as JSON in which Argo finds nothing to expand: a lone `{{` would hang the workflow for ever."""
    text = json.dumps(params).replace("{{", "\\u007b\\u007b")
    # DEL is the one control character that JSON leaves as it is, and that Argo's own quoting breaks. Kubernetes reads
    # $(NAME) and $$ in arguments.
    return text.replace("\x7f", "\\u007f").replace("$", "\\u0024")


def _literal(text: str) -> str:
    """A text in an argument as it is: Kubernetes reads $(NAME) there, and `$$` as a dollar."""
    return text.replace("$", "$$")
