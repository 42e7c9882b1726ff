"""A click command in Markdown: its usage, its help, a table of its options."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Sequence
from itertools import cycle

import click

_MARKS = re.compile(r"(?<!\w)_+|_+(?!\w)|[*<]")  # an underscore inside of a word is one


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; nothing in a cell ends it."""
    lines = [f"| {' | '.join(head)} |".replace("|  |", "| |"), "|" + "-|" * len(head)]
    lines += [f"| {' | '.join(_cell(each) for each in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return _plain(" ".join(text.split()).replace("|", "&#124;"))


def _plain(text: str) -> str:
    """The text, in which Markdown sees no more than words, code and links."""
    parts = zip(text.split("`"), cycle((False, True)), strict=False)
    return "`".join(part if is_code else _MARKS.sub(_with_backslashes, part) for part, is_code in parts)


def _with_backslashes(found: re.Match[str]) -> str:
    return "".join(f"\\{mark}" for mark in found[0])


def paragraphs(command: click.Command) -> str:
    """The help of a command, as it is written."""
    return _plain(inspect.cleandoc(command.help or "").replace("\b\n", "")) + "\n"


def usage(path: str, command: click.Command) -> str:
    """What is typed: `kedro argo submit [OPTIONS] [MANIFEST]`."""
    arguments = [each for each in command.params if isinstance(each, click.Argument)]
    words = [_argument(each) for each in arguments]
    return f"    {' '.join([path, '[OPTIONS]', *words])}\n"


def _argument(argument: click.Argument) -> str:
    name = (argument.metavar or (argument.name or "").upper()).strip("[]")
    many = "..." if argument.nargs == -1 else ""
    return f"{name}{many}" if argument.required else f"[{name}]{many}"


def options(command: click.Command, without: Iterable[str] = ()) -> list[click.Option]:
    """Its options that `--help` shows, but for those of these names."""
    left_out = set(without)
    found = [each for each in command.params if isinstance(each, click.Option) and not each.hidden]
    return [each for each in found if each.name not in left_out]


def options_table(found: Iterable[click.Option]) -> str:
    """A row for each option."""
    return table(
        ("option", "value", "default", ""),
        [(_names(each), _value(each), _default(each), each.help or "") for each in found],
    )


def _names(option: click.Option) -> str:
    names = ", ".join(f"`{name}`" for name in sorted(option.opts, key=lambda name: (not name.startswith("--"), name)))
    return " / ".join([names, *(f"`{name}`" for name in option.secondary_opts)])


def _value(option: click.Option) -> str:
    if option.is_flag:
        return ""
    if isinstance(option.type, click.Choice):
        return ", ".join(f"`{choice}`" for choice in option.type.choices)
    words = option.metavar or option.type.name.upper()
    return f"{words}, more than once" if option.multiple else words


def _default(option: click.Option) -> str:
    if option.required:
        return "required"
    default = option.default
    if option.is_flag or not isinstance(default, str | int | float) or default == "":
        return ""
    return f"`{default}`"
