"""docs/reference/explain-json.md and status-json.md: what `--json` writes, key by key, and an example of each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from argo_kedro.views.documents import schema

_EXAMPLES = Path(__file__).parent / "examples"
_PROMISE = """\
This page is made from the types that the code is held to (`make docs`). All keys are always there. Other programs may
rely on this:

* `version` is 1. As long as it is, keys are added, and none is taken away, renamed, or given another meaning or type.
  Anything else is a new `version`, with a word in the changelog.
* So leave keys that you do not know alone. Lists keep their orders where a table says so; sentences are for people: do
  not take them apart.
* The document stands alone on stdout, but for a line that Kedro logs before any plugin runs: skip what comes before the
  first `{`, or set `KEDRO_LOGGING_CONFIG` to a file that logs elsewhere.
"""
_HEADS = {
    "explain": f"""\
# The JSON of explain

`kedro argo explain --json` writes the plan, and with `--group-by` what each strategy makes of it. Nothing runs, and no
cluster is asked.

{_PROMISE}""",
    "status": f"""\
# The JSON of status

`kedro argo status --json` writes how far a run is, here or on a cluster. It exits with 6 if the run failed, and the
document is there all the same.

{_PROMISE}""",
}
_WORDS = {"string": "text", "integer": "whole number", "boolean": "true or false"}
_SCHEMA = """\
The same as a JSON Schema:

```python
from argo_kedro.views.documents import schema

schema("{command}")
```
"""


def explain() -> str:
    """The page of `explain`."""
    return "\n".join(
        [
            _HEADS["explain"],
            _document("explain --json", "explain --pipelines data_processing --json", "explain.json"),
            _document(
                "explain --group-by STRATEGIES --json",
                "explain --pipelines data_processing --group-by chain --json",
                "explain-group-by.json",
            ),
        ]
    )


def status() -> str:
    """The page of `status`."""
    return "\n".join([_HEADS["status"], _document("status --json", "status --json", "status.json")])


def _document(command: str, example: str, file: str) -> str:
    """A section of a page.

    Args:
        command: What writes the document.
        example: The same in `examples/flights`, for the example.
        file: What that has written.
    """
    written = (_EXAMPLES / file).read_text(encoding="utf-8").strip()
    return "\n".join(
        [
            f"## `kedro argo {command}`\n",
            *_tables(schema(command)),
            _SCHEMA.format(command=command),
            f"In `examples/flights`, `kedro argo {example}` writes:\n\n```json\n{written}\n```\n",
        ]
    )


def _tables(made: dict[str, Any]) -> Iterator[str]:
    """A table of the document's keys, then one for each object in it, in the order in which they are met."""
    yield _rows(made, made["$defs"])
    met: list[str] = []
    for section in _sections(made, made["$defs"], met):
        yield f"`{section}`:\n\n{_rows(made['$defs'][section], made['$defs'])}"


def _sections(section: dict[str, Any], known: dict[str, Any], met: list[str]) -> Iterator[str]:
    for value in section["properties"].values():
        name = _reference(value)
        if name and name not in met:
            met.append(name)
            yield name
            yield from _sections(known[name], known, met)


def _rows(section: dict[str, Any], known: dict[str, Any]) -> str:
    rows = ["| key | value | |", "|-|-|-|"]
    for key, value in section["properties"].items():
        words = value.get("description") or known[_reference(value)]["description"]
        rows.append(f"| `{key}` | {_form(value)} | {words.replace('|', '&#124;')} |")
    return "\n".join(rows) + "\n"


def _form(value: dict[str, Any]) -> str:
    """What a value looks like."""
    if "const" in value:
        return f"`{value['const']}`"
    if "anyOf" in value:
        return " or ".join(map(_form, value["anyOf"]))
    kind = value.get("type", "")
    if kind == "array":
        return f"list of {_form(value['items'])}"
    if kind == "object":
        inside = value.get("additionalProperties")
        return f"{_form(inside)}, by name" if isinstance(inside, dict) and inside else "anything, by name"
    words = {
        "string": "text",
        "integer": "whole number",
        "number": "number",
        "boolean": "true or false",
        "null": "null",
    }
    return words[kind] if kind else f"`{_reference(value)}`"


def _reference(value: dict[str, Any]) -> str:
    """The object that a value is, or holds; empty if none."""
    for part in (value, value.get("items"), value.get("additionalProperties"), *value.get("allOf", ())):
        if isinstance(part, dict) and "$ref" in part:
            return str(part["$ref"]).rpartition("/")[2]
    return ""
