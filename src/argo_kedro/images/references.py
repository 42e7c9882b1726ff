"""Names of images: which are built, which tag they get, which registry they go to."""

from __future__ import annotations

import re

from argo_kedro.errors import ConfigError

DEFAULT_TAG = "latest"  # of argo.yml: it says nothing of what is in the image
_HUB = "docker.io"
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\Z")
# https://github.com/distribution/reference: registries and engines refuse all else, after the build.
_PART = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\])(?::[0-9]+)?"
_NAME = re.compile(rf"(?:{_HOST}/)?{_PART}(?:/{_PART})*\Z")
# What generated files and manuals write: RFC 2606, and "your-registry/your-image" of argo-kedro 0.1.
_PLACEHOLDER = re.compile(r"([^/]*\.)?(example(\.(com|net|org))?|invalid)(:\d+)?/|(.*/)?your[-_]", re.IGNORECASE)
_PUSHED_BY_CI = "Or push it some other way, and set deployment.build: false."


def needs_build(build: bool | str, image: str) -> bool:
    """Whether `deployment.build` asks for this image; one with a digest is built already."""
    return bool(build) and "@" not in image


def builder_name(build: bool | str) -> str:
    """The builder that `deployment.build` names; empty if the first one that is found will do."""
    return build if isinstance(build, str) else ""


def reference(image: str, tag: str) -> str:
    """What the manifest says: name and tag."""
    return f"{image}:{tag}"


def own_tag(tag: str) -> str:
    """The tag that the user chose, a commit perhaps; empty if the content decides."""
    return "" if tag == DEFAULT_TAG else tag


def content_tag(image_id: str) -> str:
    """The tag of what is in the image: the same content has the same one."""
    return image_id.removeprefix("sha256:")[:12]


def full_name(image: str) -> str:
    """The name with its registry: podman and buildah take `team/flights` for an image of this machine."""
    return image if _has_host(image) else f"{_HUB}/{image}"


def registry(image: str) -> str:
    """Host of the registry that an image goes to."""
    return full_name(image).partition("/")[0]


def stop_unless_pushable(image: str, tag: str) -> None:
    """Stop at a name that no registry takes.

    Raises:
        ConfigError: if name or tag are none, or stand for one that the user has yet to choose.
    """
    where = f"argo.yml: deployment.image {image!r}"
    hint = f"name one in your registry, such as ghcr.io/team/flights. {_PUSHED_BY_CI}"
    if not image:
        raise ConfigError("argo.yml: deployment.image is empty, so there is nowhere to push the image to.", hint=hint)
    if _PLACEHOLDER.match(image):
        raise ConfigError(f"{where} is a placeholder.", hint=hint)
    if "@" in image:
        raise ConfigError(f"{where} has a digest, so it is built already.", hint="submit it with --no-build.")
    if ":" in image.rpartition("/")[2]:
        name, _, given = image.rpartition(":")
        raise ConfigError(f"{where} has a tag in it.", hint=f"image: {name}, and tag: {given}.")
    if not _NAME.match(image):
        raise ConfigError(f"{where} is no name of an image: lower case, digits, and . _ - / between them.", hint=hint)
    if full_name(image).removeprefix(f"{_HUB}/library/").removeprefix(f"{_HUB}/").count("/") == 0:
        raise ConfigError(f"{where} names no registry, and Docker Hub keeps such names to itself.", hint=hint)
    if not _TAG.match(tag):
        message = (
            f"argo.yml: deployment.tag {tag!r} is no tag: letters, digits, and _ . - after the first, at most 128."
        )
        raise ConfigError(message, hint=f"leave it at {DEFAULT_TAG}, and each image is tagged by its content.")


def _has_host(image: str) -> bool:
    first, slash, _ = image.partition("/")
    return bool(slash) and (first == "localhost" or bool(re.search(r"[.:A-Z]", first)))
