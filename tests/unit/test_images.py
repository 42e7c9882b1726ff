"""The project's image is built, tagged by its content and pushed; or a sentence says why not, before or after."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
from image_builders import BUILT, IMAGE, TAG, Builders, project_in

from argo_kedro.config.models import Deployment
from argo_kedro.errors import ArgoKedroError, ConfigError
from argo_kedro.images import children, prepare, publish


@pytest.fixture
def builders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builders:
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return Builders(folder=tmp_path / "bin", log=tmp_path / "log")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return project_in(tmp_path)


def deployment(**settings: Any) -> Deployment:
    return Deployment(**{"image": IMAGE, **settings})


def published(project: Path, **settings: Any) -> str:
    return publish(prepare(project, deployment(**settings)))


def without_folders(lines: list[str], project: Path) -> list[str]:
    """The lines with P for the project's folder, ID for the file with the id, and PID for our own number."""
    short = [line.replace(str(project), "P").replace(f"argo-kedro-{os.getpid()}", "argo-kedro-PID") for line in lines]
    return [re.sub(r"--iidfile\|[^|]+", "--iidfile|ID", line) for line in short]


@pytest.mark.parametrize(
    ("name", "build"),
    [("docker", "docker|buildx|build|--load"), ("podman", "podman|build"), ("buildah", "buildah|bud|--layers")],
)
def test_an_image_is_tagged_by_its_content(name, build, builders, project):
    builders.add(name)

    reference = published(project)

    draft = f"{IMAGE}:argo-kedro-PID"
    assert reference == f"{IMAGE}:{TAG}"
    assert [line for line in without_folders(builders.lines(), project) if "version" not in line] == [
        f"{name}|info",
        f"{build}|--platform|linux/amd64|--tag|{draft}|--iidfile|ID|--file|P/Dockerfile|P",
        f"{name}|tag|{draft}|{IMAGE}:{TAG}",
        f"{name}|rmi|{draft}",
        f"{name}|push|{IMAGE}:{TAG}",
    ]


@pytest.mark.parametrize("name", ["docker", "podman", "buildah"])
def test_a_tag_that_the_user_chose_is_used_as_it_is(name, builders, project):
    builders.add(name)

    assert published(project, tag="3f2c1aa", target_platform="linux/arm64/v8") == f"{IMAGE}:3f2c1aa"

    *_, build, push = without_folders(builders.lines(), project)
    assert build.endswith(f"|--platform|linux/arm64/v8|--tag|{IMAGE}:3f2c1aa|--file|P/Dockerfile|P")
    assert push == f"{name}|push|{IMAGE}:3f2c1aa"


def test_docker_hub_is_named_to_builders_that_would_look_on_this_machine(builders, project):
    builders.add("podman")

    assert published(project, image="team/flights") == f"team/flights:{TAG}"
    assert builders.lines()[-1] == f"podman|push|docker.io/team/flights:{TAG}"


def test_docker_leaves_the_time_of_the_build_out_of_an_id_that_is_to_be_the_contents(builders, project, monkeypatch):
    monkeypatch.delenv("BUILDX_NO_DEFAULT_ATTESTATIONS", raising=False)
    said = 'echo "attestations off: ${BUILDX_NO_DEFAULT_ATTESTATIONS-as usual}" >> ../log; ' + BUILT
    builders.add("docker", build=said)

    published(project)
    published(project, tag="3f2c1aa")
    monkeypatch.setenv("BUILDX_NO_DEFAULT_ATTESTATIONS", "0")
    published(project)

    seen = [line for line in builders.lines() if line.startswith("attestations")]
    assert seen == ["attestations off: 1", "attestations off: as usual", "attestations off: 0"]


def test_dockerfile_and_context_are_found_from_the_projects_folder(builders, project):
    builders.add("docker")
    (project / "docker").mkdir()
    (project / "docker" / "Dockerfile.gpu").write_text("FROM scratch\n", encoding="utf-8")

    published(project, dockerfile="docker/Dockerfile.gpu", context="../")

    [build] = [line for line in without_folders(builders.lines(), project) if "|build|" in line]
    assert build.endswith(f"|--file|P/docker/Dockerfile.gpu|{project.parent}")


def test_the_first_builder_on_path_is_taken_unless_one_is_named(builders, project):
    builders.add("buildah")
    builders.add("podman")

    assert prepare(project, deployment()).builder.name == "podman"
    assert prepare(project, deployment(build="buildah")).builder.name == "buildah"
    builders.add("docker")
    assert prepare(project, deployment()).builder.name == "docker"
    assert prepare(project, deployment(build=False)).builder.name == "docker"  # for --build


def test_what_builders_say_goes_to_stderr(builders, project, capfd):
    builders.add("docker", build=f"echo step 1; echo step 2 >&2; {BUILT}", push="echo layer 1; echo layer 2 >&2")

    published(project)

    out, err = capfd.readouterr()
    assert out == ""
    assert [line for line in err.splitlines() if line] == ["step 1", "step 2", "layer 1", "layer 2"]


@pytest.mark.parametrize(
    ("settings", "message", "hint"),
    [
        ({"image": ""}, "image is empty", "build: false"),
        ({"image": "your-registry/your-image"}, "placeholder", "name one in your registry"),
        ({"image": "registry.example.com/flights"}, "placeholder", "name one in your registry"),
        ({"image": "flights"}, "names no registry", "name one in your registry"),
        ({"image": "ghcr.io/team/flights:1.0"}, "has a tag in it", "image: ghcr.io/team/flights, and tag: 1.0"),
        ({"image": f"{IMAGE}@sha256:{'a' * 64}"}, "has a digest", "--no-build"),
        ({"image": "ghcr.io/Team/flights"}, "is no name of an image", "name one in your registry"),
        ({"tag": "feature/x"}, "deployment.tag 'feature/x'", "leave it at latest"),
        ({"tag": ""}, "deployment.tag ''", "leave it at latest"),
        ({"target_platform": "linux/amd64,linux/arm64"}, "not one platform", "for CI"),
        ({"dockerfile": "Dockerfile.gpu"}, "'Dockerfile.gpu' is no file", "kedro argo init"),
        ({"context": "nowhere"}, "'nowhere' is no folder", "./ is the project's folder"),
        ({"context": "https://github.com/team/flights.git"}, "is no folder", "./ is the project's folder"),
        ({"context": "../beside"}, "outside of the project", "../.. could be"),
    ],
)
def test_nothing_is_asked_of_a_builder_when_argo_yml_cannot_be_right(settings, message, hint, builders, project):
    builders.add("docker")
    (project.parent / "beside").mkdir()

    with pytest.raises(ConfigError) as raised:
        prepare(project, deployment(**settings))

    assert message in raised.value.message
    assert hint in raised.value.hint
    assert builders.lines() == []


def refusal(project: Path, **settings: Any) -> ArgoKedroError:
    with pytest.raises(ArgoKedroError) as raised:
        published(project, **settings)
    assert raised.value.exit_code == 1
    return raised.value


def test_no_builder_says_what_was_looked_for_and_what_else_there_is(builders, project):
    error = refusal(project)

    assert error.message.endswith("looked for docker, podman, buildah.")
    for way_out in ("install one of them", "deployment.build: false", "--image"):
        assert way_out in error.hint


def test_a_named_builder_that_is_missing_is_not_replaced_by_another(builders, project):
    builders.add("docker")

    error = refusal(project, build="podman")

    assert error.message == "podman, which deployment.build names, is not on PATH."
    assert "true takes the first that is, docker" in error.hint
    assert builders.lines() == []


def test_a_builder_that_does_not_run_is_told_before_the_build_and_another_is_proposed(builders, project):
    builders.add("docker", info="echo 'Cannot connect to the Docker daemon at unix:///x. Is it running?' >&2; exit 1")
    builders.add("buildah")

    error = refusal(project)

    assert "Cannot connect to the Docker daemon" in error.message
    assert error.hint.startswith("start Docker (")
    assert "deployment.build: buildah" in error.hint
    assert builders.lines() == ["docker|info"]


def test_a_builder_that_hangs_is_not_waited_for(builders, project, monkeypatch):
    monkeypatch.setattr(children, "_ANSWER", 0.3)
    builders.add("docker", info="exec /bin/sleep 60")

    assert "cannot build (no answer in 0.3 s)" in refusal(project).message


def test_docker_without_buildx_is_told_before_the_build(builders, project):
    builders.add("docker", plugin='echo "docker: unknown command: docker buildx" >&2; exit 1')

    error = refusal(project)

    assert "buildx" in error.message
    assert builders.lines() == ["docker|info", "docker|buildx|version"]


def test_a_failed_build_is_not_pushed_and_can_be_tried_alone(builders, project):
    builders.add("podman", build="exit 3")

    error = refusal(project)

    assert "exit code 3" in error.message
    alone = shlex.split(error.hint.partition("Try it alone: ")[2])
    assert alone[:4] == ["podman", "build", "--platform", "linux/amd64"]
    assert alone[-3:] == ["--file", f"{project}/Dockerfile", str(project)]
    assert len(alone) == 7  # without the names that only we need
    assert "push" not in "".join(builders.lines())


def test_a_build_that_was_killed_has_the_exit_code_that_a_shell_gives_it(builders, project):
    builders.add("podman", build="kill -9 $$")

    assert "exit code 137" in refusal(project).message


def test_an_image_without_an_id_is_not_pushed(builders, project):
    builders.add("docker", build=":")

    error = refusal(project)

    assert "did not say which one" in error.message
    assert "push" not in "".join(builders.lines())


def test_an_image_that_cannot_be_tagged_is_not_pushed(builders, project):
    builders.add("docker", tag="echo 'no space left on device' >&2; exit 1")

    assert "not tagged: no space left on device" in refusal(project).message
    assert "push" not in "".join(builders.lines())


def test_a_name_that_stays_behind_is_no_failure(builders, project):
    builders.add("docker", rmi="exit 1")

    assert published(project) == f"{IMAGE}:{TAG}"


_LOGIN, _GONE = "does not know you, or you may not push there", "has no such repository"
_DENIED, _NETWORK = "does not let you push there", "cannot be reached"


@pytest.mark.parametrize(
    ("said", "message", "hint"),
    [
        ("unauthorized: authentication required", _LOGIN, "docker login ghcr.io"),
        ("denied: requested access to the resource is denied", _LOGIN, "docker login ghcr.io"),
        ("no basic auth credentials", _LOGIN, "docker login ghcr.io"),
        ('denied: Permission "artifactregistry.upload" denied on resource', _DENIED, "ask for the right to push"),
        ("received unexpected HTTP status: 403 Forbidden", _DENIED, "ask for the right to push"),
        ("name unknown: The repository with name flights does not exist", _GONE, "create it there"),
        ("dial tcp: lookup ghcr.io: no such host", _NETWORK, "check the network"),
        ("Get https://ghcr.io/v2/: tls: failed to verify certificate: x509: unknown", _NETWORK, "certificate"),
        ("http: server gave HTTP response to HTTPS client", _NETWORK, "check the network"),
        ("error getting credentials: docker-credential-x not found in $PATH", "keeps your logins", "credsStore"),
        ("received unexpected HTTP status: 500 Internal Server Error", "exit code 1", "see above"),
    ],
)
def test_a_refused_push_says_why_and_how_to_try_it_alone(said, message, hint, builders, project):
    builders.add("docker", push=f"echo The push refers to repository; echo {shlex.quote(said)} >&2; exit 1")

    error = refusal(project)

    assert error.message.startswith(f"{IMAGE}:{TAG} was built, but not pushed: ")
    assert message in error.message
    assert said in error.message
    assert hint in error.hint
    assert error.hint.endswith(f"docker push {IMAGE}:{TAG}")


def test_a_push_that_fails_without_a_word_has_its_exit_code(builders, project):
    builders.add("podman", push="exit 125")

    assert refusal(project).message == f"{IMAGE}:{TAG} was built, but not pushed: exit code 125."


def test_of_a_long_reason_the_end_is_told(builders, project):
    builders.add("podman", push=f"echo {'trying to reuse blob ' * 50}: unauthorized: no password >&2; exit 125")

    message = refusal(project).message

    assert message.endswith("unauthorized: no password).")
    assert len(message) < 300


def test_a_program_that_cannot_be_started_is_no_traceback(builders, project):
    (builders.folder / "docker").write_bytes(b"\x00 not a program")
    (builders.folder / "docker").chmod(0o755)

    assert "docker cannot be started" in refusal(project).message


def test_a_helper_that_lives_on_is_left_alone_when_all_went_well(builders, project):
    builders.add("podman", push="(exec >/dev/null 2>&1; exec /bin/sleep 60) & echo $! > ../helper.pid")

    published(project)

    helper = int((project.parent / "helper.pid").read_text(encoding="utf-8"))
    assert subprocess.run(["/bin/kill", str(helper)], check=False).returncode == 0  # it was still there
