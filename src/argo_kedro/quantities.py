"""Kubernetes quantities: `500m` of a core, `16Gi` of memory."""

from __future__ import annotations

import re
from decimal import Decimal

GIB, MIB = 1024**3, 1024**2
_LIMIT = 2**63
_SUFFIX = {
    "": Decimal(1),
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    **{suffix: Decimal(1000) ** power for power, suffix in enumerate(("k", "M", "G", "T", "P", "E"), start=1)},
    **{suffix: Decimal(1024) ** power for power, suffix in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi", "Ei"), start=1)},
}
_QUANTITY = re.compile(  # exponents have two digits at most: Kubernetes keeps no more than 2**63 anyway
    r"(?P<number>[0-9]+(\.[0-9]*)?|\.[0-9]+)(?P<suffix>[numkMGTPE]|[KMGTPE]i|[eE][-+]?[0-9]{1,2})?\Z"
)


def amount(quantity: str) -> Decimal:
    """The number a quantity stands for, in cores or bytes: `500m` is 0.5, `1Ki` is 1024.

    Raises:
        ValueError: if it is not a Kubernetes quantity, or is negative.
    """
    match = _QUANTITY.match(quantity)
    if match is None:
        raise ValueError(f"{quantity!r} is not a Kubernetes quantity such as 4, 0.5, 500m, 16Gi or 512Mi")
    number, suffix = Decimal(match["number"]), match["suffix"] or ""
    # Else it is 1e3, the exponent form.
    found = number * _SUFFIX[suffix] if suffix in _SUFFIX else number.scaleb(int(suffix[1:]))
    if found >= _LIMIT:
        raise ValueError(f"{quantity!r} is more than Kubernetes counts")
    return found


def size(number: Decimal) -> str:
    """A number of bytes as people write it: `16Gi`, `0.5Gi`, `32Mi`."""
    unit, name = (GIB, "Gi") if number >= GIB or not number else (MIB, "Mi")
    return f"{plain((number / unit).quantize(Decimal('0.1')))}{name}"


def plain(number: Decimal) -> str:
    """The shortest decimal form, never an exponent: `4`, `0.5`."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
