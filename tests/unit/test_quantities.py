"""Kubernetes quantities: read as Kubernetes reads them, refused otherwise."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from argo_kedro.quantities import GIB, amount, plain, size


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        ("0", "0"),
        ("4", "4"),
        ("007", "7"),
        ("0.5", "0.5"),
        (".5", "0.5"),
        ("1.", "1"),
        ("500m", "0.5"),
        ("1u", "0.000001"),
        ("1n", "0.000000001"),
        ("1.5k", "1500"),
        ("1M", "1000000"),
        ("1G", "1000000000"),
        ("1T", "1000000000000"),
        ("1P", "1000000000000000"),
        ("1E", "1000000000000000000"),
        ("1Ki", "1024"),
        ("512Mi", "536870912"),
        ("16Gi", "17179869184"),
        ("0.5Gi", "536870912"),
        ("1Ti", "1099511627776"),
        ("1Pi", "1125899906842624"),
        ("1Ei", "1152921504606846976"),
        ("1e3", "1000"),
        ("1E3", "1000"),
        ("1e+3", "1000"),
        ("15e-1", "1.5"),
    ],
)
def test_a_quantity_stands_for_a_number(quantity: str, expected: str) -> None:
    assert plain(amount(quantity)) == expected


@pytest.mark.parametrize(
    "quantity",
    [
        *("", " ", ".", "Gi", "e3", "abc", "nan", "inf", "0x10", "1_000", "1,5", "1 Gi", " 1", "1 ", "1\n"),
        *("-1", "+1", "--1", "1.2.3", "1gi", "1GI", "1K", "1ki", "1mi", "1GB", "1Gib", "1ee3", "1e", "1e1.5", "1Eiq"),
        *("٤", "\uff11", "1é"),  # digits to Python, not to Kubernetes
        *("1e100", "1e1000", "1e99999999999999999999", "1e-99999999999999999999"),
    ],
)
def test_what_is_no_quantity_is_refused_and_quoted(quantity: str) -> None:
    with pytest.raises(ValueError) as caught:
        amount(quantity)

    assert str(caught.value) == f"{quantity!r} is not a Kubernetes quantity such as 4, 0.5, 500m, 16Gi or 512Mi"


@pytest.mark.parametrize("quantity", ["9223372036854775808", "8Ei", "1e99", "9" * 5000])
def test_more_than_kubernetes_counts_is_refused(quantity: str) -> None:
    with pytest.raises(ValueError, match="is more than Kubernetes counts"):
        amount(quantity)


@given(st.text("0123456789.numkKMGTPEeEi+-_ ", max_size=30))
def test_any_text_is_a_finite_amount_or_a_value_error(text: str) -> None:
    try:
        number = amount(text)
    except ValueError:
        return
    assert number.is_finite()
    assert number >= 0


@given(st.decimals(min_value=0, max_value=10**15, allow_nan=False, allow_infinity=False, places=9))
def test_a_number_written_plain_is_read_back(number: Decimal) -> None:
    assert amount(plain(number)) == number


@given(st.integers(min_value=0, max_value=10**6))
def test_gibibytes_are_counted_exactly(gibibytes: int) -> None:
    assert amount(f"{gibibytes}Gi") == gibibytes * GIB


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("4", "4"),
        ("4.0", "4"),
        ("0.50", "0.5"),
        ("0.0", "0"),
        ("100", "100"),
        ("1E+3", "1000"),
        ("1E-9", "0.000000001"),
        ("10.010", "10.01"),
    ],
)
def test_the_plain_form_is_short_and_has_no_exponent(number: str, expected: str) -> None:
    assert plain(Decimal(number)) == expected


@pytest.mark.parametrize(("number", "shown"), [("16Gi", "16Gi"), ("1536Mi", "1.5Gi"), ("32Mi", "32Mi"), ("0", "0Gi")])
def test_a_size_is_written_as_people_do(number: str, shown: str) -> None:
    assert size(amount(number)) == shown
