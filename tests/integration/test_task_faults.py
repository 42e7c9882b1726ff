"""Spilled data and real faults: writers that are killed, that meet, and that find the disk full."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

SCRIPT = Path(__file__).with_name("storage_faults.py")


def counted(fault: str, folder: Path, amount: int) -> dict[str, int]:
    done = subprocess.run(
        [sys.executable, SCRIPT, fault, folder, str(amount)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    counts: dict[str, int] = json.loads(done.stdout)
    return counts


def test_a_reader_never_takes_what_a_killed_writer_has_left(tmp_path: Path) -> None:
    found = counted("killed", tmp_path, 200)

    assert set(found) == {"whole", "nothing yet"}
    assert sum(found.values()) == 200


def test_two_writers_at_once_leave_the_data_of_one_of_them(tmp_path: Path) -> None:
    found = counted("together", tmp_path, 3)

    assert set(found) <= {"whole", "nothing yet"}
    assert found["whole"] > 20


@pytest.mark.parametrize("limit", [0, 10, 700, 100_000, 300_000])
def test_a_full_disk_is_said_and_leaves_what_was_there(tmp_path: Path, limit: int) -> None:
    found = counted("full", tmp_path, limit)

    (said,) = (text for text in found if "no room" in text)
    assert said.startswith(f"{tmp_path}/2026-11-21T08.03.47.000Z-5f0c2b1e/a-")
    assert said.endswith(
        "there is no room for the data (File too large).\n"
        "Hint: make room there, or a larger volume, then retry the workflow."
    )
    assert found == {said: 1, "nothing is left behind": 1, "whole": 1}
