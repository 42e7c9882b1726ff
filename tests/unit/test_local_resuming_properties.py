"""Any small DAG of which some tasks fail at first is done after a retry, and nothing is done twice."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from local_runs import BIG, Played, dag, sh, task, workflow

from argo_kedro.local import retry

RAN = "echo {{node.name}} >> ran.txt; "
OK = sh("ok", RAN)
FIXED = sh("bad", RAN + "test -f fixed")  # fails until somebody makes the file


@st.composite
def graphs(draw):
    """Tasks, each with those that it needs, and those that fail the first time."""
    count = draw(st.integers(2, 6))
    needs = [draw(st.sets(st.integers(0, number - 1), max_size=2)) if number else set() for number in range(count)]
    bad = draw(st.sets(st.integers(0, count - 1), min_size=1))
    nested = draw(st.sets(st.integers(0, count - 1)))
    return needs, bad, nested, draw(st.booleans()), draw(st.sampled_from([None, 1, 2]))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(graphs())
def test_any_dag_is_done_after_a_retry_and_nothing_twice(tmp_path_factory, graph):
    needs, bad, nested, fail_fast, parallelism = graph
    folder = tmp_path_factory.mktemp("dag")

    def template(number: int) -> str:
        return "inner" if number in nested else "bad" if number in bad else "ok"

    tasks = [
        task(f"t{number}", template(number), " && ".join(f"t{need}" for need in sorted(needs[number])))
        for number in range(len(needs))
    ]
    inner = dag("inner", task("x", "ok"), task("y", "bad", "x"), fail_fast=fail_fast)
    main = dag("main", *tasks, fail_fast=fail_fast, **({"parallelism": parallelism} if parallelism else {}))
    first = Played(workflow(main, inner, OK, FIXED), folder)
    good = {name for name, node in first.nodes.items() if node["type"] == "Pod" and node["phase"] == "Succeeded"}
    (folder / "fixed").touch()
    assert retry("wf", folder=folder, machine=BIG).phase == "Succeeded"
    counts = (folder / "ran.txt").read_text().replace("wf.", "").split()
    assert {name: counts.count(name) for name in good} == dict.fromkeys(good, 1)
    leaves = {f"t{number}.{each}" for number in nested for each in "xy"}
    leaves |= {f"t{number}" for number in range(len(needs)) if number not in nested}
    assert set(counts) == leaves
