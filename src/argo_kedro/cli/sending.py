"""What `submit` and `schedule` have in hand: a manifest that passed all checks. Imported as `steps` is."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kedro.framework.startup import ProjectMetadata

from argo_kedro.cli import console, files, steps, work
from argo_kedro.cli.old_run import OldRun
from argo_kedro.cli.reach import Reach
from argo_kedro.cli.secret_params import stop_on_secrets
from argo_kedro.cluster import NoCluster, Unanswered, named, patiently
from argo_kedro.cluster import validate as validate_there
from argo_kedro.errors import CompileError
from argo_kedro.images import Build, needs_build, prepare, publish, stop_unless_pushable
from argo_kedro.manifest import KINDS, object_name, read, validate
from argo_kedro.manifest.images import project_image, with_image
from argo_kedro.model import PARAMS, Json, Kind
from argo_kedro.plan.pods.maker import encoded
from argo_kedro.workflows import labelled
from argo_kedro.workflows.origin import with_origin
from argo_kedro.workflows.source_code import commit_of_project, submitter


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """A manifest on its way to a cluster."""

    document: Json
    labels: Mapping[str, str] = field(default_factory=dict)  # task -> what people call it, where that is known
    file: Path | None = None  # where a dry run writes it; none if it came from a file
    text: str = ""


def asked_for(
    metadata: ProjectMetadata,
    reach: Reach,
    options: Mapping[str, Any],
    workflow_name: str,
    *,
    manifest: Path | None,
    template: str,
    image: str,
    old: OldRun | None = None,
) -> tuple[Reach, Parcel]:
    """What was asked for, from the cluster's template, a file, or the project; and the way to where it goes."""
    user = submitter(reach.project)
    if template:
        parcel = of_template(reach, template, options.get("params") or {}, image=image)
        return reach, replace(parcel, document=with_origin(parcel.document, user=user))
    if manifest:
        # Which commit it was made of, or its image, nobody knows here.
        parcel = of_file(manifest, image=image)
        parcel = replace(parcel, document=with_origin(parcel.document, user=user))
        return reach.in_namespace_of(parcel.document), parcel
    return reach, of_project(metadata, {**options, "env": reach.env}, workflow_name, image=image, old=old)


def of_project(
    metadata: ProjectMetadata,
    chosen: Mapping[str, Any],
    workflow_name: str,
    *,
    image: str = "",
    kind: Kind = "workflow",
    old: OldRun | None = None,
) -> Parcel:
    """Compile.

    Raises:
        CompileError: if there is anything that would fail on a cluster.
    """
    made = steps.compiled(metadata.project_path, chosen, workflow_name, kind=kind, image=image, old=old)
    steps.stop_on_errors(made)
    stopping = made.of("cluster")
    if stopping:
        console.problems(stopping)
        raise CompileError(f"{steps.counted(made)}: not ready for a cluster. Nothing was submitted.")
    project, document = metadata.project_path, made.document if kind == "workflow" else read(made.text)
    return Parcel(
        document=with_origin(document, user=submitter(project), commit=commit_of_project(project)),
        labels=work.labels_of(made.workflow),
        file=files.default_file(metadata.project_path, made.workflow, kind),
        text=made.text,
    )


def schedule_name(metadata: ProjectMetadata, chosen: Mapping[str, Any], workflow_name: str) -> str:
    """The name of the CronWorkflow of these pipelines, whatever is wrong with them by now, or says when it runs."""
    made = steps.compiled(metadata.project_path, chosen, workflow_name)
    return object_name(made.workflow, "cron")


def of_file(path: Path, *, image: str = "") -> Parcel:
    """A manifest that was compiled before.

    Raises:
        CompileError: if anything is wrong with it.
    """
    document = work.read_file(path)
    problems = validate(document, where=files.shown(path))
    stopping = [problem for problem in problems if problem.severity != "warning"]
    if stopping:
        console.problems(stopping)
        raise CompileError(f"{files.shown(path)}: {len(stopping)} to mend. Nothing was submitted.")
    if document["kind"] != KINDS["workflow"]:
        raise CompileError(
            f"{files.shown(path)}: a {document['kind']} does not run, it waits in the cluster. Nothing was submitted.",
            hint=f"kubectl apply --server-side -f {shlex.quote(files.shown(path))} puts it there; "
            "`kedro argo submit --from NAME` runs a WorkflowTemplate that is there.",
        )
    spec = with_image(document["spec"], image) if image else document["spec"]
    return Parcel(document={**document, "spec": spec})


def of_template(reach: Reach, name: str, params: Mapping[str, Any], *, image: str = "") -> Parcel:
    """A run of a WorkflowTemplate that is on the cluster.

    Argo itself takes any parameter for one, known or not.

    Raises:
        CompileError: if the template takes no parameters and there are some, or one is secret, or it has another image.
        ClusterError: if there is no such template.
    """
    stop_on_secrets(params, reach.config.secret_params)
    template = patiently(lambda: reach.cluster.get("workflowtemplates", name))
    spec = template.get("spec") or {}
    if image:
        raise CompileError(
            f"The image is the one of WorkflowTemplate {name}: --image changes nothing there.",
            hint="compile and apply the template anew: kedro argo compile --kind template.",
        )
    taken = {each.get("name") for each in (spec.get("arguments") or {}).get("parameters") or ()}
    if params and PARAMS not in taken:
        raise CompileError(
            f"WorkflowTemplate {name} takes no --params.",
            hint="`kedro argo compile --kind template` writes one that does.",
        )
    own: dict[str, Any] = {"workflowTemplateRef": {"name": name}}
    if params:
        own["arguments"] = {"parameters": [{"name": PARAMS, "value": encoded(params)}]}
    metadata = {"generateName": f"{name}-", "labels": (template.get("metadata") or {}).get("labels") or {}}
    document = {"apiVersion": template["apiVersion"], "kind": KINDS["workflow"], "metadata": metadata, "spec": own}
    return Parcel(document=document)


def addressed(reach: Reach, parcel: Parcel) -> dict[str, Any]:
    """The workflow as it is created: with a name of its own, and with Kedro's names of its tasks."""
    return named(labelled(parcel.document, parcel.labels), namespace=reach.cluster.namespace)


def dry_run(reach: Reach, parcel: Parcel, *, builds: bool) -> None:
    """Write the manifest, and let the server look at it, where one is there; `builds` is what the next step does.

    Raises:
        ConfigError: if it would build an image whose name no registry takes.
        ClusterError: if the server would refuse it.
    """
    if builds:
        stop_unless_pushable(reach.config.deployment.image, reach.config.deployment.tag)
    if parcel.file:
        files.write(parcel.file, parcel.text)
        console.result(files.shown(parcel.file))
    try:
        validate_there(reach.cluster, addressed(reach, parcel), tries=2)
    except (NoCluster, Unanswered) as error:
        console.say(f"Only looked at here. {error.format_message()}")
    else:
        console.say(f"The server would take it ({reach.cluster.where}).")
    more = ["--build"] if builds else []
    step = reach.command("submit", files.shown(parcel.file), *more) if parcel.file else ""
    console.done("Nothing was created.", next_step=step)


def buildable(reach: Reach, *, wanted: bool | None, image: str) -> Build | None:
    """The image to build, looked at closely enough to be sure that it can be; none if none is to be built.

    Args:
        reach: The project and its argo.yml.
        wanted: What the command line says; None if it says nothing.
        image: An image that is there already.

    Raises:
        ConfigError: if argo.yml or the project's files are not such that this could end well.
        ArgoKedroError: if there is no builder here that works.
    """
    return prepare(reach.project, reach.config.deployment) if is_built(reach, wanted=wanted, image=image) else None


def is_built(reach: Reach, *, wanted: bool | None, image: str) -> bool:
    """Whether the image is built: what the command line says counts, then argo.yml, unless an image is named."""
    deployment = reach.config.deployment
    return not image and (needs_build(deployment.build, deployment.image) if wanted is None else wanted)


def with_built_image(workflow: Json, build: Build | None) -> Json:
    """Build the image and push it, and name it in the workflow; nothing of that without a build.

    Raises:
        ArgoKedroError: if it could not be built, or the registry did not take it.
    """
    if build is None:
        return workflow
    spec = workflow["spec"]
    inner = spec.get("workflowSpec")  # of a CronWorkflow
    project_image(inner or spec)  # where it cannot be told, nothing is built for nothing
    image = publish(build)
    console.say(f"Pushed {image}.")
    changed = {**spec, "workflowSpec": with_image(inner, image)} if inner else with_image(spec, image)
    return {**workflow, "spec": changed}
