"""The judge of the broken projects."""

from __future__ import annotations

from typing import Any

import pytest
from judging import Judge


@pytest.fixture
def judge(project: Any) -> Judge:
    """Compiles a tiny project and keeps what is said of it."""
    return Judge(project)
