"""docker, podman and buildah: which of them works here, and what each is told."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from argo_kedro.errors import ArgoKedroError
from argo_kedro.images.children import ask

_ELSEWHERE = "build and push it in CI and set deployment.build: false; or name an image that exists with --image"


@dataclass(frozen=True, kw_only=True)
class Builder:
    """A program that builds images."""

    name: str
    build: tuple[str, ...]  # its command and the options that it alone needs
    start: str  # how it is brought to answer
    env: Mapping[str, str] = field(default_factory=dict)  # for a build whose content decides on the tag


_BUILDERS = (
    Builder(
        name="docker",
        build=("docker", "buildx", "build", "--load"),
        start="start Docker (Docker Desktop, or sudo systemctl start docker)",
        # A record of when it was built would be part of the image's id. Older ones do not know the option for it.
        env={"BUILDX_NO_DEFAULT_ATTESTATIONS": "1"},
    ),
    Builder(
        name="podman", build=("podman", "build"), start="see what podman info says (on macOS: podman machine start)"
    ),
    # `bud` is known to all versions, `build` to newer ones. Without --layers there is no cache, and a new id each time.
    Builder(name="buildah", build=("buildah", "bud", "--layers"), start="see what buildah info says"),
)


def working_builder(name: str, folder: Path) -> Builder:
    """The builder of this name, or else the first that is on PATH; it answers.

    Raises:
        ArgoKedroError: if it is not here, or does not answer.
    """
    here = [builder for builder in _BUILDERS if shutil.which(builder.name)]
    builder = _named(name, here) if name else next(iter(here), None)
    if builder is None:
        raise ArgoKedroError(
            f"No program that builds images is on PATH: looked for {_listed(_BUILDERS)}.",
            hint=f"install one of them; or {_ELSEWHERE}.",
        )
    # A second one is proposed, not taken: its logins and its images are not those that the user knows.
    others = [f"set deployment.build: {other.name}" for other in here if other is not builder]
    way_out = "; or ".join([*others, _ELSEWHERE])
    answer = ask((builder.name, "info"), folder)
    if answer.code:
        raise ArgoKedroError(
            f"{builder.name} is here, but cannot build ({answer.last_words}).", hint=f"{builder.start}; or {way_out}."
        )
    if builder.name == "docker" and ask(("docker", "buildx", "version"), folder).code:
        raise ArgoKedroError(
            "docker is here, but without its plugin buildx.", hint=f"install docker-buildx; or {way_out}."
        )
    return builder


def _named(name: str, here: list[Builder]) -> Builder:
    for builder in here:
        if builder.name == name:
            return builder
    found = f"deployment.build: true takes the first that is, {here[0].name}" if here else _ELSEWHERE
    raise ArgoKedroError(f"{name}, which deployment.build names, is not on PATH.", hint=f"install it; or {found}.")


def _listed(builders: tuple[Builder, ...]) -> str:
    return ", ".join(builder.name for builder in builders)
