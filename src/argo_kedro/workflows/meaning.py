"""Which tasks of a workflow a name means: in Kedro's words or in Argo's, one task or a group of them."""

from __future__ import annotations

from argo_kedro.errors import ArgoKedroError
from argo_kedro.model import Json, text
from argo_kedro.names import few, nearest
from argo_kedro.workflows.dags import Templates
from argo_kedro.workflows.labels import labels_of, names_of, nodes_in, shown
from argo_kedro.workflows.state import run_state

_SHOWN = 20  # tasks named in a message


def meant_by(asked: str, document: Json) -> list[str]:
    """The paths of the tasks that are meant, whether they have begun or not.

    Raises:
        ArgoKedroError: if there is no such task.
    """
    name, templates, labels, inner = (
        text(document, "metadata", "name"),
        Templates(document),
        labels_of(document),
        nodes_in(document),
    )
    planned = [path.removeprefix(f"{name}.") for path in templates.leaves(templates.entrypoint, "", name)]
    paths = dict.fromkeys([*planned, *(task.path for task in run_state(document).tasks)])
    known = {path: {path, *names_of(path, labels, inner)} for path in paths}
    found = [path for path, names in known.items() if asked in names]
    if not found:
        near = nearest(asked, {each for names in known.values() for each in names})
        there = few(sorted({shown(path, labels) for path in paths}), _SHOWN)
        raise ArgoKedroError(
            f"{name} has no task {asked!r}.",
            hint=f"{f'did you mean {near!r}? ' if near else ''}There are: {there}.",
        )
    return found
