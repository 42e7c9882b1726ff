"""`--profile` in a real Kedro project: the session of docs/how-to/profiles.md, and runs that go on from one."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from answers import Done, manifest

from pages import parts
from sessions import Session, commands

pytestmark = pytest.mark.integration

PAGE = Path(__file__).parents[2] / "docs/how-to/profiles.md"
REGISTRY = """
from pathlib import Path

from kedro.pipeline import Pipeline, node


def take(sample):
    return f"sample {sample}"


def train(sample):
    print("trained on", sample)
    if Path("fail").exists():
        raise ValueError("not yet")
    return f"model of {sample}"


def report(model):
    return f"report of {model}"


def register_pipelines():
    data = Pipeline([node(take, "params:sample", "taken", name="take")])
    trained = node(train, "params:sample", "model", name="train", tags="train")
    model = Pipeline([trained, node(report, "model", "said", name="report")])
    return {"__default__": data + model, "model": model}
"""
CATALOG = """
"{any}":
  type: pkg.datasets.TextDataset
  filepath: data/${runtime_params:sample,plain}/{any}.txt
"""
LOGGING = """
version: 1
disable_existing_loggers: false
handlers: {stderr: {class: logging.StreamHandler, stream: ext://sys.stderr, level: WARNING}}
root: {handlers: [stderr], level: WARNING}
"""
FILES = {"conf/base/parameters.yml": "sample: 0\n", "conf/base/logging.yml": LOGGING, "conf/cloud/.gitkeep": ""}


def configuration() -> str:
    """The argo.yml that the page shows."""
    return PAGE.read_text(encoding="utf-8").partition("```yaml\n")[2].partition("```")[0]


def argo(project: Any, path: Path, line: str, **env: str) -> Done:
    words = ["-m", "kedro", "argo", *line.split()]
    logging = str(path / "conf/base/logging.yml")
    done: Done = project.python(path, *words, KEDRO_LOGGING_CONFIG=logging, KUBECONFIG=str(path / "nosuch"), **env)
    assert "Traceback" not in done.stdout + done.stderr
    return done


def test_the_session_of_the_page_is_what_happens(project: Any) -> None:
    path = project(REGISTRY, CATALOG, files=FILES)
    shown = parts("docs/how-to/profiles.md", "two pipelines")
    assert [len(commands(each.text)) for each in shown if each.is_session] == [4]
    Session(folder=path, env={"KEDRO_LOGGING_CONFIG": "conf/base/logging.yml", "KUBECONFIG": "nosuch"}).play(shown)
    assert {file.parent.name: file.read_text() for file in path.glob("data/*/model.txt")} == {"0.5": "model of 0.5"}
    nightly = yaml.safe_load((path / "argo/__default__-nightly.yaml").read_text())
    assert nightly["metadata"]["generateName"] == "pkg-nightly-"
    assert nightly["metadata"]["labels"]["argo-kedro/profile"] == "nightly"
    container = next(each["container"] for each in nightly["spec"]["templates"] if "container" in each)
    assert [container["resources"]["requests"][key] for key in ("cpu", "memory")] == ["1", "8Gi"]


def test_each_profile_has_a_cron_workflow_of_its_own_with_what_it_selects(project: Any) -> None:
    path = project(REGISTRY, CATALOG, configuration(), files=FILES)
    found = {}
    for profile in ("", "nightly", "quick"):
        option = f" --profile {profile}" if profile else ""
        made = manifest(argo(project, path, f"compile --kind cron -o -{option}"))
        tasks = made["spec"]["workflowSpec"]["templates"][0]["dag"]["tasks"]
        found[made["metadata"]["name"]] = [task["name"] for task in tasks]
    assert {name: len(tasks) for name, tasks in found.items()} == {"pkg": 3, "pkg-nightly": 3, "pkg-model-quick": 1}
    assert found["pkg-model-quick"] == ["train"]


def test_what_a_profile_selects_is_as_if_it_were_typed(project: Any) -> None:
    path = project(REGISTRY, CATALOG, configuration(), files=FILES)
    chosen = manifest(argo(project, path, "compile -o - --profile quick -w same"))
    typed = manifest(argo(project, path, "compile -o - --pipeline model --tags train --params sample=0.1 -w same"))
    del chosen["metadata"]["labels"]["argo-kedro/profile"]
    assert chosen == typed


def test_a_run_that_goes_on_has_the_profile_of_the_first(project: Any) -> None:
    text = configuration() + "  other: {machine_types: {small: {cpu: 2}}}\n"
    path = project(REGISTRY, CATALOG, text, files=FILES | {"fail": ""})
    failed = argo(project, path, "run --profile quick")
    assert failed.returncode == 6, failed.stderr
    name = next(iter(path.glob("argo/runs/pkg-model-quick-*"))).name
    (path / "fail").unlink()

    found = argo(project, path, f"explain --from-failed {name} --json")
    other = manifest(argo(project, path, f"compile --from-failed {name} --profile other -o -"))
    done = argo(project, path, f"run --from-failed {name}")

    assert f"kedro argo run --from-failed {name}" in failed.stderr
    content = json.loads(found.stdout[found.stdout.index("{") :])
    assert (content["workflow"], content["pipelines"]) == ("pkg-model-quick", ["model"])
    assert done.returncode == 0, done.stderr
    assert [file.parent.name for file in path.glob("data/*/model.txt")] == ["0.1"]
    assert other["metadata"]["labels"]["argo-kedro/profile"] == "other"
    assert json.loads(other["spec"]["arguments"]["parameters"][0]["value"]) == {"sample": 0.1}


def test_the_cluster_is_reached_where_the_profile_says(project: Any) -> None:
    text = """
deployment: {image: registry.example.com/x, build: false}
namespace: adhoc
profiles: {nightly: {namespace: nights, context: other}}
"""
    path = project(REGISTRY.replace('"taken"', "None"), CATALOG.replace("data/", "s3://b/"), text, files=FILES)
    (path / "config").write_text(
        yaml.safe_dump(
            {
                "contexts": [{"name": name, "context": {"cluster": name, "user": "u"}} for name in ("one", "other")],
                "clusters": [{"name": name, "cluster": {"server": "http://127.0.0.1:1"}} for name in ("one", "other")],
                "users": [{"name": "u", "user": {}}],
                "current-context": "one",
            }
        )
    )
    done = project.python(
        path, "-m", "kedro", "argo", "submit", "--dry-run", "--profile", "nightly", KUBECONFIG=str(path / "config")
    )
    assert re.search(r"Env cloud, .*\bother\b.*nights", done.stderr), done.stderr
    assert "kedro argo submit argo/__default__-nightly.yaml --context=other --namespace=nights" in done.stderr


@pytest.mark.parametrize("verb", ["run", "submit --dry-run", "schedule --remove"])
def test_an_unknown_profile_is_refused_here_and_on_the_way_to_a_cluster(project: Any, verb: str) -> None:
    path = project(REGISTRY, CATALOG, configuration(), files=FILES)
    done = argo(project, path, f"{verb} --profile quik")
    assert done.returncode == 3, done.stderr
    assert "has no profile 'quik'. Profiles: nightly, quick." in done.stderr
    assert "did you mean 'quick'?" in done.stderr


def test_a_file_of_options_may_name_the_profile(project: Any) -> None:
    path = project(REGISTRY, CATALOG, configuration(), files=FILES | {"run.yml": "run: {profile: quick, tags: []}\n"})
    made = manifest(argo(project, path, "compile -o - --config run.yml"))
    assert made["metadata"]["generateName"] == "pkg-model-quick-"
