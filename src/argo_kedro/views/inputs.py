"""What a run was given, in words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from argo_kedro.workflows import Inputs


def inputs_lines(inputs: Inputs) -> Iterator[str]:
    """The same in lines for people; only what there is."""
    if inputs.parameters:
        yield f"Parameters: {json.dumps(inputs.parameters, ensure_ascii=False)}"
    if inputs.secret:
        yield f"Secret parameters: {', '.join(inputs.secret)}"
    if inputs.save_version:
        yield f"Saves version: {inputs.save_version}"
    if inputs.load_versions:
        yield f"Loads versions: {', '.join(f'{name}:{each}' for name, each in inputs.load_versions.items())}"


def inputs_json(inputs: Inputs) -> dict[str, Any]:
    """The same for programs."""
    return {
        "parameters": dict(inputs.parameters),
        "secret_parameters": list(inputs.secret),
        "save_version": inputs.save_version or None,
        "load_versions": dict(inputs.load_versions),
    }
