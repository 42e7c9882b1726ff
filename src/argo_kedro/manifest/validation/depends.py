"""The `depends` of a DAG task, read: `a && (b.Succeeded || !c.Failed)`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

RESULTS = ("Succeeded", "Failed", "Errored", "Skipped", "Omitted", "Daemoned", "AnySucceeded", "AllFailed")
OF_ITEMS = ("AnySucceeded", "AllFailed")  # only of a task with withItems, withParam or withSequence
_NAME = "[A-Za-z0-9][-A-Za-z0-9]*"
_TOKEN = re.compile(rf"\s*(&&|\|\||[!()]|{_NAME}(?:\.\w+)?)")
_OURS = re.compile(rf"{_NAME}(?: && {_NAME})*\Z")


class Ended(NamedTuple):
    """A task has ended with this result or, where none is named, as its followers need it."""

    task: str
    result: str = ""


class Not(NamedTuple):
    """The opposite of something."""

    part: Expression


class Joined(NamedTuple):
    """Several of them: all must hold (`&&`), or any (`||`)."""

    sign: str
    parts: tuple[Expression, ...]


Expression = Ended | Not | Joined


def parsed(text: str) -> Expression:
    """Read an expression.

    Raises:
        ValueError: if it is none; the message says why.
    """
    if _OURS.match(text):  # what we write ourselves: thousands of them are read at every compile
        return all_of(text.split(" && "))
    try:
        return _Parser(_tokens(text)).whole()
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def all_of(tasks: list[str]) -> Expression:
    """What the older list of `dependencies` means: all of them."""
    return Joined("&&", tuple([Ended(task) for task in tasks]))


def ends(expression: Expression) -> Iterator[Ended]:
    """Every task that is named, with the result that is asked for."""
    if isinstance(expression, Ended):
        yield expression
    else:
        for part in expression.parts if isinstance(expression, Joined) else (expression.part,):
            yield from ends(part)


def _tokens(text: str) -> list[str]:
    text = text.rstrip()
    tokens, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"unexpected {text[at:].strip()[:20]!r}")
        tokens.append(match[1])
        at = match.end()
    return tokens


class _Parser:
    """Recursive descent; `&&` binds tighter than `||`."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens[::-1]

    def whole(self) -> Expression:
        read = self._any()
        if self.tokens:
            raise ValueError("a '(' is missing" if self.tokens[-1] == ")" else f"unexpected {self.tokens[-1]!r}")
        return read

    def _joined(self, sign: str, part: Callable[[], Expression]) -> Expression:
        parts = [part()]
        while self.tokens and self.tokens[-1] == sign:
            self.tokens.pop()
            parts.append(part())
        return Joined(sign, tuple(parts)) if len(parts) > 1 else parts[0]

    def _any(self) -> Expression:
        return self._joined("||", self._every)

    def _every(self) -> Expression:
        return self._joined("&&", self._one)

    def _one(self) -> Expression:
        if not self.tokens:
            raise ValueError("it ends too early")
        token = self.tokens.pop()
        if token == "!":
            return Not(self._one())
        if token == "(":
            inner = self._any()
            if not self.tokens or self.tokens.pop() != ")":
                raise ValueError("a ')' is missing")
            return inner
        if token in ("&&", "||", ")"):
            raise ValueError(f"unexpected {token!r}")
        task, dot, result = token.partition(".")
        if dot and result not in RESULTS:
            raise ValueError(f"{token} is no result of a task; known: {', '.join(RESULTS)}")
        return Ended(task, result)
