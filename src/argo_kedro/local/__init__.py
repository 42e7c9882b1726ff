"""The engine that runs a manifest on this machine, and the record that it leaves."""

from argo_kedro.events import Event, Finished, Notice, Started, TaskChanged
from argo_kedro.local.launch import run
from argo_kedro.local.machine import Machine, this_machine
from argo_kedro.local.outcome import Failure, Run
from argo_kedro.local.reading import read_run, runs
from argo_kedro.local.record import RUNS, log_path
from argo_kedro.local.resuming import retry

__all__ = [
    "RUNS",
    "Event",
    "Failure",
    "Finished",
    "Machine",
    "Notice",
    "Run",
    "Started",
    "TaskChanged",
    "log_path",
    "read_run",
    "retry",
    "run",
    "runs",
    "this_machine",
]
