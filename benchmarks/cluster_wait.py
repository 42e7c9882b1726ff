"""What does a workflow cost on a cluster that we write and wait for, beside one that is written by hand?

The same DAG of short tasks on the test bed (`make cluster`): our manifest, one pod template for all tasks, by
`kedro argo submit --wait`; and one template for each task, as people write them, by `kubectl create` and `wait`.
They take turns. Counted from the workflow's creation until the waiting command has ended: what Kedro needs to start is
not in it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

import yaml
from support.measure import QUIET, say, table

from argo_kedro.manifest import render
from argo_kedro.model import Setting, Task, Template, Workflow

# A diamond: two levels of four tasks between a first and a last one.
NEEDS: Mapping[str, Sequence[str]] = {
    "first": (),
    **{f"left-{number}": ("first",) for number in range(4)},
    **{f"right-{number}": (f"left-{number}",) for number in range(4)},
    "last": tuple(f"right-{number}" for number in range(4)),
}
CONTAINER = {"image": "local/busybox:1", "command": ["sleep", "2"], "env": []}
PROJECT = """
[tool.kedro]
package_name = "pkg"
project_name = "pkg"
kedro_init_version = "1.0.0"
"""


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--namespace", default="benchmark", help="It is made, and deleted at the end.")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = _Bench(Path(folder), arguments.namespace)
        bench.set_up()
        try:
            rounds = [(bench.ours(), bench.by_hand()) for _ in range(arguments.repeats)]
        finally:
            bench.kubectl("delete", "namespace", arguments.namespace, "--wait=false")
    ours, by_hand = ([pair[place] for pair in rounds] for place in (0, 1))
    columns = ["", "median s", "least s", "most s"]
    rows = [
        [name, *(f"{value:.1f}" for value in (median(found), min(found), max(found)))]
        for name, found in (("kedro argo submit --wait", ours), ("kubectl create, kubectl wait", by_hand))
    ]
    table(f"{len(NEEDS)} tasks in 4 levels, from creation until the command ends, {len(rounds)} rounds", columns, rows)
    say(f"Ratio of the medians: {median(ours) / median(by_hand):.3f}")


class _Bench:
    def __init__(self, folder: Path, namespace: str) -> None:
        self._folder, self._namespace = folder, namespace

    def set_up(self) -> None:
        """A namespace where pods may report, a Kedro project, and both manifests."""
        self.kubectl("create", "namespace", self._namespace)
        rights = ("--verb=create,patch", "--resource=workflowtaskresults.argoproj.io")
        self.kubectl("create", "role", "executor", *rights)
        self.kubectl(
            "create", "rolebinding", "executor", "--role=executor", f"--serviceaccount={self._namespace}:default"
        )
        for path, text in {"pyproject.toml": PROJECT, "src/pkg/settings.py": "", "src/pkg/__init__.py": ""}.items():
            (self._folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self._folder / path).write_text(text, encoding="utf-8")
        for env in ("base", "local"):
            (self._folder / "conf" / env).mkdir(parents=True)
        (self._folder / "ours.yaml").write_text(_ours(self._namespace), encoding="utf-8")
        (self._folder / "hand.json").write_text(json.dumps(_by_hand(self._namespace)), encoding="utf-8")

    def ours(self) -> float:
        """Seconds of ours."""
        command = [sys.executable, "-m", "kedro", "argo", "submit", "ours.yaml", "--wait"]
        name = self._run(command).splitlines()[-1]
        return self._since_creation(name)

    def by_hand(self) -> float:
        """Seconds of the one that is written by hand."""
        name = self.kubectl("create", "-f", "hand.json", "-o", "jsonpath={.metadata.name}")
        self.kubectl("wait", f"workflow/{name}", "--for=jsonpath={.status.phase}=Succeeded", "--timeout=600s")
        return self._since_creation(name)

    def kubectl(self, *words: str) -> str:
        """What kubectl says."""
        return self._run(["kubectl", "--namespace", self._namespace, *words])

    def _since_creation(self, name: str) -> float:
        ended = time.time()
        created = self.kubectl("get", "workflow", name, "-o", "jsonpath={.metadata.creationTimestamp}")
        return ended - datetime.fromisoformat(created.replace("Z", "+00:00")).timestamp()

    def _run(self, command: Sequence[str]) -> str:
        env = {**os.environ, **QUIET}
        done = subprocess.run(
            command, cwd=self._folder, env=env, stdout=subprocess.PIPE, text=True, check=True, timeout=900
        )
        return done.stdout.strip()


def _ours(namespace: str) -> str:
    machine = Setting(value="small", source="benchmark")
    tasks = tuple(
        Task(name=name, nodes=(name,), needs=tuple(needs), template="small", machine_type=machine)
        for name, needs in NEEDS.items()
    )
    template = Template(name="small", body={"container": CONTAINER})
    return render(
        Workflow(name="ours", namespace=namespace, pipelines=("p",), env="e", tasks=tasks, templates=(template,))
    )


def _by_hand(namespace: str) -> dict[str, Any]:
    found = yaml.safe_load(_ours(namespace))
    main = {
        "name": "main",
        "dag": {
            "tasks": [{"name": name, "template": name, "dependencies": list(needs)} for name, needs in NEEDS.items()]
        },
    }
    templates = [main, *({"name": name, "container": CONTAINER} for name in NEEDS)]
    metadata = {"generateName": "hand-", "namespace": namespace}
    return {**found, "metadata": metadata, "spec": {"entrypoint": "main", "templates": templates}}


if __name__ == "__main__":
    main()
