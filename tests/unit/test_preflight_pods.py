"""What the pods of a manifest need of a cluster: objects that they name, room, and leave to be there."""

from __future__ import annotations

from typing import Any

import pytest
from ready_cluster import CONFIG, HERE, look, no, node, of, put, ready, template, thing, told, workflow

from argo_kedro.cluster.preflight.pods import moments, pods
from argo_kedro.model import Json
from argo_kedro.plan.pods.larger import Turn

STORAGE = "/apis/storage.k8s.io/v1/storageclasses"
GPU = "nvidia.com/gpu"


def one(**fields: Any) -> dict[str, Any]:
    """A workflow with one pod."""
    return workflow(template(**fields))


def container(**fields: Any) -> dict[str, Any]:
    return one(container=fields)


def sized(cpu: str = "1", memory: str = "2Gi", name: str = "a", **more: str) -> dict[str, Any]:
    amounts = {"cpu": cpu, "memory": memory, **more}
    return template(name, container={"resources": {"requests": amounts, "limits": amounts}})


# Secrets and ConfigMaps -----------------------------------------------------------------------------------------------

KEY = {"name": "s", "key": "k"}
FILES = {"secretName": "s", "items": [{"key": "k", "path": "p"}]}


@pytest.mark.parametrize(
    "document",
    [
        container(env=[{"name": "A", "valueFrom": {"secretKeyRef": KEY}}]),
        one(volumes=[{"name": "v", "secret": FILES}]),
        one(volumes=[{"name": "v", "projected": {"sources": [{"secret": {"name": "s", "items": FILES["items"]}}]}}]),
        one(sidecars=[{"name": "x", "env": [{"name": "A", "valueFrom": {"secretKeyRef": KEY}}]}]),
        one(initContainers=[{"name": "x", "env": [{"name": "A", "valueFrom": {"secretKeyRef": KEY}}]}]),
        one(podSpecPatch='{"containers": [{"name": "main", "env": [{"name": "A", "valueFrom": {"secretKeyRef": '
            '{"name": "s", "key": "k"}}}]}]}'),
        workflow(template(), volumes=[{"name": "v", "secret": FILES}]),
    ],
    ids=["env", "volume", "projected", "sidecar", "init", "patch", "volume of all"],
)  # fmt: skip
def test_a_key_of_a_secret_is_looked_for_wherever_it_is_named(document: Json) -> None:
    there = put(ready(), f"{HERE}/secrets/s", thing("s", data={"k": ""}))
    without = put(ready(), f"{HERE}/secrets/s", thing("s", data={"other": ""}))
    assert told(there, document) == []
    assert told(without, document) == ["cluster machine type m: Secret 's' has no key 'k'."]
    assert told(ready(), document) == ["cluster machine type m: Secret 's' is not there."]


@pytest.mark.parametrize(
    "document",
    [
        container(env=[{"name": "A", "valueFrom": {"secretKeyRef": {**KEY, "optional": True}}}]),
        container(envFrom=[{"configMapRef": {"name": "c", "optional": True}}]),
        one(volumes=[{"name": "v", "secret": {"secretName": "s", "optional": True}}]),
        container(envFrom=[{"secretRef": {"name": "{{workflow.parameters.secret}}"}}]),
    ],
    ids=["key", "all keys", "volume", "known to Argo only"],
)
def test_what_need_not_be_there_is_not_asked_for(document: Json) -> None:
    cluster = ready()
    assert told(cluster, document) == []
    assert not [call for call in cluster.calls if "secrets" in call or "configmaps/c" in call]


def test_what_all_of_many_pods_want_is_said_of_every_task() -> None:
    wanted = {"envFrom": [{"secretRef": {"name": "s"}}]}
    document = workflow(*(template(name, container=wanted) for name in ("a", "b", "c")))
    assert told(ready(), document) == ["cluster every task: Secret 's' is not there."]


def test_a_login_for_the_registry_is_one() -> None:
    document = workflow(template(), imagePullSecrets=[{"name": "registry"}])
    wrong = put(ready(), f"{HERE}/secrets/registry", thing("registry", type="Opaque"))
    right = put(ready(), f"{HERE}/secrets/registry", thing("registry", type="kubernetes.io/dockerconfigjson"))
    assert told(right, document) == []
    assert told(wrong, document) == [
        "cluster machine type m: Secret 'registry' is no login for a registry, but of type 'Opaque'."
    ]


def test_restricted_pods_want_the_token_of_their_service_account() -> None:
    document = workflow(template(), automountServiceAccountToken=False, executor={"serviceAccountName": "pipelines"})
    found = look(ready(), document).problems
    assert [each.message for each in found] == ["Secret 'pipelines.service-account-token' is not there."]
    assert "kedro argo init --cluster" in found[0].hint
    named = {"annotations": {"workflows.argoproj.io/service-account-token.name": "mine"}}
    cluster = put(ready(), f"{HERE}/serviceaccounts/pipelines", thing("pipelines", metadata=named))
    assert told(put(cluster, f"{HERE}/secrets/mine", thing("mine", data={"token": ""})), document) == []


def test_locks_and_parameters_from_config_maps_are_looked_for() -> None:
    lock = {"semaphores": [{"configMapKeyRef": {"name": "locks", "key": "db"}}]}
    taken = {"name": "size", "valueFrom": {"configMapKeyRef": {"name": "sizes", "key": "small"}}}
    document = workflow(template(synchronization=lock), arguments={"parameters": [taken]})
    cluster = put(ready(), f"{HERE}/configmaps/sizes", thing("sizes", data={"small": "1"}))
    assert told(cluster, document) == [
        "cluster parameter size: ConfigMap 'sizes' is not marked as one that Argo takes parameters from.",
        "cluster semaphore of template a: ConfigMap 'locks' is not there.",
    ]


# Other objects --------------------------------------------------------------------------------------------------------


def claimed(name: str = "a") -> dict[str, Any]:
    return template(name, volumes=[{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}])


@pytest.mark.parametrize(
    ("phase", "mode", "said"),
    [
        ("Bound", "ReadWriteMany", []),
        ("Lost", "ReadWriteMany", ["cluster machine type m, template b: volume claim 'data' has lost its volume."]),
        ("Pending", "ReadWriteMany", ["warning machine type m, template b: volume claim 'data' has no volume yet."]),
        (
            "Bound",
            "ReadWriteOnce",
            ["warning machine type m, template b: volume claim 'data' is ReadWriteOnce: pods that run at once must "
             "share a node, or wait."],
        ),
    ],
)  # fmt: skip
def test_a_volume_claim_is_bound_and_lets_in_who_comes_at_once(phase: str, mode: str, said: list[str]) -> None:
    claim = thing("data", spec={"accessModes": [mode]}, status={"phase": phase})
    cluster = put(ready(), f"{HERE}/persistentvolumeclaims/data", claim)
    assert told(cluster, workflow(claimed("a"), claimed("b"))) == said


def test_pods_that_come_one_after_another_share_a_claim() -> None:
    claim = thing("data", spec={"accessModes": ["ReadWriteOnce"]}, status={"phase": "Bound"})
    cluster = put(ready(), f"{HERE}/persistentvolumeclaims/data", claim)
    assert told(cluster, workflow(claimed("a"), claimed("b"), needs={"b": ["a"]})) == []
    assert "is not there" in told(ready(), workflow(claimed()))[0]


def disk(**spec: Any) -> dict[str, Any]:
    return one(volumes=[{"name": "scratch", "ephemeral": {"volumeClaimTemplate": {"spec": spec}}}])


def test_a_new_disk_wants_a_class() -> None:
    default = thing("standard", metadata={"annotations": {"storageclass.kubernetes.io/is-default-class": "true"}})
    (found,) = look(ready(), disk()).problems
    assert found.message == "it asks for a disk, and the cluster has no default StorageClass: it would wait for ever."
    assert "emph_storage: 0" in found.hint
    assert told(put(ready(), STORAGE, of(default)), disk()) == []
    assert (
        "StorageClass 'fast' is not there" in told(put(ready(), STORAGE, of(default)), disk(storageClassName="fast"))[0]
    )
    of_run = workflow(template(), volumeClaimTemplates=[thing("work", spec={"storageClassName": "fast"})])
    assert "volume claim template work" in told(put(ready(), STORAGE, of(default)), of_run)[0]


def test_classes_of_priority_and_templates_of_the_platform_are_there() -> None:
    urgent = workflow(template(priorityClassName="urgent"))
    assert told(ready(), urgent) == ["cluster machine type m: PriorityClass 'urgent' is not there."]
    task = {"name": "t", "templateRef": {"name": "platform", "template": "notfy"}}
    document = workflow()
    document["spec"]["templates"][0]["dag"]["tasks"] = [task]
    path = "/apis/argoproj.io/v1alpha1/namespaces/ns/workflowtemplates/platform"
    assert told(ready(), document) == ["cluster template_ref platform: WorkflowTemplate 'platform' is not there."]
    there = put(ready(), path, thing("platform", spec={"templates": [{"name": "notify"}]}))
    (found,) = look(there, document).problems
    assert (found.message, found.hint) == (
        "WorkflowTemplate 'platform' has no template 'notfy'.",
        "its templates: notify. Did you mean 'notify'?",
    )
    task["templateRef"] = {"name": "platform", "template": "notify", "clusterScope": True}
    assert told(ready(), document) == [
        "cluster template_ref platform: ClusterWorkflowTemplate 'platform' is not there."
    ]


# Room -----------------------------------------------------------------------------------------------------------------

TAINT = {"key": GPU, "value": "present", "effect": "NoSchedule"}
TOLERATED = {"tolerations": [{"key": GPU, "operator": "Exists", "effect": "NoSchedule"}]}


@pytest.mark.parametrize(
    ("pod", "nodes", "said"),
    [
        (sized("7900m"), [node()], ""),
        (sized("8"), [node()], "no node takes its pod: it asks for 8 cpu, 2Gi memory; the largest have 7.9 cpu."),
        (sized("8"), [node(labels={"eks.amazonaws.com/nodegroup": "x"})], "no node now: it asks for 8 cpu"),
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
        "cluster machine type m, once memory ran out: no node takes its pod: it asks for 1 cpu, 64Gi memory; the largest "
        "have 30Gi memory."
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
