"""How to repeat one task of a run here, on the data that it read there, and without a trace in that run."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from argo_kedro.local.alone import Options, alone, left, saves
from argo_kedro.local.attempts import command, pod_lookup, secrets
from argo_kedro.local.dags import arguments
from argo_kedro.local.left_out import notice
from argo_kedro.local.pods import FIELD_TAGS, pod
from argo_kedro.local.templates import Pod
from argo_kedro.local.variables import Lookup, workflow_values
from argo_kedro.manifest.validation.parts import Manifest, Part
from argo_kedro.model import Json, text
from argo_kedro.names import pod_name
from argo_kedro.workflows.attempts import TaskNode
from argo_kedro.workflows.inputs import inputs_of
from argo_kedro.workflows.state import moment, spec_of

_READ = ("name", "container", "inputs", "outputs", "serviceAccountName")  # of a template: what makes its command
_HOST = "spec.nodeName"
_EPOCH = "1970-01-01T00:00:00Z"


@dataclass(frozen=True, kw_only=True)
class Repeat:
    """What repeats a task, and what it reads."""

    argv: tuple[str, ...] = ()  # empty where it cannot be repeated here
    env: Mapping[str, str] = field(default_factory=dict)  # what the manifest gives, without secrets
    variables: tuple[str, ...] = ()  # that a pod takes from elsewhere: they must be set here
    versions: Mapping[str, str] = field(default_factory=dict)  # of the datasets that it reads, where they are pinned
    spilled: Mapping[str, str] = field(default_factory=dict)  # where a dataset lies that another task kept for it
    is_ours: bool = False  # whether it runs `argo_kedro.task`: its exit codes mean what ours do
    notes: tuple[str, ...] = ()


def repeat(document: Json, node: TaskNode, *, label: str, saving: str, kept: Collection[str]) -> Repeat:
    """How to repeat a task; why that cannot be, where there is no way.

    Args:
        document: The workflow, of a cluster or of this machine.
        node: The task.
        label: What people call it.
        saving: The dataset that it could not save.
        kept: The datasets in memory that other tasks have kept in the storage of the run.
    """
    if not node.template.get("container"):
        why = "its template is not in the workflow" if not node.template else "it runs no container"
        return Repeat(notes=(f"It cannot be repeated here: {why}.",))
    read = pod(Part("template ", {key: node.template[key] for key in _READ if key in node.template}))
    made = command(read, _lookup(document, node, read), Path(os.devnull))
    options = Options(made.shown)
    reads = {name: options.place(name) for name in options.names("spilled") if name in kept or name in options.asked}
    unread = set(options.names("spilled")) - reads.keys()
    removed = inputs_of(document).cleans_up and text(document, "status", "phase") == "Succeeded"
    gone = [f"{name} in {place}" for name, place in reads.items() if removed or _is_gone(place)]
    # A variable made of a secret is as secret, and is not made here.
    hidden = {name for name, value in made.given.items() if any(f"$({each})" in value for each in secrets(read))}
    given = {name: value for name, value in left(made.given, made.shown).items() if name not in hidden}
    return Repeat(
        argv=() if gone else alone(made.shown, label=label, saving=saving, unread=unread),
        env=given | _of_host(read, node),
        variables=tuple(sorted({*secrets(read), *_of_pod(read, node), *hidden})),
        versions={name: version for name, version in options.versions.items() if name not in options.names("spilled")},
        spilled=reads,
        is_ours=bool(options),
        notes=tuple(_notes(document, node, options, saving, gone)),
    )


def _is_gone(place: str) -> bool:
    """Whether a folder is not here; of an address nobody knows it without a login."""
    return "://" not in place and not os.path.isdir(place)


def _lookup(document: Json, node: TaskNode, read: Pod) -> Lookup:
    """What tags stand for in this task, as when it ran."""
    metadata = {**dict.fromkeys(("name", "uid", "namespace", "creationTimestamp"), ""), **document["metadata"]}
    specs = [Part("spec", spec_of(document)), Part("spec", document.get("spec") or {})]
    parameters = {name: value for spec in specs for name, value in arguments(spec.part("arguments")).items()}
    whole = {"metadata": metadata, "spec": {"entrypoint": "", **spec_of(document)}}
    created = moment(metadata["creationTimestamp"] or _EPOCH)
    values = workflow_values(whole, parameters, created) if created else {}
    inputs = {**{name: value or "" for name, value in read.inputs.items()}, **node.inputs}
    own = {
        "tasks.name": node.task,
        "node.name": node.name,
        "pod.name": pod_name(metadata["name"], read.name, node.name),
        "retries": str(node.attempts - 1),
    }
    return pod_lookup({**values, **own}, inputs, read.outputs)


def _of_pod(read: Pod, node: TaskNode) -> Iterator[str]:
    """Variables that hold what nobody knows once the pod is gone, such as its address."""
    known = {*FIELD_TAGS, "secret", "", *((_HOST,) if node.host else ())}
    return (variable.name for variable in read.env if variable.source not in known)


def _of_host(read: Pod, node: TaskNode) -> dict[str, str]:
    return {variable.name: node.host for variable in read.env if variable.source == _HOST and node.host}


def _notes(document: Json, node: TaskNode, options: Options, saving: str, gone: list[str]) -> Iterator[str]:
    """What one has to know before the command is typed."""
    if gone:
        yield f"It cannot be repeated here: it reads {', '.join(gone)}, which is no more, or not on this machine."
        return
    if not options:
        yield "Its template is one of your own: the command saves what it always saves, and in the same places."
    elif saves(options, saving):
        yield (
            f"It could not save {saving}, so the command saves it: in a version of its own if it has versions, else in "
            "its place. All else that it saves stays in memory."
        )
    spec = {**spec_of(document), "templates": [node.template], "entrypoint": text(node.template, "name"), "onExit": ""}
    left_out = notice(Manifest("manifest", {"metadata": document["metadata"], "spec": spec}))
    if left_out:
        yield left_out
