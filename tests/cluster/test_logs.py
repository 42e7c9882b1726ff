"""Logs from the real cluster: whole, in order, in the user's words, while they are written and afterwards.

What Argo's emissary writes into the log of main, between the user's lines (Argo 4.0; 3.7 quotes the time):

    time=2026-11-21T08:00:30.487Z level=INFO msg="waiting for signals" argo=true signalPath=/var/run/argo/...
    time=2026-11-21T08:00:31.487Z level=INFO msg="sub-process exited" argo=true error="exit status 3"
    time=2026-11-21T08:00:31.488Z level=INFO msg="file signal handler exiting due to context cancellation" argo=true
    Error: exit status 3
"""

from __future__ import annotations

import socket
import threading
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from support import Namespace, Told, busybox, new_namespace, run_all, workflow

from argo_kedro.cluster.client import KubernetesCluster
from argo_kedro.cluster.logs import LogLine, lines
from argo_kedro.cluster.submission import named, submit
from argo_kedro.errors import ClusterError
from argo_kedro.events import Notice

pytestmark = pytest.mark.cluster

# Each waits until the other has written, in a folder that both see.
TURN = (
    "for n in 1 2 3 4 5; do while [ $(cat /both/turn) != {me} ]; do sleep 0.1; done; echo {me}$n; "
    "sleep 0.01; echo {other} >/both/turn; done"
)
WRITES = r"""
echo; printf 'one\rtwo\n'; printf '\377x\n'; head -c 40000 /dev/zero | tr '\0' x; echo
echo 'time=2026-11-21T08:00:30Z level=INFO msg="mine"'
echo 'Error: exit status 3'
printf 'the last'
"""
MINE = 'time=2026-11-21T08:00:30Z level=INFO msg="mine"'
WRITTEN = ["", "one\rtwo", "\ufffdx", "x" * 40_000, MINE, "Error: exit status 3", "the last"]
LONG = "for n in $(seq 1 300); do echo $n; sleep {}; done"


def by_turns() -> dict[str, Any]:
    both = {"volumeMounts": [{"name": "both", "mountPath": "/both"}]}
    path = {"path": f"/tmp/turns-{uuid.uuid4().hex[:8]}", "type": "DirectoryOrCreate"}
    return workflow(
        "turns",
        busybox("begin", "echo a >/both/turn", container=both),
        busybox("a", TURN.format(me="a", other="b"), container=both),
        busybox("b", TURN.format(me="b", other="a"), container=both),
        needs={"a": ["begin"], "b": ["begin"]},
        volumes=[{"name": "both", "hostPath": path}],
    )


def retried(name: str) -> dict[str, Any]:
    return busybox(name, "echo try {{retries}}; test {{retries}} = 1", retryStrategy={"limit": "1"})


@pytest.fixture(scope="module")
def here(bed: Any) -> Iterator[Namespace]:
    with new_namespace(bed.kubeconfig) as found:
        yield found


@pytest.fixture(scope="module")
def ended(here: Namespace) -> dict[str, Told]:
    documents = {
        "turns": by_turns(),
        "writes": workflow("writes", busybox("t", WRITES)),
        "fails": workflow("fails", busybox("t", "echo out; echo err >&2; exit 3")),
        "again": workflow("again", retried("t")),
        "gone": workflow("gone", busybox("here", "echo x"), busybox("gone-task", "echo y")),
    }
    return run_all(here.cluster, documents)


def of(found: Iterable[LogLine | Notice]) -> list[tuple[str, int, str]]:
    return [(line.label, line.attempt, line.text) for line in found if isinstance(line, LogLine)]


def sent(here: Namespace, document: dict[str, Any]) -> str:
    """Submit a workflow, without a look at what becomes of it."""
    whole = named(document, namespace=here.cluster.namespace)
    submit(here.cluster, whole)
    return str(whole["metadata"]["name"])


def test_two_tasks_that_write_in_turn_are_merged(here: Namespace, ended: dict[str, Told]) -> None:
    found = [line for line in lines(here.cluster, ended["turns"].name) if isinstance(line, LogLine)]

    assert [line.text for line in found] == [f"{task}{n}" for n in range(1, 6) for task in "ab"]
    assert all(line.text.startswith(line.label) for line in found)
    assert all(one.at < other.at for one, other in pairwise(found))


def test_one_task_of_two_is_chosen(here: Namespace, ended: dict[str, Told]) -> None:
    found = of(lines(here.cluster, ended["turns"].name, task="Task A", labels={"a": "Task A"}))

    assert found == [("Task A", 0, f"a{n}") for n in range(1, 6)]
    with pytest.raises(ClusterError, match="no task 'c'") as caught:
        list(lines(here.cluster, ended["turns"].name, task="c"))
    assert caught.value.hint.endswith("There are: a, b, begin.")


def test_what_a_task_writes_survives_and_what_argo_adds_does_not(here: Namespace, ended: dict[str, Told]) -> None:
    assert [text for _, _, text in of(lines(here.cluster, ended["writes"].name))] == WRITTEN


def test_a_task_that_failed_shows_only_its_own_lines(here: Namespace, ended: dict[str, Told]) -> None:
    assert sorted(text for _, _, text in of(lines(here.cluster, ended["fails"].name))) == ["err", "out"]


def test_each_attempt_has_its_lines(here: Namespace, ended: dict[str, Told]) -> None:
    assert of(lines(here.cluster, ended["again"].name)) == [("t", 0, "try 0"), ("t", 1, "try 1")]


def test_a_task_whose_pod_is_gone_is_named(here: Namespace, ended: dict[str, Told]) -> None:
    state = ended["gone"].state
    assert state is not None
    pod = next(task.pod for task in state.tasks if task.path == "gone-task")
    here.cluster.delete("pods", pod)
    while any(each["metadata"]["name"] == pod for each in here.cluster.listing("pods").items):
        time.sleep(0.2)

    *rest, notice = lines(here.cluster, ended["gone"].name)

    assert of(rest) == [("here", 0, "x")]
    assert isinstance(notice, Notice)
    assert notice.message.startswith("there is no log of gone-task: ")


def test_logs_are_followed_from_before_the_first_pod_to_the_end(here: Namespace) -> None:
    templates = [busybox("first", LONG.format(0.02)), busybox("second", "echo x; exit 3"), retried("third")]
    wait = {"name": "wait", "suspend": {"duration": "3"}}
    needs = {"first": ["wait"], "second": ["first"], "third": ["first"]}
    name = sent(here, workflow("followed", wait, *templates, needs=needs))
    assert not here.cluster.listing("pods", labels=f"workflows.argoproj.io/workflow={name}").items

    found = lines(here.cluster, name, follow=True)
    first = next(found)
    phase = here.cluster.get("workflows", name)["status"]["phase"]
    rest = list(found)

    assert phase == "Running"
    assert of([first, *rest[:299]]) == [("first", 0, str(n)) for n in range(1, 301)]
    assert sorted(of(rest[299:])) == [("second", 0, "x"), ("third", 0, "try 0"), ("third", 1, "try 1")]
    assert of([first, *rest]) == of(lines(here.cluster, name))


class Relay:
    """A way to the API server that breaks when it is told to."""

    def __init__(self, to: tuple[str, int]) -> None:
        self._to = to
        self._open: set[socket.socket] = set()
        self._server = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._serve, daemon=True)]
        self.port = self._server.getsockname()[1]
        self.away = False
        self.broken = 0  # ends of connections
        self._threads[0].start()

    def cut(self) -> None:
        """Break all connections."""
        for each in list(self._open):
            self.broken += 1
            _shut(each)

    def close(self) -> None:
        _shut(self._server)
        self._threads[0].join()
        self.cut()
        for thread in self._threads:
            thread.join()
        self._server.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._server.accept()
                if self.away:
                    near.close()
                    continue
                carrying = threading.Thread(target=self._connect, args=(near,), daemon=True)
                self._threads.append(carrying)
                carrying.start()

    def _connect(self, near: socket.socket) -> None:
        with near, socket.create_connection(self._to) as far:
            self._open |= {near, far}
            back = threading.Thread(target=_carry, args=(far, near), daemon=True)
            back.start()
            _carry(near, far)
            back.join()
            self._open -= {near, far}


def _carry(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while data := one.recv(1000):
            other.sendall(data)
    _shut(other)


def _shut(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def relay(bed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Relay]:
    kubeconfig = yaml.safe_load(Path(bed.kubeconfig).read_text())
    cluster = kubeconfig["clusters"][0]["cluster"]
    host, port = cluster["server"].removeprefix("https://").split(":")
    found = Relay((host, int(port)))
    cluster["server"] = f"https://127.0.0.1:{found.port}"
    (tmp_path / "kubeconfig").write_text(yaml.safe_dump(kubeconfig))
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))
    yield found
    found.close()


def test_streams_that_break_lose_nothing_and_double_nothing(here: Namespace, relay: Relay) -> None:
    name = sent(here, workflow("cut", *(busybox(task, LONG.format(0.06)) for task in "ab")))
    cluster = KubernetesCluster(namespace=here.cluster.namespace)
    found: list[LogLine | Notice] = []
    back = threading.Timer(15, setattr, (relay, "away", False))

    for line in lines(cluster, name, follow=True):
        found.append(line)
        if len(found) == 100:
            relay.away = True
            back.start()
        if len(found) % 50 == 0:
            relay.cut()
    back.join()

    for task in "ab":
        assert [text for label, _, text in of(found) if label == task] == [str(n) for n in range(1, 301)]
    assert relay.broken > 6
    told = [line.message.partition(";")[0] for line in found if isinstance(line, Notice)]
    assert told == ["no answer", "the cluster answers again"]
