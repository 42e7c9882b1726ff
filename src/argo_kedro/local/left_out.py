"""What a cluster adds to the tasks of a manifest and a local run does not: said once, before anything starts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from argo_kedro.local.depends import dependencies, depends
from argo_kedro.manifest.validation.parts import Manifest, Part
from argo_kedro.names import few

_SOURCES: Mapping[str, tuple[str, str]] = {  # of a volume: the word for it, and the field that names it
    "secret": ("secret", "secretName"),
    "configMap": ("config map", "name"),
    "persistentVolumeClaim": ("claim", "claimName"),
    "hostPath": ("path", "path"),
    "nfs": ("NFS server", "server"),
    "csi": ("driver", "driver"),
    "image": ("image", "reference"),
}
_MOST = 5  # of each that are named
_EMPTY = ("emptyDir", "ephemeral")  # nothing is in them that a task could miss


def reached(manifest: Manifest) -> list[Part]:
    """The templates that may run."""
    return _below(manifest, manifest.spec.text("entrypoint"), manifest.spec.text("onExit"))


def at_end(manifest: Manifest) -> list[Part]:
    """Tasks of the exit handler that are left out: their templates are in the cluster, and no other task needs them."""
    name = manifest.spec.text("onExit")
    if any(part.text("name") == name for part in _below(manifest, manifest.spec.text("entrypoint"))):
        return []
    tasks = manifest.tasks.get(name, [])
    needed = {need for task in tasks for need in _needs(task)}
    return [task for task in tasks if "templateRef" in task and task.text("name") not in needed]


def notice(manifest: Manifest) -> str:
    """All that is left out and that a task may miss; empty if there is nothing."""
    pods = [part for part in reached(manifest) if "container" in part]
    said = (
        ("containers", _beside(pods), "start them yourself where tasks need them"),
        ("files", _files(manifest, pods), "those of this machine count"),
        ("variables", _variables(pods), "set them in this shell where tasks need them"),
        ("locks", _locks([manifest.spec, *pods]), "other runs may go on beside this one"),
        ("at the end", (task.text("name") for task in at_end(manifest)), "its template is in the cluster only"),
    )
    listed = [(what, list(dict.fromkeys(names)), why) for what, names, why in said]
    told = "; ".join(f"{what}: {few(names, _MOST)} ({why})" for what, names, why in listed if names)
    return f"What a cluster adds is not here. {told}." if told else ""


def _below(manifest: Manifest, *names: str) -> list[Part]:
    todo, found = list(names), dict[str, Part]()
    while todo:
        name = todo.pop()
        if name in manifest.by_name and name not in found:
            found[name] = manifest.by_name[name]
            todo += [task.text("template") for task in manifest.tasks.get(name, ())]
    return list(found.values())


def _needs(task: Part) -> tuple[str, ...]:
    try:
        return depends(text).names if (text := task.text("depends")) else dependencies(task.items("dependencies")).names
    except ValueError:  # `validate` names it
        return ()


def _beside(pods: list[Part]) -> Iterator[str]:
    for pod in pods:
        for key in ("sidecars", "initContainers"):
            for container in pod.parts(key):
                yield f"{container.text('name')!r} ({container.text('image')}) of template {pod.text('name')!r}"


def _files(manifest: Manifest, pods: list[Part]) -> Iterator[str]:
    shared = {volume.text("name"): volume for volume in manifest.spec.parts("volumes")}
    for pod in pods:
        volumes = {**shared, **{volume.text("name"): volume for volume in pod.parts("volumes")}}
        for mount in pod.part("container").parts("volumeMounts"):
            volume = volumes.get(mount.text("name"))
            source = next((key for key in volume.value if key != "name"), "emptyDir") if volume else "emptyDir"
            if volume and source not in _EMPTY:
                word, key = _SOURCES.get(source, (source, ""))
                yield " ".join([mount.text("mountPath"), "from", word, volume.part(source).text(key)]).strip()


def _variables(pods: list[Part]) -> Iterator[str]:
    for pod in pods:
        for source in pod.part("container").parts("envFrom"):
            for key, word in (("secretRef", "secret"), ("configMapRef", "config map")):
                if key in source:
                    yield f"all of {word} {source.part(key).text('name')}"


def _locks(parts: list[Part]) -> Iterator[str]:
    for part in parts:
        locks = part.part("synchronization")
        yield from (f"mutex {mutex.text('name')}" for mutex in locks.parts("mutexes"))
        for semaphore in locks.parts("semaphores"):
            of = semaphore.part("configMapKeyRef")
            yield f"semaphore {of.text('name')}/{of.text('key')}" if of.value else "semaphore of the database"
