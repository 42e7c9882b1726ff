"""Argo's `{{tags}}`, filled in."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from argo_kedro.manifest.validation.tags import TAG, tags
from argo_kedro.model import FAILURES

Lookup = Callable[[str], str | None]

(FAILURES_TAG,) = tags(FAILURES)  # the one expression that is known here: an exit handler asks by it what has failed
_STRFTIME = "aAbBcdDeFHIjmMpRSTUVwyYZ"


class AbsentValue(ValueError):
    """A tag stands for something that does not exist, such as the output of a task that was skipped."""


def expand(text: str, lookup: Lookup, *, strict: bool = False) -> str:
    """Fill in the tags that are known; others stay as they are, or end it where `strict`.

    Raises:
        AbsentValue: if `strict` and a tag of Argo's own is unknown.
    """
    if "{{" not in text:
        return text

    def value(match: re.Match[str]) -> str:
        tag = match[1].strip()
        found = lookup(tag)
        if found is None and strict and tag.startswith(("tasks.", "inputs.")):
            raise AbsentValue(f"{{{{{tag}}}}} has no value")
        return match[0] if found is None else found

    return TAG.sub(value, text)


def expand_twice(text: str, lookup: Lookup) -> str:
    """Fill in the tags, then those that came in with the values: Argo does so too (a parameter may hold a tag)."""
    once = expand(text, lookup)
    return once if once == text else expand(once, lookup)


def workflow_values(document: Mapping[str, Any], parameters: Mapping[str, str], created: datetime) -> dict[str, str]:
    """What `{{workflow...}}` stands for in this run."""
    metadata, spec = document["metadata"], document["spec"]
    labels, annotations = metadata.get("labels") or {}, metadata.get("annotations") or {}
    listed = json.dumps([{"name": name, "value": value} for name, value in parameters.items()])
    values = {
        **{f"workflow.{key}": metadata[key] for key in ("name", "uid", "namespace", "creationTimestamp")},
        "workflow.serviceAccountName": spec.get("serviceAccountName") or "default",
        "workflow.mainEntrypoint": spec["entrypoint"],
        "workflow.status": "",
        "workflow.duration": "0.000000",
        "workflow.parameters": listed,
        "workflow.parameters.json": listed,
        "workflow.labels.json": json.dumps(labels),
        "workflow.annotations.json": json.dumps(annotations),
        **_time_values("workflow.creationTimestamp", created),
    }
    values |= {f"workflow.parameters.{name}": value for name, value in parameters.items()}
    values |= {f"workflow.labels.{name}": value for name, value in labels.items()}
    return values | {f"workflow.annotations.{name}": value for name, value in annotations.items()}


def _time_values(prefix: str, time: datetime) -> dict[str, str]:
    values = {f"{prefix}.{char}": time.strftime(f"%{char}") for char in _STRFTIME}
    values[f"{prefix}.L"] = ".000"  # its dot is part of it, and Kubernetes keeps whole seconds
    return values | {
        f"{prefix}.RFC3339": time.strftime("%Y-%m-%dT%H:%M:%SZ"),
        f"{prefix}.s": str(int(time.timestamp())),
    }
