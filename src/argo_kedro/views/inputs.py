"""What a run was given, in words."""

from __future__ import annotations

import json
from collections.abc import Iterator

from argo_kedro.model import Json, text
from argo_kedro.views.documents import GivenInputs
from argo_kedro.workflows import Inputs, inputs_of


def inputs_lines(inputs: Inputs) -> Iterator[str]:
    """The same in lines for people; only what there is."""
    if inputs.parameters:
        yield f"Parameters: {json.dumps(inputs.parameters, ensure_ascii=False)}"
    if inputs.secret:
        yield f"Secret parameters: {', '.join(inputs.secret)}"
    if inputs.save_version:
        yield f"Save version: {inputs.save_version}"
    if inputs.load_versions:
        yield f"Load versions: {', '.join(f'{name}:{each}' for name, each in inputs.load_versions.items())}"


def left_behind(workflow: Json) -> str:
    """Words, after a space, for what a run that did not succeed has left in its storage; empty if it has none."""
    inputs = inputs_of(workflow)
    if not inputs.storage or (inputs.cleans_up and text(workflow, "status", "phase") == "Succeeded"):
        return ""
    return f" What its tasks kept for each other stays, if there is any: {inputs.storage}/{inputs.save_version}"


def inputs_json(inputs: Inputs) -> GivenInputs:
    """The same for programs."""
    return {
        "parameters": dict(inputs.parameters),
        "secret_parameters": list(inputs.secret),
        "save_version": inputs.save_version or None,
        "load_versions": dict(inputs.load_versions),
    }
