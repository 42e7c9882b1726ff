"""Single keys of a YAML file changed in its text: comments, order and quotes stay as somebody wrote them.

PyYAML says where a key begins and its value ends. What comes out is read again, and counts only if it says what was
meant: so nothing has to be known here of anchors and the like.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml

from argo_kedro.config.old_keys import BetterForm, Place
from argo_kedro.errors import ArgoKedroError

_Pair = tuple[yaml.Node, yaml.Node]


def fix(path: Path, forms: Iterable[BetterForm]) -> tuple[list[Place], list[Place]]:
    """Change a file, whole or not at all, by these forms.

    Returns:
        The places that were changed, and those that are left to the user.

    Raises:
        ArgoKedroError: if it cannot be read or written.
    """
    target = path.resolve()  # the file that a link leads to, not the link
    try:
        text = target.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ArgoKedroError(f"{path} cannot be read as UTF-8: {error}.") from error
    fixed, changed, left = with_forms(text, forms)
    if changed:
        _replace(target, fixed.encode("utf-8"))
    return changed, left


def with_forms(text: str, forms: Iterable[BetterForm]) -> tuple[str, list[Place], list[Place]]:
    """A text with these forms; the places where it took them, and those where that is not safe."""
    changed: list[Place] = []
    left: list[Place] = []
    for form in forms:
        for place in form.places:
            new = _put(text, place, form.value) if form.deed == "put" else _removed(text, place)
            (left if new is None else changed).append(place)
            text = text if new is None else new
    return text, changed, left


def _put(text: str, place: Place, value: str) -> str | None:
    """The text with another value of a key, or with one more key; None if that is not safe."""
    return _if_meant(
        text, place, lambda data: {**data, place[-1]: value}, lambda mapping: _with(text, mapping, place[-1], value)
    )


def _removed(text: str, place: Place) -> str | None:
    """The text without a key; None if that is not safe."""

    def rest(data: dict[Any, Any]) -> dict[Any, Any]:
        return {key: item for key, item in data.items() if key != place[-1]}

    return _if_meant(text, place, rest, lambda mapping: _without(text, mapping, place[-1]))


def _if_meant(
    text: str,
    place: Place,
    meant: Callable[[dict[Any, Any]], dict[Any, Any]],
    written: Callable[[yaml.MappingNode], str | None],
) -> str | None:
    try:
        node: Any = yaml.compose(text, Loader=yaml.BaseLoader)
        for part in place[:-1]:
            node = _below(node, part)
        new = written(node) if isinstance(node, yaml.MappingNode) else None
        if new is None:
            return None
        wanted = _changed(yaml.load(text, yaml.BaseLoader), place[:-1], meant)
        return new if yaml.load(new, yaml.BaseLoader) == wanted else None
    except yaml.YAMLError:
        return None


def _below(node: Any, part: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int):
        return node.value[part] if part < len(node.value) else None
    found = _pair(node, part) if isinstance(node, yaml.MappingNode) else None
    return found[1] if found else None


def _pair(mapping: yaml.MappingNode, key: str | int) -> _Pair | None:
    return next((pair for pair in mapping.value if pair[0].value == key), None)


def _changed(data: Any, place: Place, change: Callable[[dict[Any, Any]], dict[Any, Any]]) -> Any:
    """The data with a change of one mapping there, and nowhere else where an alias shows it again."""
    if not place:
        return change(data)
    part, rest = place[0], place[1:]
    items = data.items() if isinstance(data, dict) else enumerate(data)
    new = {key: _changed(item, rest, change) if key == part else item for key, item in items}
    return new if isinstance(data, dict) else list(new.values())


def _with(text: str, mapping: yaml.MappingNode, key: str | int, value: str) -> str | None:
    pair = _pair(mapping, key)
    if pair is None:
        return _with_one_more(text, mapping, f"{key}: {value}")
    old = pair[1]
    if not isinstance(old, yaml.ScalarNode) or not _in_a_line(pair):
        return None
    quote = old.style or ""
    return f"{text[: old.start_mark.index]}{quote}{value}{quote}{text[old.end_mark.index :]}"


def _with_one_more(text: str, mapping: yaml.MappingNode, line: str) -> str | None:
    if mapping.flow_style:
        if not mapping.value or mapping.start_mark.line != mapping.end_mark.line:
            return None
        end = mapping.value[-1][1].end_mark.index
        return f"{text[:end]}, {line}{text[end:]}"
    for pair in reversed(mapping.value):
        begin, after = _line(text, pair[0].start_mark.index)
        indent = text[begin : pair[0].start_mark.index]
        if _in_a_line(pair) and not indent.strip(" "):
            newline = "\r\n" if text[:after].endswith("\r\n") else "\n"
            is_last = not text[:after].endswith("\n")
            added = f"{newline}{indent}{line}" if is_last else f"{indent}{line}{newline}"
            return f"{text[:after]}{added}{text[after:]}"
    return None


def _without(text: str, mapping: yaml.MappingNode, key: str | int) -> str | None:
    pair = _pair(mapping, key)
    if pair is None or not _in_a_line(pair):
        return None
    if mapping.flow_style:
        return _without_in_flow(text, mapping, mapping.value.index(pair))
    begin, after = _line(text, pair[0].start_mark.index)
    before, behind = text[begin : pair[0].start_mark.index], text[pair[1].end_mark.index : after]
    if before.strip(" "):  # the first key of an item of a list
        return None
    # What somebody has noted beside it stays.
    return f"{text[:begin]}{before + behind.lstrip(' ') if behind.strip() else ''}{text[after:]}"


def _without_in_flow(text: str, mapping: yaml.MappingNode, index: int) -> str | None:
    pairs = mapping.value
    if mapping.start_mark.line != mapping.end_mark.line:
        return None
    begin, end = pairs[index][0].start_mark.index, pairs[index][1].end_mark.index
    if index + 1 < len(pairs):
        end = pairs[index + 1][0].start_mark.index
    elif index:
        begin = pairs[index - 1][1].end_mark.index
    return text[:begin] + text[end:]


def _in_a_line(pair: _Pair) -> bool:
    return isinstance(pair[1], yaml.ScalarNode) and pair[0].start_mark.line == pair[1].end_mark.line


def _line(text: str, index: int) -> tuple[int, int]:
    """Where the line of this place begins, and where the next one does."""
    end = text.find("\n", index)
    return text.rfind("\n", 0, index) + 1, len(text) if end < 0 else end + 1


def _replace(target: Path, content: bytes) -> None:
    """Put a new file in the place of this one, with its rights.

    Raises:
        ArgoKedroError: if it cannot be written; then it is as it was.
    """
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        draft.write_bytes(content)
        shutil.copymode(target, draft)
        draft.replace(target)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise ArgoKedroError(f"{target} cannot be written: {error.strerror}.", hint="it is as it was.") from error
