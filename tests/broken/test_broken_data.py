"""Projects whose data cannot cross between tasks: refused before anything runs, or planned so that it can."""

from __future__ import annotations

import pytest
from judging import CATALOG, Judge

from argo_kedro.project import Selection

pytestmark = pytest.mark.usefixtures("in_process")

PAIR = 'Pipeline([n("a", "in", "x"), n("b", "x", "out")])'
FUSED = 'FusedPipeline([n("a", "in", "x"), n("b", "x", "out")], name="f")'
STORED = "".join(
    f'{name}: {{type: pkg.datasets.TextDataset, filepath: "s3://bucket/{name}"}}\n' for name in ("in", "out")
)
APART = "tasks: [{nodes: b, machine_type: big}]\nmachine_types: {default: {cpu: 1, mem: 1}, big: {cpu: 2, mem: 2}}\n"
SECRETS = "secret_params: {a.b: {name: s, key: k}, a_b: {name: s, key: k}}\n"


def test_datasets_in_memory_need_no_word_in_argo_yml(judge: Judge) -> None:
    verdict = judge(PAIR, catalog=STORED)

    assert (verdict.code, verdict.said) == (0, "")
    (task,) = verdict.tasks.values()
    assert {"name": "nodes", "value": "a,b"} in task["arguments"]["parameters"]


def test_a_storage_carries_what_cannot_be_one_task(judge: Judge) -> None:
    verdict = judge(PAIR, f"{APART}storage: {{root: s3://bucket/runs}}\n", catalog=STORED)

    assert (verdict.code, verdict.said) == (0, "")
    for task in ("a", "b"):
        assert {"name": "spilled", "value": "x"} in verdict.tasks[task]["arguments"]["parameters"]


BROKEN = {
    "two machine types": (PAIR, APART, STORED, "one runs on machine type 'default', task 'b' on 'big'."),
    "spill to nowhere": (
        PAIR,
        "runner: {memory_datasets: spill}",
        STORED,
        "dataset x: task 'a' writes it and task 'b'",
    ),
    "no fusing wanted": (PAIR, "runner: {memory_datasets: error}", STORED, "`runner.memory_datasets` is `error`."),
    "transcoded in memory": (
        'Pipeline([n("a", "in", "x@p"), n("b", "x@q", "out")])',
        "",
        STORED,
        "in memory x@p and x@q are datasets of their own.",
    ),
    "confirmed elsewhere": (
        'Pipeline([n("a", "parts", "in"), n("b", "in", "out", confirms="parts")])',
        "",
        f"{STORED}parts: {{type: partitions.IncrementalDataset, path: 's3://bucket/parts', dataset: x}}\n",
        "dataset parts: task 'a' loads it and task 'b' confirms it in another process",
    ),
    "two secrets of one variable": (PAIR, SECRETS, CATALOG, "'a_b' would be environment variable 'PARAM_A_B'"),
    "a versioned name with a comma": (
        'Pipeline([n("a", "in", "x,1"), n("b", "x,1", "out")])',
        "",
        f"{STORED}'x,1': {{type: pkg.datasets.TextDataset, filepath: 's3://bucket/x', versioned: true}}\n",
        "dataset x,1: a name with a comma, {{, $$ or $( cannot be passed to a task, which must know of this dataset.",
    ),
}


@pytest.mark.parametrize(("default", "argo", "catalog", "expected"), BROKEN.values(), ids=BROKEN)
def test_data_that_cannot_cross_is_refused(judge: Judge, default: str, argo: str, catalog: str, expected: str) -> None:
    verdict = judge(default, argo, catalog=catalog)

    assert verdict.code == 4
    assert expected in verdict.said
    assert len(verdict.said.splitlines()) == 1


def test_a_secret_among_the_params_is_refused(judge: Judge) -> None:
    verdict = judge(PAIR, "secret_params: {a.b: {name: s, key: k}}\n", params={"a": {"b": "hunter2"}})

    assert verdict.code == 4
    assert "--params: 'a.b' is a secret, and would stand in the manifest in clear." in verdict.said
    assert "hunter2" not in verdict.said


def test_a_part_of_a_fused_group_is_planned_all_the_same(judge: Judge) -> None:
    """What an older run left may be what is wanted on this machine; `check` says it of a cluster."""
    assert judge(FUSED, selection=Selection(nodes=("b",))).code == 0
