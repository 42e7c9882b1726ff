"""What is wrong with names and with the code's notes: things that only planning sees."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from kedro.pipeline import Pipeline

from argo_kedro.model import Problem
from argo_kedro.names import nearest, unlistable
from argo_kedro.pipeline import Note, note


def undefined(kind: str, name: str, known: Collection[str], where: str) -> Problem:
    """A problem for a name that nothing defines, with the nearest one that is."""
    close = nearest(name, known)
    guess = f"did you mean {close!r}? " if close else ""
    defined = ", ".join(sorted(known)) or "none"
    return Problem(message=f"{kind} {name!r} is not defined.", where=where, hint=f"{guess}Defined: {defined}.")


def conflicting_notes(pipelines: Mapping[str, Pipeline]) -> list[Problem]:
    """Nodes that registered pipelines annotate differently: which note survives their sum is chance."""
    notes: dict[str, dict[Note, str]] = {}
    for name, pipeline in pipelines.items():
        for node in pipeline.nodes:
            notes.setdefault(node.name, {}).setdefault(note(node), name)
    return [
        Problem(
            message=f"pipelines {' and '.join(map(repr, sorted(found.values())))} give it different machine types, "
            "templates or groups.",
            where=f"node {node}",
            hint="build both from one create_pipeline(), or give it its settings in argo.yml.",
            severity="warning",
        )
        for node, found in sorted(notes.items())
        if len(found) > 1
    ]


def name_problems(nodes: Iterable[str], pipelines: Iterable[str], env: str, conf_source: str) -> Iterator[Problem]:
    """Names that a task's arguments cannot carry: nodes and pipelines stand in lists, env and folder by themselves."""
    for node in filter(unlistable, nodes):
        yield Problem(
            message="a name with a comma, {{, $$ or $( cannot be passed to a task, nor to `kedro run --nodes`.",
            where=f"node {node}",
            hint="rename the node or its namespace.",
        )
    for pipeline in filter(unlistable, pipelines):
        yield Problem(
            message="a name with a comma, {{, $$ or $( cannot be passed to a task.",
            where=f"pipeline {pipeline}",
            hint="register it under another name.",
        )
    for option, value in (("--env", env), ("--conf-source", conf_source)):
        if "{{" in value:
            message = f"{value!r} cannot be passed to a task: Argo would expand it."
            yield Problem(message=message, where=option, hint="rename the folder.")
