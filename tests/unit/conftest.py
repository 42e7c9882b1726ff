"""What many unit tests start from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from api_server import ApiServer, serving


@pytest.fixture
def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ApiServer]:
    """A Kubernetes API in this process, and the kubeconfig that leads there."""
    yield from serving(tmp_path, monkeypatch)
