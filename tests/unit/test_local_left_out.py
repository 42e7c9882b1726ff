"""What a cluster adds to tasks and this machine does not: said once, and it stops nothing that can run here."""

from __future__ import annotations

import json
import uuid

import pytest
from local_runs import Played, dag, sh, task, workflow

from argo_kedro.errors import CompileError
from argo_kedro.local import Machine, Notice
from argo_kedro.local.machine import Demand, demand_of
from argo_kedro.local.reader import read_manifest
from argo_kedro.model import FAILURES

OK, BAD = sh("ok", "true"), sh("bad", "exit 3")
NOTIFY = {"name": "notify", "templateRef": {"name": "platform", "template": "notify"}}


def notices(played: Played) -> list[str]:
    return [event.message for event in played.events if isinstance(event, Notice)]


def test_all_that_is_left_out_is_said_in_one_line_however_many_tasks_there_are(tmp_path):
    pod = sh(
        "x",
        "true",
        sidecars=[{"name": "db", "image": "postgres:16"}],
        initContainers=[{"name": "proxy", "image": "envoy", "restartPolicy": "Always"}],
        synchronization={"semaphores": [{"configMapKeyRef": {"name": "locks", "key": "gpu"}}]},
        volumes=[
            {"name": "a", "secret": {"secretName": "kedro"}},
            {"name": "b", "persistentVolumeClaim": {"claimName": "raw"}},
            {"name": "c", "emptyDir": {"medium": "Memory"}},
            {"name": "unused", "nfs": {"server": "nas", "path": "/"}},
        ],
    )
    pod["container"] |= {
        "envFrom": [{"secretRef": {"name": "warehouse"}}, {"configMapRef": {"name": "urls"}, "prefix": "A_"}],
        "volumeMounts": [
            {"name": "a", "mountPath": "/conf/credentials.yml", "subPath": "credentials.yml"},
            {"name": "b", "mountPath": "/raw"},
            {"name": "c", "mountPath": "/dev/shm"},
            {"name": "shared", "mountPath": "/shared"},
        ],
    }
    spec = {"volumes": [{"name": "shared", "nfs": {"server": "nas", "path": "/"}}]}
    spec["synchronization"] = {"mutexes": [{"name": "one"}]}
    played = Played(workflow(dag("main", task("p", "x"), task("q", "x")), pod, **spec), tmp_path)
    assert played.run.phase == "Succeeded"
    assert notices(played) == [
        "What a cluster adds is not here. "
        "containers: 'db' (postgres:16) of template 'x', 'proxy' (envoy) of template 'x' "
        "(start them yourself where tasks need them); "
        "files: /conf/credentials.yml from secret kedro, /raw from claim raw, /shared from NFS server nas "
        "(those of this machine count); "
        "variables: all of secret warehouse, all of config map urls (set them in this shell where tasks need them); "
        "locks: mutex one, semaphore locks/gpu (other runs may go on beside this one)."
    ]


def test_what_no_task_reaches_is_not_spoken_of(tmp_path):
    aside = sh("aside", "true", sidecars=[{"name": "db", "image": "postgres:16"}])
    assert notices(Played(workflow(OK, aside), tmp_path)) == []


def test_a_long_list_is_cut_short(tmp_path):
    pods = [sh(f"x{n}", "true", sidecars=[{"name": "db", "image": "pg"}]) for n in range(9)]
    played = Played(workflow(dag("main", *(task(pod["name"], pod["name"]) for pod in pods)), *pods), tmp_path)
    assert "'db' (pg) of template 'x4' and 4 more (start" in notices(played)[0]


def test_fields_of_a_pod_have_values_here_that_make_sense(tmp_path):
    paths = ("metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.podIP")
    pod = sh("x", "echo $A $B $C $D $E; exit 1")
    pod["container"]["env"] = [
        {"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}}
        for name, path in zip("ABCDE", paths, strict=True)
    ]
    played = Played(workflow(pod, serviceAccountName="runner"), tmp_path)
    identity, node, account, *addresses = played.log("wf").split()
    assert uuid.UUID(identity)
    assert node
    assert (account, addresses) == ("runner", ["127.0.0.1", "127.0.0.1"])
    assert played.run.failures[0].env == {}  # they say nothing of how to run it again


def test_the_service_account_of_a_template_is_the_one_that_its_task_sees(tmp_path):
    pod = sh("x", "echo $A", serviceAccountName="own")
    pod["container"]["env"] = [{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "spec.serviceAccountName"}}}]
    assert Played(workflow(pod, serviceAccountName="runner"), tmp_path).log("wf") == "own\n"


def test_the_home_of_an_image_is_not_that_of_this_machine(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", "/home/me")
    assert Played(workflow(sh("x", "echo $HOME", env={"HOME": "/tmp"})), tmp_path).log("wf") == "/home/me\n"


def test_a_variable_from_a_config_map_is_that_of_this_shell(tmp_path, monkeypatch):
    monkeypatch.setenv("REGION", "north")
    pod = sh("x", "echo $REGION")
    pod["container"]["env"] = [{"name": "REGION", "valueFrom": {"configMapKeyRef": {"name": "a", "key": "b"}}}]
    assert Played(workflow(pod), tmp_path).log("wf") == "north\n"


@pytest.mark.parametrize(
    ("limits", "gpus"),
    [
        ({"nvidia.com/gpu": "2"}, 2),
        ({"amd.com/gpu": 1}, 1),
        ({"nvidia.com/mig-1g.5gb": "4", "smarter-devices/fuse": "1", "hugepages-2Mi": "64Mi"}, 0),
    ],
)
def test_of_devices_only_gpus_are_counted(limits, gpus):
    assert demand_of({"limits": limits}) == Demand(gpus=gpus)


def test_a_task_that_asks_for_devices_that_are_not_here_runs(tmp_path):
    pod = sh("x", "true")
    pod["container"]["resources"] = {"limits": {"nvidia.com/mig-1g.5gb": "1", "amd.com/gpu": "8"}}
    played = Played(workflow(pod), tmp_path, machine=Machine(cores=1, memory_bytes=2**30))
    assert played.run.phase == "Succeeded"


def test_an_expression_in_a_patch_stops_nothing(tmp_path):
    patch = '{"nodeSelector":{"{{=a}}":"b"},"priority":{{=asInt(retries) > 0 ? 2 : 1}}}'
    pod = sh("x", "true", podSpecPatch=patch, retryStrategy={"limit": "1"})
    assert Played(workflow(pod), tmp_path).run.phase == "Succeeded"


def test_a_task_that_was_killed_is_tried_again_as_after_running_out_of_memory(tmp_path):
    script = "test -e again && exit 0; touch again; kill -9 $$$$"  # Kubernetes makes one dollar of two
    retry = {"limit": "2", "expression": "asInt(lastRetry.exitCode) == 137 || asInt(retries) < 0"}
    played = Played(workflow(sh("x", script, retryStrategy=retry)), tmp_path)
    assert played.phases == {"wf(0)": "Failed", "wf(1)": "Succeeded"}


def test_the_count_of_retries_ends_them(tmp_path):
    retry = {"limit": "9", "expression": "asInt(lastRetry.exitCode) != 3 && asInt(retries) < 2"}
    played = Played(workflow(sh("x", "exit 1", retryStrategy=retry)), tmp_path)
    assert sorted(played.phases) == ["wf(0)", "wf(1)", "wf(2)"]


def test_a_template_of_the_platforms_is_refused_with_a_way_out():
    with pytest.raises(CompileError, match="templateRef is not supported in a local run") as caught:
        read_manifest(workflow(dag("main", NOTIFY)))
    assert "in the argo.yml of another env" in caught.value.message


def test_an_exit_handler_of_the_platforms_is_left_out_and_the_rest_of_the_end_runs(tmp_path):
    exit_dag = dag("bye", {**NOTIFY, "when": "{{workflow.status}} != Succeeded"}, task("clean", "ok"), fail_fast=False)
    played = Played(workflow(OK, exit_dag, onExit="bye"), tmp_path)
    assert played.run.phase == "Succeeded"
    assert played.phases["onExit.clean"] == "Succeeded"
    assert "at the end: notify (its template is in the cluster only)." in notices(played)[0]
    assert not any("notify" in name for name in played.phases)


def test_an_exit_handler_that_is_all_the_platforms_leaves_nothing_to_run_at_the_end(tmp_path):
    played = Played(workflow(OK, dag("bye", NOTIFY), onExit="bye"), tmp_path)
    assert (played.run.phase, list(played.nodes)) == ("Succeeded", ["wf"])


def test_an_exit_task_that_others_wait_for_is_refused():
    exit_dag = dag("bye", NOTIFY, task("clean", "ok", "notify"))
    with pytest.raises(CompileError, match=r"tasks\.notify: templateRef is not supported"):
        read_manifest(workflow(OK, exit_dag, onExit="bye"))


def test_the_exit_handler_is_told_the_failures_as_a_list_without_tags(tmp_path):
    told = sh("bye", 'printf "%s" "$FAILURES"', env={"FAILURES": FAILURES})
    failing = sh("bad", 'printf "a {{ b %01200d" 1 > "$ARGO_KEDRO_TERMINATION_LOG"; exit 3')
    played = Played(workflow(dag("main", task("a", "bad")), failing, told, onExit="bye"), tmp_path)
    text = played.log("onExit")
    listed = {each["displayName"]: each for each in json.loads(text)}
    assert set(listed) == {"a", "wf"}
    assert listed["a"]["message"].startswith("main: Error (exit code 3): a {{ b 000")
    assert len(listed["a"]["message"]) == 1000
    assert "{{" not in text
    assert set(listed["a"]) == {"displayName", "templateName", "podName", "phase", "finishedAt", "message"}


def test_the_exit_handler_is_told_of_no_failures_after_a_success(tmp_path):
    told = sh("bye", 'printf "%s" "$FAILURES"', env={"FAILURES": FAILURES})
    assert Played(workflow(OK, told, onExit="bye"), tmp_path).log("onExit") == "[]"


@pytest.mark.parametrize(("first", "status"), [(OK, "Succeeded"), (BAD, "Failed")])
def test_a_handler_runs_only_after_the_end_that_it_is_for(tmp_path, first, status):
    exit_dag = dag(
        "bye",
        task("good", "said", when="{{workflow.status}} == Succeeded"),
        task("sad", "said", when="{{workflow.status}} != Succeeded"),
    )
    played = Played(workflow(first, exit_dag, sh("said", "echo {{workflow.duration}}"), onExit="bye"), tmp_path)
    ran = "good" if status == "Succeeded" else "sad"
    assert {name: phase for name, phase in played.phases.items() if "." in name} == {
        f"onExit.{name}": "Succeeded" if name == ran else "Skipped" for name in ("good", "sad")
    }
    assert float(played.log(f"onExit/{ran}")) >= 0


def test_without_fail_fast_the_other_branches_go_on(tmp_path):
    tasks = [task("a", "bad"), task("b", "ok"), task("c", "ok", "b"), task("d", "ok", "a")]
    played = Played(workflow(dag("main", *tasks, fail_fast=False), OK, BAD), tmp_path)
    assert played.run.phase == "Failed"
    assert played.phases == {"a": "Failed", "b": "Succeeded", "c": "Succeeded", "d": "Omitted"}


def test_the_deadline_of_a_workflow_ends_tasks_that_would_be_tried_again(tmp_path):
    pod = sh("x", "sleep 60", retryStrategy={"limit": "9", "retryPolicy": "Always", "backoff": {"duration": "1h"}})
    played = Played(workflow(dag("main", task("a", "x")), pod, activeDeadlineSeconds=1, parallelism=1), tmp_path)
    assert played.run.phase == "Failed"
    assert played.phases["a(0)"] == "Failed"
    assert "a(1)" not in played.phases
