"""Keys of argo.yml that have a better form: which they are, and how they are rewritten in the file."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from argo_kedro.config import ArgoConfig, parse
from argo_kedro.config.old_keys import BetterForm, better_forms
from argo_kedro.errors import ArgoKedroError
from argo_kedro.fixing import fix, with_forms

OLD = """\
# Ours.
namespace: argo # here

deployment:
  image: registry.internal/team/x
  tag: ${ka.random:} # each time

machine_types:
  # The smallest.
  "small": {mem: 3, cpu: '1', num_gpu: 0, emph_storage: 1} # GiB
  default:
    mem: 16
    cpu: 4
    num_gpu: 0 # none

  tiny: { mem: 1, cpu: 1, num_gpu: 0 }
default_machine_type: default

runner: {use_memory_datasets: true}
template:
  templates:
    - name: with-database
      container:
        name: kedro # Argo does not care
        command: ["sh", -c]
        args: |
          kedro run # all
    - name: other
      container: {name: other, command: [sh], args: x}
"""
NEW = """\
# Ours.
namespace: argo # here

deployment:
  image: registry.internal/team/x
  tag: latest # each time

machine_types:
  # The smallest.
  "small": {mem: 3, cpu: '1', num_gpu: 0, emph_storage: 1} # GiB
  default:
    mem: 16
    cpu: 4
    num_gpu: 0 # none
    emph_storage: 10Gi

  tiny: { mem: 1, cpu: 1, num_gpu: 0, emph_storage: 10Gi }
default_machine_type: default

runner: {use_memory_datasets: true}
template:
  templates:
    - name: with-database
      container:
        # Argo does not care
        command: ["sh", -c]
        args: |
          kedro run # all
    - name: other
      container: {command: [sh], args: x}
"""


def config(text: str) -> ArgoConfig:
    return parse(yaml.safe_load(text), {"argo.yml": yaml.load(text, yaml.BaseLoader)})


def forms(text: str) -> list[BetterForm]:
    return better_forms(config(text), {"argo.yml": yaml.load(text, yaml.BaseLoader)})


def meaning(text: str) -> dict[str, Any]:
    """What a text says, but for what a better form is there for."""
    found = config(text).model_dump()
    found["deployment"].pop("tag")
    for template in found["template"]["templates"]:
        template["container"].pop("name")
    return found


def machine(text: str) -> str:
    return f"deployment: {{image: x}}\n{text}\n"


def test_a_file_of_0_1_is_rewritten_where_it_can_be_and_nowhere_else() -> None:
    new, changed, left = with_forms(OLD, forms(OLD))

    assert new == NEW
    assert len(changed) == 5
    assert left == []
    assert meaning(new) == meaning(OLD)
    assert forms(new) == []


def test_lines_may_end_as_on_windows_and_the_last_one_not_at_all() -> None:
    old = OLD.replace("\n", "\r\n")
    assert with_forms(old, forms(old))[0] == NEW.replace("\n", "\r\n")
    last = "machine_types:\n  default:\n    mem: 1\n    cpu: 1"
    assert with_forms(last, forms(last))[0] == f"{last}\n    emph_storage: 10Gi"


@pytest.mark.parametrize("quote", ["'", '"'])
def test_quotes_stay(quote: str) -> None:
    old = f"deployment: {{image: x, tag: {quote}${{ka.random:}}{quote}}}\n"
    assert with_forms(old, forms(old))[0] == f"deployment: {{image: x, tag: {quote}latest{quote}}}\n"


@pytest.mark.parametrize(
    "text",
    [
        "machine_types:\n  default: &d {mem: 1, cpu: 1}\n  other: *d\n",  # two would change
        "machine_types:\n  default: {mem: 1,\n    cpu: 1} # both\n",
        "machine_types:\n  default:\n    mem:\n      1\n    cpu: >-\n      1\n",
        "machine_types: {default: {mem: 1,\n  cpu: 1}}\n",
        "deployment:\n  image: x\n  tag: |-\n    ${ka.random:}\n",
        "template:\n  templates:\n  - {name: a, container: {name: x, # why\n      command: [sh]}}\n",
    ],
)
def test_what_is_not_sure_to_mean_the_same_is_left(text: str) -> None:
    new, changed, left = with_forms(text, forms(text))
    assert (new, changed) == (text, [])
    assert left


def test_an_alias_that_a_removal_would_leave_alone_keeps_its_anchor() -> None:
    text = (
        "template:\n  templates:\n    - name: a\n      container:\n        name: &n kedro\n        command: [sh]\n"
        "    - name: *n\n      container: {command: [sh]}\n"
    )
    new, _, left = with_forms(text, forms(text))
    assert new == text
    assert left == [("template", "templates", 0, "container", "name")]


def test_the_first_key_of_an_item_of_a_list_is_left() -> None:
    form = BetterForm(file="x", words="", places=(("a", 0, "name"),), deed="remove")
    assert with_forms("a:\n  - name: x\n    b: 1\n", [form]) == ("a:\n  - name: x\n    b: 1\n", [], [form.places[0]])


def test_a_place_that_is_not_there_is_left() -> None:
    form = BetterForm(file="x", words="", places=(("a", 3, "name"), ("b", "c"), ("a", "c")), deed="remove")
    assert with_forms("a: [{name: x}]\n", [form])[2] == list(form.places)


def test_the_machine_type_is_completed_in_the_file_that_defines_it() -> None:
    base = {"machine_types": {"default": {"mem": 1, "cpu": 1}, "sized": {"mem": 1, "cpu": 1, "emph_storage": 0}}}
    cloud = {"machine_types": {"default": {"mem": 2}, "sized": {"mem": 2}}}
    merged = {"machine_types": {"default": {"mem": 2, "cpu": 1}, "sized": {"mem": 2, "cpu": 1, "emph_storage": 0}}}

    found = better_forms(parse(merged), {"base": base, "cloud": cloud})

    assert [(form.file, form.places) for form in found] == [("base", (("machine_types", "default", "emph_storage"),))]


def test_machine_types_that_an_interpolation_brings_are_nobodys_to_fix() -> None:
    merged = {"machine_types": {"default": {"mem": 2, "cpu": 1}}}
    assert better_forms(parse(merged), {"argo.yml": {"machine_types": "${globals:machines}"}}) == []


def test_a_template_that_opens_an_mlflow_run_takes_a_decision() -> None:
    text = (
        "template:\n  init_templates: [open]\n  templates:\n    - name: open\n      container: {command: [sh]}\n"
        "      outputs: {parameters: [{name: mlflow_run_id, path: /tmp/x}]}\n"
    )
    (form,) = forms(text)
    assert form.deed == "none"
    assert "`runner.mlflow: true`" in str(form)
    assert forms(f"runner: {{mlflow: true}}\n{text}") == []


@pytest.mark.parametrize(
    ("tag", "said"), [("dev", True), ("latest", False), ("${oc.env:COMMIT}", False), ("${ka.random:}", False)]
)
def test_a_tag_that_stays_while_the_image_changes_is_named(tag: str, said: bool) -> None:
    for deployment, expected in (
        (f"deployment: {{image: x, tag: '{tag}'}}\n", said),
        (f"deployment: {{image: x, tag: '{tag}', pull_policy: Always}}\n", False),
        (f"deployment: {{image: x, tag: '{tag}', build: false}}\n", False),
    ):
        assert any("pull_policy" in str(form) for form in forms(deployment)) == expected


def test_what_init_writes_says_nothing_in_an_old_form() -> None:
    root = Path(__file__).parents[2]
    for name in ("templates/project/argo.yml", "examples/flights/conf/base/argo.yml"):
        text = (root / name).read_text(encoding="utf-8").replace("[[ name ]]", "x")
        assert forms(text) == [], name


def test_a_file_is_replaced_whole_with_its_rights_and_where_a_link_leads(tmp_path: Path) -> None:
    file, link = tmp_path / "real.yml", tmp_path / "argo.yml"
    file.write_bytes(OLD.encode())
    file.chmod(0o640)
    link.symlink_to(file)

    fix(link, forms(OLD))

    assert file.read_text(encoding="utf-8") == NEW
    assert link.is_symlink()
    assert file.stat().st_mode & 0o777 == 0o640
    assert sorted(each.name for each in tmp_path.iterdir()) == ["argo.yml", "real.yml"]


def test_a_file_that_cannot_be_read_or_written_stays_as_it_is(tmp_path: Path) -> None:
    odd = tmp_path / "odd.yml"
    odd.write_bytes(b"\xff\xfea")
    with pytest.raises(ArgoKedroError, match="cannot be read as UTF-8"):
        fix(odd, forms(OLD))
    file = tmp_path / "argo.yml"
    file.write_text(OLD, encoding="utf-8")
    (tmp_path / f".argo.yml.{os.getpid()}").mkdir()  # in the way of the draft
    with pytest.raises(ArgoKedroError, match="cannot be written"):
        fix(file, forms(OLD))
    assert file.read_text(encoding="utf-8") == OLD


COMMENT = st.sampled_from(["", " # why", '  # it\'s "so": {a}', " #"])
NAME = st.sampled_from(["default", '"large"', "'n1-standard-1'", "gpu"])
BETWEEN = st.sampled_from(["", "\n", "  # between\n", "\n    # deep\n\n"])
VALUE = st.sampled_from(["1", "'2'", '"3"', "16"])


@st.composite
def machines(draw: st.DrawFn) -> str:
    """A machine type in block or flow style, with keys in any order, comments and spaces."""
    keys = [("mem", draw(VALUE)), ("cpu", draw(VALUE)), *draw(st.sampled_from([[], [("num_gpu", "0")]]))]
    keys += draw(st.sampled_from([[], [("emph_storage", "5")]]))
    keys = draw(st.permutations(keys))
    space = draw(st.sampled_from(["", " "]))
    if draw(st.booleans()):
        comma = draw(st.sampled_from([", ", ",", "  ,  ", ",\n      "]))
        inside = comma.join(f"{key}: {value}" for key, value in keys)
        return f"{{{space}{inside}{space}}}{draw(COMMENT)}\n"
    indent = " " * draw(st.integers(3, 6))
    lines = (f"{draw(BETWEEN)}{indent}{key}: {value}{draw(COMMENT)}\n" for key, value in keys)
    return f"{draw(COMMENT)}\n{''.join(lines)}"


@st.composite
def files(draw: st.DrawFn) -> str:
    """An argo.yml as somebody may have written it."""
    names = draw(st.lists(NAME, min_size=1, max_size=3, unique=True))
    types = "".join(f"{draw(BETWEEN)}  {name}: {draw(machines())}" for name in names)
    tag = draw(st.sampled_from(["", "  tag: ${ka.random:}", "  tag: '${ka.random:}'", "  tag: dev"]))
    name = draw(st.sampled_from(["", f"        name: kedro{draw(COMMENT)}\n"]))
    template = f"    - name: own\n      container:\n{name}        command: [sh]{draw(COMMENT)}\n"
    sections = [
        f"machine_types:{draw(COMMENT)}\n{types}",
        f"deployment:\n  image: x{draw(COMMENT)}\n{tag and tag + draw(COMMENT)}\n",
        f"template:\n  templates:{draw(COMMENT)}\n{draw(BETWEEN)}{template}",
    ]
    text = draw(BETWEEN).join(draw(st.permutations(sections)))
    return text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))


@settings(deadline=None, max_examples=60)
@given(text=files())
def test_whatever_it_looks_like_it_means_the_same_and_keeps_its_comments(text: str) -> None:
    new, changed, left = with_forms(text, forms(text))

    assert meaning(new) == meaning(text)
    assert re.findall("#.*", new) == re.findall("#.*", text)
    assert {place for form in forms(new) for place in form.places if form.deed != "none"} == set(left)
    # What is not touched is not touched: each old line that is gone held a key that was changed.
    gone = [line for line in text.splitlines() if line not in new.splitlines()]
    assert len(gone) <= len(changed)
