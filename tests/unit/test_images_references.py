"""Names of images: which need a build, where they go, which tag they get."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from argo_kedro.errors import ConfigError
from argo_kedro.images.references import (
    content_tag,
    full_name,
    needs_build,
    own_tag,
    registry,
    stop_unless_pushable,
)


@pytest.mark.parametrize(
    ("build", "image", "expected"),
    [
        (True, "ghcr.io/team/flights", True),
        ("podman", "ghcr.io/team/flights", True),
        (False, "ghcr.io/team/flights", False),
        (True, "ghcr.io/team/flights@sha256:" + "a" * 64, False),
    ],
)
def test_a_build_is_needed_unless_it_is_switched_off_or_the_image_has_a_digest(build, image, expected):
    assert needs_build(build, image) is expected


def test_only_the_default_tag_leaves_it_to_the_content():
    assert [own_tag(tag) for tag in ("latest", "3f2c1aa", "v1")] == ["", "3f2c1aa", "v1"]


@given(st.text("0123456789abcdef", min_size=64, max_size=64))
def test_the_tag_of_the_content_can_always_be_pushed(digest):
    stop_unless_pushable("ghcr.io/team/flights", content_tag(f"sha256:{digest}"))

    assert content_tag(f"sha256:{digest}") == content_tag(digest) == digest[:12]


@pytest.mark.parametrize(
    ("image", "full", "host"),
    [
        ("team/flights", "docker.io/team/flights", "docker.io"),
        ("docker.io/team/flights", "docker.io/team/flights", "docker.io"),
        ("localhost/flights", "localhost/flights", "localhost"),
        ("registry:5000/flights", "registry:5000/flights", "registry:5000"),
        ("[::1]:5000/flights", "[::1]:5000/flights", "[::1]:5000"),
        ("Registry/flights", "Registry/flights", "Registry"),
        ("europe-west1-docker.pkg.dev/p/r/f", "europe-west1-docker.pkg.dev/p/r/f", "europe-west1-docker.pkg.dev"),
    ],
)
def test_the_registry_is_read_as_docker_reads_it(image, full, host):
    stop_unless_pushable(image, "latest")

    assert full_name(image) == full
    assert registry(image) == host


@pytest.mark.parametrize(
    "image",
    [
        "flights",
        "docker.io/flights",
        "library/flights",
        "docker.io/library/flights",
        "ghcr.io/",
        "ghcr.io/team/",
        "ghcr.io//flights",
        "ghcr.io/team/flights ",
        "ghcr.io/team/flights\n",
        "ghcr.io/team/-flights",
        "-f/flights",
        "--tls-verify=false/x",
        "ghcr.io/team/flights:1",
        "<your registry>/flights",
        "your_registry/flights",
        "ghcr.io/your-name/flights",
        "example.org/flights",
        "registry.example/flights",
        "registry.invalid:5000/flights",
    ],
)
def test_names_that_no_registry_takes_are_refused(image):
    with pytest.raises(ConfigError):
        stop_unless_pushable(image, "latest")


@pytest.mark.parametrize(
    "image", ["ghcr.io/team/example", "ghcr.io/example/flights", "examples.io/t/f", "re.io/yours/f"]
)
def test_names_that_only_look_like_placeholders_are_taken(image):
    stop_unless_pushable(image, "latest")
