"""What is wrong with `secret_params`: each is an environment variable of all tasks, and stands in no manifest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from argo_kedro.config import ArgoConfig
from argo_kedro.model import Problem
from argo_kedro.names import secret_variable
from argo_kedro.plan.rules import FILE


def secret_problems(config: ArgoConfig, params: Mapping[str, Any]) -> Iterator[Problem]:
    """Names that one task cannot be given together, and values that would stand in the manifest."""
    where = f"{FILE} secret_params"
    taken = {item.name: "template.environment" for item in config.template.environment}
    names = sorted(config.secret_params)
    if names and config.runner.mlflow:
        yield Problem(
            message=f"kedro-mlflow logs each parameter that a node reads, {', '.join(names)} too.",
            where=where,
            hint="let no node read it as a parameter where MLflow must not show it: credentials.yml can have it.",
            severity="warning",
        )
    for name in names:
        variable = secret_variable(name)
        if variable in taken:
            message = f"{name!r} would be environment variable {variable!r}, and so is {taken[variable]}."
            yield Problem(message=message, where=where, hint="rename one of them.")
        taken.setdefault(variable, repr(name))
        if not all(name.split(".")) or "{{" in name or "=" in name:
            message = f"{name!r} is no name of a parameter that a task can be given."
            yield Problem(message=message, where=where, hint="write it as in `params:`, with a dot for each level.")
        parent = next((other for other in names if name.startswith(f"{other}.")), "")
        if parent:
            message = f"{name!r} is a part of {parent!r}, whose value is a text."
            yield Problem(message=message, where=where, hint="keep one of them.")
        if _has(params, name):
            yield Problem(
                message=f"{name!r} is a secret, and would stand in the manifest in clear.",
                where="--params",
                hint="leave it out here: its value is in the Secret that `secret_params` of argo.yml names.",
            )


def _has(params: Mapping[str, Any], name: str) -> bool:
    value: Any = params
    for part in name.split("."):
        if not isinstance(value, Mapping) or part not in value:
            return False
        value = value[part]
    return True
