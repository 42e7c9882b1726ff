"""The report's page, made from plain data: one file that loads nothing, and says the same without scripts."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from argo_kedro.errors import ArgoKedroError
from argo_kedro.model import Json
from argo_kedro.resources import SYNTAX, resource
from argo_kedro.views.report import overview
from argo_kedro.views.report.cleaning import completed
from argo_kedro.views.report.drawing import Drawing, drawing
from argo_kedro.views.report.rows import Link, Row, in_table_order, rows
from argo_kedro.views.report.words import KINDS, count_text, moment_text, phase_of, time_text

_TEMPLATES = ("page.html.j2", "parts.html.j2")
# In this order they are one script; each says at its top what it gives the next ones.
_SCRIPTS = (
    "start.js",
    "graph.js",
    "graph_input.js",
    "charts.js",
    "timeline.js",
    "use.js",
    "table.js",
    "search.js",
    "end.js",
)
_PALETTE = 8  # colours of machine types in report.css
_NAMED_EDGES = 400  # more names would be most of the page
_FAILURES = 5  # shown whole at the top; the table has all
# `<` would end the script, `&` is no mark-up in it but may be one elsewhere, and old readers end lines at the last two.
_NOT_IN_SCRIPT = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}


def page(found: Mapping[str, Any]) -> str:
    """The page of a run or a plan. The same data gives the same bytes.

    Args:
        found: Title, tasks, datasets and so on; cleaning.py has all keys.

    Raises:
        ArgoKedroError: if the library of the charts was never made, which an installation does.
    """
    found = completed(found)
    all_rows = rows(found)
    drawn = drawing(found["tasks"], found["datasets"])
    scripts = {"early": _text("early.js"), "vega": _vega(), "main": _main()}
    text: str = _template().render(
        **_overview(found, all_rows),
        found=found,
        rows=all_rows,
        table=in_table_order(all_rows),
        ends=_links(all_rows),
        graph=drawn,
        few_edges=len(drawn.edges) <= _NAMED_EDGES,
        style=Markup(_text("report.css")),
        data=_json(_data(found, all_rows, drawn)),
        scripts={name: Markup(script) for name, script in scripts.items()},
        hashes=[_hash(script) for script in scripts.values()],
    )
    return text


def _overview(found: Json, all_rows: Sequence[Row]) -> dict[str, Any]:
    """What the page says of all tasks together."""
    plan = found["subject"] == "plan"
    failed = [row for row in in_table_order(all_rows) if row.failed]
    critical = [row for row in all_rows if row.task["critical"]]
    return {
        "plan": plan,
        "overall": None if plan or not found["phase"] else phase_of(found["phase"], plan=False),
        "duration": time_text(found["seconds"]),
        "phase": overview.phases(all_rows),
        "machines": _places(row.task["machine_type"] for row in all_rows),
        "failed": failed,
        "shown_failures": failed[:_FAILURES],
        "critical": critical,
        "parts": overview.time_parts(critical or all_rows),
        "use": overview.use_sentences(all_rows),
    }


def _data(found: Json, all_rows: Iterable[Row], drawn: Drawing) -> dict[str, Any]:
    """What the scripts read: numbers of the charts, and the names that one can search for."""
    return {
        "plan": found["subject"] == "plan",
        "seconds": found["seconds"] or 0.0,
        "kinds": {kind: word for kind, (word, _) in KINDS.items()},
        "tasks": [
            {
                "name": row.name,
                "nodes": row.task["nodes"],
                "phase": row.phase.word,
                "sign": row.phase.sign,
                "style": row.phase.style,
                "critical": bool(row.task["critical"]),
                "spans": [[span.kind, span.began, span.ended, span.name, span.attempt] for span in row.spans],
                "cpu": _use(row, "CPU cores"),
                "memory": _use(row, "Memory"),
            }
            for row in all_rows
        ],
        "datasets": [[name, list(ends)] for name, ends in _ends(found).items()],
        "size": [round(drawn.width), round(drawn.height)],
        "boxes": [[box.x, box.y, box.width, box.height] for box in drawn.tasks],
        "edges": [
            [edge.source, edge.target, edge.label_x, edge.label_y, edge.label, *edge.datasets] for edge in drawn.edges
        ],
    }


def _use(row: Row, name: str) -> dict[str, Any]:
    """How much a task used of what it asked for, where it may go, and the text for both."""
    for each in row.resources:
        if each.name == name:
            return {"share": each.share, "limit": each.limit_share, "text": f"{each.short}, {each.share_text}"}
    return {"share": None, "limit": None, "text": ""}


def _ends(found: Json) -> dict[str, tuple[int, ...]]:
    """The numbers of the tasks at the ends of each dataset, its producer first."""
    number = {task["id"]: place for place, task in enumerate(found["tasks"])}
    return {
        dataset["name"]: tuple(number[id_] for id_ in (dataset["producer"], *dataset["consumers"]) if id_ in number)
        for dataset in found["datasets"]
    }


def _places(machine_types: Iterable[str]) -> dict[str, int]:
    """A place in the palette for each machine type, the same for the same types."""
    return {name: place % _PALETTE for place, name in enumerate(sorted(set(machine_types)))}


def _links(all_rows: Iterable[Row]) -> Callable[[str], list[Link]]:
    """What leads from the id of a task to its details; nowhere, if there is no such task."""
    found = {row.task["id"]: [Link(number=row.number, name=row.name)] for row in all_rows}
    return lambda id_: found.get(id_, [])


def _json(value: Any) -> Markup:
    """The value as text of a script element that no name can leave."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(text.translate(_NOT_IN_SCRIPT))


def _hash(script: str) -> str:
    """By this the page's policy lets this very script run, and no other."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode()


@cache
def _main() -> str:
    body = "\n".join(_text(name) for name in _SCRIPTS)
    return f'"use strict";\n(() => {{\n{body}}})();\n'


@cache
def _vega() -> str:
    try:
        return _text("vega.js")
    except OSError as error:
        hint = "in a clone of argo-kedro, `pip install --editable .` makes it."
        raise ArgoKedroError("templates/report/vega.js, the library of the charts, is missing.", hint=hint) from error


def _text(name: str) -> str:
    return resource("templates", "report", name).read_text(encoding="utf-8")


@cache
def _template() -> Any:
    environment = Environment(
        loader=DictLoader({name: _text(name) for name in _TEMPLATES}),
        undefined=StrictUndefined,
        autoescape=True,
        **SYNTAX,
    )
    environment.filters |= {"count": count_text, "moment": moment_text, "seconds": time_text}
    return environment.get_template(_TEMPLATES[0])
