"""Argo's `{{tags}}`: where they stand, and what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

ROOTS = ("item.", "steps.", "inputs.", "outputs.", "pod.", "workflow.", "tasks.")  # Argo leaves all others as they are
TAG = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


def tags(text: str) -> Iterator[str]:
    """Every tag in a text, without its braces."""
    return (match[1].strip() for match in TAG.finditer(text))


def is_unclosed(text: str, opening: str = "{{") -> bool:
    """Whether a tag begins that nothing closes."""
    return opening in text and opening in TAG.sub(" ", text)


def tagged(value: Any) -> list[tuple[str, str]]:
    """The texts in a value that have tags, each with its place."""
    found: list[tuple[str, str]] = []
    stack: list[tuple[str, Any]] = [("", value)]
    while stack:
        at, item = stack.pop()
        if isinstance(item, str):
            if "{{" in item:
                found.append((at.removeprefix("."), item))
        elif isinstance(item, (dict, Mapping)):  # dict first: the other check is slow, and thousands are made
            stack.extend([(f"{at}.{key}", inner) for key, inner in item.items()])
        elif isinstance(item, list):
            stack.extend([(f"{at}[{place}]", inner) for place, inner in enumerate(item)])
    return found[::-1]
