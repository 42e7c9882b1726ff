"""Which task of a workflow ran with which code: kept with the workflow, since a retry may bring other code.

An annotation holds the code of today, another the stretches before it, each until the retry that ended it. A task that
had ended by then ran with that code; whatever ended later ran, or ran again, with a later one.
"""

from __future__ import annotations

import json
from typing import Any

from argo_kedro.model import Json, text
from argo_kedro.workflows.state import TaskState, moment

_EARLIER = "argo-kedro/code"  # annotation: [{"until": time of a retry, "code": identity}, ...]
_NOW = "argo-kedro/code-now"  # annotation: identity


def with_code(document: Json, code: str, now: str, *, before: str = "") -> dict[str, Any]:
    """The workflow, whose tasks run with this code from now on.

    Args:
        document: The workflow, as it is submitted or as a retry found it.
        code: What tells one code from another: an image, or a commit.
        now: The time, as Kubernetes writes it.
        before: The code up to now, where that was not written down.
    """
    metadata = document.get("metadata") or {}
    annotations = dict(metadata.get("annotations") or {})
    before = annotations.get(_NOW) or before
    # What ran before anybody wrote it down ran with a code that is not known.
    if before != code and (before or document.get("status")):
        annotations[_EARLIER] = json.dumps([*_earlier(document), {"until": now, "code": before}])
    annotations[_NOW] = code
    return {**document, "metadata": {**metadata, "annotations": annotations}}


def code_of(document: Json, task: TaskState) -> str:
    """The code that a task ran with, or will run with; empty where nobody wrote it down."""
    for stretch in _earlier(document):
        until = _until(stretch)
        if task.ended and until and task.ended <= until:
            return str(stretch.get("code") or "")
    return code_now(document)


def code_now(document: Json) -> str:
    """The code that its tasks run with now; empty where nobody wrote it down."""
    return text(document, "metadata", "annotations", _NOW)


def _earlier(document: Json) -> list[dict[str, Any]]:
    """The stretches before this one, the oldest first."""
    try:
        kept = json.loads(text(document, "metadata", "annotations", _EARLIER) or "[]")
    except ValueError:  # annotations are anyone's to change
        return []
    return [each for each in kept if isinstance(each, dict)] if isinstance(kept, list) else []


def _until(stretch: Json) -> Any:
    try:
        return moment(stretch.get("until"))
    except (AttributeError, TypeError, ValueError):
        return None
