"""`profiles:` of argo.yml: what they select and change, and every mistake in one named with its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from omegaconf import OmegaConf
from plans import chain, project

from argo_kedro.cli.asking import selection
from argo_kedro.cli.files import default_file
from argo_kedro.cli.group import argo
from argo_kedro.cli.options import next_command, selection_options
from argo_kedro.cli.profiles import profile_notes, stop_on_parameters, with_profile
from argo_kedro.config import ArgoConfig, parse
from argo_kedro.config.profiles import Profile, RunOptions
from argo_kedro.errors import CompileError, ConfigError
from argo_kedro.manifest import object_name
from argo_kedro.merging import merged
from argo_kedro.model import PROFILE
from argo_kedro.plan import plan
from argo_kedro.project import Selection

FILE = "conf/base/argo.yml"
WHOLE = """
namespace: adhoc
deployment: {image: registry.example.com/x, tag: 1.10}
machine_types: {default: {cpu: 1, mem: 2}, large: {cpu: 8, mem: 32}}
tasks: [{nodes: a, machine_type: large}, {nodes: b, retries: 2}]
profiles:
  nightly:
    description: Every night, on all days.
    run: {pipelines: [data, model], tags: daily, params: {sample: 1.0, model: {depth: 3, name: x}}}
    namespace: nights
    deployment: {tag: 2.10}
    machine_types: {default: {mem: 4}}
    tasks: []
  small: {}
"""


def read(text: str, profile: str = "") -> ArgoConfig:
    content: Any = OmegaConf.to_container(OmegaConf.create(text))
    return parse(content, {FILE: yaml.load(text, yaml.BaseLoader)}, profile=profile)


def complaints(text: str) -> list[str]:
    """One line for each mistake, without the name of the file and without the keys that are known."""
    with pytest.raises(ConfigError) as caught:
        read(text)
    assert caught.value.exit_code == 3
    lines = [line.partition(" Known here: ")[0].rstrip(";") for line in caught.value.message.splitlines()]
    assert {line.partition(": ")[0] for line in lines} == {FILE}
    return [line.partition(": ")[2] for line in lines]


def test_a_profile_goes_over_the_file_as_an_env_does() -> None:
    plain, nightly = read(WHOLE), read(WHOLE, "nightly")

    assert (plain.namespace, nightly.namespace) == ("adhoc", "nights")
    assert (nightly.deployment.image, nightly.deployment.tag) == ("registry.example.com/x", "2.10")
    assert [nightly.machine_types[name].mem for name in ("default", "large")] == ["4Gi", "32Gi"]
    assert nightly.machine_types["default"].cpu == "1"
    assert (len(plain.tasks), nightly.tasks) == (2, ())  # a list is replaced


def test_a_profile_that_says_nothing_changes_nothing() -> None:
    assert read(WHOLE, "small") == read(WHOLE)


def test_parameters_of_a_profile_and_words_of_argo_stay_what_they_are() -> None:
    text = """
workflow: {parallelism: 3, hostNetwork: true, x: [1.10]}
template: {pod_spec_patch: {priority: 5}}
profiles: {p: {run: {params: {a: 1, b: 1.10, c: true, d: '1', e: [2]}}, workflow: {parallelism: 1.5}}}
"""
    config = read(text, "p")

    assert config.profiles["p"].run.params == {"a": 1, "b": 1.1, "c": True, "d": "1", "e": [2]}
    assert config.workflow == {"parallelism": 1.5, "hostNetwork": True, "x": [1.1]}
    assert config.template.pod_spec_patch == {"priority": 5}


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ("runner: {grup_by: x}", "nightly.runner.grup_by: unknown key; did you mean 'group_by'?"),
        ("rnner: {}", "nightly.rnner: unknown key; did you mean 'runner'?"),
        ("descripton: x", "nightly.descripton: unknown key; did you mean 'description'?"),
        ("run: {node_names: x}", "nightly.run.node_names: unknown key"),
        ("run: {parms: {}}", "nightly.run.parms: unknown key; did you mean 'params'?"),
        (
            "runner: {namespace: x}",
            "nightly.runner.namespace: unknown key; it belongs to profiles.nightly, further up.",
        ),
        ("machine_types: {big: {mem: 3}}", "nightly.machine_types.big.cpu: is missing"),
        ("tasks: [{nodes: a, retries: many}]", "nightly.tasks[0].retries: "),
        ("env: cloud", "nightly: 'env' cannot be here: argo.yml is read in an env: choose it with --env"),
        ("profiles: {}", "nightly: 'profiles' cannot be here: a profile has none of its own"),
        ("run: {workflow_name: A_b}", "nightly.run.workflow_name: 'A_b' is not up to 57 lowercase letters"),
    ],
)
def test_a_mistake_in_a_profile_that_nobody_chose_is_named_with_its_place(profile: str, expected: str) -> None:
    (found,) = complaints(f"profiles: {{nightly: {{{profile}}}}}")
    assert found.startswith(f"profiles.{expected}")


def test_a_mistake_of_the_file_is_told_once_and_not_of_each_profile() -> None:
    text = "machine_types: {big: {mem: 1}}\nprofiles: {a: {machine_types: {big: {mem: 3}}}, b: {ui: x}}\n"
    assert complaints(text) == [
        "machine_types.big.cpu: is missing",
        "profiles.b.ui: 'x' is not an address such as https://argo.example.com",
    ]


def test_a_profile_in_another_file_is_named_with_that_file() -> None:
    base: dict[str, Any] = {"profiles": {"a": {"run": {}}}}
    cloud = {"profiles": {"a": {"runner": {"keeep": "x"}}}}
    with pytest.raises(ConfigError, match=r"^conf/cloud/argo\.yml: profiles\.a\.runner\.keeep: unknown key"):
        parse(merged(base, cloud), {FILE: base, "conf/cloud/argo.yml": cloud})


@pytest.mark.parametrize("name", ["Nightly", "my_profile", "-a", "a" * 64, "a b", '""'])
def test_a_name_that_is_no_label_is_refused(name: str) -> None:
    (found,) = complaints(f"profiles: {{{name}: {{}}}}")
    shown = name.strip('"')
    assert re.match(rf"profiles\.{shown}: must (be lowercase letters|have at most 63)", found)


def test_an_unknown_profile_lists_those_that_there_are() -> None:
    with pytest.raises(ConfigError) as caught:
        read(WHOLE, "nigthly")
    assert caught.value.exit_code == 3
    assert caught.value.message == "argo.yml of this env has no profile 'nigthly'. Profiles: nightly, small."
    assert caught.value.hint.startswith("did you mean 'nightly'?")
    with pytest.raises(ConfigError, match="It has none"):
        read("", "nightly")


def test_each_option_of_a_profile_is_one_of_kedro_run() -> None:
    listed = {key: [f"the {key}"] for key in RunOptions.model_fields if key not in ("params", "workflow_name")}
    run = RunOptions.model_validate({**listed, "load_versions": {"x": "v"}})
    options = with_profile({}, run)
    assert options["load_versions"] == {"x": "v"}
    assert selection(options) == Selection(
        **{key: tuple(value) for key, value in listed.items() if key != "load_versions"}
    )


def test_an_option_of_the_command_line_counts_before_that_of_the_profile() -> None:
    run = RunOptions(pipelines=("data", "model"), tags=("daily",), nodes=("a",))
    assert selection(with_profile({"tags": ["weekly"]}, run)) == Selection(
        pipelines=("data", "model"), tags=("weekly",), nodes=("a",)
    )
    assert selection(with_profile({"pipeline": "other"}, run)).pipelines == ("other",)
    assert selection(with_profile({"pipelines": ["other"]}, run)).pipelines == ("other",)


keys = st.sampled_from("abc")
leaves = st.integers(0, 2) | st.lists(st.integers(), max_size=1)
mappings = st.dictionaries(keys, leaves | st.dictionaries(keys, leaves | st.dictionaries(keys, leaves)))


@given(old=mappings, new=mappings)
def test_what_is_merged_last_is_there_whole_and_nothing_else_is_lost(old: dict[str, Any], new: dict[str, Any]) -> None:
    found = merged(old, new)
    assert merged(found, new) == found
    assert merged(old, {}) == old == merged({}, old)
    assert found.keys() == old.keys() | new.keys()
    for key in new:
        both = isinstance(old.get(key), Mapping) and isinstance(new[key], Mapping)
        assert found[key] == (merged(old[key], new[key]) if both else new[key])


def opened(profile: str, text: str = WHOLE, pipelines: Any = None) -> Any:
    """A project without a folder, in the form of this profile."""
    made = project(pipelines or {"__default__": chain("a", "b"), "data": chain("a")})
    return replace(made, config=read(text, profile), profile=profile)


def test_the_workflow_says_its_profile_and_its_name_ends_with_it() -> None:
    nightly, none = plan(opened("nightly")), plan(opened(""))
    assert (nightly.name, nightly.labels[PROFILE]) == ("my-project-nightly", "nightly")
    assert (none.name, none.labels.get(PROFILE)) == ("my-project", None)
    assert plan(opened("nightly"), Selection(pipelines=("data",))).name == "my-project-data-nightly"
    assert plan(opened("nightly"), workflow_name="mine").name == "mine"


def test_no_profile_and_no_pipeline_share_a_name_on_the_cluster_or_a_file() -> None:
    pipelines = {"__default__": chain("a", "b"), "small": chain("a"), "data": chain("b")}
    made = [
        plan(opened(profile, pipelines=pipelines), Selection(pipelines=(pipeline,)))
        for profile in ("", "nightly", "small")
        for pipeline in pipelines
    ]
    for kind in ("workflow", "template", "cron"):
        assert len({object_name(each, kind) for each in made}) == len(made)
        assert len({default_file(Path("/p"), each, kind) for each in made}) == len(made)


def test_a_long_name_keeps_profiles_apart() -> None:
    text = f"profiles: {{{'x' * 60}a: {{}}, {'x' * 60}b: {{}}}}"
    made = [plan(opened(f"{'x' * 60}{end}", text)) for end in "ab"]
    assert len({object_name(each, "cron") for each in made}) == 2


def test_a_reader_is_told_what_the_profile_chose() -> None:
    assert profile_notes(opened("nightly"), {}) == (
        "Profile nightly: Every night, on all days. As if typed: --tags daily --pipelines data,model "
        "--params sample=1.0,model.depth=3,model.name=x. "
        "Changed in argo.yml: deployment, machine_types, namespace, tasks.",
    )
    assert profile_notes(opened("nightly"), {"tags": ["x"], "pipeline": "y", "params": {"sample": 2}}) == (
        "Profile nightly: Every night, on all days. As if typed: --params model.depth=3,model.name=x. "
        "Changed in argo.yml: deployment, machine_types, namespace, tasks.",
    )
    assert profile_notes(opened("small"), {}) == ("Profile small.",)
    assert profile_notes(opened(""), {}) == ()


def test_a_run_that_goes_on_is_not_said_to_be_chosen_by_the_profile() -> None:
    (note,) = profile_notes(opened("nightly"), None)
    assert "As if typed" not in note


def test_a_secret_in_a_profile_is_refused_and_not_shown() -> None:
    text = """
secret_params: {db.password: {name: db, key: password}}
profiles: {p: {run: {params: {db: {password: hunter2}}}}}
"""
    with pytest.raises(CompileError) as caught:
        stop_on_parameters(opened("p", text))
    assert "db.password is secret" in caught.value.message
    assert "hunter2" not in caught.value.message + caught.value.hint


def test_a_parameter_that_json_would_change_is_named_with_its_place() -> None:
    made = opened("p", "profiles: {p: {run: {params: {a: {1: x}}}}}")
    with pytest.raises(ConfigError, match=r"argo\.yml profiles\.p\.run\.params: the name 1 in a is no text"):
        stop_on_parameters(made)


@click.command(name="compile")
@selection_options
def shows(**chosen: Any) -> None:
    """Print the profile that arrives, and the command that would come next."""
    click.echo(f"{chosen['profile']} {next_command('run', chosen)}")


def test_the_next_command_has_the_profile_unless_a_file_gave_it(tmp_path: Path) -> None:
    file = tmp_path / "run.yml"
    file.write_text("run: {profile: nightly}\n")
    assert CliRunner().invoke(shows, ["--profile", "small"]).output == "small kedro argo run --profile small\n"
    assert CliRunner().invoke(shows, ["--config", str(file)]).output == f"nightly kedro argo run --config {file}\n"
    both = CliRunner().invoke(shows, ["--config", str(file), "--profile", "small"]).output
    assert both == f"small kedro argo run --config {file} --profile small\n"


@pytest.mark.parametrize("verb", ["explain", "check", "compile", "run", "submit", "schedule"])
def test_every_verb_that_plans_takes_a_profile(verb: str) -> None:
    command = argo.get_command(click.Context(argo), verb)
    assert command is not None
    assert "profile" in {each.name for each in command.params}


def test_every_top_level_key_but_env_and_profiles_is_one_that_a_profile_can_say() -> None:
    for key in ArgoConfig.model_fields.keys() - {"env", "profiles"}:
        assert key not in Profile.model_fields
        plain = read("{}").model_dump(mode="json")[key]
        assert parse({"profiles": {"p": {key: plain}}}, profile="p") == parse({"profiles": {"p": {key: plain}}})
