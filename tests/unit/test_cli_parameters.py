"""`--params` and `--config`: any value arrives as it is, and comes back as it was typed."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from kedro.framework.cli.project import run as kedro_run

from argo_kedro.cli.options import from_failed_option, next_command, selection_options, stop_beside_from_failed
from argo_kedro.cli.parameters import flat, parameters, typed, without
from argo_kedro.merging import merged

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
names = st.text(min_size=1) | st.sampled_from(["a", "b.c", "d=e", "{", " x "])
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(names, inner), max_leaves=8)

# What a YAML file can hold; `${` is OmegaConf's own, as for `kedro run`.
readable = st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"], exclude_characters="$"), max_size=9)
plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | readable
in_file = st.recursive(plain, lambda inner: st.lists(inner) | st.dictionaries(readable, inner), max_leaves=8)


def read(text: str) -> Any:
    """What `--params` makes of a text."""
    option = next(option for option in kedro_run.params if option.name == "params")
    return parameters(click.Context(kedro_run), option, text)


@settings(deadline=None)
@given(st.dictionaries(names, values, min_size=1))
def test_what_is_printed_is_read_as_the_same_parameters(params: dict[str, Any]) -> None:
    (word,) = shlex.split(shlex.quote(typed(params)))
    assert repr(read(word)) == repr(params)


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"a": 1, "model": {"depth": 3}}, "a=1,model.depth=3"),
        ({"a": "1"}, '{"a": "1"}'),
        ({"a": "b,c"}, '{"a": "b,c"}'),
        ({"a": None}, '{"a": null}'),
        ({"a": [1, "x"]}, '{"a": [1, "x"]}'),
        ({"a": {}}, '{"a": {}}'),
        ({"a": 0.5, "b": True, "c": "text"}, "a=0.5,b=True,c=text"),
        ({"ä": "ü ö"}, "ä=ü ö"),
        ({"a": "\x9b1A"}, '{"a": "\\u009b1A"}'),
        ({"a": "\ud800"}, '{"a": "\\ud800"}'),
    ],
)
def test_the_form_of_kedro_is_printed_where_it_says_the_same(params: dict[str, Any], text: str) -> None:
    assert typed(params) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": ', "it begins with { and is no JSON"),
        ("a=[1", "it cannot be read as key=value"),
        ("a=${x", "it cannot be read as key=value"),
    ],
)
def test_parameters_that_cannot_be_read_are_wrong_usage(text: str, said: str) -> None:
    with pytest.raises(click.UsageError, match=said.replace("{", r"\{")):
        read(text)


def test_values_that_no_json_has_are_refused_by_their_place() -> None:
    with pytest.raises(click.BadParameter, match=r"the name 1 in a is no text"):
        read({"a": {1: 2}})  # type: ignore[arg-type]  # what a file gives
    with pytest.raises(click.BadParameter, match=r"the value of a\[0\] is of type bytes"):
        read({"a": [b"x"]})  # type: ignore[arg-type]


def test_secret_ones_are_taken_out_with_the_groups_that_held_nothing_else() -> None:
    params = {"db": {"password": "x", "user": "u"}, "token": {"it": "y"}, "kept": {}, "dotted.name": "z"}
    found = without(params, {"db.password": "", "token.it": "", "dotted.name": ""})
    assert found == {"db": {"user": "u"}, "kept": {}}
    assert "token.it" in dict(flat(params))


def test_new_parameters_count_before_old_ones_one_by_one() -> None:
    assert merged({"a": 1, "m": {"x": 1, "y": 2}, "t": 5}, {"m": {"y": 3}, "t": {"u": 6}}) == {
        "a": 1,
        "m": {"x": 1, "y": 3},
        "t": {"u": 6},
    }


MARK = "=====\n"


@click.command(name="compile")
@selection_options
@from_failed_option
def shows(**chosen: Any) -> None:
    """Print what arrives, and the command that would come next."""
    stop_beside_from_failed(chosen)
    given = {key: value for key, value in chosen.items() if value and key != "config"}
    click.echo(f"{MARK}{json.dumps(given)}{MARK}{next_command('run', chosen)}")


def shown(tmp_path: Path, content: Any, *words: str) -> tuple[dict[str, Any], str, str]:
    """What a file of options gives, the next command, and what was said before."""
    file = tmp_path / "run.yml"
    file.write_text(content if isinstance(content, str) else yaml.safe_dump(content), encoding="utf-8")
    done = CliRunner().invoke(shows, ["-c", str(file), *words])
    assert done.exit_code == 0, done.output
    said, given, step = done.output.split(MARK)
    return json.loads(given), step.strip(), said


@settings(deadline=None)
@given(params=st.dictionaries(readable, in_file, max_size=3))
def test_a_file_gives_parameters_of_any_value(params: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> None:
    # JSON is YAML, and leaves nothing to guess.
    found, _, _ = shown(tmp_path_factory.mktemp("any"), json.dumps({"run": {"params": params}}))
    assert repr(found.get("params", {})) == repr(params)


def test_a_file_gives_options_and_the_command_line_counts_before_it(tmp_path: Path) -> None:
    section = {
        "env": "cloud",
        "node_names": ["a", "b"],
        "tags": "t, u",
        "load_versions": {"x": "2026-01-01T00.00.00.000Z"},
        "params": {"a": "b,c {{ 'd' }}", "n": None},
    }
    found, step, _ = shown(tmp_path, {"run": section, "other": {"nope": 1}}, "--tags", "v", "--params", "z=1")
    assert found == {
        "env": "cloud",
        "node_names": ["a", "b"],
        "tags": ["v"],
        "load_versions": {"x": "2026-01-01T00.00.00.000Z"},
        "params": {"z": 1},
    }
    assert step == f"kedro argo run --tags v --config {tmp_path}/run.yml --params z=1"


def test_a_key_that_says_nothing_here_is_a_warning_by_its_name(tmp_path: Path) -> None:
    _, step, said = shown(tmp_path, {"run": {"runner": "ThreadRunner", "is_async": True, "env": None}})
    assert "run.runner says nothing here" in said
    assert "run.is_async says nothing here" in said
    assert step == f"kedro argo run --config {tmp_path}/run.yml"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("run: {evn: x}", "run.evn: no such key; did you mean 'env'?"),
        ("run: {nodes: x}", "run.nodes: no such key; did you mean 'node_names'?"),
        ("run: {env: [x]}", "run.env must be a text, not list."),
        ("run: {tags: {a: b}}", "run.tags must be a text, or a list of texts, not dict."),
        ("run: {tags: [1]}", "run.tags must be a text, or a list of texts, not list."),
        ("run: {params: [1]}", "run.params must be a mapping, not list."),
        ("run: {load_versions: [x]}", "run.load_versions must be a mapping of datasets to versions, not list."),
        ("run: [x]", "run: it must be a mapping"),
        ("compile: {env: x}", "it has no section `run:`, as for `kedro run`. Sections: compile."),
        ("", "it has no section `run:`"),
        ("a: [", "line 1: expected the node content"),
        ("a: {b: c, b: d}", "duplicate"),
        ("run: {params: {1: x}}", "the name 1 is no text"),
        ("a: ${", "it cannot be read: "),
        ("a: \x00", "it is no YAML"),
    ],
)
def test_what_is_wrong_in_a_file_is_wrong_usage(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "run.yml"
    file.write_text(content, encoding="utf-8")
    done = CliRunner().invoke(shows, ["--config", str(file)])
    assert done.exit_code == 2, (done.output, done.exception)
    assert said in done.output


@pytest.mark.parametrize("words", [("--nodes", "a"), ("--tags", "t"), ("--pipeline", "p"), ("--to-outputs", "o")])
def test_a_run_that_goes_on_where_another_failed_has_its_nodes_from_there(words: tuple[str, ...]) -> None:
    done = CliRunner().invoke(shows, ["--from-failed", "demo-x", *words])
    assert done.exit_code == 2
    assert f"--from-failed says which nodes run: {words[0]} does not go with it" in done.output


def test_what_is_no_name_of_a_run_is_part_of_no_path() -> None:
    done = CliRunner().invoke(shows, ["--from-failed", "../x"])
    assert done.exit_code == 2
    assert "is no name of Kubernetes" in done.output


def test_a_run_that_goes_on_may_have_other_parameters_and_versions() -> None:
    done = CliRunner().invoke(shows, ["--from-failed", "demo-x", "--env", "e", "--params", "a=1", "-lv", "x:1"])
    assert done.exit_code == 0, done.output
    line = "kedro argo run --env e --load-versions x:1 --params a=1 --from-failed demo-x"
    assert line in done.output
