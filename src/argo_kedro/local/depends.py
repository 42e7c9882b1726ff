"""Whether a task may begin: its `depends`, worked out on what became of the tasks before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from argo_kedro.manifest.validation.depends import Ended, Expression, Joined, Not, all_of, ends, parsed

Phases = Mapping[str, str | None]  # None while a task has not ended

_PHASES: Mapping[str, tuple[str, ...]] = {
    "": ("Succeeded", "Skipped", "Daemoned"),  # a bare name, see docs/enhanced-depends-logic.md of Argo
    **{result: (result,) for result in ("Succeeded", "Failed", "Skipped", "Omitted", "Daemoned")},
    "Errored": ("Error",),
}


@dataclass(frozen=True)
class Depends:
    """Which tasks must have ended, and how, before a task begins."""

    expression: Expression
    names: tuple[str, ...]

    def test(self, phases: Phases) -> bool | None:
        """Whether it holds; None while that is not decided."""
        return _decided(self.expression, phases)


def depends(text: str) -> Depends:
    """Read an expression.

    Raises:
        ValueError: if it is not one; the message says where it goes wrong.
    """
    return _of(parsed(text))


def dependencies(names: list[str]) -> Depends:
    """What the older list of names means."""
    return _of(all_of(names))


def _of(expression: Expression) -> Depends:
    return Depends(expression, tuple(dict.fromkeys(task for task, _ in ends(expression))))


def _decided(expression: Expression, phases: Phases) -> bool | None:
    if isinstance(expression, Ended):
        phase = phases.get(expression.task)
        return None if phase is None else phase in _PHASES[expression.result]
    if isinstance(expression, Not):
        answer = _decided(expression.part, phases)
        return None if answer is None else not answer
    return _joined(expression, phases)


def _joined(expression: Joined, phases: Phases) -> bool | None:
    settles = expression.sign == "||"  # one true answer settles an `||`, one false answer an `&&`
    answers = [_decided(part, phases) for part in expression.parts]
    return settles if settles in answers else None if None in answers else not settles
