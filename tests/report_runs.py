"""Invented runs and plans, as the report's page takes them: one like examples/flights, and ones of any size."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

Task = dict[str, Any]
MIB, GIB = 1024**2, 1024**3
AIRPORTS = ("ewr", "jfk", "lga")
ANSI_LOG = ["\x1b[32mINFO\x1b[0m  Loading \x1b]0;title\x07data", "ValueError: Input contains NaN"]
HOSTILE = (
    "</script><script>window.ran = 1</script>",
    '"><img src=x onerror="window.ran = 1">',
    "'; window.ran = 1; //",
    "<!-- <script>",
    "{{ 7 * 7 }} [[ 7 * 7 ]] [% raw %]",
    "a\nb\tc\x00\x1b[31mred\x1b[0m\u2028\u2029\u202e\ud800",
    "javascript:window.ran=1",
    "&lt;b&gt; &amp;",
    "名前 é 🚀",
)


def flights(*, phase: str = "Failed") -> dict[str, Any]:
    """A run of examples/flights on a cluster; where it failed, the training for one airport did."""
    tasks = _flights_tasks()
    by_id = {task["id"]: task for task in tasks}
    if phase == "Failed":
        _fail(by_id["jfk-train-model"])
        for name in ("jfk-evaluate-models", "compare-airports", "report", "write-answer"):
            by_id[name] |= {"phase": "Omitted", "spans": [], "used": {}, "critical": False}
            by_id[name] |= {"message": "omitted: depends condition not met", "pod": ""}
    return {
        "title": "flights-79tmt",
        "subject": "run",
        "phase": phase,
        "message": "",
        "began": "2026-11-30T09:45:40Z",
        "seconds": max(span["to"] for task in tasks for span in task["spans"]),
        "facts": [
            ["Pipelines", "__default__"],
            ["Env", "cloud"],
            ["Cluster", "context kind, namespace argo"],
            ["Image", "flights:1f0c2d"],
            ["Run id", "flights-79tmt"],
        ],
        "notes": ["The logs of 2 pods are gone: Argo removed the pods."] if phase == "Failed" else [],
        "tasks": tasks,
        "datasets": _flights_datasets(),
    }


def flights_plan() -> dict[str, Any]:
    """The same, not run: phases are empty, and spans are estimates."""
    found = flights(phase="Succeeded")
    for task in found["tasks"]:
        task |= {"phase": "", "used": {}, "log": [], "log_left_out": 0, "pod": "", "exit_code": None}
    return {**found, "title": "flights", "subject": "plan", "phase": "", "began": ""}


def run_of(number: int, *, seed: int = 0, nodes: int = 2, needs: int = 3, width: int = 60) -> dict[str, Any]:
    """A run of so many tasks, in layers of this width, a few of which failed."""
    random = Random(seed)
    tasks: list[Task] = []
    for place in range(number):
        first, last = max(0, place - 2 * width), max(0, place - width // 2)
        wanted = {f"task-{random.randint(first, last)}" for _ in range(needs)} if place >= width else set()
        begin = max((task["spans"][-1]["to"] for task in tasks[first:last] if task["id"] in wanted), default=0.0)
        task = _task(
            f"task-{place}", [f"step_{place}_{part}" for part in range(nodes + place % 2)], sorted(wanted), begin
        )
        if random.random() < 0.004:
            _fail(task)
        tasks.append(task)
    datasets = [
        {"name": f"data_{place}", "producer": task["needs"][0], "consumers": [task["id"]], "travels": "", "version": ""}
        for place, task in enumerate(tasks)
        if task["needs"]
    ]
    seconds = max((task["spans"][-1]["to"] for task in tasks), default=0.0)
    facts = [["Pipelines", "__default__"], ["Env", "cloud"]]
    found = {
        "title": f"big-{number}",
        "subject": "run",
        "phase": "Failed",
        "message": "",
        "began": "2026-11-30T09:45:40Z",
    }
    return {**found, "seconds": seconds, "facts": facts, "notes": [], "tasks": tasks, "datasets": datasets}


def hostile_run() -> dict[str, Any]:
    """A run whose every text is an attack, or at least a nuisance."""
    tasks = []
    for place, text in enumerate(HOSTILE):
        task = _task(f"{text} {place}", [text], [tasks[-1]["id"]] if tasks else [], float(place))
        task |= {"message": text, "hint": text, "repeat": text, "machine_type": text, "template": text, "pod": text}
        task |= {"phase": text if place % 2 else "Failed", "log": [text, *ANSI_LOG]}
        task["spans"].append({"kind": text, "name": text, "from": float(place), "to": float("nan"), "attempt": 1})
        tasks.append(task)
    datasets = [
        {"name": text, "producer": one["id"], "consumers": [other["id"], text], "travels": text, "version": text}
        for text, one, other in zip(HOSTILE, tasks, tasks[1:], strict=False)
    ]
    found = {"title": HOSTILE[0], "subject": "run", "phase": HOSTILE[1], "message": HOSTILE[1], "began": HOSTILE[1]}
    facts = [[text, text] for text in HOSTILE]
    return {**found, "seconds": 9.0, "facts": facts, "notes": list(HOSTILE), "tasks": tasks, "datasets": datasets}


def _task(name: str, nodes: Sequence[str], needs: Sequence[str], begin: float, machine_type: str = "small") -> Task:
    """A task that succeeded; how long its parts took follows from its name."""
    random = Random(name.encode("utf-8", "surrogatepass"))
    spans, at = [], begin
    parts = [("waiting", "", 2.5), ("place", "", 1.2), ("image", "", 3.0), ("start", "", 1.8)]
    for kind, node, most in [*parts, *(("node", node, 9.0) for node in nodes), ("end", "", 0.6)]:
        end = at + most * random.uniform(0.3, 1.0)
        spans.append({"kind": kind, "name": node, "from": round(at, 2), "to": round(end, 2), "attempt": 1})
        at = end
    cores, memory = {"small": (1.0, 2 * GIB), "medium": (1.0, 4 * GIB), "large": (2.0, 8 * GIB)}[machine_type]
    return {
        "id": name,
        "name": name,
        "nodes": list(nodes),
        "needs": list(needs),
        "template": machine_type,
        "pod": f"flights-79tmt-{machine_type}-{random.randrange(10**9)}",
        "phase": "Succeeded",
        "attempt": 1,
        "exit_code": 0,
        "message": "",
        "hint": "",
        "repeat": f"python -m argo_kedro.task --env cloud --nodes {','.join(nodes)}",
        "critical": False,
        "machine_type": machine_type,
        "spans": spans,
        "requests": {"cpu": cores, "memory": memory, "gpu": None},
        "limits": {"cpu": None, "memory": memory * 1.25, "gpu": None},
        "used": {
            "cpu": round(cores * random.uniform(0.2, 1.05), 2),
            "memory": round(memory * random.uniform(0.1, 1.1)),
        },
        "log": [f"INFO  Loading data from {node} ..." for node in nodes] + ["INFO  Pipeline execution completed"],
        "log_left_out": random.choice([0, 0, 120]),
    }


def _fail(task: Task) -> None:
    node = task["nodes"][-1]
    task |= {
        "phase": "Failed",
        "attempt": 2,
        "exit_code": 1,
        "message": f"node {node}: ValueError: Input X contains NaN.",
        "hint": "correct the node, then `kedro argo retry --image IMAGE` goes on with what has not succeeded.",
        "log": [
            f"INFO  Running node: {node}",
            "Traceback (most recent call last):",
            '  File "src/flights/pipelines/modelling/training.py", line 41, in train_model',
            "    model.fit(features, target)",
            "ValueError: Input X contains NaN.",
        ],
        "log_left_out": 312,
    }


def _flights_tasks() -> list[Task]:
    clean = ("clean_airports", "clean_flights", "clean_planes", "clean_weather", "join_flights", "summarise_weather")
    shapes: list[tuple[str, Sequence[str], Sequence[str], str]] = [
        ("clean", clean, (), "medium"),
        ("track-delays", ("track_delays",), ("clean",), "medium"),
        ("build-features", ("build_features",), ("clean", "track-delays"), "medium"),
    ]
    for airport in AIRPORTS:
        split, models = f"{airport}-split-data", [f"{airport}-train-{kind}" for kind in ("hindsight-model", "model")]
        shapes.append((split, (f"{airport}.split_data",), ("build-features",), "small"))
        shapes += [(model, (f"{airport}.{model[4:].replace('-', '_')}",), (split,), "large") for model in models]
        shapes.append((f"{airport}-evaluate-models", (f"{airport}.evaluate_models",), (split, *models), "small"))
    evaluations = [f"{airport}-evaluate-models" for airport in AIRPORTS]
    plots = ("plot_causes", "plot_days", "plot_skill")
    shapes.append(("compare-airports", ("compare_airports",), evaluations, "small"))
    shapes.append(("report", plots, ("build-features", "compare-airports", *evaluations), "medium"))
    shapes.append(("write-answer", ("write_answer",), ("compare-airports",), "small"))
    tasks: dict[str, Task] = {}
    for name, nodes, needs, machine_type in shapes:
        begin = max((tasks[need]["spans"][-1]["to"] for need in needs), default=0.0)
        tasks[name] = _task(name, nodes, needs, begin, machine_type)
    for name in ("clean", "track-delays", "build-features", "jfk-split-data", "jfk-train-model", "jfk-evaluate-models"):
        tasks[name]["critical"] = True
    return list(tasks.values())


def _flights_datasets() -> list[dict[str, Any]]:
    shapes: list[tuple[str, str, Sequence[str]]] = [
        ("flights", "clean", ("build-features", "track-delays")),
        ("weather_daily", "clean", ("build-features",)),
        ("delay_history", "track-delays", ("build-features",)),
        ("features", "build-features", (*(f"{airport}-split-data" for airport in AIRPORTS), "report")),
        ("comparison", "compare-airports", ("report", "write-answer")),
    ]
    for airport in AIRPORTS:
        models, evaluation = (
            [f"{airport}-train-{kind}" for kind in ("model", "hindsight-model")],
            f"{airport}-evaluate-models",
        )
        shapes.append((f"{airport}.train_set", f"{airport}-split-data", (*models, evaluation)))
        shapes.append((f"{airport}.test_set", f"{airport}-split-data", (evaluation,)))
        shapes += [(f"{airport}.{model[10:].replace('-', '_')}", model, (evaluation,)) for model in models]
        shapes.append((f"{airport}_metrics", evaluation, ("compare-airports",)))
        shapes.append((f"{airport}_predictions", evaluation, ("report",)))
    return [
        {
            "name": name,
            "producer": producer,
            "consumers": list(consumers),
            "travels": f"s3://flights-demo/runs/flights-79tmt/{name}.parquet",
            "version": "2026-11-30T09.45.40.000Z" if "model" in name else "",
        }
        for name, producer, consumers in shapes
    ]
