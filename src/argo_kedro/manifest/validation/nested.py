"""Mappings within mappings: what each kind of them holds, written down once, and judged by one walk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from argo_kedro.manifest.validation.fields import field_problems, fields
from argo_kedro.manifest.validation.parts import Part, short
from argo_kedro.model import Problem

_ONE_HINT = "keep one of them"


@dataclass(frozen=True, kw_only=True)
class Nested:
    """One kind of mapping: its fields, and what the mappings in them hold."""

    fields: Mapping[str, str]
    within: Mapping[str, Nested]  # field -> what it holds: a mapping, or each mapping of a list
    needs: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()  # of these there may be one
    may_be_none: bool = False  # of `one_of`
    choices: Mapping[str, tuple[str, ...]]
    merged_by: str = ""  # the field by which a patch finds an item of a list of these


_NOTHING: Mapping[str, Nested] = MappingProxyType({})
_ANY: Mapping[str, str] = MappingProxyType({})


def nested(
    *,
    mapping: Mapping[str, Nested] = _NOTHING,
    mappings: Mapping[str, Nested] = _NOTHING,
    also: Mapping[str, str] = _ANY,
    needs: str = "",
    one_of: str = "",
    may_be_none: bool = False,
    choices: Mapping[str, str] = _ANY,
    merged_by: str = "",
    **kinds: str,
) -> Nested:
    """A kind of mapping.

    Args:
        mapping: Fields that hold a mapping, each with what is in it.
        mappings: Fields that hold a list of mappings, each with what is in one.
        also: Fields that are written down already.
        needs: Fields that must be there.
        one_of: Fields of which there must be one.
        may_be_none: Whether none of `one_of` will do, too.
        choices: Fields that take one of a few texts.
        merged_by: The field by which a patch finds an item of a list of these.
        **kinds: The other fields by the kind of their value, as `fields` takes them.
    """
    inner = {**dict.fromkeys(mapping, "mapping"), **dict.fromkeys(mappings, "mappings")}
    return Nested(
        fields=MappingProxyType({**also, **fields(**kinds), **inner, **dict.fromkeys(choices, "text")}),
        within=MappingProxyType({**mapping, **mappings}),
        needs=tuple(needs.split()),
        one_of=tuple(one_of.split()),
        may_be_none=may_be_none,
        choices=MappingProxyType({name: tuple(texts.split()) for name, texts in choices.items()}),
        merged_by=merged_by,
    )


def nested_problems(part: Part, known: Nested) -> Iterator[Problem]:
    """All that is wrong with a mapping, and with what is in it."""
    yield from field_problems(part, known.fields)
    for key in known.needs:
        if part.value.get(key) in (None, "", []):
            yield part.problem(f"it has no {key}", f"add {key}: Kubernetes needs it")
    given = [key for key in known.one_of if key in part]
    if len(given) > 1:
        yield part.problem(f"it has {' and '.join(given)}", _ONE_HINT)
    elif known.one_of and not given and not known.may_be_none:
        yield part.problem("it says nothing", f"give it one of {', '.join(known.one_of)}")
    yield from choice_problems(part, known)
    yield from within_problems(part, known)


def within_problems(part: Part, known: Nested) -> Iterator[Problem]:
    """All that is wrong with the mappings within a mapping, and not with its own fields."""
    for key, inner in known.within.items():
        if key in part:
            for item in _inner(part, key):
                yield from nested_problems(item, inner)


def patch_problems(part: Part, known: Nested) -> Iterator[Problem]:
    """What is wrong with a patch of such a mapping: kinds of values, and items of lists that nothing names."""
    given = Part(part.where, {key: value for key, value in part.value.items() if not str(key).startswith("$")})
    # A warning: a newer Kubernetes may have it; Argo drops what it does not know, without a word.
    yield from field_problems(given, known.fields, unknown="warning")
    yield from choice_problems(given, known)
    for key, inner in known.within.items():
        for item in _inner(given, key):
            by = inner.merged_by if isinstance(given.value[key], list) else ""
            if by and by not in item.value and "$patch" not in item.value:
                yield item.problem(f"it has no {by}, by which a patch finds what it changes", f"add {by}")
            yield from patch_problems(item, inner)


def choice_problems(part: Part, known: Nested) -> Iterator[Problem]:
    """Texts that are none of those which a field takes."""
    for key, texts in known.choices.items():
        value = part.text(key)
        if value and value not in texts and "{{" not in value:
            yield part.problem(f"{short(value)} is none of {', '.join(texts)}", "correct it", at=key)


def _inner(part: Part, key: str) -> Iterator[Part]:
    value = part.value.get(key)
    if isinstance(value, list):
        yield from part.parts(key)
    elif isinstance(value, Mapping):
        yield part.part(key)
