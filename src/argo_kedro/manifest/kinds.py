"""What a workflow can be written as: a Workflow, a WorkflowTemplate, a CronWorkflow."""

from __future__ import annotations

from collections.abc import Mapping

from argo_kedro.model import Kind, Problem, Workflow
from argo_kedro.names import k8s_name

KINDS: Mapping[Kind, str] = {"workflow": "Workflow", "template": "WorkflowTemplate", "cron": "CronWorkflow"}
# Argo puts the names into labels; to a CronWorkflow's it adds a hyphen and the ten digits of the time.
LONGEST: Mapping[str, int] = {"Workflow": 63, "WorkflowTemplate": 63, "CronWorkflow": 52}


def object_name(workflow: Workflow, kind: Kind) -> str:
    """The name of a WorkflowTemplate or CronWorkflow, and what begins the name of a Workflow."""
    return k8s_name(workflow.name, limit=LONGEST[KINDS[kind]])


def kind_problems(workflow: Workflow, kind: Kind, *, workflow_name: str = "") -> list[Problem]:
    """Why this workflow cannot be of this kind.

    Args:
        workflow: What is to be written.
        kind: What it is to be written as.
        workflow_name: The name that the user gave; a name that is made here is shortened instead.
    """
    found = []
    if kind == "cron" and not workflow.schedule:
        found.append(
            Problem(
                message="nothing says when a CronWorkflow of this pipeline is to run.",
                where="argo.yml schedule.schedules",
                hint='write it there: `schedule: {schedules: "0 6 * * *", timezone: Europe/Berlin}` is daily at six.',
            )
        )
    if workflow_name and workflow_name == workflow.name != object_name(workflow, kind):
        longest = LONGEST[KINDS[kind]]
        found.append(
            Problem(
                message=f"{workflow_name!r} is too long for a {KINDS[kind]}: its runs have a time after the name.",
                where="--workflow-name",
                hint=f"use up to {longest} characters.",
            )
        )
    return found
