"""Which nodes run, chosen as `kedro run` chooses them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kedro.pipeline import Pipeline
from kedro.pipeline.pipeline import OutputNotUniqueError

from argo_kedro.errors import CompileError
from argo_kedro.names import nearest

DEFAULT = "__default__"


@dataclass(frozen=True, kw_only=True)
class Selection:
    """The options of `kedro run` that choose what runs."""

    pipelines: tuple[str, ...] = (DEFAULT,)
    tags: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()
    from_nodes: tuple[str, ...] = ()
    to_nodes: tuple[str, ...] = ()
    from_inputs: tuple[str, ...] = ()
    to_outputs: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()


def select(pipelines: Mapping[str, Pipeline], selection: Selection) -> Pipeline:
    """The nodes that `kedro run` would run with these options."""
    missing = [name for name in selection.pipelines if name not in pipelines]
    if missing:
        raise CompileError(_not_registered(missing, pipelines), hint="`kedro registry list` shows what is registered.")
    criteria = {
        "tags": selection.tags,
        "from_nodes": selection.from_nodes,
        "to_nodes": selection.to_nodes,
        "node_names": selection.nodes,
        "from_inputs": selection.from_inputs,
        "to_outputs": selection.to_outputs,
        "node_namespaces": list(selection.namespaces),
    }
    given = {key: value for key, value in criteria.items() if value}
    first, *others = (pipelines[name] for name in selection.pipelines)
    try:
        chosen = sum(others, first)
        return chosen.filter(**given) if given else chosen  # Kedro's filter sorts a large pipeline several times
    except (ValueError, OutputNotUniqueError) as error:
        where = f"pipeline {', '.join(selection.pipelines)}"
        raise CompileError(
            f"{where}: {error}", hint=f"`kedro registry describe {selection.pipelines[0]}` shows the nodes."
        ) from error


def _not_registered(missing: list[str], pipelines: Mapping[str, Pipeline]) -> str:
    names = sorted(pipelines)
    close = nearest(missing[0], names)
    guess = f" Did you mean {close!r}?" if close else ""
    return f"Pipeline {missing[0]!r} is not registered.{guess} Registered: {', '.join(names)}."
