"""What people see while a local run goes on."""

from __future__ import annotations

import io
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from local_runs import Played, dag, sh, task, workflow

from argo_kedro.local import Failure, Finished, Notice, Started, TaskChanged
from argo_kedro.views.progress import Progress, failure_text, repeat_command, seconds_text

EVENTS = [
    Started(name="wf", where=Path("/r/wf"), tasks=4),
    Notice(message="watch out"),
    TaskChanged(task="a", template="t", phase="Running"),
    TaskChanged(task="a", template="t", phase="Retrying", message="exit 1; again in 2 s"),
    TaskChanged(task="a", template="t", phase="Running", attempt=1),
    TaskChanged(task="a", template="t", phase="Succeeded", attempt=1, seconds=3.21),
    TaskChanged(task="n.b", template="t", phase="Error", seconds=61, message="boom"),
    TaskChanged(task="n", template="t", phase="Omitted", message="omitted", tasks=2),
    Finished(name="wf", phase="Failed", seconds=70),
]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(monkeypatch, stream, **environment) -> str:
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"TERM": "xterm", **environment}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stderr", stream)
    with Progress({"a": "clean_flights", "b": "train"}) as progress:
        for event in EVENTS:
            progress(event)
    return stream.getvalue()


PLAIN = [
    "wf: 4 tasks, record in /r/wf",
    "Note: watch out",
    "clean_flights started",
    "clean_flights failed, exit 1; again in 2 s",
    "clean_flights (attempt 2) started",
    "clean_flights (attempt 2) succeeded in 3.2 s (1/4)",
    "train failed in 1 min 01 s: boom (2/4)",
    "n omitted: omitted (4/4)",
    "wf failed after 1 min 10 s",
]


def test_without_a_terminal_each_event_is_a_line_with_its_time(monkeypatch, capsys):
    lines = shown(monkeypatch, io.StringIO()).splitlines()
    assert [line.split(" ", 1)[1] for line in lines] == PLAIN
    assert all(re.match(r"\d\d:\d\d:\d\d ", line) for line in lines)
    assert capsys.readouterr().out == ""


def test_a_dumb_terminal_gets_plain_lines(monkeypatch):
    assert "\x1b" not in shown(monkeypatch, Terminal(), TERM="dumb")


def test_a_terminal_keeps_only_what_matters(monkeypatch):
    kept = on_screen(shown(monkeypatch, Terminal(), NO_COLOR="1"))
    assert kept == [PLAIN[0], PLAIN[1], PLAIN[3], PLAIN[6], PLAIN[8]]


def on_screen(text: str) -> list[str]:
    """What is left after every jump upwards."""
    lines: list[str] = []
    for part in re.split(r"(\x1b\[\d+F\x1b\[J)", text):
        jump = re.match(r"\x1b\[(\d+)F", part)
        if jump:
            del lines[-int(jump[1]) :]
        else:
            lines += part.splitlines()
    return lines


def test_colors_are_for_those_who_want_them(monkeypatch):
    assert "\x1b[31mfailed" in shown(monkeypatch, Terminal())
    assert "\x1b[31m" not in shown(monkeypatch, Terminal(), NO_COLOR="1")


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0.04, "0.0 s"), (59.94, "59.9 s"), (59.96, "1 min 00 s"), (245, "4 min 05 s"), (7800, "2 h 10 min")],
)
def test_seconds_read_as_people_say_them(seconds, expected):
    assert seconds_text(seconds) == expected


def test_a_failure_shows_the_end_of_its_log_and_the_way_to_repeat_it(tmp_path):
    pod = sh("bad", 'for i in $(seq 40); do echo "$A $i"; done; exit 5', env={"A": "it's"})
    failure = Played(workflow(dag("main", task("a", "bad")), pod), tmp_path).run.failures[0]
    lines = failure_text(failure, {"a": "train_model"}).splitlines()
    assert lines[0] == "Task train_model failed: main: Error (exit code 5)"
    assert lines[2:17] == [f"  | it's {number}" for number in range(26, 41)]
    command = lines[-1].removeprefix("Run it alone: ")
    again = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert (again.returncode, again.stdout.splitlines()[-1]) == (5, "it's 40")


def test_a_variable_that_no_shell_can_assign_goes_through_env():
    failure = Failure(
        task="a", template="t", exit_code=1, message="", log=Path("none"), argv=("echo", "a b"), env={"a.b": "x y"}
    )
    assert shlex.split(repeat_command(failure.argv, failure.env)) == ["env", "a.b=x y", "echo", "a b"]


def test_a_failure_without_a_process_has_no_command_and_no_log():
    failure = Failure(task="a", template="t", exit_code=None, message="no value", log=Path("none"))
    assert failure_text(failure) == "Task a failed: no value"
