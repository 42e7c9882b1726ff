"""The option that writes the expected files anew."""

from __future__ import annotations

import os

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """`pytest tests/golden --write-golden`, then read the diff."""
    parser.addoption("--write-golden", action="store_true", help="Write what the cases give today as expected.")


@pytest.fixture
def write_golden(request: pytest.FixtureRequest) -> bool:
    """Whether to write; CI never does."""
    return bool(request.config.getoption("--write-golden", default=False)) and not os.environ.get("CI")
