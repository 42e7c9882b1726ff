"""Kedro projects and the `kedro argo` verbs as processes, on the test bed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from kubernetes import client
from kubernetes.client import ApiClient
from support import Namespace

FLIGHTS = Path(__file__).parents[2] / "examples" / "flights"
BUCKET = "flights-demo"  # that conf/cloud/globals.yml of the example names
_FLIGHTS_ARGO = """
namespace: {namespace}
deployment: {{image: local/flights, tag: tests, build: false}}
template:
  environment:
    - {{name: OMP_NUM_THREADS, value: "1"}}
    - {{name: AWS_ENDPOINT_URL, value: {endpoint}}}
    - {{name: AWS_DEFAULT_REGION, value: us-east-1}}
    - {{name: AWS_ACCESS_KEY_ID, secret_ref: {{name: storage, key: key}}}}
    - {{name: AWS_SECRET_ACCESS_KEY, secret_ref: {{name: storage, key: secret}}}}
"""
ONE_NODE = """
from kedro.pipeline import Pipeline, node


def say(a):
    print(a)


def register_pipelines():
    return {"__default__": Pipeline([node(say, "params:a", None, name="say_a")])}
"""  # a pipeline_registry.py


def packed(folder: Path, registry: str, conf: Mapping[str, Any]) -> Path:
    """A project of this pipeline_registry.py in the example's package, whose dependencies are at hand as layers.

    Args:
        folder: Where it will be.
        registry: The text of the file.
        conf: What files of the configuration say, by their names: `base/catalog`.
    """
    folders = shutil.ignore_patterns("data", "argo", "__pycache__", "conf", "pipelines")
    shutil.copytree(FLIGHTS, folder, ignore=folders)
    (folder / "src/flights/pipeline_registry.py").write_text(registry, encoding="utf-8")
    for name, content in {"base/globals": {}, "local/globals": {}, **conf}.items():
        (folder / "conf" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / f"conf/{name}.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    command = [sys.executable, "-m", "kedro", "argo", "init", "--force"]
    subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=120)
    return folder


def flights_place(image_folder: Path, folder: Path, namespace: str, s3: Mapping[str, str], api: ApiClient) -> Path:
    """The example that an image was made of, with an argo.yml for the bed; the bucket's keys are a Secret.

    Args:
        image_folder: The project as it is in the image.
        folder: Where the copy will be.
        namespace: That it runs in, and that the Secret is made in.
        s3: Of the bed: endpoint, key and secret.
        api: An admin's.
    """
    shutil.copytree(image_folder, folder)
    shutil.copy(FLIGHTS / "conf/base/argo.yml", folder / "conf/base/argo.yml")  # `init --force` has put its own there
    text = _FLIGHTS_ARGO.format(namespace=namespace, endpoint=s3["endpoint"])
    (folder / "conf/cloud/argo.yml").write_text(text, encoding="utf-8")
    secret = {"metadata": {"name": "storage"}, "stringData": {"key": s3["key"], "secret": s3["secret"]}}
    client.CoreV1Api(api).create_namespaced_secret(namespace, secret)
    return folder


def raw_data_in_the_bucket(env: Mapping[str, str]) -> None:
    """Put the example's raw data where its env `cloud` looks for it."""
    command = [sys.executable, "-m", "flights.get_data", "--to", f"s3://{BUCKET}/01_raw"]
    subprocess.run(command, cwd=FLIGHTS, env={**os.environ, **env}, check=True, capture_output=True, timeout=120)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a command said."""

    code: int
    stdout: str
    stderr: str

    @property
    def last(self) -> str:
        """The last line of its result: Kedro logs a line to stdout before any plugin runs."""
        return self.stdout.splitlines()[-1]

    @property
    def document(self) -> Any:
        """Its result as JSON."""
        return json.loads(self.stdout[self.stdout.index("\n{") :])


@dataclass(frozen=True, kw_only=True)
class Place:
    """A project's folder, and the way to a namespace of the bed."""

    folder: Path
    kubeconfig: Path
    namespace: str
    env: Mapping[str, str] = field(default_factory=dict)

    def argo(self, *words: str, code: int = 0, seconds: int = 300) -> Answer:
        """Run a verb of `kedro argo`, and insist on its exit code."""
        process = self.started(*words)
        try:
            stdout, stderr = process.communicate(timeout=seconds)
        finally:
            process.kill()
        assert process.returncode == code, f"{words}: exit code {process.returncode}\n{stdout}\n{stderr}"
        return Answer(code=process.returncode, stdout=stdout, stderr=stderr)

    def started(self, *words: str) -> subprocess.Popen[str]:
        """Begin a verb of `kedro argo`."""
        env = {**os.environ, "DO_NOT_TRACK": "1", "COLUMNS": "300", "KUBECONFIG": str(self.kubeconfig), **self.env}
        env.pop("KEDRO_ENV", None)
        command = [sys.executable, "-m", "kedro", "argo", *words]
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command, cwd=self.folder, env=env, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, text=True
        )

    def manifest(self, name: str, document: Mapping[str, Any]) -> str:
        """Write a manifest for this namespace into the folder."""
        metadata = {**document["metadata"], "namespace": self.namespace}
        (self.folder / name).write_text(yaml.safe_dump({**document, "metadata": metadata}), encoding="utf-8")
        return name


def granted(place: Place, own: Namespace) -> None:
    """Apply the argo-rbac.yaml that `init` writes for this argo.yml, as an admin does."""
    place.argo("init", "--cluster")
    for document in yaml.safe_load_all((place.folder / "argo-rbac.yaml").read_text(encoding="utf-8")):
        if document and document["metadata"]["name"] != "argo-kedro-submitter":  # which names nobody yet
            own.create(document)
