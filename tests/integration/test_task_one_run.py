"""Tasks of one run, each a process of its own: what they hand on, in which version, and what a retry finds."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from run_project import (
    CATALOG,
    EARLIER,
    FILES,
    LATER,
    REGISTRY,
    RUN,
    SETTINGS,
    SINCE,
    killed,
    note,
    spilled,
    stored,
    text,
)

pytestmark = pytest.mark.integration

Task = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def path(project: Any) -> Path:
    made: Path = project(REGISTRY, CATALOG, files=FILES)
    return made


@pytest.fixture
def task(project: Any, path: Path) -> Task:
    """Run a node as a task of a run."""

    def run(nodes: str, *arguments: str, version: str = RUN, **env: str) -> subprocess.CompletedProcess[str]:
        log = str(path / "termination-log")
        given = ["--nodes", nodes, *([f"--save-version={version}"] if version else []), *arguments]
        done: subprocess.CompletedProcess[str] = project.python(
            path, "-m", "argo_kedro.task", *given, ARGO_KEDRO_TERMINATION_LOG=log, **env
        )
        return done

    return run


def test_data_crosses_tasks_in_the_version_of_the_run(path: Path, task: Task) -> None:
    arguments = spilled(path, "mid")
    for version in (EARLIER, RUN, LATER):  # other workflows, with clocks of their own
        done = task("split", *arguments, version=version, BY=version)
        assert done.returncode == 0, done.stderr

    done = task("train", *arguments, "--pinned=stored")

    assert done.returncode == 0, done.stderr
    assert text(path, "out") == f"['raw', 1] {RUN} raw{RUN}"
    assert "did not match load version" not in done.stderr + done.stdout
    assert {each.name for each in (path / "runs").iterdir()} == {EARLIER, RUN, LATER}


def test_hooks_see_the_version_as_the_id_of_the_run(path: Path, task: Task) -> None:
    task("split", *spilled(path, "mid"))
    task("train", *spilled(path, "mid"), "--pinned=stored")

    first, second = (path / "hooks.txt").read_text().splitlines()
    assert first.startswith(f"{RUN} ")
    assert second == f"{RUN} {{'stored': '{RUN}'}}"


@pytest.mark.skipif(SINCE < (1, 4), reason="KedroServiceSession is there since Kedro 1.4")
def test_a_service_session_runs_in_the_same_version(path: Path, task: Task) -> None:
    session = "\nfrom kedro.framework.session import KedroServiceSession\n\nSESSION_CLASS = KedroServiceSession\n"
    (path / "src/pkg/settings.py").write_text(SETTINGS + session)

    done = task("split,train", *spilled(path, "mid"), "--pinned=stored")

    assert done.returncode == 0, done.stderr
    assert stored(path, RUN) == "raw"
    assert (path / "hooks.txt").read_text() == f"{RUN} {{'stored': '{RUN}'}}\n"


def test_clocks_that_differ_change_nothing(path: Path, task: Task) -> None:
    """The only clock that Kedro asks for a version, set in each process to another time."""
    clock = (
        "\nimport os\n\nimport kedro.framework.session.session as session\nimport kedro.io.core as core\n"
        'core.generate_timestamp = session.generate_timestamp = lambda: os.environ["CLOCK"]\n'
    )
    (path / "src/pkg/settings.py").write_text(SETTINGS + clock)
    task("split", *spilled(path, "mid"), version=LATER, CLOCK="2050-01-01T00.00.00.000Z", BY="other")
    task("split", *spilled(path, "mid"), CLOCK="2031-01-01T00.00.00.000Z")

    done = task("train", *spilled(path, "mid"), "--pinned=stored", CLOCK="1999-01-01T00.00.00.000Z")

    assert done.returncode == 0, done.stderr
    assert text(path, "out") == "['raw', 1]  raw"
    assert {each.name for each in (path / "data/stored.txt").iterdir()} == {RUN, LATER}


def test_a_task_killed_while_it_spills_leaves_nothing_and_its_retry_all(path: Path, task: Task) -> None:
    arguments = spilled(path, "big", "last")
    killed(path, "saving", "--nodes=slow", *arguments)

    early = task("join", *arguments)
    said = note(path)
    again = task("slow", *arguments)
    done = task("join", *arguments)

    assert early.returncode == 7
    assert said.startswith("node join, loading last: ")
    assert "Dataset 'last' is not in " in said
    assert (again.returncode, done.returncode) == (0, 0), again.stderr + done.stderr
    assert text(path, "joined") == "3000000 slow"


def test_a_task_killed_after_a_versioned_save_replaces_it(path: Path, task: Task) -> None:
    task("split", *spilled(path, "mid"), version=LATER, BY="later")
    killed(path, "hanging", "--nodes=split,hang", "--pinned=stored", *spilled(path, "mid"))
    assert stored(path, RUN) == "rawkilled"

    done = task("split,hang", "--pinned=stored", *spilled(path, "mid"), BY="retry")

    assert done.returncode == 0, done.stderr
    assert (stored(path, RUN), stored(path, LATER)) == ("rawretry", "rawlater")
    assert text(path, "hung") == "rawretry"


def test_a_second_attempt_typed_by_hand_is_a_run_of_its_own(path: Path, task: Task) -> None:
    for by in ("one", "two"):
        done = task("split,train", *spilled(path, "mid"), "--pinned=stored", version="", BY=by)
        assert done.returncode == 0, done.stderr

    assert text(path, "out") == "['raw', 1] two rawtwo"
    assert len(list((path / "data/stored.txt").iterdir())) == len(list((path / "runs").iterdir())) == 2


def test_another_run_reads_what_an_old_one_has_left(path: Path, task: Task) -> None:
    for version in (EARLIER, LATER):
        task("split", *spilled(path, "mid"), version=version, BY=version)

    versions = f"--load-versions=mid:{EARLIER},stored:{EARLIER},unknown:x"
    done = task("train", *spilled(path, "mid"), "--pinned=stored", versions)

    assert done.returncode == 0, done.stderr
    assert text(path, "out") == f"['raw', 1] {EARLIER} raw{EARLIER}"


def test_what_no_task_has_written_names_who_should_have(path: Path, task: Task) -> None:
    done = task("train", *spilled(path, "mid"), "--pinned=stored")

    assert done.returncode == 7
    assert note(path).startswith("node train, loading mid: ")
    assert f"Dataset 'mid' is not in {path}/runs/{RUN}/mid-" in note(path)
    assert f"run {RUN} has not written it. Node split (task split, if it is a task of its own) writes it." in note(path)


def test_a_pinned_version_that_is_not_there_says_so(path: Path, task: Task) -> None:
    task("split", *spilled(path, "mid"), version=LATER)

    done = task("hang", "--pinned=stored")

    assert done.returncode == 7
    assert note(path).startswith("node hang, loading stored: DatasetError: ")
    assert f"Hint: version {RUN} of 'stored' is not there. This run has not written it" in note(path)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--save-version={{workflow.uid}}"], "'{{workflow.uid}}' cannot be a version"),
        (["--load-versions=mid:../x"], "'../x' cannot be a version"),
        (["--load-versions=mid"], "--load-versions: 'mid' is no pair. Hint: for example --load-versions="),
        (["--secret-param=x"], "--secret-param: 'x' is no pair. Hint: for example --secret-param="),
        (["--spilled=mid"], "--spilled without --storage. Hint: for example --storage s3://bucket/runs."),
        (
            ["--spilled=mid", "--storage=abfss://c@a.dfs.core.windows.net/r"],
            "before the first node: DatasetError: abfss://c@a.dfs.core.windows.net/r: the package adlfs is not ",
        ),
        (
            ["--spilled=mid", "--storage=runs", "--storage-credentials=nope"],
            "storage.credentials: 'nope' is no entry of credentials.yml. There are: none.",
        ),
    ],
)
def test_wrong_arguments_are_said(path: Path, task: Task, arguments: list[str], expected: str) -> None:
    done = task("split", *arguments)

    assert done.returncode == 3
    assert note(path).startswith(expected)


STORE = """
import fsspec
from fsspec.implementations.local import LocalFileSystem


class Box(LocalFileSystem):
    protocol = "box"

    def __init__(self, key="", **options):
        if key != "open-sesame":
            raise PermissionError(f"the key {key} does not fit")
        super().__init__(auto_mkdir=True)

    @classmethod
    def _strip_protocol(cls, path):
        return path.removeprefix("box://")


fsspec.register_implementation("box", Box)
"""


def test_credentials_come_from_credentials_yml(path: Path, task: Task, project: Any) -> None:
    (path / "src/pkg/settings.py").write_text(STORE)
    credentials = path / "conf/local/credentials.yml"
    arguments = ["--spilled=mid", f"--storage=box://{path}/runs", "--storage-credentials=store"]
    credentials.write_text("store: {key: wrong-one}\n")
    refused = task("split", *arguments)
    said = note(path)
    credentials.write_text("store: {key: open-sesame}\n")

    done = task("split,train", *arguments, "--pinned=stored")

    assert refused.returncode == 3
    assert f"box://{path}/runs: permission is denied (the key *** does not fit)." in said
    assert done.returncode == 0, done.stderr
    assert text(path, "out") == "['raw', 1]  raw"

    end = ["--status=Succeeded", f"--save-version={RUN}", "--clean-up=success", *arguments[1:]]
    ended = project.python(path, "-m", "argo_kedro.task.finish", *end)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert list((path / "runs").iterdir()) == []


def test_a_secret_parameter_reaches_the_node_and_no_text(path: Path, task: Task) -> None:
    store = (
        "\nfrom kedro.framework.session.store import BaseSessionStore\n\n\nclass Store(BaseSessionStore):\n"
        '    def save(self):\n        Path("session.txt").write_text(str(dict(self)))\n\n\n'
        "SESSION_STORE_CLASS = Store\n"
    )
    (path / "src/pkg/settings.py").write_text(SETTINGS + store)
    secret = "--secret-param=warehouse.password=PARAM_W"
    done = task("connect", secret, '--params={"warehouse": {"port": 1}}', PARAM_W="hun${ter}2")
    unset = task("fail", "--secret-param=warehouse.other=PARAM_NOT_SET", secret, PARAM_W="hunter3")

    assert done.returncode == 0, done.stderr
    assert text(path, "connected").startswith("hun${ter}2 {'user': 'me', 'password': 'hun${ter}2', 'port': 1}")
    assert unset.returncode == 1
    assert note(path) == "node fail: ValueError: cannot connect with ***"
    assert "connecting with ***" in unset.stdout + unset.stderr
    everything = done.stdout + done.stderr + unset.stdout + unset.stderr + (path / "session.txt").read_text()
    assert "hun${ter}2" not in everything
    assert "hunter3" not in everything


def test_a_shared_memory_dataset_stays_in_memory(path: Path, task: Task) -> None:
    catalog = path / "conf/base/catalog.yml"
    catalog.write_text(catalog.read_text() + "mid:\n  type: SharedMemoryDataset\n")

    done = task("split,train", "--memory=mid", "--pinned=stored")

    assert done.returncode == 0, done.stderr
    assert text(path, "out") == "['raw', 1]  raw"


@pytest.mark.skipif(SINCE < (1, 6), reason="datasets have validators since Kedro 1.6")
@pytest.mark.parametrize("entry", ["mid", '"m{rest}"'])
@pytest.mark.parametrize("memory", [True, False])
def test_a_validator_goes_on_where_a_dataset_is_replaced(path: Path, task: Task, entry: str, memory: bool) -> None:
    (path / "src/pkg/validators.py").write_text(
        "class Validator:\n    def validate(self, data):\n        raise ValueError('too few rows')\n"
    )
    catalog = path / "conf/base/catalog.yml"
    catalog.write_text(
        catalog.read_text() + f"{entry}:\n  type: MemoryDataset\n  validator: pkg.validators.Validator\n"
    )

    done = task("split,train", *(["--memory=mid"] if memory else spilled(path, "mid")))

    assert done.returncode == 7
    assert "too few rows" in note(path)


def test_frames_cross_tasks_with_their_types(path: Path, task: Task) -> None:
    pytest.importorskip("pyarrow")
    pandas = pytest.importorskip("pandas")
    (path / "src/pkg/pipeline_registry.py").write_text(
        "import pandas\nfrom kedro.pipeline import Pipeline, node\n\n\n"
        "def make(raw):\n"
        '    return pandas.DataFrame({"a": pandas.Series([1, 2], dtype="uint8"), "s": ["x", None]}, index=[3, 5])\n\n\n'
        "def show(mid):\n    return repr((mid.to_dict(), mid.dtypes.to_dict(), mid.index))\n\n\n"
        "def register_pipelines():\n"
        '    return {"__default__": Pipeline([node(make, "raw", "mid", name="make"), '
        'node(show, "mid", "out", name="show")])}\n'
    )
    for name in ("make", "show"):
        done = task(name, *spilled(path, "mid"))
        assert done.returncode == 0, done.stderr

    frame = pandas.DataFrame({"a": pandas.Series([1, 2], dtype="uint8"), "s": ["x", None]}, index=[3, 5])
    assert text(path, "out") == repr((frame.to_dict(), frame.dtypes.to_dict(), frame.index))
    (marker,) = (path / "runs" / RUN).glob("mid-*/marker.json")
    assert json.loads(marker.read_text())["format"] in ("pandas-parquet", "pickle")
