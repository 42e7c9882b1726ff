"""What a task takes, measured while it runs: when its nodes ran, memory at its highest, processor time.

A process that is killed for its memory says nothing any more. So its last words are written down before: how much it
took when last looked at, and in which node.
"""

from __future__ import annotations

import os
import threading
import time
from datetime import datetime, timezone
from typing import Any

from kedro.framework.hooks import hook_impl
from kedro.pipeline.node import Node

from argo_kedro.task.memory import Memory, memory_text
from argo_kedro.task.termination_log import TerminationLog
from argo_kedro.usage import NodeTime, Usage

LOOK = 0.2  # seconds between two looks at the memory
_MORE = 1.02  # times the memory that was written down is worth writing again


class Measures:
    """Kedro hooks that time nodes, and a thread that looks at the memory; nothing of it where nobody reads it."""

    def __init__(self, log: TerminationLog) -> None:
        self._log = log
        self._began, self._clock = datetime.now(timezone.utc), time.monotonic()
        self._times: dict[str, tuple[float, float]] = {}
        self._node = ""
        self._memory = Memory(in_pod=log.in_pod)
        self._highest = 0
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._look_on, daemon=True)
        if log.is_there:
            self._watch.start()

    def end(self) -> str:
        """Stop measuring: the line that says what the task took."""
        self._over.set()
        if self._watch.ident is not None:
            self._watch.join()
        spent = os.times()
        return Usage(
            began=self._began,
            nodes=tuple(NodeTime(name, *times) for name, times in self._times.items()),
            cpu=spent.user + spent.system + spent.children_user + spent.children_system,
            memory=max(self._highest, self._memory.highest()),
            limit=self._memory.limit,
        ).line()

    @hook_impl
    def before_dataset_loaded(self, node: Node) -> None:
        """A node's input is next."""
        self._seen(node)

    @hook_impl
    def before_node_run(self, node: Node) -> None:
        """A node's function is next."""
        self._seen(node)

    @hook_impl
    def after_node_run(self, node: Node) -> None:
        """A node's function is done."""
        self._seen(node)

    @hook_impl
    def on_node_error(self, node: Node) -> None:
        """A node's function failed."""
        self._seen(node)

    @hook_impl
    def after_dataset_saved(self, node: Node) -> None:
        """A node's output is written."""
        self._seen(node)

    def _seen(self, node: Any) -> None:
        now = time.monotonic() - self._clock
        self._node = str(node.name)
        self._times[self._node] = (self._times.get(self._node, (now, now))[0], now)

    def _look_on(self) -> None:
        written = 0, ""
        while not self._over.wait(LOOK):
            used, node = self._memory.used(), self._node
            self._highest = max(self._highest, used)
            if used and (used > written[0] * _MORE or node != written[1]):
                written = used, node
                self._log.say(memory_text(used, self._memory.limit) + (f", node {node}" if node else ""))
