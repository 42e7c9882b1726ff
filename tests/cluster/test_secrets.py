"""Secrets reach the pods as variables and as files, and are in no manifest."""

from __future__ import annotations

import pytest
from kubernetes import client
from projects import ONE_NODE, Place

pytestmark = pytest.mark.cluster

ARGO = """
namespace: {namespace}
deployment: {{image: local/busybox, tag: "1", build: false}}
template:
  manifest: templates/argo.yaml.j2
  default_template: own
  templates:
    - name: own
      container:
        image: local/busybox:1
        command: [sh, -c]
        args: ['echo "$TOKEN" | rev; rev /secrets/file']
        env: [{{name: TOKEN, secret_ref: {{name: ours, key: token}}}}]
"""
MANIFEST = """
[% extends "workflow.yaml.j2" %]
[% block spec %]
  podSpecPatch: >-
    {"volumes": [{"name": "secrets", "secret": {"secretName": "ours"}}],
     "containers": [{"name": "main", "volumeMounts": [{"name": "secrets", "mountPath": "/secrets"}]}]}
[% endblock %]
"""


def test_a_secret_is_a_variable_and_a_file_of_the_pod(project, bed, namespace):
    files = {"conf/base/parameters.yml": "a: 1\n", "templates/argo.yaml.j2": MANIFEST}
    folder = project(ONE_NODE, "", ARGO.format(namespace=namespace), files=files)
    place = Place(folder=folder, kubeconfig=bed.kubeconfig, namespace=namespace)
    with bed.api() as api:
        secret = {"metadata": {"name": "ours"}, "stringData": {"token": "to ken", "file": "in a file"}}
        client.CoreV1Api(api).create_namespaced_secret(namespace, secret)

    place.argo("submit", "--wait")

    assert place.argo("logs").stdout.splitlines()[-2:] == ["say_a: nek ot", "say_a: elif a ni"]
    place.argo("compile")
    manifest = (folder / "argo/__default__.yaml").read_text(encoding="utf-8")
    assert "to ken" not in manifest
    assert "in a file" not in manifest
