"""The manifest's text, from a Jinja template that puts whole values in as JSON."""

from __future__ import annotations

import json
import re
from pathlib import Path
from traceback import extract_tb
from typing import Any

from jinja2 import (
    ChoiceLoader,
    DictLoader,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    Undefined,
    pass_context,
)
from jinja2.runtime import Context
from markupsafe import Markup

from argo_kedro.errors import CompileError
from argo_kedro.manifest.kinds import KINDS, object_name
from argo_kedro.manifest.nesting import dags
from argo_kedro.model import ENTRYPOINT, Json, Kind, Workflow
from argo_kedro.resources import SYNTAX, resource

NAME = "workflow.yaml.j2"
_LINE = re.compile(r"^(?=.)", re.MULTILINE)
_FROM_STRING = "<template>"  # what Jinja calls the file of a template that has none
# JSON allows these in a string, YAML wants them escaped. All non-ASCII is no way out: YAML knows no surrogate pairs.
_NOT_IN_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def render(workflow: Workflow, *, kind: Kind = "workflow") -> str:
    """The manifest of a workflow, as YAML. The same workflow gives the same bytes.

    Args:
        workflow: What the manifest says.
        kind: What it is written as: a Workflow, a WorkflowTemplate or a CronWorkflow.

    Raises:
        CompileError: if a project's own Jinja template is missing or wrong.
    """
    own = Path(workflow.manifest_template) if workflow.manifest_template else None
    environment = _environment(own.parent if own else None)
    try:
        # From its text: a project's template may have the name of the one that it extends.
        template = environment.from_string(own.read_text(encoding="utf-8")) if own else environment.get_template(NAME)
        names = {"kind": KINDS[kind], "name": object_name(workflow, kind), "passed_on": _passed_on(workflow)}
        entrypoint = workflow.spec.get("entrypoint", ENTRYPOINT)
        return template.render(workflow=workflow, dags=dags(workflow), entrypoint=entrypoint, **names)
    except _WRONG_TEMPLATE as error:
        if own is None:
            raise
        what = f"{type(error).__name__}: {error}"
        hint = "correct the template that template.manifest in argo.yml names."
        raise CompileError(f"{own}{_line(error)}: {what}", hint=hint) from error


# What expressions in a template raise; anything else is a mistake of ours, and keeps its traceback.
_WRONG_TEMPLATE = (OSError, TemplateError, ArithmeticError, LookupError, RecursionError, TypeError, ValueError)


def _passed_on(workflow: Workflow) -> Json:
    """The metadata that each run of a WorkflowTemplate or a CronWorkflow has: those of the object are not passed on."""
    annotations = {"annotations": workflow.annotations} if workflow.annotations else {}
    return {"labels": workflow.labels, **annotations}


def _environment(folder: Path | None) -> Environment:
    """Jinja with our delimiters, and the templates of a project's folder beside ours."""
    ours = DictLoader({NAME: resource("templates", NAME).read_text(encoding="utf-8")})
    environment = Environment(
        loader=ChoiceLoader([ours, FileSystemLoader(folder)]) if folder else ours,
        undefined=StrictUndefined,
        finalize=_as_json,
        # Not for HTML: so Jinja marks what is text of the manifest already, as super() gives it, and _as_json knows.
        autoescape=True,
        **SYNTAX,
    )
    environment.filters["bare"] = Markup  # a field name of Argo's: written without quotes
    environment.filters["nested"] = _nested
    return environment


def _line(error: BaseException) -> str:
    """Where in the template: a syntax error knows, any other error has Jinja's frames in its traceback."""
    lines = [frame.lineno for frame in extract_tb(error.__traceback__) if frame.filename == _FROM_STRING]
    line = getattr(error, "lineno", None) or (lines[-1] if lines else None)
    return f", line {line}" if line else ""


@pass_context
def _nested(context: Context, text: str) -> Markup:
    """The spec as the one of a CronWorkflow: two steps further in. Any other stays as it is."""
    return Markup(_LINE.sub("  ", text) if context["kind"] == KINDS["cron"] else text)


@pass_context  # or Jinja would fold constants without it
def _as_json(_context: Context, value: Any) -> Any:
    # YAML reads JSON back as the same value, so no name, path or secret reference can break out of its place.
    if isinstance(value, (Undefined, Markup)):
        return value  # StrictUndefined then says which name it is
    text = json.dumps(value, ensure_ascii=False, default=_plain)
    return Markup(_NOT_IN_YAML.sub(lambda match: f"\\u{ord(match[0]):04x}", text))


def _plain(value: Any) -> Any:
    """A mapping or sequence of ours as JSON's own."""
    if hasattr(value, "items"):
        return dict(value.items())
    raise TypeError(f"{value!r} cannot be part of a manifest")
