"""A pod's task that runs: its attempts, each one process."""

from __future__ import annotations

import signal
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from argo_kedro.events import TaskChanged
from argo_kedro.local.alone import alone, left
from argo_kedro.local.attempts import Command, OutputFiles, command, pod_lookup, reason_and_usage
from argo_kedro.local.nodes import Host, Node, Parent, Place, outputs_entry
from argo_kedro.local.outcome import Failure
from argo_kedro.local.process import NOT_FOUND, CannotStart, Process
from argo_kedro.local.record import log_path
from argo_kedro.local.retries import Attempt, seconds_to_wait
from argo_kedro.local.templates import Pod
from argo_kedro.local.variables import expand
from argo_kedro.manifest.validation.durations import duration
from argo_kedro.names import pod_name
from argo_kedro.usage import USAGE
from argo_kedro.workflows.told import told

GRACE = 5.0  # seconds between a request to end and the end
_DEADLINE = "Pod was active on the node longer than the specified deadline"


class PodRun(Node):
    """All attempts at one task."""

    def __init__(
        self, host: Host, place: Place, template: Pod, inputs: Mapping[str, str], parent: Parent | None
    ) -> None:
        super().__init__(host, place, template, inputs, parent)
        self.template = template
        self.demand = template.demand
        self.rank = 1 + place.below
        self.number = -1  # of the attempt, from 0
        self.began = self.first_began = time.monotonic()
        self.queued = False  # waits for room on the machine
        self.limit: int | None = None
        self.deadline = self.timeout = 0.0
        self.process: Process | None = None
        self.files = OutputFiles(host.folder, (), host.values.get)
        self.command: Command | None = None
        self.known = pod_lookup(host.values, self.inputs, template.outputs)
        self.stopped = ""  # why we ended the process
        self.last = {"exitCode": "0", "status": "", "duration": "0", "message": ""}
        self.entry = self.new_entry("Retry" if template.retry else "Pod", template.name)
        self.attempt = self.entry
        self.log = log_path(host.record.folder, place.path or place.name)

    def begin(self) -> None:
        """Work out the limits, and queue up."""
        lookup = self.known
        try:
            limit = self.template.retry.limit if self.template.retry else None
            self.limit = None if limit is None else int(expand(limit, lookup))
            self.deadline = float(int(expand(self.template.deadline, lookup) or 0))
            self.timeout = duration(expand(self.template.timeout, lookup)) if self.template.timeout else 0.0
        except ValueError as error:
            self._over("Error", f"retryStrategy.limit, activeDeadlineSeconds or timeout: {error}", None)
            return
        self._queue()

    def leave_out(self, message: str) -> None:
        """End without having begun."""
        self.queued = False
        super().leave_out(message)

    def stop(self, reason: str = "") -> None:
        """End the process, or the wait for one."""
        if self.process is None:
            self._over("Failed", reason or self.host.closing, None)
        elif not self.stopped:
            self.stopped = reason or self.host.closing
            self.process.send(signal.SIGTERM)
            self.host.after(GRACE, partial(self._kill, self.number))

    def outbound(self) -> Sequence[str]:
        """The last attempt."""
        return [self.attempt["id"]]

    def start(self) -> bool:
        """Start the process; false where that cannot be."""
        self.began = time.monotonic()
        self.first_began = self.began if self.phase == "Pending" else self.first_began
        self.phase = "Running"
        self.queued = False
        self._open_attempt()
        self._tell("Running")
        self.command = command(self.template, self._lookup, self._reason())
        self.files = OutputFiles(self.host.folder, self.template.outputs, self._lookup)
        record = self.host.record
        record.commit()
        try:
            ended = partial(self.host.process_ended, self)
            place = (self.host.folder, self.log)
            self.process = Process(self.command.argv, self.command.env, *place, ended, inherits=(record.lock,))
        except CannotStart as error:
            with self.log.open("a", encoding="utf-8") as log:
                log.write(f"{error}\n")
            self._over("Error", f"main: Error (exit code {NOT_FOUND}): {error}", NOT_FOUND)
            return False
        if self.deadline:
            self.host.after(self.deadline, partial(self._too_long, self.number))
        return True

    def process_over(self) -> None:
        """Judge the attempt."""
        if self.process is None:
            return
        code = self.process.reap()
        self.process = None
        self.host.record.process(self.entry, None)
        reason, used = reason_and_usage(self._reason())
        if used:
            self.attempt[USAGE] = used
        if self.stopped:
            stopped, self.stopped = self.stopped, ""
            self._over("Failed", stopped, code)
        elif code:
            self._over("Failed", f"main: Error (exit code {code})" + (f": {reason}" if reason else ""), code)
        else:
            try:
                self.outputs = self.files.read()
            except (ValueError, OSError) as error:
                self._over("Error", str(error), code)
            else:
                self._over("Succeeded", "", code)

    def kill(self) -> None:
        """End it now."""
        if self.process is not None:
            self.process.send(signal.SIGKILL)

    def _queue(self) -> None:
        self.number += 1
        self.queued = True
        if self.timeout:
            self.host.after(self.timeout, partial(self._too_long, self.number))
        self.host.queue(self)

    def _open_attempt(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.number > 0 or self.log.exists():  # the latter after a retry
            with self.log.open("a", encoding="utf-8") as log:
                log.write(f"--- attempt {self.number + 1}, {self.host.record.now()} ---\n")
        if self.template.retry:
            self.attempt = self.host.record.add(
                f"{self.place.name}({self.number})",
                "Pod",
                boundary=self.place.boundary,
                parents=[self.entry["id"]],
                displayName=f"{self.place.task or self.place.name}({self.number})",
                templateName=self.template.name,
                nodeFlag={"retried": True},
            )
        self.attempt["startedAt"] = self.host.record.now()
        self.host.record.change(self.entry, "Running")
        self.host.record.change(self.attempt, "Running")

    def _over(self, phase: str, message: str, code: int | None) -> None:
        seconds = 0.0 if self.queued or self.phase == "Pending" else time.monotonic() - self.began
        self.queued = False
        self.exit_code = code
        if self.attempt is not self.entry and self.attempt["phase"] == "Running":
            self.attempt["outputs"] = outputs_entry(self.outputs, code)
            self.host.record.change(self.attempt, phase, message)
        again: float | str = message
        if phase != "Succeeded" and self.template.retry and not self.host.closing and self.number >= 0:
            since = time.monotonic() - self.first_began
            attempt = Attempt(
                number=self.number, phase=phase, exit_code=code, message=message, seconds=seconds, since_first=since
            )
            self.last = attempt.last_retry()
            again = seconds_to_wait(self.template.retry, self.limit, attempt)
        if isinstance(again, float):
            self._tell("Retrying", f"{message}; again in {again:g} s", seconds)
            self.host.after(again, partial(self._again, self.number))
            return
        if phase != "Succeeded":
            self.host.fail(self._failure(message))
        self._tell(phase, message, seconds)
        self.finish(phase, again)

    def _again(self, number: int) -> None:
        if self.number == number and self.phase == "Running" and not self.host.closing:
            self._queue()

    def _too_long(self, number: int) -> None:
        if self.number != number or self.phase not in ("Pending", "Running"):
            return
        if self.process is not None:
            self.stop(_DEADLINE)
        elif self.queued:
            self._over("Failed", "timeout", None)

    def _kill(self, number: int) -> None:
        if self.number == number:
            self.kill()

    def _tell(self, phase: str, message: str = "", seconds: float = 0.0) -> None:
        event = TaskChanged(
            task=self.place.path or self.place.name,
            template=self.template.name,
            phase=phase,
            attempt=max(self.number, 0),
            seconds=seconds,
            message=message,
            tasks=0 if self.place.hooked else 1,
        )
        self.host.emit(event)

    def _failure(self, message: str) -> Failure:
        argv, env = (self.command.shown, self.command.given) if self.command else ((), {})
        return Failure(
            task=self.place.path or self.place.name,
            template=self.template.name,
            exit_code=self.exit_code,
            message=message,
            log=self.log,
            argv=alone(argv, saving=told(message).saving),
            env=left(env, argv),
        )

    def _reason(self) -> Path:
        return self.host.record.folder / f".reason-{self.entry['id'].rsplit('-', 1)[-1]}"

    def _lookup(self, tag: str) -> str | None:
        if self.template.retry:
            if tag == "retries":
                return str(self.number)
            if tag.startswith("lastRetry."):
                return self.last.get(tag.removeprefix("lastRetry."))
        if tag == "tasks.name":
            return self.place.task or None
        if tag == "node.name":
            return self.place.name
        if tag == "pod.name":
            return pod_name(self.host.record.name, self.template.name, self.attempt["name"])
        return self.known(tag)
