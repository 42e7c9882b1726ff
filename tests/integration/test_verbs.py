"""`kedro argo compile | explain | check` as real processes: files, streams, exit codes, options."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from answers import Done, manifest
from kedro.framework.cli.project import run as kedro_run

pytestmark = pytest.mark.integration

several = pytest.mark.skipif(
    not any(option.name == "pipelines" for option in kedro_run.params),
    reason="Kedro runs several pipelines at once since 1.2",
)
REGISTRY = """
from kedro.pipeline import Pipeline, node, pipeline

from argo_kedro.pipeline import FusedPipeline


def f(*x):
    return x


def register_pipelines():
    wash = node(f, ["mid", "params:alpha"], "clean", name="wash", tags="t")
    data = Pipeline([node(f, "raw", "mid", name="load"), wash])
    pair = Pipeline([node(f, "in", "between", name="left", tags="t"), node(f, "between", "out", name="right")])
    scored = pipeline(FusedPipeline(pair, name="both"), namespace="score", inputs={"in": "clean"}, outputs={"out"})
    return {"__default__": data + scored, "data": data, "score": scored}
"""
CATALOG = """
"{name}_raw": &stored
  type: pkg.datasets.TextDataset
  filepath: s3://bucket/{name}
"{any}":
  type: pkg.datasets.TextDataset
  filepath: s3://bucket/{any}.txt
"""
ARGO = "deployment: {image: registry.example.com/x}\n"
LOGGING = """
version: 1
disable_existing_loggers: false
handlers: {stderr: {class: logging.StreamHandler, stream: ext://sys.stderr}}
loggers: {kedro: {level: INFO}}
root: {handlers: [stderr], level: INFO}
"""
LOGS = {"conf/base/logging-to-stderr.yml": LOGGING}
EXTRA = {
    **LOGS,
    "conf/base/parameters.yml": "alpha: 1\n",
    "conf/cloud/argo.yml": "namespace: in-cloud\n",
    "other/base/catalog.yml": CATALOG,
    "other/base/argo.yml": "namespace: in-other\ndeployment: {image: x}\n",
    "other/base/parameters.yml": "alpha: 2\n",
    "other/local/.gitkeep": "",
}


@pytest.fixture(scope="session")
def path(shared: Any) -> Path:
    """A project that tests only read."""
    made: Path = shared(REGISTRY, CATALOG, ARGO, name="verbs", files=EXTRA)
    return made


@pytest.fixture
def writable(project: Any) -> Path:
    made: Path = project(REGISTRY, CATALOG, ARGO, files=EXTRA)
    return made


def kedro(shared: Any, path: Path, line: str, **env: str) -> Done:
    """`kedro` and the words of this line, with logs on stderr as a logging file says."""
    logging = next(folder for folder in (path, *path.parents) if (folder / "pyproject.toml").exists())
    config = str(logging / "conf/base/logging-to-stderr.yml")
    done: Done = shared.python(path, "-m", "kedro", *line.split(), KEDRO_LOGGING_CONFIG=config, **env)
    assert "Traceback" not in done.stdout + done.stderr
    return done


def task_names(content: dict[str, Any]) -> list[str]:
    return sorted(task["name"] for task in content["spec"]["templates"][0]["dag"]["tasks"])


BOTH = "score-both-b3e0fa20"
ALL = ["load", BOTH, "wash"]


def test_compile_writes_the_file_that_it_names_and_says_what_comes_next(shared: Any, writable: Path) -> None:
    done = kedro(shared, writable, "argo compile")

    assert done.returncode == 0, done.stderr
    assert done.stdout == "argo/__default__.yaml\n"
    assert done.stderr.splitlines()[-2:] == [
        "Wrote argo/__default__.yaml: 3 tasks, env local.",
        "Next: kedro argo submit argo/__default__.yaml",
    ]
    assert task_names(yaml.safe_load((writable / "argo/__default__.yaml").read_text())) == ALL
    assert [file.name for file in (writable / "argo").iterdir()] == ["__default__.yaml"]


def test_a_pipeline_has_a_file_of_its_name_in_the_projects_folder_wherever_one_stands(
    shared: Any, writable: Path
) -> None:
    done = kedro(shared, writable / "src/pkg", "argo compile -p data")

    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{writable}/argo/data.yaml\n"
    assert task_names(yaml.safe_load((writable / "argo/data.yaml").read_text())) == ["load", "wash"]


@pytest.mark.parametrize(
    ("kind", "file", "says"), [("template", "data-template", "WorkflowTemplate"), ("cron", "data-cron", "CronWorkflow")]
)
def test_a_manifest_that_waits_in_the_cluster_has_a_file_of_its_own(
    shared: Any, writable: Path, kind: str, file: str, says: str
) -> None:
    (writable / "conf/local/argo.yml").write_text("namespace: a\nschedule: {schedules: '@daily'}\n")

    done = kedro(shared, writable, f"argo compile -p data --kind {kind}")
    run = kedro(shared, writable, f"argo run argo/{file}.yaml")

    assert done.returncode == 0, done.stderr
    assert done.stdout == f"argo/{file}.yaml\n"
    assert done.stderr.splitlines()[-1] == f"Next: kubectl apply --server-side -f argo/{file}.yaml"
    content = yaml.safe_load((writable / f"argo/{file}.yaml").read_text())
    assert (content["kind"], content["metadata"]["name"]) == (says, "pkg-data")
    assert run.returncode == 4
    assert f"a {says} makes workflows, and is none itself" in run.stderr
    assert not (writable / "argo/runs").exists()


def test_a_cron_without_a_schedule_is_refused_with_the_lines_that_it_needs(shared: Any, path: Path) -> None:
    done = kedro(shared, path, "argo compile -o - --kind cron")

    assert done.returncode == 4
    assert "Error: argo.yml schedule.schedules: nothing says when" in done.stderr
    assert 'schedule: {schedules: "0 6 * * *", timezone: Europe/Berlin}' in done.stderr


def test_without_a_namespace_in_argo_yml_the_manifest_has_none(shared: Any, path: Path) -> None:
    assert "namespace" not in manifest(kedro(shared, path, "argo compile -o -"))["metadata"]


def test_a_file_of_ones_own_replaces_what_was_there(shared: Any, writable: Path) -> None:
    (writable / "own.yaml").write_text("old")

    done = kedro(shared, writable, "argo compile -o deep/er.yaml")
    again = kedro(shared, writable, "argo compile --output own.yaml")

    assert (done.returncode, again.returncode) == (0, 0), done.stderr + again.stderr
    assert (writable / "own.yaml").read_bytes() == (writable / "deep/er.yaml").read_bytes()


def test_the_same_project_gives_the_same_bytes_whatever_the_hash_seed(shared: Any, path: Path) -> None:
    first, *others = (kedro(shared, path, "argo compile -o -", PYTHONHASHSEED=seed).stdout for seed in ("1", "1", "2"))

    assert first.startswith("apiVersion:")
    assert others == [first, first]


def test_without_a_logging_file_only_kedros_first_line_is_beside_the_manifest(shared: Any, path: Path) -> None:
    done = shared.python(path, "-m", "kedro", "argo", "compile", "-o", "-")

    head, _, text = done.stdout.partition("apiVersion:")
    assert done.returncode == 0, done.stderr
    assert "logging configuration" in head
    assert task_names(yaml.safe_load(f"apiVersion:{text}")) == ALL


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("--nodes load,wash", ["load", "wash"]),
        ("--nodes score.left", [BOTH]),
        ("--tags t", [BOTH, "wash"]),
        ("--from-nodes wash", [BOTH, "wash"]),
        ("--to-nodes wash", ["load", "wash"]),
        ("--from-inputs clean", [BOTH]),
        ("--to-outputs clean", ["load", "wash"]),
        ("--namespaces score", [BOTH]),
        pytest.param("--pipelines data,score", ALL, marks=several),
        ("-p score", [BOTH]),
        ("-p data -t t", ["wash"]),
    ],
)
def test_the_options_of_kedro_run_choose_what_is_compiled(
    shared: Any, path: Path, options: str, expected: list[str]
) -> None:
    assert task_names(manifest(kedro(shared, path, f"argo compile -o - {options}"))) == expected


def test_parameters_are_an_argument_of_the_workflow(shared: Any, path: Path) -> None:
    content = manifest(kedro(shared, path, "argo compile -o - --params alpha=42,model.depth=3"))

    (argument,) = content["spec"]["arguments"]["parameters"]
    assert argument["name"] == "params"
    assert json.loads(argument["value"]) == {"alpha": 42, "model": {"depth": 3}}


@pytest.mark.parametrize(
    ("line", "env"), [("--env cloud", {}), ("", {"KEDRO_ENV": "cloud"}), ("-e cloud", {"KEDRO_ENV": "local"})]
)
def test_the_env_decides_the_configuration_and_reaches_the_pods(
    shared: Any, path: Path, line: str, env: dict[str, str]
) -> None:
    content = manifest(kedro(shared, path, f"argo compile -o - {line}", **env))

    assert content["metadata"]["namespace"] == "in-cloud"
    assert content["metadata"]["labels"]["argo-kedro/env"] == "cloud"
    assert "cloud" in " ".join(content["spec"]["templates"][1]["container"]["args"])


def test_another_folder_of_configuration_is_named_as_pods_find_it(shared: Any, path: Path) -> None:
    content = manifest(kedro(shared, path, "argo compile -o - --conf-source other"))

    arguments = " ".join(content["spec"]["templates"][1]["container"]["args"])
    assert content["metadata"]["namespace"] == "in-other"
    assert "other" in arguments
    assert str(path) not in arguments


def test_a_workflow_can_be_named(shared: Any, path: Path) -> None:
    assert manifest(kedro(shared, path, "argo compile -o - -w nightly"))["metadata"]["generateName"] == "nightly-"


def test_explain_shows_each_task_and_why(shared: Any, path: Path) -> None:
    done = kedro(shared, path, "argo explain")

    assert done.returncode == 0, done.stderr
    first, *lines = done.stdout.splitlines()
    assert first.split("  ")[0] == "TASK"
    assert [line.split()[0] for line in lines[:4]] == ["load", "wash", "score.both", "score.right"]
    assert done.stderr.splitlines()[-1] == "Next: kedro argo run"


def test_explain_as_json_is_for_programs(shared: Any, path: Path) -> None:
    found = json.loads(kedro(shared, path, "argo explain --json").stdout)

    assert [(task["name"], task["nodes"], task["needs"]) for task in found["tasks"]] == [
        ("load", ["load"], []),
        ("wash", ["wash"], ["load"]),
        (BOTH, ["score.left", "score.right"], ["wash"]),
    ]
    assert found["tasks"][2]["in_memory"] == ["score.between"]
    assert [(each["name"], each["producer"], each["consumers"]) for each in found["boundary_datasets"]] == [
        ("clean", "wash", [BOTH]),
        ("mid", "load", ["wash"]),
    ]


def test_check_is_content_with_a_project_that_a_cluster_can_run(shared: Any, path: Path) -> None:
    done = kedro(shared, path, "argo check")

    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.splitlines()[-2:] == ["3 tasks, env local: ready for a cluster.", "Next: kedro argo compile"]


BAD = """
default_machine_type: defualt
tasks: [{nodes: wsah, timeout: 5}]
runner: {memory_datasets: error}
"""


@pytest.mark.parametrize("verb", ["check", "compile", "explain"])
def test_all_that_is_wrong_is_told_at_once_and_nothing_is_written(shared: Any, project: Any, verb: str) -> None:
    path: Path = project(REGISTRY, "", BAD, files=EXTRA)

    done = kedro(shared, path, f"argo {verb}")

    assert (done.returncode, done.stdout) == (4, "")
    errors = [line for line in done.stderr.splitlines() if line.startswith("Error: ")]
    assert [error.partition(": ")[2].partition(":")[0] for error in errors] == [
        "argo.yml default_machine_type",
        "argo.yml tasks[0]",
        "dataset mid",
        "dataset clean",
        "dataset raw",
        "3 tasks, env local",
    ]
    assert not (path / "argo").exists()


def test_what_only_fails_on_a_cluster_stops_check_and_not_compile(shared: Any, project: Any) -> None:
    local = CATALOG.replace("s3://bucket", "data")
    path: Path = project(REGISTRY, local, ARGO, files=EXTRA)

    checked, compiled = kedro(shared, path, "argo check"), kedro(shared, path, "argo compile")

    assert checked.returncode == 4
    assert checked.stderr.splitlines()[-1] == (
        "Error: 3 tasks, env local: not ready for a cluster; nothing of that stops `kedro argo run`."
    )
    assert (
        "On a cluster: catalog of env local: 2 boundary datasets are on paths that pods do not share" in checked.stderr
    )
    assert compiled.returncode == 0
    assert "On a cluster: catalog of env local: 2 boundary datasets" in compiled.stderr


@pytest.mark.parametrize(
    ("line", "code", "expected"),
    [
        ("argo compile --nope", 2, "No such option"),
        ("argo nope", 2, "No such command 'nope'"),
        ("argo compile extra", 2, "unexpected extra argument"),
        pytest.param("argo compile --pipeline data --pipelines score", 2, "cannot be used together", marks=several),
        ("argo compile --params alpha", 2, "Item `alpha` must contain"),
        ("argo compile --conf-source nowhere", 2, "Path 'nowhere' does not exist"),
        ("argo compile --env nowhere", 3, "Env 'nowhere' has no folder conf/nowhere. Envs here: base, cloud, local."),
        ("argo check -p dta", 4, "Pipeline 'dta' is not registered. Did you mean 'data'?"),
        ("argo explain --nodes nope", 4, "Pipeline does not contain nodes named ['nope']"),
        ("argo compile -o conf", 2, "is a directory"),
        ("argo compile -o pyproject.toml/x.yaml", 4, "pyproject.toml/x.yaml cannot be written: "),
        ("argo viz", 1, 'Kedro-Viz is not installed in this environment.\nHint: pip install "kedro-viz>=11.1"'),
        ("argo viz --conf-source other", 2, "--conf-source does not go with viz"),
        ("argo compile -w My_Workflow! -o -", 4, "'My_Workflow!' cannot be part of a workflow's name."),
    ],
)
def test_wrong_usage_configuration_and_pipelines_have_exit_codes_of_their_own(
    shared: Any, path: Path, line: str, code: int, expected: str
) -> None:
    done = kedro(shared, path, line)

    assert (done.returncode, done.stdout) == (code, "")
    assert expected in done.stderr


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root writes where it must not")
def test_nothing_is_half_written_where_writing_is_forbidden(shared: Any, writable: Path) -> None:
    folder = writable / "argo"
    folder.mkdir()
    folder.chmod(0o500)

    done = kedro(shared, writable, "argo compile")

    assert done.returncode == 4
    assert "argo/__default__.yaml cannot be written: Permission denied." in done.stderr
    assert list(folder.iterdir()) == []


def test_nothing_is_half_written_over_a_folder(shared: Any, writable: Path) -> None:
    (writable / "argo/__default__.yaml").mkdir(parents=True)

    done = kedro(shared, writable, "argo compile")

    assert (done.returncode, done.stdout) == (4, "")
    assert "argo/__default__.yaml cannot be written: Is a directory." in done.stderr
    assert [file.name for file in (writable / "argo").iterdir()] == ["__default__.yaml"]


def test_help_names_the_verbs_in_the_order_in_which_they_are_used(shared: Any, path: Path) -> None:
    done = kedro(shared, path, "argo --help")

    _, _, commands = done.stdout.partition("Commands:\n")
    verbs = [line.split()[0] for line in commands.splitlines() if line.startswith("  ") and line[2] != " "]
    assert verbs[:6] == ["init", "explain", "viz", "check", "compile", "diff"]


def test_kedro_help_shows_the_plugin_beside_kedros_own_commands(shared: Any, path: Path) -> None:
    done = kedro(shared, path, "--help")

    assert done.returncode == 0, done.stderr
    assert "  argo  Run this project's pipelines on Argo Workflows" in done.stdout
    assert done.stdout.count("  run  ") == 1


@pytest.mark.parametrize("broken", ["a: [\n", "- a list\n", "unknown: key\n", "namespace: ${oc.env:NOWHERE}\n"])
def test_a_broken_argo_yml_stops_only_kedro_argo(shared: Any, project: Any, broken: str) -> None:
    catalog = CATALOG.replace("s3://bucket", "data")
    path: Path = project(REGISTRY, catalog, broken, files={**EXTRA, "data/raw.txt": "1"})

    done = [kedro(shared, path, line) for line in ("registry list", "run --nodes load", "argo check")]

    assert [each.returncode for each in done] == [0, 0, 3]
    assert (path / "data/mid.txt").exists()
    assert done[2].stderr.splitlines()[-2].startswith("Error: conf/base/argo.yml")


def test_an_argo_yml_that_is_not_there_is_no_mistake(shared: Any, project: Any) -> None:
    path: Path = project(REGISTRY, CATALOG, files={"conf/base/parameters.yml": "alpha: 1\n", **LOGS})

    assert task_names(manifest(kedro(shared, path, "argo compile -o -"))) == ALL
