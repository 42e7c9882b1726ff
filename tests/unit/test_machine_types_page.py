"""The machine types that the page shows are ready to be used: each can be planned, rendered, and passes the check."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from plans import chain, planned

from argo_kedro.check import check
from argo_kedro.manifest import render, validate

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "machine-types.md"
BLOCKS = [yaml.safe_load(each) for each in re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)]
SHOWN = [(name, block["machine_types"]) for block in BLOCKS for name in block["machine_types"]]


@pytest.mark.parametrize(("name", "machines"), SHOWN)
def test_a_machine_type_that_the_page_shows_can_be_used(name: str, machines: dict[str, Any]) -> None:
    workflow = planned(chain("a"), yaml.safe_dump({"machine_types": machines, "default_machine_type": name}))

    assert check(workflow) == []
    assert validate(render(workflow)) == []


def test_machine_types_on_spot_nodes_are_tried_again_and_go_where_they_should() -> None:
    spots = {name: machine for block in BLOCKS for name, machine in block["machine_types"].items() if "spot" in name}

    assert len(spots) == 3
    assert all(machine["spot"] and "node_selector" in machine for machine in spots.values())


def test_the_rules_of_the_page_do_what_it_says() -> None:
    first = BLOCKS[0]
    pipelines = {"__default__": chain("join_a", "b", "train"), "training": chain("join_a", "b", "train")[2:]}
    workflow = planned(pipelines, yaml.safe_dump(first))

    machines = {task.name: task.machine_type.value for task in workflow.tasks}
    assert [machines[task] for task in sorted(machines)] == ["default", "default", "gpu"]
    assert [task.settings["retries"].value for task in workflow.tasks if "retries" in task.settings] == [
        "2, out of memory: on big"
    ]
    assert workflow.problems == ()
