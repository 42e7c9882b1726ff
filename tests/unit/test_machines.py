"""Machine types in pods: devices, /dev/shm, priority, spot, larger ones after memory ran out, and what cannot be."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from plans import chain, planned, said

from argo_kedro.config import MachineType
from argo_kedro.model import Workflow
from argo_kedro.plan.pods.larger import Turn
from argo_kedro.plan.pods.machines import ENDED_WITH_ITS_NODE, on_machine, placement, resources

LADDER = """
machine_types:
  default: {cpu: 1, mem: 2, larger: middle}
  middle: {cpu: 1, mem: 8, larger: top}
  top:
    {cpu: 4, mem: 32, num_gpu: 1, emph_storage: 50, node_selector: {pool: high}, priority_class: batch}
"""
ON_OOM = "tasks: [{nodes: '*', retries: {limit: 2, on_oom: true}}]"


def only(workflow: Workflow) -> dict[str, Any]:
    (template,) = workflow.templates
    return dict(template.body)


def at(text: str, retries: int, exit_code: int) -> str:
    """What Argo would choose for a try: its language is Python's here, but for `? :`."""
    expression = text.removeprefix("{{=").removesuffix("}}")
    values, place = re.fullmatch(r"(\[.*?\])\[(.*)\]", expression).groups()  # type: ignore[union-attr]
    place = place.replace("asInt(retries)", str(retries)).replace("asInt(lastRetry.exitCode)", str(exit_code))
    place = re.sub(r"\(([^()]*) \|\| ([^()]*) \? 0 : 1\)", r"(0 if \1 or \2 else 1)", place)
    found = eval(f"{values}[{place}]", {"__builtins__": {}, "min": min})
    assert isinstance(found, str)
    return found


def test_devices_are_requested_and_their_taints_tolerated() -> None:
    machine = MachineType.model_validate(
        {"cpu": 1, "mem": 1, "num_gpu": 1, "gpu_resource": "amd.com/gpu", "resources": {"nvidia.com/mig-1g.5gb": 2}}
    )

    for side in resources(machine).values():
        assert side == {"memory": "1Gi", "cpu": "1", "amd.com/gpu": "1", "nvidia.com/mig-1g.5gb": "2"}
    assert placement(machine)["tolerations"] == [
        {"key": "amd.com/gpu", "operator": "Exists", "effect": "NoSchedule"},
        {"key": "nvidia.com/mig-1g.5gb", "operator": "Exists", "effect": "NoSchedule"},
    ]


def test_a_toleration_that_is_named_already_is_not_said_twice() -> None:
    own = {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}
    machine = MachineType.model_validate({"cpu": 1, "mem": 1, "num_gpu": 1, "tolerations": [own]})

    assert placement(machine) == {"tolerations": [own]}


def test_shared_memory_is_a_volume_in_memory_at_dev_shm() -> None:
    machine = MachineType.model_validate({"cpu": 1, "mem": 8, "emph_storage": 0, "shared_memory": 2})

    found = on_machine({"container": {"image": "i"}}, machine, "/data")

    assert found["volumes"] == [{"name": "shared-memory", "emptyDir": {"medium": "Memory", "sizeLimit": "2Gi"}}]
    assert found["container"]["volumeMounts"] == [{"name": "shared-memory", "mountPath": "/dev/shm"}]


def test_a_machine_type_may_have_a_priority_class() -> None:
    found = only(planned(chain("a"), "machine_types: {default: {cpu: 1, mem: 1, priority_class: batch}}"))

    assert found["priorityClassName"] == "batch"


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("pod deleted", True),
        ("main: Error (exit code 143)", True),
        ("main: Error (exit code 143): stopped\n", True),
        ("Pod was terminated in response to imminent node shutdown.", True),
        ("Preempted in order to admit critical pod", True),
        ("The node was low on resource: memory. Threshold quantity: 100Mi", True),
        ("Pod was active on the node longer than the specified deadline", False),
        ("main: OOMKilled (exit code 137)", False),
        ("main: Error (exit code 1): node train: ValueError: pod deleted", False),
        ("main: Error (exit code 1): preempted", False),
        ('Usage of EmptyDir volume "scratch" exceeds the limit "1Gi".', False),
        ("", False),
    ],
)
def test_only_the_end_of_a_cluster_node_is_taken_for_it(message: str, expected: bool) -> None:
    pattern = re.fullmatch(r"lastRetry\.message matches '(.*)'", ENDED_WITH_ITS_NODE)

    assert pattern is not None
    assert bool(re.search(pattern[1], message)) is expected


def test_a_spot_machine_type_is_tried_again_after_its_cluster_node_was_lost_only() -> None:
    found = only(planned(chain("a"), "machine_types: {default: {cpu: 1, mem: 1, spot: 3}}"))

    assert found["retryStrategy"] == {"limit": "3", "retryPolicy": "Always", "expression": ENDED_WITH_ITS_NODE}


def test_failures_of_the_code_are_tried_no_more_often_than_their_rule_says_on_spot_machines_too() -> None:
    argo = "machine_types: {default: {cpu: 1, mem: 1, spot: 3}}\ntasks: [{nodes: a, retries: 2}]"
    strategy = only(planned(chain("a"), argo))["retryStrategy"]

    assert strategy["limit"] == "5"
    assert strategy["expression"] == (
        f"asInt(lastRetry.exitCode) != 3 && ({ENDED_WITH_ITS_NODE} || asInt(retries) < 2)"
    )


@pytest.mark.parametrize(
    ("retries", "exit_code", "expected"),
    [(0, 0, "a"), (1, 137, "b"), (2, 137, "c"), (3, 137, "c"), (1, 1, "a"), (2, 1, "b"), (3, 1, "c")],
)
def test_each_try_that_ran_out_of_memory_leads_to_the_next_machine_type_and_no_other_failure_leads_back(
    retries: int, exit_code: int, expected: str
) -> None:
    assert at(Turn(last=2).of(["a", "b", "c"]), retries, exit_code) == expected


def test_a_task_that_ran_out_of_memory_has_all_that_the_larger_machine_type_says() -> None:
    found = only(planned(chain("a"), LADDER + ON_OOM))
    patch = json.loads(found["podSpecPatch"])

    def tried(value: Any) -> Any:
        if isinstance(value, dict):
            return {tried(key): tried(each) for key, each in value.items()}
        if isinstance(value, list):
            return [tried(each) for each in value]
        return at(value, 2, 137) if value.startswith("{{=") else value

    assert tried(patch) == {
        "containers": [
            {
                "name": "main",
                "resources": {
                    side: {"memory": "32Gi", "cpu": "4", "nvidia.com/gpu": "1"} for side in ("requests", "limits")
                },
                "env": [{"name": "NUM_CPU", "value": "4"}, {"name": "MEM_LIMIT_GB", "value": "32"}],
            }
        ],
        "nodeSelector": {"pool": "high"},
        "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}],
        "volumes": [
            {
                "name": "scratch",
                "ephemeral": {"volumeClaimTemplate": {"spec": {"resources": {"requests": {"storage": "50Gi"}}}}},
            }
        ],
        "priorityClassName": "batch",
    }
    gpus = patch["containers"][0]["resources"]["limits"]["nvidia.com/gpu"]
    assert (at(gpus, 0, 0), at(gpus, 1, 137)) == ("0", "0")
    ((label, value),) = patch["nodeSelector"].items()
    assert (at(label, 0, 0), at(value, 0, 0)) == ("kubernetes.io/os", "linux")
    assert at(patch["tolerations"][0]["key"], 1, 137) == "argo-kedro/none"


def test_what_is_alike_on_larger_machine_types_is_not_said_again() -> None:
    machines = "machine_types: {default: {cpu: 1, mem: 1, larger: big}, big: {cpu: 1, mem: 2}}\n"
    (container,) = json.loads(only(planned(chain("a"), machines + ON_OOM))["podSpecPatch"])["containers"]

    assert container["resources"]["requests"].keys() == {"memory"}
    assert [each["name"] for each in container["env"]] == ["MEM_LIMIT_GB"]


def test_no_more_machine_types_are_named_than_there_are_tries() -> None:
    patch = only(planned(chain("a"), LADDER + ON_OOM.replace("2", "1")))["podSpecPatch"]

    assert "'8Gi'" in patch
    assert "'32Gi'" not in patch


def test_a_larger_machine_type_without_on_oom_changes_nothing() -> None:
    found = only(planned(chain("a"), LADDER + "tasks: [{nodes: a, retries: 2}]"))

    assert "podSpecPatch" not in found


@pytest.mark.parametrize(
    ("machines", "expected"),
    [
        (
            "{default: {cpu: 1, mem: 1, larger: bgi}, big: {cpu: 1, mem: 2}}",
            ["argo.yml machine_types.default.larger: machine type 'bgi' is not defined."],
        ),
        (
            "{default: {cpu: 1, mem: 1, larger: big}, big: {cpu: 1, mem: 2, larger: default}}",
            [
                "argo.yml machine_types.big.larger: larger machine types lead back to where they began: "
                "big -> default -> big."
            ],
        ),
        (
            "{default: {cpu: 1, mem: 1, larger: default}}",
            [
                "argo.yml machine_types.default.larger: larger machine types lead back to where they began: "
                "default -> default."
            ],
        ),
        (
            "{default: {cpu: 1, mem: 2, larger: big}, big: {cpu: 4, mem: 2048Mi}}",
            [
                "argo.yml machine_types.default.larger: machine type 'big' has no more memory than this one: 2048Mi, "
                "here 2Gi."
            ],
        ),
        (
            "{default: {cpu: 1, mem: 1, larger: big, node_selector: {pool: x}}, big: {cpu: 1, mem: 2}}",
            [
                "argo.yml machine_types.default.larger: a task cannot go on on machine type 'big': it does not say "
                "pool in its node_selector."
            ],
        ),
        (
            "{default: {cpu: 1, mem: 1, larger: big}, big: {cpu: 1, mem: 2, limits: {cpu: null}}}",
            [
                "argo.yml machine_types.default.larger: a task cannot go on on machine type 'big': only one of them "
                "has cpu in its limits."
            ],
        ),
        (
            "{default: {cpu: 1, mem: 1, larger: big}, big: {cpu: 1, mem: 2, affinity: {podAffinity: {}}}}",
            [
                "argo.yml machine_types.default.larger: a task cannot go on on machine type 'big': its affinity is "
                "another."
            ],
        ),
        (
            "{default: {cpu: 1, mem: 1, num_gpu: 1, resources: {nvidia.com/gpu: 1}}}",
            ["argo.yml machine_types.default: 'nvidia.com/gpu' is counted by num_gpu, and again under resources."],
        ),
        (
            "{default: {cpu: 1, mem: 1, resources: {memory: 1}}}",
            ["argo.yml machine_types.default: 'memory' is no device, so it has no place under resources."],
        ),
        (
            "{default: {cpu: 4, mem: 1, limits: {cpu: 2}}}",
            ["argo.yml machine_types.default: it requests 4 of cpu, more than its limit of 2: no pod can have that."],
        ),
        (
            "{default: {cpu: 1, mem: 1, num_gpu: 1, limits: {nvidia.com/gpu: 2}}}",
            [
                "argo.yml machine_types.default: it requests 1 of nvidia.com/gpu with a limit of 2: devices cannot be "
                "shared."
            ],
        ),
        (
            "{default: {cpu: 1, mem: 1, shared_memory: 2}}",
            ["argo.yml machine_types.default: /dev/shm of 2Gi is larger than the memory of 1Gi that it counts as."],
        ),
        ("{default: {cpu: 1, mem: 1, larger: big}, big: {cpu: 2, mem: 2, num_gpu: 1, node_selector: {p: x}}}", []),
    ],
)
def test_machine_types_that_no_pod_can_have_are_told_with_the_reason(machines: str, expected: list[str]) -> None:
    assert said(planned(chain("a"), f"machine_types: {machines}").problems) == expected


def test_on_oom_needs_a_larger_machine_type_and_is_told_once_for_each() -> None:
    machines = "machine_types: {default: {cpu: 1, mem: 1, larger: big}, big: {cpu: 1, mem: 2}}\n"
    rules = "tasks: [{nodes: '*', retries: {limit: 1, on_oom: true}}, {nodes: ['b', 'c'], machine_type: big}]"
    (problem,) = planned(chain("a", "b", "c"), machines + rules).problems

    assert str(problem) == (
        "argo.yml tasks[0]: on_oom asks for a larger machine type, and 'big' of task 'b' names none.\n"
        "  Hint: name one under machine_types.big.larger, or remove on_oom."
    )
