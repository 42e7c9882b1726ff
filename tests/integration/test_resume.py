"""Runs on this machine that fail, are stopped, and go on: `run | status | logs | list | stop | retry | delete`."""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from run_project import VERSIONED

pytestmark = pytest.mark.integration

REGISTRY = """
import hashlib
import subprocess
import time
from pathlib import Path

from kedro.pipeline import Pipeline, node


def count(name):
    with Path("counts").open("a") as file:
        file.write(name + "\\n")


def make(alpha):
    count("make")
    return f"made {alpha}"


def keep(made):
    count("keep")
    print("keep reads", made)
    return made + ", kept"


def use(kept, made):
    count("use")
    print("use reads", kept)
    if Path("fail").exists():
        raise ValueError("not yet")
    return f"{kept}; {made}"


def slow():
    count("slow")
    print("begun")
    while Path("hold").exists():
        time.sleep(0.05)
    return "slow"


def ask(password):
    seen = subprocess.run(["ps", "axww", "-o", "args="], capture_output=True, text=True).stdout
    Path("ps").write_text(seen)
    return hashlib.sha256(password.encode()).hexdigest()


def same(value):
    return value


def register_pipelines():
    nodes = [
        node(make, "params:alpha", "made", name="make_it"),
        node(keep, "made", "kept", name="keep_it"),
        node(use, ["kept", "made"], "out", name="use_it"),
    ]
    return {
        "__default__": Pipeline(nodes),
        "slow": Pipeline([node(slow, None, "slow", name="slow_one"), node(same, "slow", "said", name="after_it")]),
        "secret": Pipeline([node(ask, "params:db.password", "digest", name="ask_it")]),
    }
"""
CATALOG = """
made: {type: pkg.versioned.VersionedText, filepath: data/made.txt, versioned: true}
out: {type: pkg.datasets.TextDataset, filepath: data/out.txt}
slow: {type: pkg.datasets.TextDataset, filepath: data/slow.txt}
said: {type: pkg.datasets.TextDataset, filepath: data/said.txt}
digest: {type: pkg.datasets.TextDataset, filepath: data/digest.txt}
"""
LOGGING = """
version: 1
disable_existing_loggers: false
handlers: {stderr: {class: logging.StreamHandler, stream: ext://sys.stderr}}
root: {handlers: [stderr], level: INFO}
"""
Done = subprocess.CompletedProcess[str]
Call = Callable[..., Done]


@pytest.fixture
def path(project: Any, tmp_path: Path) -> Path:
    argo = f"""
runner: {{memory_datasets: spill}}
storage: {{root: "{tmp_path}/store"}}
secret_params: {{db.password: {{name: db, key: password}}}}
"""
    files = {
        "src/pkg/versioned.py": VERSIONED,
        "conf/base/parameters.yml": "alpha: 1\ndb: {password: none}\n",
        "conf/base/logging-to-stderr.yml": LOGGING,
    }
    made: Path = project(REGISTRY, CATALOG, argo, files=files)
    return made


def environment(path: Path, **env: str) -> dict[str, str]:
    """That of a shell without a cluster."""
    logging = str(path / "conf/base/logging-to-stderr.yml")
    given = {"COLUMNS": "500", "DO_NOT_TRACK": "1", "KEDRO_LOGGING_CONFIG": logging, "KUBECONFIG": str(path / "none")}
    return {**os.environ, **given, **env}


@pytest.fixture
def call(path: Path) -> Call:
    """`kedro argo` and words, in the project."""

    def called(*words: str, **env: str) -> Done:
        done = subprocess.run(
            [sys.executable, "-m", "kedro", "argo", *words],
            cwd=path,
            env=environment(path, **env),
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        ours = done.stderr.replace("  | Traceback", "")  # of a task's log, which is shown where it failed
        assert "Traceback" not in ours, ours
        return done

    return called


def counts(path: Path) -> list[str]:
    return (path / "counts").read_text().split()


def failed(path: Path, call: Call, *words: str) -> str:
    """A run whose last node failed; its name."""
    (path / "fail").touch()
    done = call("run", *words)
    assert done.returncode == 6, done.stderr
    (path / "fail").unlink()
    (name,) = re.findall(r"To go on after the fix: kedro argo retry (\S+)", done.stderr)
    return str(name)


def test_a_run_that_failed_is_shown_and_goes_on_with_changed_code(path: Path, call: Call) -> None:
    name = failed(path, call, "--params", '{"alpha": "x, {{y}}"}')
    shown, as_json = call("status"), call("status", name, "--json")
    logs, of_one = call("logs"), call("logs", name, "--task", "keep_it", "--timestamps")
    unknown, listed = call("logs", "--task", "kep_it"), call("list", "--local")

    assert (shown.returncode, as_json.returncode) == (6, 6)
    assert f"Local run: {name}, the last one from here." in shown.stderr
    assert "node use_it: ValueError: not yet" in shown.stdout
    assert 'Parameters: {"alpha": "x, {{y}}"}' in shown.stdout
    assert "image" not in shown.stderr
    found = json.loads(as_json.stdout)
    assert found["parameters"] == {"alpha": "x, {{y}}"}
    assert found["secret_parameters"] == ["db.password"]
    assert [file.name for file in (path / "data/made.txt").iterdir()] == [found["save_version"]]
    assert "keep_it: keep reads made x, {{y}}\n" in logs.stdout
    assert "use_it: ValueError: not yet\n" in logs.stdout
    assert "keep_it: keep reads" in of_one.stdout
    assert "use_it" not in of_one.stdout
    assert "Note: the logs of a local run have no times" in of_one.stderr
    assert unknown.returncode == 1
    assert "did you mean 'keep_it'? There are: keep_it, make_it, " in unknown.stderr
    assert [line.split()[:2] for line in listed.stdout.splitlines()[1:]] == [[name, "Failed"]]

    registry = path / "src/pkg/pipeline_registry.py"
    registry.write_text(registry.read_text().replace("{kept}; {made}", "{kept}! {made}"))
    again = call("retry", name)
    after = call("status", name)

    assert again.returncode == 0, again.stderr
    assert counts(path) == ["make", "keep", "use", "use"]
    assert (path / "data/out.txt").read_text() == "made x, {{y}}, kept! made x, {{y}}"
    assert after.returncode == 0
    assert re.search(r"Not all of it ran with one code:\n  \S+: .*make_it, keep_it.*\n  \S+: .*use_it", after.stdout)
    refused = call("retry", name)
    assert refused.returncode != 0
    assert "nothing to retry" in refused.stderr


def test_a_new_run_goes_on_with_the_data_of_the_old_one_whatever_ran_since(path: Path, call: Call) -> None:
    name = failed(path, call, "--params", "alpha=old")
    between = call("run", "--params", "alpha=newer")
    assert between.returncode == 0, between.stderr
    assert (path / "data/out.txt").read_text() == "made newer, kept; made newer"
    (path / "counts").unlink()
    registry = path / "src/pkg/pipeline_registry.py"
    more = '        node(same, "made", "more", name="new_one"),\n    ]\n    return'
    registry.write_text(registry.read_text().replace("    ]\n    return", more))
    with (path / "conf/base/catalog.yml").open("a") as catalog:
        catalog.write("more: {type: pkg.datasets.TextDataset, filepath: data/more.txt}\n")

    done = call("run", "--from-failed", name, "--workflow-name", "again")
    shown = json.loads(call("status", "--json").stdout)
    nothing = call("run", "--from-failed", shown["name"])
    elsewhere = call("explain", "--from-failed", name, "--env", "base")

    assert done.returncode == 0, done.stderr
    assert f"From {name}, with its parameters: 2 of 4 nodes run." in done.stderr
    assert counts(path) == ["use"]
    assert (path / "data/out.txt").read_text() == "made old, kept; made old"
    assert (path / "data/more.txt").read_text() == "made old"
    assert shown["parameters"] == {"alpha": "old"}
    assert set(shown["load_versions"]) == {"kept", "made"}
    assert shown["save_version"] not in shown["load_versions"].values()
    assert nothing.returncode == 0
    assert "There is nothing to run." in nothing.stderr
    assert elsewhere.returncode == 2
    assert "ran in env 'local'" in elsewhere.stderr


def test_a_secret_parameter_arrives_and_is_nowhere(path: Path, call: Call) -> None:
    secret = "s3cr3t, 'Hunter2' {{x}}"
    (path / "run.yml").write_text(json.dumps({"run": {"params": {"db": {"password": secret}}, "pipeline": "secret"}}))

    done = call("run", "--config", "run.yml")
    shown = call("status")
    (path / "run.yml").unlink()
    number = call("run", "--params", "db.password=12")

    assert done.returncode == 0, done.stderr
    assert (path / "data/digest.txt").read_text() == hashlib.sha256(secret.encode()).hexdigest()
    assert "argo_kedro.task" in (path / "ps").read_text()
    written = [file for file in path.parent.rglob("*") if file.is_file()]
    assert any("workflow.json" in file.name for file in written)
    assert [file for file in written if b"Hunter2" in file.read_bytes()] == []
    assert "Hunter2" not in done.stdout + done.stderr + shown.stdout + shown.stderr
    assert "Secret parameters: db.password" in shown.stdout
    assert number.returncode == 2
    assert "db.password is secret, and must be a text" in number.stderr


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.05)


def begun(path: Path) -> subprocess.Popen[str]:
    """A run in another terminal, whose first task waits."""
    (path / "hold").touch()
    command = [sys.executable, "-m", "kedro", "argo", "run", "--pipeline", "slow"]
    ours = open(path / "terminal", "w")  # noqa: SIM115  # the process writes on
    made = subprocess.Popen(command, cwd=path, env=environment(path), stdout=ours, stderr=ours, text=True)
    ours.close()
    return made


def test_a_run_in_another_terminal_is_followed_and_stopped(path: Path, call: Call) -> None:
    other = begun(path)
    follower = [sys.executable, "-m", "kedro", "argo", "logs", "--follow"]
    processes = [other]
    try:
        until((path / "counts").exists)
        following = subprocess.Popen(follower, cwd=path, env=environment(path), stdout=subprocess.PIPE, text=True)
        processes.append(following)
        running, deleted = call("status"), call("delete", "pkg-nope")
        name = running.stdout.partition(":")[0]
        going_on, again = call("delete", name), call("retry", name)
        stopped = call("stop")
        other.wait(timeout=60)
        logged, _ = following.communicate(timeout=60)
    finally:
        for process in processes:
            process.kill()

    assert running.returncode == 0
    assert ": Running, 0/2 tasks succeeded" in running.stdout
    assert deleted.returncode == 5
    assert f"There are: {name}." in deleted.stderr or f"Did you mean '{name}'?" in deleted.stderr
    assert going_on.returncode == 1
    assert "is still going on" in going_on.stderr
    assert again.returncode != 0
    assert stopped.returncode == 0, stopped.stderr
    assert stopped.stderr.splitlines()[-2:] == [f"{name} was stopped.", f"Next: kedro argo retry {name}"]
    assert "slow_one: begun\n" in logged

    (path / "hold").unlink()
    retried, gone = call("retry"), call("delete", name)
    assert retried.returncode == 0, retried.stderr
    assert (path / "data/said.txt").read_text() == "slow"
    assert gone.returncode == 0, gone.stderr
    assert not (path / "argo/runs" / name).exists()
    assert call("list", "--local").stdout == ""


def test_after_control_c_the_next_step_goes_on(path: Path) -> None:
    other = begun(path)
    try:
        until((path / "counts").exists)
        other.send_signal(signal.SIGINT)
        code = other.wait(timeout=60)
    finally:
        other.kill()
    said = (path / "terminal").read_text()
    assert code == 130
    assert re.search(r"Stopped; every task's process has ended.\nNext: kedro argo retry pkg-slow-\w+\n\Z", said), said


def test_a_secret_that_is_set_nowhere_stops_a_run_before_it_begins(path: Path, call: Call) -> None:
    (path / "conf/base/parameters.yml").write_text("alpha: 1\n")

    unset, compiled = call("run", "--pipeline", "secret"), call("compile", "--pipeline", "secret")

    assert (unset.returncode, compiled.returncode) == (4, 0)  # on a cluster it is there
    assert "params:db.password: task 'ask-it-" in unset.stderr
    assert "a secret one with --config, or by its variable, PARAM_..." in unset.stderr
    assert not (path / "argo/runs").exists()
