"""Two small languages of Argo, read without `eval`: `when` of a task, `expression` of a retry strategy."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

_WORDS = {"&&": " and ", "||": " or ", "!": " not ", "true": "True", "false": "False", "nil": "None"}
_WORDS |= {"matches": " @ ", "contains": " % "}  # free operators of Python carry those that it does not have
_TOKEN = re.compile(
    r"\s+|'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[A-Za-z_][\w.]*|\d+(?:\.\d+)?|&&|\|\||[=!<>]=|[!<>()\[\],-]"
)
_COMPARE: Mapping[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda value, many: value in many,
    ast.NotIn: lambda value, many: value not in many,
}
_FUNCTIONS: Mapping[str, Callable[[Any], Any]] = {"asInt": int, "asFloat": float, "string": str}
_FIELDS = ("exitCode", "status", "duration", "message")
RETRIES = "retries"
_SAMPLE = {"exitCode": "1", "status": "Failed", "duration": "1", "message": "", RETRIES: "0"}


@dataclass(frozen=True)
class RetryExpression:
    """`asInt(lastRetry.exitCode) in [137, 143]`, read."""

    text: str
    tree: ast.expr

    def holds(self, last: Mapping[str, str]) -> bool:
        """Whether it is true of the last attempt.

        Raises:
            ValueError: if it cannot be worked out, such as `asInt` of a word.
        """
        answer = _value(self.tree, last)
        if not isinstance(answer, bool):
            raise ValueError(f"it gives {answer!r}, not true or false")  # noqa: TRY004  # the user's text is wrong, no type
        return answer


def retry_expression(text: str) -> RetryExpression:
    """Read an expression, and try it once.

    Raises:
        ValueError: if it is not one that the local engine knows.
    """
    try:
        tree = ast.parse(_python(text).strip(), mode="eval").body
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise ValueError("it cannot be read") from error
    expression = RetryExpression(text, tree)
    expression.holds(_SAMPLE)
    return expression


def _python(text: str) -> str:
    parts, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"unexpected {text[at : at + 10]!r}")
        parts.append(" " if match[0].isspace() else _WORDS.get(match[0], match[0]))
        at = match.end()
    return "".join(parts)


def _value(tree: ast.expr, last: Mapping[str, str]) -> Any:
    match tree:
        case ast.Constant(value=value) if value is None or isinstance(value, str | int | float):
            return value
        case ast.List(elts=items):
            return [_value(item, last) for item in items]
        case ast.Attribute(value=ast.Name(id="lastRetry"), attr=name) if name in _FIELDS:
            return last[name]
        case ast.Name(id=name) if name == RETRIES:
            return last[name]
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in _FUNCTIONS:
            return _FUNCTIONS[name](_value(argument, last))
        case ast.BoolOp(op=joint, values=values):
            answers = [_value(value, last) for value in values]  # all of them, so that a wrong one shows at once
            return all(answers) if isinstance(joint, ast.And) else any(answers)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not _value(operand, last)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            return -number
        case ast.BinOp(left=left, op=ast.MatMult(), right=right):
            return _matches(_value(left, last), _value(right, last))
        case ast.BinOp(left=left, op=ast.Mod(), right=right):
            return str(_value(right, last)) in str(_value(left, last))
        case ast.Compare(left=left, ops=[compare], comparators=[right]) if type(compare) in _COMPARE:
            return _compared(type(compare), _value(left, last), _value(right, last))
    raise ValueError(f"{ast.unparse(tree)!r} is not known here")


def _matches(text: Any, pattern: Any) -> bool:
    try:
        return re.search(str(pattern), str(text)) is not None
    except re.error as error:
        raise ValueError(f"{pattern!r} is not a regular expression") from error


def _compared(compare: type[ast.cmpop], left: Any, right: Any) -> bool:
    others = right if isinstance(right, list) else [right]
    if any(isinstance(left, str) != isinstance(other, str) for other in others):
        raise ValueError(f"{left!r} and {right!r} are a text and a number; write asInt(...) around the text")
    try:
        return bool(_COMPARE[compare](left, right))
    except TypeError as error:
        raise ValueError(f"{left!r} and {right!r} cannot be compared") from error


@dataclass(frozen=True)
class When:
    """`{{inputs.parameters.kind}} == full`, with `&&` and `||` between several."""

    text: str
    ways: tuple[tuple[tuple[str, str, str], ...], ...]  # any of these, each all of (left, operator, right)

    def holds(self, expand: Callable[[str], str]) -> bool:
        """Whether it is true, once the tags are filled in."""
        return any(all(_holds(expand(left), sign, expand(right)) for left, sign, right in way) for way in self.ways)


def when(text: str) -> When:
    """Read a condition before its tags are filled in, so that no value can change its meaning.

    Raises:
        ValueError: if it is more than comparisons by == and !=.
    """
    return When(text, tuple(tuple(_comparison(part) for part in way.split("&&")) for way in text.split("||")))


def _comparison(text: str) -> tuple[str, str, str]:
    parts = re.split(r"(==|!=)", text)
    if len(parts) == 1 and text.strip() in ("true", "false"):
        return text.strip(), "==", "true"
    if (
        len(parts) != 3
        or not parts[0].strip()
        or not parts[2].strip()
        or re.search(r"[<>()!=]|=~", parts[0] + parts[2])
    ):
        raise ValueError(f"{text.strip()!r} is not a comparison by == or !=")
    return parts[0].strip(), parts[1], parts[2].strip()


def _holds(left: str, sign: str, right: str) -> bool:
    return (_operand(left) == _operand(right)) is (sign == "==")


def _operand(text: str) -> str | float:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1]
    try:
        return float(text)  # 1 and 1.0 are equal there too
    except ValueError:
        return text
