"""Environment variables that pods have and this machine need not: words stand in for them while configuration is read.

So a catalog that asks for `${oc.env:WORKFLOW_ID}` can be looked at here. What stands in must reach no manifest.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import yaml

_OURS = ("WORKFLOW_ID", "NUM_CPU", "MEM_LIMIT_GB")
_STANDS_IN = re.compile(r"<(\S+) of the pod>")
_MISSING = re.compile(r"Environment variable '([^']+)' not found")  # omegaconf's words

_T = TypeVar("_T")


def as_in_a_pod(read: Callable[[], _T], conf_source: str) -> _T:
    """What `read` returns, with something in the place of variables that only pods have: a value of argo.yml, or words.

    Args:
        read: Reads configuration, again where a variable was missing.
        conf_source: The folder of all configuration.
    """
    given: dict[str, str] = {}
    while True:
        try:
            with _set(given):
                return read()
        except Exception as error:
            missing = _MISSING.search(str(error))
            name = missing[1] if missing else ""
            known = {} if not name or name in given else _variables(Path(conf_source))
            if name not in known:
                raise
            given[name] = known[name]


def standing_in(value: Any) -> str:
    """The first variable for which words stand in this value; empty if there is none."""
    if isinstance(value, str):
        found = _STANDS_IN.search(value)
        return found[1] if found else ""
    items = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return next(filter(None, map(standing_in, items)), "")


def _words(name: str) -> str:
    return f"<{name} of the pod>"


@contextmanager
def _set(variables: Mapping[str, str]) -> Iterator[None]:
    os.environ.update(variables)
    try:
        yield
    finally:
        for name in variables:
            os.environ.pop(name, None)


def _variables(conf_source: Path) -> dict[str, str]:
    """The variables of pods, as all argo.yml of the project say."""
    found = {name: _words(name) for name in _OURS}
    for file in sorted(conf_source.glob("**/argo.y*ml")) if conf_source.is_dir() else ():
        try:
            content = yaml.load(file.read_bytes(), yaml.BaseLoader)
        except (yaml.YAMLError, OSError):  # whoever reads this file for itself says so
            continue
        found |= dict(_named(content, ""))
    return found


def _named(value: Any, key: str) -> Iterator[tuple[str, str]]:
    """The variables in `environment:` of any section, and those that outputs of templates become."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _named(item, str(name))
    elif isinstance(value, list):
        for item in value:
            name = item.get("name") if isinstance(item, Mapping) else None
            if isinstance(name, str) and key == "environment":
                yield name, str(item.get("value", _words(name)))
            elif isinstance(name, str) and key == "parameters":
                variable = str(item.get("env") or name.upper())
                yield variable, _words(variable)
            yield from _named(item, "")
