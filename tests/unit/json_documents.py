"""What `--json` writes, held to its schema, with no key more."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from argo_kedro.views.documents import schema


@cache
def _closed(command: str) -> Draft202012Validator:
    made = schema(command)
    for each in (made, *made["$defs"].values()):
        each["additionalProperties"] = False
        assert set(each["required"]) == set(each["properties"])
    Draft202012Validator.check_schema(made)
    return Draft202012Validator(made)


def checked(command: str, document: Any) -> Any:
    """The document as JSON gives it back, which is what the schema says."""
    found = json.loads(json.dumps(document))
    assert found == document
    assert [f"{error.json_path}: {error.message}" for error in _closed(command).iter_errors(found)] == []
    return found
