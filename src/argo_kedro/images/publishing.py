"""Look at everything first, then build, tag and push."""

from __future__ import annotations

import os
import re
import shlex
import tempfile
from dataclasses import dataclass
from pathlib import Path

from argo_kedro.config.models import Deployment
from argo_kedro.errors import ArgoKedroError, ConfigError
from argo_kedro.images.builders import Builder, working_builder
from argo_kedro.images.children import ask, show, show_and_hear
from argo_kedro.images.references import builder_name, content_tag, full_name, own_tag, reference, stop_unless_pushable
from argo_kedro.images.refusals import refused

_IMAGE_ID = re.compile(r"sha256:[0-9a-f]{64}|[0-9a-f]{64}")
_PLATFORM = re.compile(r"[a-z0-9]+/[a-z0-9_]+(/[a-z0-9]+)?")


@dataclass(frozen=True, kw_only=True)
class Build:
    """An image that can be built here and pushed, as far as one can tell before."""

    builder: Builder
    image: str  # without a tag
    tag: str  # empty if the content decides
    platform: str
    dockerfile: Path
    context: Path
    project: Path


def prepare(project: Path, deployment: Deployment) -> Build:
    """Everything that a build needs is there; nothing is built yet.

    Whether one is wanted is for the caller: with `--build`, even `deployment.build: false` takes the first builder.

    Raises:
        ConfigError: if argo.yml or the project's files are not such that this could end well.
        ArgoKedroError: if there is no builder here that works.
    """
    stop_unless_pushable(deployment.image, deployment.tag)
    project = project.resolve()
    if not _PLATFORM.fullmatch(deployment.target_platform):
        raise ConfigError(
            f"argo.yml: deployment.target_platform {deployment.target_platform!r} is not one platform.",
            hint="such as linux/amd64 or linux/arm64. An image for several is for CI: then deployment.build: false.",
        )
    context = _context(project, deployment)
    dockerfile = project / deployment.dockerfile
    if not dockerfile.is_file():
        raise ConfigError(
            f"argo.yml: deployment.dockerfile {deployment.dockerfile!r} is no file in the project's folder.",
            hint="kedro argo init writes one that works; files that are there already stay as they are.",
        )
    return Build(
        builder=working_builder(builder_name(deployment.build), project),
        image=deployment.image,
        tag=own_tag(deployment.tag),
        platform=deployment.target_platform,
        dockerfile=dockerfile,
        context=context,
        project=project,
    )


def publish(build: Build) -> str:
    """Build the image and push it; what the builder says goes to stderr.

    Returns:
        The reference for the manifest.

    Raises:
        ArgoKedroError: if it could not be built, or the registry did not take it.
        KeyboardInterrupt: after Ctrl-C, when the builder has ended. SystemExit for SIGTERM and a closed terminal.
    """
    name = full_name(build.image)
    if build.tag:
        tag = build.tag
        _built(build, "--tag", reference(name, tag))
    else:
        # By this name, and not by its id: docker's iidfile does not always say what docker itself calls the image
        # (https://github.com/docker/buildx/pull/3952). It is ours alone, so that two builds at once do not mix.
        draft = reference(name, f"argo-kedro-{os.getpid()}")
        tag = content_tag(_built_with_id(build, "--tag", draft))
        _tagged(build, draft, reference(name, tag))
    command = (build.builder.name, "push", reference(name, tag))
    pushed = show_and_hear(command, build.project)
    if pushed.code:
        raise refused(reference(build.image, tag), command, pushed)
    return reference(build.image, tag)


def _context(project: Path, deployment: Deployment) -> Path:
    context = (project / deployment.context).resolve()
    where = f"argo.yml: deployment.context {deployment.context!r}"
    hint = "./ is the project's folder; ../.. could be the repository that it is in."
    if not context.is_dir():
        raise ConfigError(f"{where} is no folder.", hint=hint)
    # Around the project is fine, for a repository of several; a folder beside it has nothing of the project in it.
    if not (project.is_relative_to(context) or context.is_relative_to(project)):
        raise ConfigError(f"{where} is outside of the project, and the project is not in it.", hint=hint)
    return context


def _built_with_id(build: Build, *options: str) -> str:
    """Build, and read what the builder calls the result."""
    with tempfile.TemporaryDirectory(prefix="argo-kedro-") as folder:
        file = Path(folder) / "image-id"
        _built(build, *options, "--iidfile", str(file))
        image_id = file.read_text(encoding="utf-8").strip() if file.is_file() else ""
    if not _IMAGE_ID.fullmatch(image_id):
        raise ArgoKedroError(
            f"{build.builder.name} built the image, but did not say which one it is: {image_id!r}.",
            hint="is `docker` here another program by that name? Then name that one: deployment.build: podman. "
            "Or choose a tag yourself: deployment.tag.",
        )
    return image_id


def _built(build: Build, *options: str) -> None:
    builder = build.builder
    begin = (*builder.build, "--platform", build.platform)
    end = ("--file", str(build.dockerfile), str(build.context))
    env = {} if build.tag else {name: os.environ.get(name, value) for name, value in builder.env.items()}
    ended = show((*begin, *options, *end), build.project, env)
    if ended.code:
        # Exit code 1, not 5: the cluster has not been asked for anything.
        raise ArgoKedroError(
            f"{build.image} was not built: {builder.name} ended with exit code {ended.code}; above is what it said.",
            hint=f"nothing was pushed or submitted. Try it alone: {shlex.join((*begin, *end))}",
        )


def _tagged(build: Build, draft: str, final: str) -> None:
    tool = build.builder.name
    ended = ask((tool, "tag", draft, final), build.project)
    if ended.code:
        raise ArgoKedroError(
            f"{build.image} was built, but not tagged: {ended.last_words}.", hint=f"see {tool} images, and try again."
        )
    ask((tool, "rmi", draft), build.project)  # only the name goes; it does no harm if it stays
