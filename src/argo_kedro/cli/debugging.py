"""What `debug` looks at, and what comes next. Imported as `steps` is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import click

from argo_kedro.cli import console
from argo_kedro.cli.cluster_run import ClusterRun
from argo_kedro.cli.local_run import LocalRun
from argo_kedro.cli.looking import source_of
from argo_kedro.errors import ArgoKedroError, WorkflowFailed
from argo_kedro.names import few
from argo_kedro.views.findings import Finding, findings
from argo_kedro.workflows import RunState, TaskState, labels_of, reason
from argo_kedro.workflows.labels import shown
from argo_kedro.workflows.meaning import meant_by

_MOST = 5  # tasks that are shown
_SHOWN = 20  # tasks named in a message


@dataclass(frozen=True, kw_only=True)
class Inquiry:
    """The tasks that are looked at, and what was found."""

    run: LocalRun | ClusterRun
    state: RunState
    findings: Sequence[Finding]
    more: int  # tasks like these that are left out

    @property
    def headline(self) -> str:
        """The run in a line, and what is shown of it."""
        failed, name = len(self.state.failed), self.state.name
        phase = self.state.phase or "not looked at by Argo yet"
        lines = [f"{name}: {phase}, {failed} of {self.state.planned} tasks failed."]
        if self.state.message and not self.findings:
            found = reason(self.state.message)
            lines += [found.text, *([f"Hint: {found.hint}"] if found.hint else [])]
        elif not self.findings:
            lines.append("Nothing failed, and nothing waits for a reason that is known.")
        if self.more:
            lines.append(f"The first {len(self.findings)} are here, and {self.more} more: TASK names another one.")
        return "\n".join(lines)

    def tell_next(self) -> None:
        """Say what comes next.

        Raises:
            click.exceptions.Exit: with 6, if the run did not succeed.
        """
        over, phase, name = self.state.over, self.state.phase, self.state.name
        if not over:
            step = self.run.command("status", name, "--wait")
        elif phase == "Succeeded":
            step = self.run.command("logs", name)
        else:
            anew = self.run.command("submit" if self.run.is_cluster else "run", "--from-failed", name)
            console.say(f"After the fix, a retry runs what has not succeeded{self.run.after_fix}.")
            console.say(f"If argo.yml, an option or the pipeline itself was wrong, it takes a new run: {anew}")
            step = self.run.command("retry", name)
        console.say(f"Next: {step}")
        if over and phase != "Succeeded":
            raise click.exceptions.Exit(WorkflowFailed.exit_code)


def inquiry(run: LocalRun | ClusterRun, package: str, asked: str) -> Inquiry:
    """Look at the task that is asked for, else at those that failed, else at those that wait for a reason.

    Raises:
        ArgoKedroError: if there is no such task, or it has not begun.
        ClusterError: if the cluster is out of reach.
    """
    source = source_of(run, package)
    document, state = source.document, source.state
    if asked:
        tasks = _named(asked, state, meant_by(asked, document))
        if not tasks:
            there = few([shown(task.path, labels_of(document)) for task in state.tasks], _SHOWN)
            hint = f"`{run.command('status', run.name)}` shows how far it is. Begun: {there or 'nothing'}."
            raise ArgoKedroError(f"Task {asked!r} of {run.name} has not begun: there is nothing to show.", hint=hint)
    else:
        tasks = list(state.failed) or [task for task in state.tasks if task.path in source.waits]
    chosen = tasks[:_MOST]
    return Inquiry(run=run, state=state, findings=findings(source, chosen), more=len(tasks) - len(chosen))


def _named(asked: str, state: RunState, paths: Sequence[str]) -> list[TaskState]:
    """Those that have begun; of a group that is named, those that failed, where any did."""
    found = [task for task in state.tasks if task.path in paths and task.phase not in ("Skipped", "Omitted")]
    failed = [task for task in found if task in state.failed]
    return failed if failed and len(found) > 1 else found
