"""The test bed, as `make cluster` has left it: its addresses, a namespace, a bucket, and an image of the example."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fsspec
import pytest
from kubernetes import client, config
from kubernetes.client import ApiClient
from support import Namespace, new_namespace
from urllib3.exceptions import HTTPError

from argo_kedro.cluster.client import KubernetesCluster

# gcsfs would ask the server by gRPC what kind of bucket it has, for half a minute: this one speaks only HTTP.
os.environ.setdefault("GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT", "false")

HERE = Path(__file__).parent
FLIGHTS = HERE.parents[1] / "examples" / "flights"


@dataclass(frozen=True, kw_only=True)
class Bed:
    """What `make cluster` wrote down. Hosts and pods reach the stores at the same addresses."""

    kubeconfig: Path  # its contexts: admin, and submitter, who has no rights
    kubernetes: str
    argo: str
    requeue: str
    host: str  # this machine, as the pods would see it, if they could
    s3: dict[str, str]  # endpoint, key, secret, bucket
    gcs: dict[str, str]  # endpoint, bucket
    images: dict[str, str]  # busybox, argoexec

    def api(self, context: str = "admin") -> ApiClient:
        """A client for this user; close it, as `with bed.api() as api` does."""
        return config.new_client_from_config(str(self.kubeconfig), context=context)

    @property
    def s3_env(self) -> dict[str, str]:
        """What a pod or a process needs to find the buckets."""
        return {
            "AWS_ACCESS_KEY_ID": self.s3["key"],
            "AWS_SECRET_ACCESS_KEY": self.s3["secret"],
            "AWS_ENDPOINT_URL": self.s3["endpoint"],
            "AWS_DEFAULT_REGION": "us-east-1",
        }

    def files(self) -> Any:
        """Fsspec's filesystem of the buckets; not from its cache, whose directory listings outlive a test."""
        return fsspec.filesystem(
            "s3",
            key=self.s3["key"],
            secret=self.s3["secret"],
            endpoint_url=self.s3["endpoint"],
            skip_instance_cache=True,
        )


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """A bucket of the test's own."""

    name: str
    files: Any  # fsspec's filesystem
    env: dict[str, str]  # what a pod or a process needs to find it


@dataclass(frozen=True, kw_only=True)
class Image:
    """A project, and its image in the cluster."""

    folder: Path
    name: str


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is below this folder."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker("cluster")


@pytest.fixture(scope="session")
def bed() -> Bed:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = Path(os.environ.get("ARGO_KEDRO_BED") or cache / "argo-kedro-bed")
    try:
        written = json.loads((folder / "run" / "bed.json").read_text(encoding="utf-8"))
        found = Bed(**{**written, "kubeconfig": Path(written["kubeconfig"])})
        with found.api() as api:
            client.VersionApi(api).get_code(_request_timeout=10)
    except (OSError, HTTPError) as error:
        pytest.exit(f"No cluster is up ({error}). Way out: make cluster", returncode=1)
    return found


@pytest.fixture
def own(bed: Bed) -> Iterator[Namespace]:
    """A new namespace, where the default service account may do what Argo's executor has to."""
    with new_namespace(bed.kubeconfig) as found:
        yield found


@pytest.fixture
def strict(bed: Bed) -> Iterator[Namespace]:
    """A new namespace that admits restricted pods only."""
    with new_namespace(bed.kubeconfig, {"pod-security.kubernetes.io/enforce": "restricted"}) as found:
        yield found


@pytest.fixture
def namespace(own: Namespace) -> str:
    """The name of a new namespace."""
    return own.cluster.namespace


@pytest.fixture
def cluster(own: Namespace) -> KubernetesCluster:
    """A new namespace, as the verbs reach it."""
    return own.cluster


@pytest.fixture
def s3(bed: Bed) -> Iterator[Bucket]:
    """A new bucket."""
    name = f"t-{uuid.uuid4().hex[:8]}"
    files = bed.files()
    files.mkdir(name)
    yield Bucket(name=name, files=files, env=bed.s3_env)
    files.rm(name, recursive=True)


@pytest.fixture
def gcs(bed: Bed) -> Iterator[Bucket]:
    """A new bucket of the GCS server, which asks nobody who they are."""
    name = f"t-{uuid.uuid4().hex[:8]}"
    endpoint = bed.gcs["endpoint"]
    files = fsspec.filesystem("gs", token="anon", endpoint_url=endpoint, project="bed", skip_instance_cache=True)
    files.mkdir(name)
    yield Bucket(name=name, files=files, env={"STORAGE_EMULATOR_HOST": endpoint})
    files.rm(name, recursive=True)


@pytest.fixture(scope="session")
def build_image(bed: Bed) -> Callable[[Path, str], Image]:
    """Builds a project's image by its own Dockerfile, and hands it to the cluster; a change of code takes seconds."""

    def build(folder: Path, name: str) -> Image:
        command = [HERE / "bed" / "image.sh", folder, name]
        built = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=1200)
        assert built.returncode == 0, built.stderr
        return Image(folder=folder, name=name)

    return build


@pytest.fixture(scope="session")
def flights_image(build_image: Callable[[Path, str], Image], tmp_path_factory: pytest.TempPathFactory) -> Image:
    """The example, with the Dockerfile that `init` writes now."""
    folder = tmp_path_factory.mktemp("image") / "flights"
    shutil.copytree(FLIGHTS, folder, ignore=shutil.ignore_patterns("data", "argo", "__pycache__"))
    command = [sys.executable, "-m", "kedro", "argo", "init", "--force"]
    subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=120)
    return build_image(folder, "local/flights:tests")
