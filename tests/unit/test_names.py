"""Names for Kubernetes: legal, distinct, the same everywhere."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from argo_kedro.names import k8s_name

LEGAL = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
LOOK_ALIKES = [
    *("a.b", "a_b", "a-b", "A-b", "a b", "a--b", "a-b-", "-a-b", "a-b.", "ab", "AB", "aB"),
    *("", "_", "._-", "--", ".", "-", "1", "1a", "a1", "2_train", "train_2", "train"),
    *("0x10", "007", "true", "True", "no", "null", "~", "2024-01-01", "1_000", "1.5", ".5", ".inf", "1e3", "n"),
    *("étape", "etape", "日本", "日木", "İ", "i", "\u0131", "ß", "ss", "ﬁ", "fi", "\ud800", "\ud801"),
    *("x" * 62, "x" * 63, "x" * 64, "x" * 65, "x" * 253, "x" * 1000, "x" * 62 + "-", "x" * 63 + "y", "x" * 63 + "z"),
    *("a: b", "{{x}}", "[a]", "&x", "*x", '"q"', "'q'", "grp #1", "grp", "train\n", "train\t", "\x00", "x: y"),
]

any_name = st.text(st.characters(), max_size=80) | st.text("aA1._- é", max_size=70)
legal_name = st.from_regex(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?", fullmatch=True)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("train", "train"),
        ("n.2", "n-2-609c4ac4"),
        ("Split_Data", "split-data-16e34a9a"),
        ("2_train", "train-e4b96cb4"),
        ("日本", "n-cf2abf0c"),
        ("", "n-e3b0c442"),
        ("a" * 63, "a" * 63),
        ("a" * 64, "a" * 54 + "-ffe054fe"),
        ("train\n", "train-f6e12a5f"),
    ],
)
def test_a_name_becomes_this_one(name: str, expected: str) -> None:
    assert k8s_name(name) == expected


def test_names_that_look_alike_stay_apart() -> None:
    names = [k8s_name(name) for name in LOOK_ALIKES]

    assert len(set(LOOK_ALIKES)) == len(LOOK_ALIKES)
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_an_awkward_name_becomes_legal(name: str) -> None:
    assert [LEGAL.fullmatch(k8s_name(name)) is not None, len(k8s_name(name)) <= 63] == [True, True]


@given(st.lists(any_name, unique=True, max_size=50))
def test_different_names_never_become_one(names: list[str]) -> None:
    assert len({k8s_name(name) for name in names}) == len(names)


@given(any_name)
@example("x" * 54 + "." + "y")
@example("x" * 53 + "." + "y" * 20)
def test_every_name_becomes_legal(name: str) -> None:
    made = k8s_name(name)

    assert LEGAL.fullmatch(made)
    assert len(made) <= 63


@given(legal_name)
def test_a_legal_name_stays_as_it_is(name: str) -> None:
    assert k8s_name(name) == name


@given(any_name)
def test_a_made_name_does_not_change_when_made_again(name: str) -> None:
    assert k8s_name(k8s_name(name)) == k8s_name(name)


@given(st.lists(any_name | legal_name, unique=True, max_size=20), st.integers(min_value=10, max_value=63))
def test_under_a_lower_limit_names_are_legal_distinct_and_stay_when_they_fit(names: list[str], limit: int) -> None:
    made = {name: k8s_name(name, limit=limit) for name in names}

    assert len(set(made.values())) == len(names)
    assert {name for name in made.values() if len(name) > limit or not LEGAL.fullmatch(name)} == set()
    assert {name for name in names if made[name] == name} == {
        name for name in names if len(name) <= limit and LEGAL.fullmatch(name)
    }


def test_only_a_name_typed_to_look_hashed_meets_another() -> None:
    """The one exception, which `check` refuses when both are in a pipeline."""
    assert k8s_name("n-2-609c4ac4") == k8s_name("n.2")


@pytest.mark.parametrize("seed", ["0", "1", "2"])
def test_names_are_the_same_in_every_process(seed: str) -> None:
    names = [name for name in LOOK_ALIKES if name.isprintable()]
    made = "print(json.dumps([k8s_name(name) for name in json.load(sys.stdin)]))"
    code = f"import json, sys; from argo_kedro.names import k8s_name; {made}"
    env = {**os.environ, "PYTHONHASHSEED": seed, "LC_ALL": "C"}

    done = subprocess.run(
        [sys.executable, "-c", code], input=json.dumps(names), env=env, capture_output=True, text=True, check=True
    )

    assert json.loads(done.stdout) == [k8s_name(name) for name in names]
