"""Whether a workflow could run on a cluster: what is asked there, and how it is judged."""

from __future__ import annotations

import shlex
from typing import Any

import pytest
from ready_cluster import (
    ARGO,
    CONFIG,
    CRD,
    DEPLOYMENTS,
    HERE,
    allowed,
    controller,
    look,
    no,
    of,
    put,
    ready,
    template,
    thing,
    told,
    workflow,
)

from argo_kedro.cluster.protocol import Refused, Unanswered
from argo_kedro.errors import ClusterError


def test_a_cluster_where_all_is_well_has_nothing_to_say() -> None:
    cluster = ready()
    found = look(cluster)
    assert (found.problems, found.not_asked) == ((), ())
    assert found.facts["argo"] == {
        "version": "4.0.2",
        "seen_in": "the controller's image",
        "served": ["v1alpha1"],
        "crds": "minimal",
        "controller": {"namespace": "argo", "name": "workflow-controller", "ready": 1},
    }
    assert found.facts["nodes"]["largest"][0]["allocatable"]["cpu"] == "7900m"
    assert (found.facts["user"], found.facts["kubernetes"]) == ("jane", "1.34.4")
    assert found.facts["requests"] == len(cluster.calls)


def test_nothing_is_changed_there() -> None:
    cluster = ready()
    look(cluster)
    verbs = {call.split()[0] for call in cluster.calls if not call.endswith(" dry run")}
    assert verbs == {"read", "review"}


def test_nobody_is_asked_the_same_twice() -> None:
    secret = {"env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}]}
    cluster = put(ready(), f"{HERE}/secrets/s", thing("s", data={"k": ""}))
    assert told(cluster, workflow(template("a", container=secret), template("b", container=secret))) == []
    assert cluster.calls.count(f"read {HERE}/secrets/s") == 1


# Rights -------------------------------------------------------------------------------------------------------------


def test_each_right_that_is_missing_names_the_verbs_that_need_it_and_the_command_that_grants_it() -> None:
    cluster = ready()
    cluster.reviews["SelfSubjectRulesReview"] = {
        "incomplete": True,  # a cloud's own authorizer lists nothing, and allows most of it when asked
        "resourceRules": [{"verbs": ["get"], "apiGroups": [""], "resources": ["pods/log"]}],
    }
    mine = ["create workflows", "get workflows", "list workflows", "watch workflows", "get workflowtemplates"]
    mine += [f"{verb} cronworkflows" for verb in ("get", "create", "update", "delete")]
    cluster.reviews["SelfSubjectAccessReview"] = allowed(*mine, "delete workflows", "list pods", "list events")
    stops, pods = look(cluster).problems
    assert (stops.severity, pods.severity) == ("warning", "warning")
    assert stops.message == "you may not update workflows.argoproj.io. What needs it: retry, stop (update)."
    assert pods.message == "you may not delete pods. What needs it: retry (delete)."
    assert "create role argo-kedro-delete-pods --verb=delete --resource=pods" in pods.hint
    assert "--role=argo-kedro-delete-pods --user=jane" in pods.hint
    assert cluster.calls.count("review SelfSubjectAccessReview") == 14  # all but the one that was listed


def test_verbs_that_one_deed_needs_stand_together() -> None:
    cluster = ready()
    rule = {
        "verbs": ["*"],
        "apiGroups": ["*"],
        "resources": ["workflows", "workflowtemplates", "pods", "pods/log", "events"],
    }
    cluster.reviews["SelfSubjectRulesReview"] = {"resourceRules": [rule]}
    cluster.reviews["SelfSubjectAccessReview"] = {"allowed": False}
    assert told(cluster) == [
        "warning rights in namespace ns: you may not get, create, update, delete cronworkflows.argoproj.io. What needs "
        "it: schedule (get, create, update); schedule --remove (delete)."
    ]


def test_who_may_not_create_a_workflow_is_not_told_twice() -> None:
    cluster = ready()
    cluster.reviews["SelfSubjectRulesReview"] = {"resourceRules": []}
    cluster.reviews["SelfSubjectAccessReview"] = {"allowed": False}
    cluster.script("create", no("create"))
    found = look(cluster)
    assert [each.message for each in found.problems if each.severity == "cluster"] == [
        "you may not create, get, list, watch, update, delete workflows.argoproj.io. What needs it: submit (create); "
        "submit, status, logs, retry, stop, delete (get); list, and submit --wait (list); submit --wait, status "
        "--wait, logs --follow (watch); retry, stop (update); delete (delete)."
    ]
    assert ("whether the server takes the manifest", "create workflows.argoproj.io") in found.not_asked


def test_a_rule_for_single_objects_is_no_right_to_all() -> None:
    cluster = ready()
    rule = {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"], "resourceNames": ["x"]}
    cluster.reviews["SelfSubjectRulesReview"] = {"resourceRules": [rule]}
    cluster.reviews["SelfSubjectAccessReview"] = {"allowed": True}
    assert told(cluster) == []
    assert "review SelfSubjectAccessReview" in cluster.calls


def test_pods_that_may_not_report_are_told_before_they_do_their_work_for_nothing() -> None:
    cluster = ready()
    cluster.reviews["LocalSubjectAccessReview"] = allowed("create workflowtaskresults")
    (found,) = look(cluster).problems
    assert str(found).startswith(
        "service account pipelines: it may not patch workflowtaskresults.argoproj.io: tasks would do their work, and "
        "then end with exit code 64."
    )
    assert "--serviceaccount=ns:pipelines" in found.hint


def test_a_right_of_others_that_may_not_be_asked_for_is_no_failure() -> None:
    cluster = ready()
    cluster.reviews["LocalSubjectAccessReview"] = no("review")
    found = look(cluster)
    assert found.problems == ()
    assert found.not_asked == (
        (
            "whether service account pipelines may report how its tasks ended",
            "create localsubjectaccessreviews.authorization.k8s.io",
        ),
    )


def test_a_service_account_that_is_not_there_is_told_once() -> None:
    cluster = ready()
    del cluster.paths[f"{HERE}/serviceaccounts/pipelines"]
    cluster.reviews["LocalSubjectAccessReview"] = {"allowed": False}
    assert told(cluster) == ["cluster machine type m: service account 'pipelines' is not in namespace ns."]


# Argo, and the cluster as a whole -------------------------------------------------------------------------------------


def without_argo(cluster: Any) -> None:
    del cluster.paths["/apis/argoproj.io"], cluster.paths[ARGO]
    cluster.script("create", Refused("404"))


def namespaced(cluster: Any) -> None:
    cluster.paths[DEPLOYMENTS] = of(controller("v4.0.2", "--namespaced"))


def managed(cluster: Any) -> None:
    cluster.paths[DEPLOYMENTS] = of(controller("v4.0.2", "--managed-namespace=other"))


def asleep(cluster: Any) -> None:
    cluster.paths[DEPLOYMENTS] = of(controller(ready=0))


def stuck(cluster: Any) -> None:
    old, new = "2026-11-30T11:00:00Z", "2026-11-30T11:59:30Z"
    waiting = [thing(name, metadata={"creationTimestamp": when}) for name, when in (("w1", old), ("w2", new))]
    cluster.paths[f"{ARGO}/namespaces/ns/workflows"] = of(*waiting)


def of_one_instance(cluster: Any) -> None:
    cluster.paths[CONFIG] = {"data": {"config": "instanceID: blue\n"}}


def strict(cluster: Any) -> None:
    cluster.paths[CONFIG] = {"data": {"workflowRestrictions": "templateReferencing: Strict\n"}}


def no_namespace(cluster: Any) -> None:
    del cluster.paths["/api/v1/namespaces/ns"]
    cluster.script("create", Refused("namespaces not found"))


def refusing(cluster: Any) -> None:
    cluster.script("create", Refused('unknown field "spec.x"', hint="take it out"))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (without_argo, "cluster cluster: Argo Workflows is not installed: the cluster knows no argoproj.io/v1alpha1."),
        (
            namespaced,
            "cluster deployment workflow-controller in namespace argo: Argo's controller watches namespace argo only, "
            "and the workflow would be in ns.",
        ),
        (
            managed,
            "cluster deployment workflow-controller in namespace argo: Argo's controller watches namespace other only, "
            "and the workflow would be in ns.",
        ),
        (
            asleep,
            "cluster deployment workflow-controller in namespace argo: Argo's controller does not run: no pod of it is "
            "ready.",
        ),
        (stuck, "warning namespace ns: 1 of its workflows were not looked at by Argo for over two minutes: w1."),
        (
            of_one_instance,
            "cluster configuration of Argo's controller: it only runs workflows labelled "
            "workflows.argoproj.io/controller-instanceid=blue.",
        ),
        (
            strict,
            "cluster configuration of Argo's controller: it only runs workflows of WorkflowTemplates "
            "(templateReferencing: Strict).",
        ),
        (no_namespace, "cluster cluster: there is no namespace 'ns'."),
        (refusing, 'cluster manifest: unknown field "spec.x"'),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_is_wrong_with_the_cluster_is_told(spoil: Any, said: str) -> None:
    cluster = ready()
    spoil(cluster)
    assert told(cluster) == [said]


def test_a_webhook_that_knows_no_dry_run_refuses_nothing() -> None:
    cluster = ready()
    cluster.script("create", Refused("admission webhook x does not support dry run"))
    found = look(cluster)
    assert found.problems == ()
    assert found.not_asked == (("whether the server takes the manifest: a webhook knows no dry runs", ""),)


@pytest.mark.parametrize(
    ("version", "fields", "said"),
    [
        ("v3.5.1", {"synchronization": {"mutexes": [{"name": "m"}]}}, "Argo has it since 3.6"),
        ("v4.0.0", {"synchronization": {"semaphore": {"configMapKeyRef": {}}}}, "Argo has it until before 4.0"),
        ("v3.7.4", {"pendingTimeout": "1m"}, "Argo has it since 4.1"),
    ],
)
def test_a_field_that_this_argo_does_not_have_is_told(version: str, fields: Any, said: str) -> None:
    found = told(ready(**{DEPLOYMENTS: of(controller(version))}), workflow(template(**fields)))
    assert [line for line in found if said in line]
    assert told(ready(**{DEPLOYMENTS: of(controller("latest"))}), workflow(template(**fields))) == []


def test_native_sidecars_want_a_kubernetes_that_knows_them() -> None:
    pods = workflow(template(initContainers=[{"name": "proxy", "image": "p", "restartPolicy": "Always"}]))
    old = ready(**{"/version": {"gitVersion": "v1.28.9-gke.100"}})
    assert told(old, pods) == [
        "cluster machine type m: its pods have native sidecars, which Kubernetes 1.28 does not know."
    ]
    assert told(ready(), pods) == []


def test_the_version_is_seen_in_a_pod_where_the_controller_may_not_be_read() -> None:
    cluster = ready(**{DEPLOYMENTS: no("deployments")})
    for place in ("argo", "ns"):
        cluster.paths[f"/apis/apps/v1/namespaces/{place}/deployments"] = no("deployments")
    image = "registry/argoproj/argoexec:v3.7.4"
    cluster.paths[f"{HERE}/pods"] = of({"spec": {"containers": [{"name": "wait", "image": image}]}})
    found = look(cluster)
    assert (found.facts["argo"]["version"], found.facts["argo"]["seen_in"]) == ("3.7.4", "a pod of a run")
    assert [each.what for each in found.not_asked] == ["Argo's controller: its version, and whether it runs"]


def test_of_several_controllers_the_one_counts_that_watches_this_namespace() -> None:
    other = controller("v3.6.1", "--namespaced", namespace="other")
    found = look(ready(**{DEPLOYMENTS: of(other, controller())}))
    assert (found.problems, found.facts["argo"]["version"]) == ((), "4.0.2")


def test_full_crds_are_known_by_their_fields() -> None:
    fields = {"properties": {"spec": {"properties": {"templates": {"maxItems": 200}}}}}
    cluster = ready(**{CRD: {"spec": {"versions": [{"schema": {"openAPIV3Schema": fields}}]}}})
    assert look(cluster).facts["argo"]["crds"] == "full"


# What may not be asked ----------------------------------------------------------------------------------------------


def test_who_may_read_nothing_is_told_so_once_for_each_right_and_nothing_is_wrong() -> None:
    cluster = ready()
    kept = ("/version", "/apis/argoproj.io", ARGO)
    cluster.paths = {path: value if path in kept else no(path) for path, value in cluster.paths.items()}
    for path in (f"{HERE}/secrets/one", f"{HERE}/secrets/two", "/apis/apps/v1/namespaces/argo/deployments"):
        cluster.paths[path] = no(path)
    cluster.paths["/apis/apps/v1/namespaces/ns/deployments"] = no("deployments")
    names = [{"secretRef": {"name": name}} for name in ("one", "two")]
    found = look(cluster, workflow(template(container={"envFrom": names})))
    assert found.problems == ()
    assert ("Secrets and their keys (one, two)", "get secrets in namespace ns") in found.not_asked
    assert ("whether a node has room for each pod", "list nodes") in found.not_asked
    assert len(set(found.not_asked)) == len(found.not_asked) == 11
    assert (found.facts["nodes"], found.facts["argo"]["controller"]) == (None, None)


@pytest.mark.parametrize("error", [Unanswered("no answer"), Refused("Unauthorized")])
def test_a_cluster_out_of_reach_is_an_error_and_no_verdict(error: ClusterError) -> None:
    cluster = ready(**{"/version": error})
    with pytest.raises(type(error)):
        look(cluster)
    assert set(cluster.calls) == {"read /version"}


@pytest.mark.parametrize("name", ["..", "a/b", "x\n", "<script>", 'a"b', "\x1b[2J"])
def test_a_name_that_kubernetes_gives_to_nothing_goes_into_no_address(name: str) -> None:
    cluster = ready()
    document = workflow(template(container={"envFrom": [{"secretRef": {"name": name}}]}))
    (found,) = told(cluster, document)
    assert "is not there" in found
    assert shlex.quote(name) in look(cluster, document).problems[0].hint
    assert not [call for call in cluster.calls if "secrets" in call]


def test_values_of_secrets_are_forgotten_at_once() -> None:
    cluster = put(
        ready(),
        f"{HERE}/secrets/s",
        thing("s", data={"KEYS": "dG9wc2VjcmV0"}, metadata={"annotations": {"a": "topsecret"}}),
    )
    reference = {"env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "KEY"}}}]}
    found = look(cluster, workflow(template(container=reference)))
    assert "has no key 'KEY'. Did you mean 'KEYS'?" in found.problems[0].message
    assert not {"dG9wc2VjcmV0", "topsecret"} & set(repr(found).replace("'", " ").split())


def test_what_could_not_be_compiled_is_not_sent_there_and_the_rest_is_asked() -> None:
    cluster = ready(**{DEPLOYMENTS: of(controller(ready=0))})
    assert ["does not run" in line for line in told(cluster, {"metadata": {}})] == [True]
    assert not [call for call in cluster.calls if call.startswith("create")]
