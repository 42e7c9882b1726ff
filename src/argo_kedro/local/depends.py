"""The `depends` of a DAG task: `a && (b.Succeeded || !c.Failed)`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

Phases = Mapping[str, str | None]
Test = Callable[[Phases], bool | None]  # None while it is not decided

# A bare name means these, see docs/enhanced-depends-logic.md of Argo.
_BARE = ("Succeeded", "Skipped", "Daemoned")
_RESULTS = {
    "Succeeded": "Succeeded",
    "Failed": "Failed",
    "Errored": "Error",
    "Skipped": "Skipped",
    "Omitted": "Omitted",
}
_RESULTS["Daemoned"] = "Daemoned"
_TOKEN = re.compile(r"\s*(?P<token>&&|\|\||[!()]|[A-Za-z0-9][-_A-Za-z0-9]*(\.[A-Za-z]+)?)")


@dataclass(frozen=True)
class Depends:
    """Which tasks must have ended, and how, before a task begins."""

    text: str
    names: tuple[str, ...]
    test: Test


def depends(text: str) -> Depends:
    """Read an expression.

    Raises:
        ValueError: if it is not one; the message says where it goes wrong.
    """
    if not text.strip():
        return NOTHING
    parser = _Parser(_tokens(text))
    try:
        test = parser.whole()
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    return Depends(text, tuple(dict.fromkeys(parser.names)), test)


def dependencies(names: Iterable[str]) -> Depends:
    """What the older list of names means: all of them, each as a bare name."""
    names = tuple(dict.fromkeys(names))
    return Depends(" && ".join(names), names, _all([_ended(name, _BARE) for name in names]))


def _tokens(text: str) -> list[str]:
    tokens, at = [], 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"unexpected {text[at:].strip()[:10]!r}")
        tokens.append(match["token"])
        at = match.end()
    return tokens


class _Parser:
    """Recursive descent; `&&` binds tighter than `||`."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens[::-1]
        self.names: list[str] = []

    def whole(self) -> Test:
        test = self._any()
        if self.tokens:
            raise ValueError(f"unexpected {self.tokens[-1]!r}")
        return test

    def _next(self) -> str:
        if not self.tokens:
            raise ValueError("it ends too early")
        return self.tokens.pop()

    def _chain(self, operator: str, part: Callable[[], Test], join: Callable[[list[Test]], Test]) -> Test:
        tests = [part()]
        while self.tokens and self.tokens[-1] == operator:
            self.tokens.pop()
            tests.append(part())
        return join(tests) if len(tests) > 1 else tests[0]

    def _any(self) -> Test:
        return self._chain("||", self._every, _some)

    def _every(self) -> Test:
        return self._chain("&&", self._one, _all)

    def _one(self) -> Test:
        token = self._next()
        if token == "!":
            return _not(self._one())
        if token == "(":
            test = self._any()
            if self._next() != ")":
                raise ValueError("a ')' is missing")
            return test
        if token in ("&&", "||", ")"):
            raise ValueError(f"unexpected {token!r}")
        return self._task(token)

    def _task(self, token: str) -> Test:
        name, dot, result = token.partition(".")
        self.names.append(name)
        if not dot:
            return _ended(name, _BARE)
        if result not in _RESULTS:
            raise ValueError(f"unknown result {result!r}; known here: {', '.join(_RESULTS)}")
        return _ended(name, (_RESULTS[result],))


def _ended(name: str, results: tuple[str, ...]) -> Test:
    def test(phases: Phases) -> bool | None:
        phase = phases.get(name)
        return None if phase is None else phase in results

    return test


def _all(tests: list[Test]) -> Test:
    def test(phases: Phases) -> bool | None:
        answers = [part(phases) for part in tests]
        return False if False in answers else None if None in answers else True

    return test


def _some(tests: list[Test]) -> Test:
    def test(phases: Phases) -> bool | None:
        answers = [part(phases) for part in tests]
        return True if True in answers else None if None in answers else False

    return test


def _not(part: Test) -> Test:
    def test(phases: Phases) -> bool | None:
        answer = part(phases)
        return None if answer is None else not answer

    return test


NOTHING = Depends("", (), _all([]))
