"""A Workflow object, read: how its tasks stand and why, what a retry of it does, and what people call its tasks.

The object is the one that Argo's controller keeps up to date, or the record of a local run, which has the same shape.
"""

from argo_kedro.workflows.inputs import Inputs, inputs_of
from argo_kedro.workflows.labels import labelled, labels_of
from argo_kedro.workflows.reasons import Reason, reason
from argo_kedro.workflows.retrying import Retry, retried, unfinished
from argo_kedro.workflows.state import END_PHASES, RunState, TaskState, run_state
from argo_kedro.workflows.summaries import Summary, summary

__all__ = [
    "END_PHASES",
    "Inputs",
    "Reason",
    "Retry",
    "RunState",
    "Summary",
    "TaskState",
    "inputs_of",
    "labelled",
    "labels_of",
    "reason",
    "retried",
    "run_state",
    "summary",
    "unfinished",
]
