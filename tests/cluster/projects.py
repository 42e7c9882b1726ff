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
from support import Namespace

FLIGHTS = Path(__file__).parents[2] / "examples" / "flights"
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
