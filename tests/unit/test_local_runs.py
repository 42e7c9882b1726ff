"""What a manifest does when it runs on this machine, with real processes."""

from __future__ import annotations

import inspect
import json
import sys

import pytest
from local_runs import Played, dag, sh, task, values, workflow

from argo_kedro.errors import ArgoKedroError, ConfigError
from argo_kedro.local import Notice, run

OK = sh("ok", "true")
BAD = sh("bad", "echo oops; exit 3")
SAY = sh("say", 'printf "%s" "$X"', env={"X": "{{inputs.parameters.x}}"}, inputs={"parameters": [{"name": "x"}]})
HOSTILE = 'it\'s "q" $HOME `id` {{foo}} \\ é\n--x=1; rm -rf'


def writer(name: str, **output: object) -> dict:
    return sh(
        name,
        f'printf "%s\\n" "$X" > {name}.txt',
        env={"X": "{{inputs.parameters.x}}"},
        inputs=values(x="default"),
        outputs={"parameters": [{"name": "o", "valueFrom": {"path": f"{name}.txt", **output}}]},
    )


def test_tasks_run_in_the_order_of_their_needs(tmp_path):
    played = Played(workflow(dag("main", task("c", "ok", "b"), task("b", "ok", "a"), task("a", "ok")), OK), tmp_path)
    assert played.began() == ["a", "b", "c"]
    assert played.run.phase == "Succeeded"
    assert played.workflow["status"]["progress"] == "3/3"


def test_a_workflow_may_be_one_container(tmp_path):
    played = Played(workflow(sh("one", "echo {{workflow.name}} {{pod.name}}")), tmp_path)
    assert played.log("wf") == "wf wf\n"
    assert list(played.workflow["status"]["nodes"]) == ["wf"]


def test_values_reach_a_task_as_they_are(tmp_path):
    arguments = values(x="{{workflow.parameters.p}}")
    main = dag("main", task("a", "say", arguments=arguments))
    played = Played(workflow(main, SAY, arguments=values(p=HOSTILE)), tmp_path)
    assert played.log("a") == HOSTILE


def test_values_reach_arguments_of_the_command_as_they_are(tmp_path):
    show = sh("show", "", inputs=values(x=HOSTILE))
    show["container"]["command"] = [sys.executable, "-c", "import sys; print(sys.argv[1:])"]
    show["container"]["args"] = ["{{inputs.parameters.x}}", "$(A)", "$(B)", "$$(A)"]
    show["container"]["env"] = [{"name": "A", "value": "a b"}]
    assert Played(workflow(show), tmp_path).log("wf") == f"{[HOSTILE, 'a b', '$(B)', '$(A)']!r}\n"


def test_tags_tell_a_task_who_it_is(tmp_path):
    text = "{{workflow.name}}|{{tasks.name}}|{{node.name}}|{{workflow.labels.team}}|{{workflow.namespace}}|{{retries}}"
    time = "{{workflow.creationTimestamp}}|{{workflow.creationTimestamp.Y}}{{workflow.creationTimestamp.L}}|"
    time += "{{workflow.creationTimestamp.f}}"
    who = sh("who", f"echo '{text}'; echo '{time}'")
    played = Played(workflow(dag("main", task("n", "inner")), dag("inner", task("a", "who")), who), tmp_path)
    first, second = played.log("n/a").splitlines()
    assert first == "wf|a|wf.n.a|blue|default|{{retries}}"
    created = played.workflow["metadata"]["creationTimestamp"]
    assert second == f"{created}|{created[:4]}.000|{{{{workflow.creationTimestamp.f}}}}"


def test_an_output_goes_to_the_tasks_that_follow(tmp_path):
    passed = values(x="<{{tasks.a.outputs.parameters.o}}> {{tasks.a.status}} {{tasks.a.exitCode}}")
    main = dag("main", task("a", "wr", arguments=values(x="v'\n\n")), task("b", "say", "a", arguments=passed))
    assert Played(workflow(main, writer("wr"), SAY), tmp_path).log("b") == "<v'\n\n> Succeeded 0"


def test_an_output_goes_out_of_and_into_a_nested_dag(tmp_path):
    outputs = {"parameters": [{"name": "r", "valueFrom": {"parameter": "{{tasks.w.outputs.parameters.o}}"}}]}
    tasks = task("w", "wr", arguments=values(x="in {{inputs.parameters.y}}"))
    inner = dag("inner", tasks, inputs={"parameters": [{"name": "y"}]}, outputs=outputs)
    passed = values(x="{{tasks.n.outputs.parameters.r}}")
    main = dag("main", task("n", "inner", arguments=values(y="1")), task("b", "say", "n", arguments=passed))
    played = Played(workflow(main, inner, writer("wr"), SAY), tmp_path)
    assert played.log("b") == "in 1"
    assert played.nodes["n"]["outputs"]["parameters"] == [{"name": "r", "value": "in 1"}]


def test_a_file_from_before_is_no_output(tmp_path):
    (tmp_path / "old.txt").write_text("old")
    lazy = sh("lazy", "true", outputs={"parameters": [{"name": "o", "valueFrom": {"path": "old.txt"}}]})
    played = Played(workflow(lazy), tmp_path)
    assert played.run.phase == "Error"
    assert "did not write" in played.run.failures[0].message


def test_an_output_that_was_not_written_has_its_default(tmp_path):
    lazy = sh("lazy", "true", outputs={"parameters": [{"name": "o", "valueFrom": {"path": "x", "default": "d"}}]})
    main = dag(
        "main",
        task("a", "lazy"),
        task("s", "lazy", when="a == b"),
        task(
            "b", "say", "a && s", arguments=values(x="{{tasks.a.outputs.parameters.o}}{{tasks.s.outputs.parameters.o}}")
        ),
    )
    assert Played(workflow(main, lazy, SAY), tmp_path).log("b") == "dd"


def test_an_output_of_a_skipped_task_without_default_is_an_error(tmp_path):
    passed = values(x="{{tasks.a.outputs.parameters.o}}")
    main = dag("main", task("a", "wr", when="a == b"), task("b", "say", "a", arguments=passed))
    played = Played(workflow(main, writer("wr"), SAY), tmp_path)
    assert played.phases == {"a": "Skipped", "b": "Error"}
    assert played.run.failures[0].message == "{{tasks.a.outputs.parameters.o}} has no value"


def test_when_skips_a_task_and_its_followers_run(tmp_path):
    main = dag("main", task("a", "ok", when="{{workflow.parameters.kind}} == full"), task("b", "ok", "a"))
    played = Played(workflow(main, OK, arguments=values(kind="quick")), tmp_path)
    assert played.phases == {"a": "Skipped", "b": "Succeeded"}
    assert played.nodes["a"]["message"] == "when 'quick == full' evaluated false"


def test_fail_fast_starts_nothing_new_and_lets_running_tasks_end(tmp_path):
    slow = sh("slow", "sleep 0.4")
    main = dag(
        "main", task("a", "bad"), task("b", "ok", "a"), task("s", "slow"), task("t", "ok", "s"), task("u", "ok", "t")
    )
    played = Played(workflow(main, OK, BAD, slow), tmp_path)
    assert played.phases == {"a": "Failed", "b": "Omitted", "s": "Succeeded", "t": "Omitted", "u": "Omitted"}
    assert played.nodes["b"]["message"] == "omitted: depends condition not met"
    assert played.run.phase == "Failed"


def test_fail_fast_leaves_out_tasks_that_wait_for_room(tmp_path):
    main = dag("main", task("a", "bad"), task("b", "ok"), task("c", "ok"), parallelism=1)
    assert Played(workflow(main, OK, BAD), tmp_path).phases == {"a": "Failed", "b": "Omitted", "c": "Omitted"}
    main = dag("main", task("a", "bad"), task("b", "ok"), task("c", "ok"))
    played = Played({**workflow(main, OK, BAD, parallelism=1), "metadata": {"name": "wf2"}}, tmp_path)
    assert played.run.phase == "Failed"
    assert [node["phase"] for node in played.nodes.values() if node["phase"] == "Omitted"] == ["Omitted"] * 2


def test_without_fail_fast_other_branches_go_on(tmp_path):
    main = dag("main", task("a", "bad"), task("b", "ok", "a"), task("c", "ok"), task("d", "ok", "c"), fail_fast=False)
    played = Played(workflow(main, OK, BAD), tmp_path)
    assert played.phases == {"a": "Failed", "b": "Omitted", "c": "Succeeded", "d": "Succeeded"}
    assert played.run.phase == "Failed"


def test_a_failure_that_a_task_makes_up_for_is_none(tmp_path):
    main = dag("main", task("a", "bad"), task("b", "ok", "a.Failed"), task("c", "ok", "b"))
    played = Played(workflow(main, OK, BAD), tmp_path)
    assert played.phases == {"a": "Failed", "b": "Succeeded", "c": "Succeeded"}
    assert played.run.phase == "Succeeded"


def test_a_task_called_for_by_a_failure_runs_although_the_dag_fails(tmp_path):
    main = dag(
        "main", task("a", "bad"), task("b", "ok", "a"), task("h", "ok", "a.Failed || a.Errored"), task("i", "ok", "h")
    )
    played = Played(workflow(main, OK, BAD), tmp_path)
    assert played.phases == {"a": "Failed", "b": "Omitted", "h": "Succeeded", "i": "Succeeded"}
    assert played.run.phase == "Failed"


def test_the_older_dependencies_work(tmp_path):
    main = dag("main", task("b", "ok", dependencies=["a"]), task("a", "ok"))
    assert Played(workflow(main, OK), tmp_path).began() == ["a", "b"]


def test_a_long_chain_is_no_recursion(tmp_path):
    tasks = [task(f"t{i}", "bad" if i == 0 else "ok", f"t{i - 1}" if i else "") for i in range(200)]
    frames, limit = len(inspect.stack(0)), sys.getrecursionlimit()
    sys.setrecursionlimit(frames + 150)  # less than one frame for each task, and Argo takes no more tasks in one DAG
    try:
        played = Played(workflow(dag("main", *tasks), OK, BAD), tmp_path)
    finally:
        sys.setrecursionlimit(limit)
    assert [phase for phase in played.phases.values() if phase != "Omitted"] == ["Failed"]
    assert len(played.phases) == 200


def test_a_command_that_does_not_exist_is_an_error_of_its_own(tmp_path):
    played = Played(workflow({"name": "x", "container": {"image": "any", "command": ["no-such-command"]}}), tmp_path)
    failure = played.run.failures[0]
    assert (played.run.phase, failure.exit_code) == ("Error", 64)
    assert 'exec: "no-such-command": executable file not found in $PATH' in failure.message
    assert "no-such-command" in played.log("wf")


def test_a_null_byte_or_a_huge_argument_is_an_error_and_no_crash(tmp_path):
    outputs = {"parameters": [{"name": "o", "valueFrom": {"path": "o.txt"}}]}
    show = sh("show", "{{inputs.parameters.x}}", inputs={"parameters": [{"name": "x"}]})
    main = dag("main", task("a", "wr"), task("b", "show", "a", arguments=values(x="{{tasks.a.outputs.parameters.o}}")))
    for number, script in enumerate(["printf 'a\\0b'", "head -c 3000000 /dev/zero | tr '\\0' x"]):
        manifest = workflow(main, sh("wr", f"{script} > o.txt", outputs=outputs), show)
        manifest["metadata"]["name"] = f"wf{number}"
        played = Played(manifest, tmp_path)
        ended = {node["displayName"]: node["phase"] for node in played.nodes.values()}
        assert ended == {f"wf{number}": "Error", "a": "Succeeded", "b": "Error"}


def test_the_reason_that_a_task_writes_down_is_in_its_message(tmp_path):
    played = Played(
        workflow(sh("x", 'echo "node f: ValueError: no" > "$ARGO_KEDRO_TERMINATION_LOG"; exit 4')), tmp_path
    )
    failure = played.run.failures[0]
    assert failure.message == "main: Error (exit code 4): node f: ValueError: no"
    assert sorted(path.name for path in played.run.record.glob("[!.]*")) == ["logs", "workflow.json"]
    assert list(played.run.record.glob(".reason*")) == []


def test_a_failure_says_how_to_repeat_it_without_secrets(tmp_path, monkeypatch):
    monkeypatch.setenv("TOKEN", "hidden")
    pod = sh("x", 'echo "$A $TOKEN"; exit 1', env={"A": "{{workflow.name}} $(TOKEN)"})
    pod["container"]["env"].append({"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}})
    failure = Played(workflow(pod), tmp_path).run.failures[0]
    assert failure.env == {"A": "wf $(TOKEN)"}
    assert failure.argv == ("sh", "-c", 'echo "$A $TOKEN"; exit 1')
    assert failure.log.read_text() == "wf $(TOKEN) hidden\n"


def test_a_secret_in_an_argument_is_not_shown_either(tmp_path, monkeypatch):
    monkeypatch.setenv("TOKEN", "hidden")
    pod = sh("x", "echo $(TOKEN); exit 1")
    pod["container"]["env"] = [{"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}]
    failure = Played(workflow(pod), tmp_path).run.failures[0]
    assert failure.argv == ("sh", "-c", "echo $(TOKEN); exit 1")
    assert failure.log.read_text() == "hidden\n"


def test_a_variable_may_refer_to_a_secret_before_it_and_does_not_show_it(tmp_path, monkeypatch):
    monkeypatch.setenv("TOKEN", "hidden")
    pod = sh("x", 'echo "$URL"; exit 1')
    secret = {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}
    pod["container"]["env"] = [secret, {"name": "URL", "value": "db://me:$(TOKEN)@host"}]
    failure = Played(workflow(pod), tmp_path).run.failures[0]
    assert failure.log.read_text() == "db://me:hidden@host\n"
    assert failure.env == {"URL": "db://me:$(TOKEN)@host"}


def test_the_log_of_a_python_task_that_is_killed_has_what_it_printed(tmp_path, monkeypatch):
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    pod = sh("x", "exec python -c 'import os; print(1); os.kill(os.getpid(), 9)'")
    assert Played(workflow(pod), tmp_path).run.failures[0].log.read_text() == "1\n"


def test_a_record_that_cannot_be_written_is_one_error(tmp_path):
    (tmp_path / "argo").mkdir()
    (tmp_path / "argo/runs").write_text("a file")
    with pytest.raises(ArgoKedroError, match=r"The record of the run cannot be written: .*/argo/runs"):
        Played(workflow(sh("x", "true")), tmp_path)


def test_missing_secrets_sidecars_and_a_small_machine_are_noticed_once(tmp_path, monkeypatch):
    monkeypatch.delenv("TOKEN", raising=False)
    pod = sh("x", 'echo "${TOKEN-unset}"', sidecars=[{"name": "db", "image": "postgres:16"}])
    secret = {"valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}
    pod["container"] |= {"env": [{"name": "TOKEN", **secret}, {"name": "KEY_OF_CONFIG", **secret}]}
    pod["container"]["resources"] = {"requests": {"cpu": "64", "memory": "9Ti"}, "limits": {"nvidia.com/gpu": 1}}
    played = Played(workflow(dag("main", task("a", "x"), task("b", "x")), pod), tmp_path)
    notices = [event.message for event in played.events if isinstance(event, Notice)]
    assert len(notices) == 3
    assert "'db' (postgres:16)" in notices[0]
    assert "KEY_OF_CONFIG, TOKEN" in notices[1]
    assert notices[2].endswith("get all of it: x.")
    assert played.log("a") == "unset\n"


def test_a_task_gets_this_environment_and_this_python(tmp_path, monkeypatch):
    monkeypatch.setenv("FROM_SHELL", "1")
    script = "import os, sys; print(sys.prefix, os.getcwd(), os.environ['FROM_SHELL'])"
    pod = sh("x", script, env={"PATH": "/image/bin"})
    pod["container"]["command"] = ["python", "-c"]
    assert Played(workflow(pod), tmp_path).log("wf") == f"{sys.prefix} {tmp_path.resolve()} 1\n"


def test_a_pod_may_ask_for_its_own_fields(tmp_path):
    paths = ("metadata.name", "metadata.namespace", "metadata.labels['workflows.argoproj.io/workflow']")
    pod = sh("x", "echo $A $B $C")
    pod["container"]["env"] = [
        {"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}} for name, path in zip("ABC", paths, strict=True)
    ]
    assert Played(workflow(pod), tmp_path).log("wf") == "wf default wf\n"


def test_the_exit_handler_learns_how_it_went(tmp_path):
    bye = sh("bye", 'printf "%s" "$F"', env={"F": "{{workflow.status}} {{workflow.failures}}"})
    played = Played(workflow(dag("main", task("a", "bad")), BAD, bye, onExit="bye"), tmp_path)
    status, failures = played.log("onExit").split(" ", 1)
    assert status == "Failed"
    assert {each["displayName"] for each in json.loads(json.loads(failures))} == {"a", "wf"}
    assert played.nodes["onExit"]["nodeFlag"] == {"hooked": True}
    assert played.workflow["status"]["progress"] == "0/1"


def test_an_exit_handler_that_fails_fails_the_workflow(tmp_path):
    played = Played(workflow(dag("main", task("a", "ok")), OK, BAD, onExit="bad"), tmp_path)
    assert (played.run.phase, played.run.message) == ("Failed", "main: Error (exit code 3)")


def test_an_exit_handler_may_be_a_dag(tmp_path):
    say = sh("say", "echo {{workflow.status}}")
    played = Played(workflow(OK, say, dag("bye", task("x", "say")), onExit="bye"), tmp_path)
    assert played.log("onExit/x") == "Succeeded\n"


def test_a_name_is_never_used_twice(tmp_path):
    Played(workflow(OK), tmp_path)
    with pytest.raises(ConfigError, match="exists already"):
        run(workflow(OK), folder=tmp_path)
    assert run(workflow(OK), folder=tmp_path, name="other").name == "other"
    generated = {**workflow(OK), "metadata": {"generateName": "gen-"}}
    names = {run(generated, folder=tmp_path).name for _ in range(3)}
    assert len(names) == 3
    assert all(len(name) == len("gen-12345") for name in names)


@pytest.mark.parametrize("name", ["../x", "A", "x" * 64, "a/b", "-", "."])
def test_a_name_that_is_none_is_refused(tmp_path, name):
    with pytest.raises(ConfigError, match="no name of a workflow"):
        run(workflow(OK), folder=tmp_path, name=name)
