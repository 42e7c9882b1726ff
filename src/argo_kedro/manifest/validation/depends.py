"""The `depends` of a DAG task, read for the names in it: `a && (b.Succeeded || !c.Failed)`."""

from __future__ import annotations

import re

RESULTS = ("Succeeded", "Failed", "Errored", "Skipped", "Omitted", "Daemoned", "AnySucceeded", "AllFailed")
OF_ITEMS = ("AnySucceeded", "AllFailed")  # only of a task with withItems, withParam or withSequence
_NAME = "[A-Za-z0-9][-A-Za-z0-9]*"
_OPERAND = re.compile(rf"\s*(?:(?P<sign>[!(])|(?P<name>{_NAME})(?:\.(?P<result>\w+))?)")
_OPERATOR = re.compile(r"\s*(?P<sign>&&|\|\||\))")
_OURS = re.compile(rf"{_NAME}(?: && {_NAME})*\Z")


def needed(text: str) -> list[tuple[str, str]]:
    """The tasks that an expression names, each with the result that it asks for, if any.

    Raises:
        ValueError: if it is no such expression; the message says why.
    """
    if _OURS.match(text):  # what we write ourselves: thousands of them are read at every compile
        return [(name, "") for name in text.split(" && ")]
    found: list[tuple[str, str]] = []
    at, depth, wants_operand = 0, 0, True
    while text[at:].strip():
        match = (_OPERAND if wants_operand else _OPERATOR).match(text, at)
        if match is None:
            raise ValueError(f"unexpected {text[at:].strip()[:20]!r}")
        sign = match["sign"]
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if depth < 0:
            raise ValueError("a '(' is missing")
        if wants_operand and not sign:
            found.append((match["name"], match["result"] or ""))
        wants_operand = sign not in (None, ")")
        at = match.end()
    if wants_operand:
        raise ValueError("it ends too early")
    if depth:
        raise ValueError("a ')' is missing")
    return found
