"""Restricted pods: what each container may do, where it can write, and what else argo.yml says goes over it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local_runs import sh, workflow

from argo_kedro.config import ArgoConfig
from argo_kedro.local import run
from argo_kedro.plan.pods.security import TMP, secured, security_problems, spec_security

SCRATCH = {"name": "scratch", "ephemeral": {"volumeClaimTemplate": {"spec": {"accessModes": ["ReadWriteOnce"]}}}}


def config(**values: Any) -> ArgoConfig:
    return ArgoConfig.model_validate({"security": "restricted", "service_account": "pipelines", **values})


def container(**fields: Any) -> dict[str, Any]:
    return {"image": "i", "command": ["true"], **fields}


def admitted(context: Mapping[str, Any]) -> bool:
    """Whether Pod Security `restricted` admits a container with this context, in a pod that is not root."""
    capabilities = context.get("capabilities", {})
    return context.get("allowPrivilegeEscalation") is False and capabilities.get("drop") == ["ALL"]


def test_every_container_of_a_pod_is_restricted_arguments_kept() -> None:
    beside = {"sidecars": [container(name="db")], "initContainers": [container(name="proxy", restartPolicy="Always")]}

    found = secured({"container": container(args=["x"]), **beside}, config())

    containers = [found["container"], *found["sidecars"], *found["initContainers"]]
    assert all(admitted(each["securityContext"]) for each in containers)
    assert all(each["securityContext"]["readOnlyRootFilesystem"] for each in containers)
    assert found["container"]["args"] == ["x"]
    assert found["initContainers"][0]["restartPolicy"] == "Always"


def test_each_container_has_a_tmp_of_its_own_and_its_home_there() -> None:
    found = secured({"container": container(), "sidecars": [container(name="db")]}, config())

    parts = [each["volumeMounts"] for each in (found["container"], found["sidecars"][0])]
    assert parts == [[{"name": TMP, "mountPath": "/tmp", "subPath": name}] for name in ("main", "db")]
    assert found["container"]["env"] == [{"name": "HOME", "value": "/tmp"}]
    assert found["volumes"] == [{"name": TMP, "emptyDir": {}}]


def test_a_tmp_and_a_home_that_argo_yml_names_stay_as_they_are() -> None:
    mounts, env = [{"name": "scratch", "mountPath": "/tmp/"}], [{"name": "HOME", "value": "/data"}]

    found = secured({"container": container(volumeMounts=mounts, env=env), "volumes": [SCRATCH]}, config())

    assert (found["container"]["volumeMounts"], found["container"]["env"]) == (mounts, env)
    assert found["volumes"][0] == SCRATCH


def test_a_dag_and_a_template_of_the_platform_are_left_alone() -> None:
    dag = {"dag": {"tasks": []}}

    assert (secured(dag, config()), secured({}, config())) == (dag, {})


def test_the_pod_itself_and_argos_own_containers_are_restricted_by_the_spec() -> None:
    found = spec_security(config())

    pod = found["securityContext"]
    assert (pod["runAsNonRoot"], pod["runAsUser"], pod["seccompProfile"]) == (True, 10001, {"type": "RuntimeDefault"})
    assert pod["fsGroup"] == pod["runAsUser"]  # so that it can write to its volumes
    patch = json.loads(found["podSpecPatch"])
    argo = {each["name"]: each["securityContext"] for kind in patch.values() for each in kind}
    assert set(argo) == {"init", "wait"}
    assert all(admitted(context) for context in argo.values())


def test_the_project_has_no_token_and_argos_own_container_that_of_the_service_account() -> None:
    found = spec_security(config())

    assert found["automountServiceAccountToken"] is False
    assert found["executor"] == {"serviceAccountName": "pipelines"}


def test_restricted_pods_without_a_service_account_are_a_problem_of_the_cluster_alone() -> None:
    nameless = config(service_account="")

    assert [(problem.severity, problem.where) for problem in security_problems(nameless)] == [
        ("cluster", "argo.yml security")
    ]
    assert "executor" not in spec_security(nameless)
    assert not list(security_problems(config()))


def test_without_security_nothing_is_added() -> None:
    body, plain = (
        {"container": container(), "sidecars": [container(name="db")]},
        config(security="", service_account=""),
    )

    assert secured(body, plain) == body
    assert spec_security(plain) == {}
    assert not list(security_problems(plain))


def test_a_scratch_disk_can_be_written_to_by_a_user_who_is_not_root() -> None:
    body = {"container": container(), "volumes": [SCRATCH]}
    writable = {"fsGroup": 10001, "fsGroupChangePolicy": "OnRootMismatch"}

    assert secured(body, config(security=""))["securityContext"] == writable
    claim = {"name": "claim", "persistentVolumeClaim": {"claimName": "shared"}}
    assert "securityContext" not in secured({**body, "volumes": [claim]}, config(security=""))


def test_a_scratch_disk_goes_by_the_users_context_of_all_pods() -> None:
    body = {"container": container(), "volumes": [SCRATCH]}

    found = secured(body, config(security="", workflow={"securityContext": {"runAsUser": 7, "fsGroup": 8}}))

    assert found["securityContext"] == {"runAsUser": 7, "fsGroup": 8, "fsGroupChangePolicy": "OnRootMismatch"}


def test_a_local_run_keeps_the_home_of_this_machine(tmp_path: Path) -> None:
    pod = secured(sh("main", 'test "$HOME" != /tmp'), config())

    assert run(workflow(pod, **spec_security(config())), folder=tmp_path).phase == "Succeeded"
