"""What a page is made of, made harmless: text that others wrote, and numbers that are none."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from argo_kedro.views.plain import plain

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")  # views.plain leaves them to terminals
# No text of a page: halves of pairs cannot be written, and marks of direction make a line say what it does not.
_UNSEEN = re.compile("[\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")


# What the page reads; keys that are not sent are empty.
_PAGE = {"title": "", "subject": "run", "phase": "", "message": "", "hint": "", "began": "", "seconds": None}
_PAGE_LISTS = ("facts", "notes", "tasks", "datasets")
_TASK = {
    "template": "",
    "pod": "",
    "phase": "",
    "attempt": 1,
    "exit_code": None,
    "message": "",
    "hint": "",
    "repeat": "",
}
_TASK |= {"critical": False, "machine_type": "", "requests": {}, "limits": {}, "used": {}, "log_left_out": 0}
_TASK_LISTS = ("nodes", "needs", "spans", "log")
_DATASET = {"producer": "", "consumers": [], "travels": "", "version": ""}


def completed(found: Mapping[str, Any]) -> dict[str, Any]:
    """The data of a page, harmless, with each key that the page reads; tasks have names."""
    page = _filled(clean(found), _PAGE, _PAGE_LISTS)
    page["tasks"] = [_filled({"name": task["id"], **task}, _TASK, _TASK_LISTS) for task in page["tasks"]]
    page["datasets"] = [_filled(dataset, _DATASET) for dataset in page["datasets"]]
    return page


def _filled(found: Mapping[str, Any], empty: Mapping[str, Any], lists: Sequence[str] = ()) -> dict[str, Any]:
    """The mapping with what it does not say, or says with null."""
    said = {key: value for key, value in found.items() if value is not None}
    return {**empty, **{key: [] for key in lists}, **said}


def clean(value: Any) -> Any:
    """The same mapping, sequence or value, without control characters, colours, and numbers that JSON does not have."""
    if isinstance(value, str):
        return _UNSEEN.sub("\ufffd", _COLOURS.sub("", plain(value)))
    if isinstance(value, Mapping):
        return {clean(key): clean(inner) for key, inner in value.items()}
    if isinstance(value, Sequence):
        return [clean(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
