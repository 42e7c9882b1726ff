"""Parameters whose values are secrets: each an environment variable of every task."""

from __future__ import annotations

from typing import Any

import pytest
from plans import chain, planned, said

SECRET = "{name: s, key: k}"


@pytest.mark.parametrize(
    ("argo", "params", "expected"),
    [
        (f"{{a.b: {SECRET}}}", {}, []),
        (f"{{a.b: {SECRET}, c: {SECRET}}}", {"a": {"x": 1}}, []),
        (
            f"{{a.b: {SECRET}, a_b: {SECRET}}}",
            {},
            ["argo.yml secret_params: 'a_b' would be environment variable 'PARAM_A_B', and so is 'a.b'."],
        ),
        (
            f"{{x: {SECRET}}}",
            {"x": 1},
            ["--params: 'x' is a secret, and would stand in the manifest in clear."],
        ),
        (
            f"{{a.b: {SECRET}}}",
            {"a": {"b": None}},
            ["--params: 'a.b' is a secret, and would stand in the manifest in clear."],
        ),
        (
            f"{{a: {SECRET}, a.b: {SECRET}}}",
            {},
            ["argo.yml secret_params: 'a.b' is a part of 'a', whose value is a text."],
        ),
        (
            f"{{a..b: {SECRET}}}",
            {},
            ["argo.yml secret_params: 'a..b' is no name of a parameter that a task can be given."],
        ),
        (
            f"{{'a=b': {SECRET}}}",
            {},
            ["argo.yml secret_params: 'a=b' is no name of a parameter that a task can be given."],
        ),
        (
            f"{{'{{{{a': {SECRET}}}",
            {},
            ["argo.yml secret_params: '{{a' is no name of a parameter that a task can be given."],
        ),
    ],
)
def test_secret_params_that_cannot_be_are_all_named(argo: str, params: dict[str, Any], expected: list[str]) -> None:
    assert said(planned(chain("a"), f"secret_params: {argo}", params=params).problems) == expected


def test_a_variable_that_each_task_has_already_is_not_one_of_a_secret() -> None:
    argo = f"secret_params: {{a.b: {SECRET}}}\ntemplate: {{environment: [{{name: PARAM_A_B, value: x}}]}}"

    assert said(planned(chain("a"), argo).problems) == [
        "argo.yml secret_params: 'a.b' would be environment variable 'PARAM_A_B', and so is template.environment."
    ]


def test_a_secret_that_mlflow_would_show_is_a_warning() -> None:
    argo = f"secret_params: {{a.b: {SECRET}}}\nrunner: {{mlflow: true}}"

    (found,) = planned(chain("a"), argo).problems
    assert (found.severity, found.where) == ("warning", "argo.yml secret_params")
    assert "a.b" in found.message
