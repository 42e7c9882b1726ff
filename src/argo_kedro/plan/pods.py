"""Pod templates: one for each distinct pod shape, with Argo's own field names."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING
from typing import Any

from argo_kedro.config import ArgoConfig, MachineType
from argo_kedro.config.models import Container, EnvironmentVariable, Retries, Sidecar, Volume
from argo_kedro.config.models import Template as OwnTemplate
from argo_kedro.errors import ConfigError
from argo_kedro.model import Json, Template
from argo_kedro.names import k8s_name
from argo_kedro.quantities import GIB, amount, plain

BUILT_IN = "kedro"  # the template of nodes that name none
PARAMS = "params"  # the workflow argument that carries --params
_LABELS = {"app": "argo-kedro"}
SCRATCH = "scratch"


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

    def template(self, name: str, shape: Shape) -> Template:
        """The pod template of a shape whose machine type and template are defined."""
        machine = self.config.machine_types[shape.machine_type]
        own = own_templates(self.config).get(shape.template)
        body = self._own(own, machine) if own else self._built_in(machine)
        if machine.emph_storage:
            body["container"]["volumeMounts"] = [
                {"name": SCRATCH, "mountPath": self.config.template.emph_storage_mount_path}
            ]
            body["volumes"] = [*body.get("volumes", []), _scratch(machine.emph_storage)]
        return Template(name=name, body={**body, **_placement(machine), **_attempts(shape)})

    def init_template(self, own: OwnTemplate) -> Template:
        """A template that runs before the pipeline and gives its outputs to all tasks."""
        env = [_env("WORKFLOW_ID", "{{workflow.name}}"), *map(_variable, self.config.template.environment)]
        container = self._container(own.container, [*env, *map(_variable, own.container.env)])
        outputs = [{"name": item.name, "valueFrom": {"path": item.path}} for item in own.outputs.parameters]
        body: dict[str, Any] = {"metadata": {"labels": _LABELS}, "container": container}
        return Template(name=own.name, body={**body, **({"outputs": {"parameters": outputs}} if outputs else {})})

    def _built_in(self, machine: MachineType) -> dict[str, Any]:
        args = [f"--env={self.env}", "--pipeline={{inputs.parameters.pipeline}}", "--task={{tasks.name}}"]
        args += ["--nodes={{inputs.parameters.nodes}}", "--memory={{inputs.parameters.memory}}"]
        args += [f"--conf-source={self.conf_source}"] if self.conf_source else []
        args += [f"--params={{{{workflow.parameters.{PARAMS}}}}}"] if self.has_params else []
        inputs = [_parameter("pipeline", self.pipeline), _parameter("nodes", ""), _parameter("memory", "")]
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
            _parameter("pipeline", self.pipeline),
            {"name": "kedro_nodes"},
            _parameter("environment", self.env),
            _parameter("mem", _gib(machine.mem)),
            _parameter("cpu", machine.cpu),
            _parameter("num_gpu", str(machine.num_gpu)),
            _parameter("emph_storage", _gib(machine.emph_storage or "0")),
        ]
        env = [*self._environment(machine), *map(_variable, own.container.env)]
        container = {**self._container(own.container, env), "resources": resources(machine)}
        body = self._body([*inputs, *self._init_inputs()], container)
        return {**body, **_beside(own.sidecars, own.volumes)}

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
            _env("WORKFLOW_ID", "{{workflow.name}}"),
            # Whole cores: code makes so many threads of it.
            _env("NUM_CPU", str(amount(limits.get("cpu", machine.cpu)).to_integral_value(ROUND_CEILING))),
            _env("MEM_LIMIT_GB", _gib(limits.get("memory", machine.mem))),
            *map(_variable, self.config.template.environment),
            *(_env(name.upper(), f"{{{{inputs.parameters.{name}}}}}") for name in init_outputs(self.config)),
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
    return {output.name: template.name for template in inits for output in template.outputs.parameters}


def resources(machine: MachineType) -> Json:
    """Requests and limits of a container on this machine type."""
    base: dict[str, str | None] = {"memory": machine.mem, "cpu": machine.cpu}
    if machine.num_gpu:
        base[machine.gpu_resource] = str(machine.num_gpu)
    sides = {"requests": {**base, **machine.requests}, "limits": {**base, **machine.limits}}
    return {side: {key: value for key, value in given.items() if value is not None} for side, given in sides.items()}


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


def _gib(quantity: str) -> str:
    return plain((amount(quantity) / GIB).quantize(amount("0.001")))


def _parameter(name: str, value: str) -> Json:
    return {"name": name, "value": value}


def _env(name: str, value: str) -> Json:
    return {"name": name, "value": value}


def _variable(variable: EnvironmentVariable) -> Json:
    if variable.secret_ref is None:
        return _env(variable.name, variable.value or "")
    reference = {"name": variable.secret_ref.name, "key": variable.secret_ref.key}
    return {"name": variable.name, "valueFrom": {"secretKeyRef": reference}}


def _scratch(size: str) -> Json:
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}}
    return {"name": SCRATCH, "ephemeral": {"volumeClaimTemplate": {"spec": spec}}}


def _placement(machine: MachineType) -> Json:
    tolerations = list(machine.tolerations)
    if machine.num_gpu:
        tolerations.append({"key": machine.gpu_resource, "operator": "Exists", "effect": "NoSchedule"})
    fields = {"nodeSelector": machine.node_selector, "tolerations": tolerations, "affinity": machine.affinity}
    return {key: value for key, value in fields.items() if value}


def _attempts(shape: Shape) -> Json:
    fields: dict[str, Any] = {}
    if shape.retries is not None:
        # A wrong configuration stays wrong.
        expression = f"asInt(lastRetry.exitCode) != {ConfigError.exit_code}"
        fields["retryStrategy"] = {
            "limit": str(shape.retries.limit),
            "retryPolicy": "Always",
            "expression": expression,
            **_backoff(shape.retries),
        }
    return {**fields, **({"activeDeadlineSeconds": shape.timeout} if shape.timeout else {})}


def _backoff(retries: Retries) -> Json:
    if retries.backoff is None:
        return {}
    backoff = retries.backoff
    longest = {"maxDuration": f"{backoff.max_duration}s"} if backoff.max_duration else {}
    return {"backoff": {"duration": f"{backoff.duration}s", "factor": str(backoff.factor), **longest}}


def _beside(sidecars: Iterable[Sidecar], volumes: Iterable[Volume]) -> Json:
    fields = {"sidecars": [_sidecar(item) for item in sidecars], "volumes": [_volume(item) for item in volumes]}
    return {key: value for key, value in fields.items() if value}


def _sidecar(sidecar: Sidecar) -> Json:
    mounts = [
        {"name": mount.name, "mountPath": mount.mount_path, "readOnly": mount.read_only}
        for mount in sidecar.volume_mounts
    ]
    fields = {"env": [_variable(item) for item in sidecar.env], "volumeMounts": mounts}
    return {
        "name": sidecar.name,
        "image": sidecar.image,
        **{key: value for key, value in fields.items() if value},
    }


def _volume(volume: Volume) -> Json:
    item = {"key": volume.secret_ref.key, "path": volume.secret_ref.path or volume.secret_ref.key}
    return {"name": volume.name, "secret": {"secretName": volume.secret_ref.name, "items": [item]}}
