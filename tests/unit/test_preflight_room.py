"""Whether there is room for the pods of a manifest: on nodes, in quotas and limits, and by Pod Security."""

from __future__ import annotations

from typing import Any

import pytest
from ready_cluster import CONFIG, HERE, look, no, node, of, one, put, ready, sized, template, thing, told, workflow

from argo_kedro.cluster.preflight.pods import moments, pods
from argo_kedro.model import Json
from argo_kedro.plan.pods.larger import Turn

GPU = "nvidia.com/gpu"


# Room -----------------------------------------------------------------------------------------------------------------

TAINT = {"key": GPU, "value": "present", "effect": "NoSchedule"}
TOLERATED = {"tolerations": [{"key": GPU, "operator": "Exists", "effect": "NoSchedule"}]}


@pytest.mark.parametrize(
    ("pod", "nodes", "said"),
    [
        (sized("7900m"), [node()], ""),
        (sized("8"), [node()], "no node takes its pod: it asks for 8 cpu, 2Gi memory; the largest have 7.9 cpu."),
        (sized("8"), [node(labels={"eks.amazonaws.com/nodegroup": "x"})], "no node now: it asks for 8 cpu"),
        (sized("8"), [node(labels={"node.kubernetes.io/instance-type": "k3s"})], "no node takes its pod: it asks"),
        (sized(**{GPU: "1"}), [node(**{GPU: "0"})], "1 nvidia.com/gpu; the largest have 0 nvidia.com/gpu."),
        ({**sized(), "nodeSelector": {"pool": "gpu"}}, [node()], "none has the labels that it asks for (pool=gpu)"),
        ({**sized(), "nodeSelector": {"pool": "gpu"}}, [node(labels={"pool": "gpu"})], ""),
        (sized(), [node(taints=[TAINT])], "it does not tolerate the taints of those that it may go to: nvidia.com/gpu"),
        ({**sized(), **TOLERATED}, [node(taints=[TAINT])], ""),
        (sized(), [node(taints=[{**TAINT, "effect": "PreferNoSchedule"}])], ""),
        (sized(), [{**node(), "spec": {"unschedulable": True}}], "none is ready to take pods"),
        (sized(), [], "no node now: none is ready to take pods"),
        (sized(**{"ephemeral-storage": "100Gi"}), [node()], "100Gi ephemeral-storage"),
        (sized("4", "8Gi"), [node("a", cpu="2"), node("b", memory="4Gi")], "no node has all of it"),
    ],
    ids=lambda value: "" if not isinstance(value, str) else value[-20:],
)  # fmt: skip
def test_some_node_takes_each_pod(pod: Any, nodes: list[Any], said: str) -> None:
    found = told(ready(**{"/api/v1/nodes": of(*nodes)}), workflow(pod))
    assert len(found) == bool(said)
    assert said in "".join(found)


@pytest.mark.parametrize(
    ("operator", "values", "fits"),
    [
        ("In", ["a", "b"], True),
        ("NotIn", ["a"], False),
        ("Exists", [], True),
        ("DoesNotExist", [], False),
        ("Gt", ["3"], False),
    ],
)
def test_affinity_to_nodes_is_honoured(operator: str, values: list[str], fits: bool) -> None:
    expression = {"key": "zone", "operator": operator, "values": values}
    terms = {"nodeSelectorTerms": [{"matchExpressions": [expression]}]}
    affinity = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": terms}}
    cluster = ready(**{"/api/v1/nodes": of(node(labels={"zone": "a"}))})
    assert (told(cluster, workflow({**sized(), "affinity": affinity})) == []) == fits


def test_a_task_that_goes_on_on_a_larger_machine_is_judged_on_each_of_them() -> None:
    memory = Turn(last=2).of(["2Gi", "16Gi", "64Gi"])
    patch = f'{{"containers": [{{"name": "main", "resources": {{"requests": {{"memory": "{memory}"}}}}}}]}}'
    made = pods(one(podSpecPatch=patch), {})
    requests = [pod.spec["containers"][0]["resources"]["requests"]["memory"] for pod in made]
    assert requests == ["2Gi", "16Gi", "64Gi"]
    (found,) = told(ready(), one(podSpecPatch=patch))
    assert found == (
        "cluster machine type m, once memory ran out: no node takes its pod: it asks for 1 cpu, 64Gi memory; the "
        "largest have 30Gi memory."
    )


RUNS = "count/workflows.argoproj.io"


def quota(hard: Json, used: Json | None = None, **spec: Any) -> dict[str, Any]:
    return of(thing("team", spec={"hard": hard, **spec}, status={"hard": hard, "used": used or {}}))


@pytest.mark.parametrize(
    ("hard", "used", "said"),
    [
        ({"requests.memory": "64Gi"}, {}, []),
        ({"memory": "1Gi"}, {}, ["cluster", "2Gi requests.memory, quota team allows 1Gi requests.memory"]),
        ({"limits.memory": "4Gi"}, {"limits.memory": "3Gi"}, ["warning", "quota team 1Gi limits.memory is left now"]),
        ({"limits.memory": "5Gi"}, {}, ["warning", "tasks that may run at once take 6Gi limits.memory"]),
        ({"pods": "2"}, {}, ["warning", "tasks that may run at once take 3 pods, 2 pods is left now"]),
        ({f"requests.{GPU}": "0"}, {}, []),
        ({RUNS: "1"}, {RUNS: "1"}, ["cluster", "no further workflow"]),
    ],
)  # fmt: skip
def test_a_quota_leaves_room_for_each_pod_and_for_all_at_once(hard: Json, used: Json, said: list[str]) -> None:
    default = {"cpu": "1", "memory": "1Gi"}
    limits = of(thing("l", spec={"limits": [{"type": "Container", "default": default}]}))
    cluster = ready(**{f"{HERE}/resourcequotas": quota(hard, used), f"{HERE}/limitranges": limits})
    found = told(cluster, workflow(sized(), sized(name="b"), sized(name="c")))
    assert all(words in "".join(found) for words in said)
    assert bool(found) == bool(said)


def test_parallelism_bounds_what_is_taken_at_once() -> None:
    cluster = ready(**{f"{HERE}/resourcequotas": quota({"pods": "2"})})
    assert told(cluster, workflow(sized(), sized(name="b"), sized(name="c"), parallelism=2)) == []


def test_a_quota_of_cores_demands_them_of_each_container_and_of_argos_own() -> None:
    cluster = ready(**{f"{HERE}/resourcequotas": quota({"requests.cpu": "100"})})
    argos = "it demands requests.cpu of Argo's own containers init and wait too, which have none by themselves."
    assert told(cluster, workflow(sized())) == [f"cluster quota team: {argos}"]
    assert told(put(cluster, CONFIG, no(CONFIG)), workflow(sized())) == [f"warning quota team: {argos}"]
    resources = {"data": {"executor": "resources: {limits: {cpu: 100m}}"}}
    assert told(put(cluster, CONFIG, resources), workflow(sized())) == []
    sidecar = {**sized(), "sidecars": [{"name": "x", "image": "x"}]}
    assert "cluster machine type m: quota team demands requests.cpu of each container." in told(
        cluster, workflow(sidecar)
    )


SCOPED = "what quota team leaves, which counts only some pods: that is not worked out here"


def test_a_quota_for_some_pods_only_is_not_judged() -> None:
    cluster = ready(**{f"{HERE}/resourcequotas": quota({"pods": "0"}, scopes=["Terminating"])})
    found = look(cluster)
    assert (found.problems, [each.what for each in found.not_asked]) == (
        (),
        [SCOPED],
    )


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ({"type": "Container", "max": {"cpu": "500m"}}, "container main may have 0.5 cpu at most, and has 1 cpu"),
        ({"type": "Pod", "max": {"memory": "1Gi"}}, "the pod may have 1Gi memory at most, and has 2Gi memory"),
        ({"type": "Container", "min": {"memory": "4Gi"}}, "main must ask for 4Gi memory at least, and asks for 2Gi"),
        ({"type": "Container", "max": {"cpu": "2"}, "min": {"cpu": "100m"}}, ""),
        ({"type": "PersistentVolumeClaim", "max": {"storage": "1Gi"}}, ""),
    ],
    ids=["max", "pod", "min", "within", "of others"],
)  # fmt: skip
def test_limits_of_the_namespace_let_each_container_in(item: Json, said: str) -> None:
    found = told(ready(**{f"{HERE}/limitranges": of(thing("l", spec={"limits": [item]}))}), workflow(sized()))
    assert len(found) == bool(said)
    assert said in "".join(found)


def test_levels_of_nested_dags_are_counted_in_turn() -> None:
    inner = {"name": "inner", "dag": {"tasks": [{"name": "x", "template": "a"}, {"name": "y", "template": "b"}]}}
    document = workflow(inner, template("a"), template("b"), needs={"a": ["inner"], "b": ["a"]})
    document["spec"]["templates"][0]["dag"]["tasks"][1]["withItems"] = [1, 2, 3]
    assert [dict(moment) for moment in moments(document)] == [{"a": 1, "b": 1}, {"a": 3}, {"b": 1}]


# Pod Security ---------------------------------------------------------------------------------------------------------

SAFE = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
POD = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}


def enforced(level: str) -> Any:
    label = {"labels": {"pod-security.kubernetes.io/enforce": level}}
    return ready(**{"/api/v1/namespaces/ns": thing("ns", metadata=label)})


def test_a_namespace_of_restricted_pods_refuses_all_others() -> None:
    (found,) = look(enforced("restricted")).problems
    assert (
        "namespace ns admits no such pods (Pod Security restricted): container main needs runAsNonRoot" in found.message
    )
    assert "container wait needs" in found.message
    assert "`security: restricted` in argo.yml" in found.hint
    assert told(enforced("baseline")) == told(enforced("privileged")) == []


def test_argos_own_containers_are_restricted_by_the_manifest_or_by_the_controller() -> None:
    document = workflow(template(container={"securityContext": SAFE}), securityContext=POD)
    patch = (
        '{"initContainers": [{"name": "init", "securityContext": %s}], '
        '"containers": [{"name": "wait", "securityContext": %s}]}'
    )
    safe = '{"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}}'
    patched = workflow(
        template(container={"securityContext": SAFE}), securityContext=POD, podSpecPatch=patch % (safe, safe)
    )
    configured = put(enforced("restricted"), CONFIG, {"data": {"executor": f"securityContext: {safe}"}})
    assert "container init needs allowPrivilegeEscalation: false" in told(enforced("restricted"), document)[0]
    assert told(configured, document) == told(enforced("restricted"), patched) == []


def test_argos_own_containers_are_not_judged_by_a_configuration_that_may_not_be_read() -> None:
    document = workflow(template(container={"securityContext": SAFE}), securityContext=POD)
    found = look(put(enforced("restricted"), CONFIG, no(CONFIG)), document)
    assert found.problems == ()
    assert (
        "whether Pod Security admits Argo's own containers, which the controller's configuration tells",
        "get configmaps in namespace argo",
    ) in found.not_asked
    patched = template(container={"securityContext": SAFE}, podSpecPatch='{"containers": [{"name": "wait", %s}]}')
    patched["podSpecPatch"] %= '"securityContext": {"privileged": true}'
    (problem,) = look(put(enforced("restricted"), CONFIG, no(CONFIG)), workflow(patched, securityContext=POD)).problems
    assert "container wait needs allowPrivilegeEscalation: false" in problem.message
    assert "container init" not in problem.message


@pytest.mark.parametrize(("capability", "admitted"), [("NET_BIND_SERVICE", True), ("CHOWN", False)])
def test_restricted_pods_add_no_capability_but_one(capability: str, admitted: bool) -> None:
    safe = '{"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}}'
    cluster = put(enforced("restricted"), CONFIG, {"data": {"executor": f"securityContext: {safe}"}})
    context = {**SAFE, "capabilities": {"drop": ["ALL"], "add": [capability]}}
    found = told(cluster, workflow(template(container={"securityContext": context}), securityContext=POD))
    assert bool(found) != admitted
    assert admitted or "container main adds capabilities CHOWN" in found[0]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"volumes": [{"name": "v", "hostPath": {"path": "/"}}]}, "volume v is a hostPath"),
        ({"container": {"securityContext": {"privileged": True}}}, "container main is privileged"),
        ({"container": {"securityContext": {"capabilities": {"add": ["SYS_ADMIN"]}}}}, "adds capabilities SYS_ADMIN"),
    ],
)
def test_baseline_admits_no_pod_that_reaches_its_node(fields: Any, said: str) -> None:
    assert said in told(enforced("baseline"), one(**fields))[0]
