"""docs/reference/python.md: what other code may import, with signatures and docstrings."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import PurePath
from typing import Any, get_args

MODULES = (
    "argo_kedro.pipeline",
    "argo_kedro.project",
    "argo_kedro.plan",
    "argo_kedro.check",
    "argo_kedro.manifest",
    "argo_kedro.local",
    "argo_kedro.cluster",
    "argo_kedro.model",
)
_VALUES = ("Workflow", "Task", "Template", "Dataset", "DatasetUse", "Setting", "Problem")  # of the model
_HEAD = """\
# Python

This page is made from the code (`make docs`). Pipeline code imports `argo_kedro.pipeline`, and nothing else of the
plugin. The other modules are the steps that the verbs go through, one after another: a project is opened, planned,
checked, rendered, and run here or on a cluster. Each error is an `argo_kedro.errors.ArgoKedroError` with a `hint`,
and the exit code of the verbs as `exit_code`.

```python
from pathlib import Path

from argo_kedro.plan import plan
from argo_kedro.project import open_project

workflow = plan(open_project(Path(".")))
print([task.name for task in workflow.tasks])
```
"""
_SECTION = re.compile(r"^(Args|Raises|Returns|Yields|Attributes):$")
_ITEM = re.compile(r"^ {4}(\*{0,2}\w+): (.*)$")
_LINE = 100


def page() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *(part for name in MODULES for part in _module(name))])


def _module(name: str) -> Iterator[str]:
    module = import_module(name)
    yield f"## {name}\n"
    yield _text(module.__doc__)
    for attribute in getattr(module, "__all__", _VALUES):
        value = getattr(module, attribute)
        yield f"### {name}.{attribute}\n"
        if inspect.isclass(value):
            yield from _class(attribute, value)
        elif inspect.isfunction(value):
            yield _code(_signature(attribute, value))
            yield _text(value.__doc__)
        else:
            yield _code(f"{attribute} = {_shown(value)}")


def _class(name: str, value: type[Any]) -> Iterator[str]:
    fields = dataclasses.fields(value) if dataclasses.is_dataclass(value) else ()
    bases = f"({value.__bases__[0].__name__})" if issubclass(value, Exception) else ""
    lines = [f"class {name}{bases}:"]
    lines += [f"    {field.name}: {field.type}{_default(field)}" for field in fields]
    if not fields and "__init__" in value.__dict__ and not getattr(value, "_is_protocol", False):
        lines += [f"    {line}" for line in _signature("__init__", value.__init__).splitlines()]
    yield _code("\n".join(lines) if len(lines) > 1 else f"{lines[0]} ...")
    yield _text(value.__doc__)
    methods = list(_methods(value))
    if methods:
        yield "\n".join(f"* `{head}`: {words}" for head, words in methods) + "\n"


def _methods(value: type[Any]) -> Iterator[tuple[str, str]]:
    """What a class has beside its fields, each with its first sentence."""
    for name, member in vars(value).items():
        found = member.fget if isinstance(member, property) else member
        found = found.__func__ if isinstance(found, classmethod | staticmethod) else found
        if name.startswith("_") or not inspect.isfunction(found):
            continue
        words = inspect.cleandoc(found.__doc__ or "").partition("\n\n")[0]
        signature = re.sub(r"^\((self|cls)(, )?", "(", _readable(found))
        yield name if isinstance(member, property) else f"{name}{signature}", " ".join(words.split())


def _signature(name: str, function: Any) -> str:
    """The function's first lines, as they could stand in a file."""
    line = f"def {name}{_readable(function)}: ..."
    if len(line) <= _LINE:
        return line
    head, _, rest = line.partition("(")
    inside, _, end = rest.rpartition(") -> ")
    return "\n".join([f"{head}(", *(f"    {part}," for part in _split(inside)), f") -> {end}"])


def _readable(function: Any) -> str:
    found = inspect.signature(function)
    parameters = [
        each.replace(annotation=_words(each.annotation), default=_plain(each.default))
        for each in found.parameters.values()
    ]
    readable = found.replace(parameters=parameters, return_annotation=_words(found.return_annotation))
    return str(readable).replace("'", '"').replace("Ellipsis", "...")


class _Words(str):
    """An annotation as it is written in the code."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _words(annotation: Any) -> Any:
    return _Words(annotation) if isinstance(annotation, str) else annotation


def _split(inside: str) -> list[str]:
    """Parameters; a comma between brackets divides none."""
    return re.split(r", (?![^\[]*\])", inside)


def _plain(default: Any) -> Any:
    """A default that can be read, or `...` for one that only code can make."""
    if default is inspect.Parameter.empty or default is None or isinstance(default, bool | int | float | str | tuple):
        return default
    return ...


def _default(field: dataclasses.Field[Any]) -> str:
    if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
        return ""
    return f" = {_shown(field.default)}"


def _shown(value: Any) -> str:
    if isinstance(value, PurePath):
        return f'Path("{value.as_posix()}")'
    if get_args(value):
        return " | ".join(each.__name__ for each in get_args(value))
    try:
        ast.literal_eval(repr(value))
    except (ValueError, SyntaxError):
        return "..."
    return repr(value).replace("'", '"')


def _code(text: str) -> str:
    return f"```python\n{text}\n```\n"


def _text(doc: str | None) -> str:
    """A docstring: its sections become lists."""
    found: list[str] = []
    for line in inspect.cleandoc(doc or "").splitlines():
        section = _SECTION.match(line)
        item = _ITEM.match(line)
        if section:
            found += [f"{section[1]}:", ""]
        elif item:
            found.append(f"* `{item[1]}`: {item[2]}")
        else:
            found.append(f"  {line.strip()}" if line.startswith("    ") else line)
    return "\n".join(found) + "\n"
